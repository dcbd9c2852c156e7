(** * Dimensions of networks with quotients, exponentials and logarithms: the checker is right *)

From Coq Require Import ZArith NArith QArith_base Qreduction.
From mathcomp Require Import all_ssreflect all_algebra fraction.
From Allocert Require Import Network Recorded Polynomials Linear Checker Sound Answers.
From Allocert Require Import Functions FunctionsRun FunctionsChecker FunctionsSound.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(** ** The Jacobian as a family of vectors, one for each weight *)
Section Columns.
Variables (p : fprogram) (F : fieldType) (c0 : [char F] =i pred0).
Let outs := size (fresults p).
Definition fcolumn m (P : point F) (a : nat) : 'rV[F]_(m * outs) := \row_i fentry p P a (i %/ outs) (i %% outs).
Lemma rank_fJ m A P : \rank (fJ p P m A) = rk (fcolumn m P) A.
Proof. by rewrite -[LHS]mxrank_tr; congr (\rank _); apply/matrixP => i j; rewrite !mxE. Qed.
Lemma frow_label (m : nat) (i : 'I_(m * outs)) : (i %/ outs < m)%N /\ (i %% outs < outs)%N.
Proof.
have o0 : (0 < outs)%N.
  by rewrite lt0n; apply: contraTneq (ltn_ord i) => o0; rewrite -leqNgt [X in (X <= _)%N](_ : _ = 0%N) // o0 muln0.
by rewrite ltn_divLR // ltn_mod o0.
Qed.

(** A point of the line from one to another, over the rational functions in its parameter. *)
Let L := [fieldType of {fraction {poly F}}].
Definition between (P P' : point F) : point L := Point (fun i => fr F (line (weights P i) (weights P' i)))
  (fun s e => fr F (line (entries P s e) (entries P' s e))) (fun s k => fr F (line (values P s k) (values P' s k))).
Lemma becomes_line (a b : F) : becomes (fr F (line a b)) a.
Proof. by rewrite -{2}(line0 a b); exact: becomes_poly. Qed.
Lemma becomes_unit a i : becomes (unit_vector L a i) (unit_vector F a i).
Proof.
rewrite /unit_vector; case: eqP => _; first by have := becomes_poly (1 : {poly F}); rewrite hornerC rmorph1.
by have := becomes_poly (0 : {poly F}); rewrite horner0 rmorph0.
Qed.
Lemma becomes_zero : becomes (0 : L) (0 : F).
Proof. by have := becomes_poly (0 : {poly F}); rewrite horner0 rmorph0. Qed.
Lemma between_good m P P' : good p m P -> (forall s k, (s < m)%N -> (k < size (flines p))%N -> ~~ sees p k -> values P' s k = values P' 0 k) ->
  good p m (between P P').
Proof.
case=> D V V'; split=> [s lt|s k lt lk ns]; last by rewrite /= V // V'.
apply: (defined_kept (becomes_kept c0) (w := fun=> weights (between P P')) (dw := fun _ _ => 0) (x := fun=> entries (between P P') s)
  (dx := fun _ _ => 0) (e := fun=> values (between P P') s) _ _ _ _ _ (D s lt) tt) => i;
  try exact: becomes_line; exact: becomes_zero.
Qed.
Lemma between_rank m P P' A : good p m P -> (\rank (fJ p P m A) <= \rank (fJ p (between P P') m A))%N.
Proof.
case=> D _; apply: rank_becomes => i j; rewrite !mxE; have [lt _] := frow_label i.
apply: (changes_kept (becomes_kept c0) (w := fun=> weights (between P P')) (dw := fun=> unit_vector L (nth 0%N A j))
  (x := fun=> entries (between P P') (i %/ outs)) (dx := fun _ _ => 0) (e := fun=> values (between P P') (i %/ outs))) => [l|l|l|l|l|];
  try exact: becomes_line; [exact: becomes_unit | exact: becomes_zero | exact: (defined_dir c0) (D _ lt)].
Qed.
End Columns.

Section Bounds.
Variable C : fcertificate.
Let p := fnetwork C.
Let outs := size (fresults p).
Notation at_most := (fat_most p (fasked C)).

Lemma fsize_sound A k : (size A <= k)%N -> at_most A k.
Proof. by move=> le F _ m _ P _; exact: leq_trans (rank_leq_col _) le. Qed.
Lemma flabels_sound m A k : fasked C = Samples m -> (m * outs <= k)%N -> at_most A k.
Proof. by move=> E le F _ m' al P _; move: al; rewrite E => /eqP ->; exact: leq_trans (rank_leq_row _) le. Qed.
Lemma fincluded_sound G b A k : at_most G b -> fincluded G b A k -> at_most A k.
Proof.
move=> H le F c0 m al P gd; apply: leq_trans le; rewrite rank_fJ -size_filter.
have := H F c0 m al P gd; rewrite rank_fJ => up.
apply: leq_trans (leq_add up (rk_size (fcolumn p m P) _)).
apply: leq_trans (rk_cat _ _ _); apply: rk_mono => a aA.
by rewrite mem_cat mem_filter aA andbT; case: (a \in G).
Qed.

(** Kernel vectors: what is computed of them holds at all points; they are independent near any, since they are at the certificate's. *)
Section Kernel.
Variables (L : fieldType) (cL : [char L] =i pred0) (P : point L) (s : nat) (A : seq nat) (v : seq polynomial).
Hypothesis D : defined (R := field L) (weights P) (fun=> 0) (entries P s) (fun=> 0) (values P s) (flines p) [::].
Hypotheses (sz : size v = size A) (ok : fvanishes C A v).
Let ls := flines p.
Let line_value (k : nat) : L := (nth (0, 0) (frun (R := field L) (weights P) (fun=> 0) (entries P s) (fun=> 0) (values P s) ls [::]) k).1.
Definition kenv : N -> L := env 2 (weights P) (fun t i => if t == 0%N then entries P s i else line_value i).
Let dw i := pval kenv (along A v i).
Let pdw i : pquotients := over1 (along A v i).
Notation known k := (frun (R := field L) (weights P) dw (entries P s) (fun=> 0) line_value (take k ls) [::]).
Notation pknown k := (short_run pdw (take k ls) [::]).
Lemma is_p_var n : is_p kenv (kenv n) (over1 (pvar n)).
Proof. by have := is_p_over1 kenv (pvar n); rewrite pval_var. Qed.
Let hw i : is_p kenv (weights P i) (variable_w i).
Proof. by have := is_p_var (weight_variable i); rewrite /kenv env_weight. Qed.
Let hdw i : is_p kenv (dw i) (pdw i).
Proof. exact: is_p_over1. Qed.
Let hx i : is_p kenv (entries P s i) (variable_x i).
Proof. by have := is_p_var (input_variable 2 0 i); rewrite /kenv env_input. Qed.
Let hdx (i : nat) : is_p kenv 0 (p0 i).
Proof. by have := is_p_over1 kenv [::]; rewrite pval_nil. Qed.
Let he i : is_p kenv (line_value i) (variable_e i).
Proof. by have := is_p_var (input_variable 2 1 i); rewrite /kenv env_input. Qed.
(** The run with the values of all lines in place of those of exponentials and logarithms is the same. *)
Lemma same_run : frun (R := field L) (weights P) dw (entries P s) (fun=> 0) (values P s) ls [::] =
    frun (R := field L) (weights P) dw (entries P s) (fun=> 0) line_value ls [::] /\
  defined (R := field L) (weights P) dw (entries P s) (fun=> 0) line_value ls [::].
Proof.
have [k lt f|-> <-] := @run_functions (field L) (weights P) dw (entries P s) (fun=> 0) (values P s) line_value ls [::].
  rewrite /line_value add0n (nth_run (R := field L) (weights P) (fun=> 0) (entries P s) (fun=> 0) (values P s) lt); have sk : size (frun (R := field L) (weights P) (fun=> 0) (entries P s) (fun=> 0) (values P s) (take k ls) [::]) = k.
    by rewrite size_run add0n size_takel // ltnW.
  by move: f; case: (line_at ls k) => //= a _; rewrite sk.
by split=> //; exact: (defined_dir cL) D.
Qed.
Lemma line_value_e k : (k < size ls)%N -> line_value k = (fvalue (R := field L) (weights P) dw (entries P s) (fun=> 0) line_value (known k) (line_at ls k)).1.
Proof.
move=> lt; rewrite -(nth_run (R := field L) (weights P) dw (entries P s) (fun=> 0) line_value lt) -same_run.1.
have D' : defined (R := field L) (weights P) dw (entries P s) (fun=> 0) (values P s) ls [::] by exact: (defined_dir cL) D.
exact: esym (run_values cL (fun=> 0) (fun=> 0) (Line k) D').
Qed.
Lemma short_alike k : (k <= size ls)%N ->
  alike (I := unit) (R := pquotients) (S := field L) (fun q u => is_p kenv u (q tt)) (fun q u => is_p kenv u (q tt)) (fun=> pknown k) (known k).
Proof.
have K := pquotients_kept cL kenv.
elim: k => [|k IH] lt; first by rewrite !take0; exact: (alike_nil K).
have {IH} H := IH (ltnW lt); rewrite run_take //.
have -> : pknown k.+1 = rcons (pknown k) (short (size (pknown k)) (fvalue (R := pquotients) variable_w pdw variable_x p0 variable_e (pknown k) (line_at ls k))).
  by rewrite (take_nth (Basic (Sum (X 0) (X 0))) lt) /short_run foldl_rcons.
have spk : size (pknown k) = k by have [szk _] := H; rewrite (szk tt) size_run add0n size_takel // ltnW.
apply: (rcons_alike K H).
have [_ [b1 b2]] := value_beside K (w := fun=> variable_w) (dw := fun=> pdw) (x := fun=> variable_x) (dx := fun=> p0) (e := fun=> variable_e)
  hw hdw hx hdx he H (defined_nth lt same_run.2).
rewrite /short spk; case: ifP => [nil_|_]; split=> //=; first by case: ifP => _ //; rewrite -line_value_e //; exact: he.
by rewrite (is_p_nil b2 nil_) -(pval_nil kenv); exact: is_p_over1.
Qed.
Lemma fvanishes_sound l : \sum_(j < size A) pval kenv (nth [::] v j) * fentry p P (nth 0%N A j) s l = 0.
Proof.
have lin : forall i, dw i = \sum_(j < size A) pval kenv (nth [::] v j) * unit_vector L (nth 0%N A j) i.
  by move=> i; exact: pval_along.
rewrite /fentry -(changes_linear cL l lin D) /changes.
case: (ltnP l (size (fresults p))) => lt; last by rewrite nth_default // size_map.
rewrite (nth_map (X 0)) // same_run.1; have := short_alike (leqnn _); rewrite take_size => H.
have [_ b] := look_beside (pquotients_kept cL kenv) (w := fun=> variable_w) (dw := fun=> pdw) (x := fun=> variable_x) (dx := fun=> p0)
  hw hdw hx hdx (nth (X 0) (fresults p) l) H.
exact: (is_p_nil b (all_nthP (X 0) ok l lt)).
Qed.
End Kernel.

Lemma fkernel_sound A k vs : fkernel_ok C A k vs -> at_most A k.
Proof.
case/and3P => /(all_nthP [::]) ker sz ind F c0 m al P gd; set d := size vs in sz ind.
pose at_ v := nthz (at_weights (nth (Sample [::] [::] [::]) (fpoint C) 0)) (N.to_nat (N.div2 v)).
pose w1 i := ofZ F (nthz (at_weights (nth (Sample [::] [::] [::]) (fpoint C) 0)) i).
pose P1 := Point w1 (entries P) (values P); pose B := between P P1.
have cL : [char {fraction {poly F}}] =i pred0 by exact: fr_char.
have [D _] : good p m B by apply: between_good => // s k' lt lk ns; case: gd => _ V'; exact: V'.
apply: leq_trans (between_rank c0 P1 A gd) _; rewrite -/B.
pose penv (v : N) : {poly F} := line (weights P (N.to_nat (N.div2 v))) (w1 (N.to_nat (N.div2 v))).
pose V : 'M[{poly F}]_(size A, d) := \matrix_(j, c) pval penv (nth [::] (nth [::] vs c) j).
have zero : fJ p B m A *m map_mx (fr F) V = 0.
  apply/matrixP => i c; rewrite !mxE; have [lt _] := frow_label i.
  have /and3P [/eqP sv ow van] := ker c (ltn_ord c).
  rewrite -[RHS](fvanishes_sound cL (D _ lt) sv van (i %% outs)); apply: eq_bigr => j _; rewrite !mxE mulrC; congr (_ * _).
  rewrite (pval_f (f := fr F) (env' := fun v => fr F (penv v))) //.
  apply: (@pval_e _ is_weight) => [|v]; first by apply: (all_nthP [::] ow); rewrite sv.
  by rewrite /is_weight /kenv /env => /negbTE ->.
have rV : (d <= \rank (map_mx (horner_eval 1) V))%N.
  pose zs := [seq [seq zval at_ q | q <- v] | v <- vs].
  have szs : all (fun u => size u == size A) zs.
    by rewrite all_map; apply/(all_nthP [::]) => c lt /=; rewrite size_map; have /and3P [->] := ker c lt.
  apply: leq_trans (leq_trans ind (zrank_sound c0 d szs)) _.
  rewrite -[X in (_ <= X)%N]mxrank_tr; apply: mxrankS; apply/row_subP => i; rewrite rowK.
  have lt : (i < d)%N by have := ltn_ord i; rewrite [X in (_ < X)%N]size_map.
  have := row_sub (Ordinal lt) (map_mx (horner_eval 1) V)^T; congr (_ <= _)%MS.
  have /and3P [/eqP sv _ _] := ker i lt.
  apply/rowP => j; rewrite !mxE (nth_map [::]) // (nth_map [::]) ?sv //.
  by rewrite ofZ_zval; apply: (pval_f (f := horner_eval_rmorphism 1)) => v; rewrite /= /horner_eval line1.
have le := mulmx0_rank_max zero.
rewrite -(leq_add2r d); apply: leq_trans (leq_add (leqnn _) (leq_trans rV (special_rank V 1))) _.
exact: leq_trans le sz.
Qed.

(** ** All bounds of a certificate *)
Definition fhold (ts : seq (seq nat * nat * freason)) : Prop := forall i t, (i < size ts)%N -> at_most (nth t ts i).1.1 (nth t ts i).1.2.
Lemma fbound_sound before t : fhold before -> fbound_ok C before t -> at_most t.1.1 t.1.2.
Proof.
case: t => [[A k] why] H /=; case: why => [|| vs | i].
- exact: fsize_sound.
- by case E : (fasked C) => [m|] // le; rewrite -E; exact: flabels_sound E le.
- exact: fkernel_sound.
- by case: ifP => // lt; apply: fincluded_sound; exact: H.
Qed.
Lemma fbounds_sound ts : forall before, fhold before -> fbounds_ok C before ts -> fhold (before ++ ts).
Proof.
elim: ts => [|t ts IH] before H /=; first by rewrite cats0.
case/andP => ok rest; rewrite -cat_rcons; apply: IH rest => i u; rewrite size_rcons ltnS nth_rcons.
case: ltngtP => // [lt _|_ _]; [exact: H | exact: fbound_sound ok].
Qed.
Theorem fat_most_sound A k : fupper_ok C -> fat_most_ok C A k -> at_most A k.
Proof.
move=> /(fbounds_sound (before := [::]) _) H /(has_nthP ([::], 0%N, FSize)) [i lt]; apply: fincluded_sound.
by apply: H.
Qed.

(** ** The point *)
Let first := nth (Sample [::] [::] [::]) (fpoint C) 0.
Let at_ s := nth first (fpoint C) s.
Let m := size (fpoint C).
Definition fpoint_at : point rat := at_once (fpoint C).
Lemma point_good : point_ok C -> good p m fpoint_at.
Proof. by case/andP => ok _; exact: at_once_good. Qed.
Lemma fminor_sound A k : point_ok C -> fminor C A k -> (k <= \rank (fJ p fpoint_at m A))%N.
Proof.
move=> /andP [ok _]; rewrite /fminor; set rows := flatten _ => low.
have sz : all (fun u => size u == outs) [seq qrows C A P | P <- fpoint C].
  by rewrite all_map; apply: sub_all (all_predT _) => P _ /=; rewrite size_map size_iota.
have sr : size rows = (m * outs)%N by rewrite /rows (size_blocks sz) size_map.
pose M : 'M[rat]_(size rows, size A) := \matrix_(i, j) fentry p fpoint_at (nth 0%N A j) (i %/ outs) (i %% outs).
apply: (@leq_trans (\rank M)); last first.
  apply: mxrankS; apply/row_subP => i; have lt : (i < m * outs)%N by rewrite -sr.
  have -> : row i M = row (Ordinal lt) (fJ p fpoint_at m A) by apply/rowP => j; rewrite !mxE.
  exact: row_sub.
apply: leq_trans low _; apply: (qrank_sound rat0) => i j.
have lt : (i < m * outs)%N by rewrite -sr.
have [/= ls ll] := frow_label (Ordinal lt).
have o0 : (0 < outs)%N by exact: leq_ltn_trans ll.
rewrite mxE /rows (nth_blocks _ o0 sz) (nth_map first) // -/(at_ _) (nth_map 0%N) ?size_iota //.
rewrite (nth_map [::]) ?size_map // (nth_map 0%N) // nth_iota // add0n /fentry /= -(first_weights ok ls).
exact: (is_change rat0 _ _ (sample_ok ok ls)).
Qed.

Theorem fat_least_sound A k : fcertificate_ok C -> fat_least_ok C A k -> fat_least p (fasked C) A k.
Proof.
case/and3P => /independent_sound ind ok _ low; split=> //.
exists m; split; first by have /andP [] := ok.
by exists fpoint_at; [exact: point_good | exact: fminor_sound].
Qed.
Theorem fdimension_sound A k : fcertificate_ok C -> fdimension_ok C A k -> fdimension p (fasked C) A k.
Proof.
case/and3P => /independent_sound ind ok up /andP [low high]; split=> //.
  exact: fat_most_sound high.
have al : allowed (fasked C) m by have /andP [] := ok.
exists m; split=> //; exists fpoint_at; first exact: point_good.
apply/eqP; rewrite eqn_leq fminor_sound // andbT.
exact: (fat_most_sound up high rat0 al (point_good ok)).
Qed.
End Bounds.

(** ** Many dimensions *)
Lemma part_rows C E A : {subset A <= E} ->
  [seq part E A row | row <- flatten [seq qrows C E P | P <- fpoint C]] = flatten [seq qrows C A P | P <- fpoint C].
Proof.
move=> sub; rewrite map_flatten -map_comp; congr flatten; apply: eq_map => P /=.
rewrite /qrows -map_comp; apply: eq_map => l /=; rewrite /part -!map_comp; apply/eq_in_map => a /sub aE /=.
by rewrite (nth_map 0%N) ?index_mem //= nth_index.
Qed.
Theorem fdimensions_sound C E ds i : fcertificate_ok C -> fdimensions_ok C E ds -> (i < size ds)%N ->
  fdimension (fnetwork C) (fasked C) (nth ([::], 0%N) ds i).1 (nth ([::], 0%N) ds i).2.
Proof.
move=> ok /(all_nthP ([::], 0%N)) H /H {H}; case: (nth _ ds i) => A k /=; case: ifP => // /allP sub; case: ifP => // low high.
by apply: fdimension_sound => //; rewrite /fdimension_ok high andbT /fminor -(part_rows C sub).
Qed.

(** The dimension is a function of the allocation. *)
Lemma fdimension_unique p s A k k' : fdimension p s A k -> fdimension p s A k' -> k = k'.
Proof.
have le j j' : fat_most p s A j -> fattained p s A j' -> (j' <= j)%N.
  by move=> up [m [al [P gd <-]]]; apply: (up _ rat0 m al).
by case=> _ up low [_ up' low']; apply/eqP; rewrite eqn_leq (le _ _ up' low) (le _ _ up low').
Qed.
