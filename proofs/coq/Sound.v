(** * Soundness of the rules: what the checker says true of holds at all weights and inputs of every field of characteristic 0 *)

From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra fraction.
From Allocert Require Import Network Polynomials Linear Checker.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(** ** The Jacobian as a family of vectors, one for each weight *)

Section Columns.
Variable p : program.
Let outs := size (outputs p).

Lemma entry_f (R S : comRingType) (f : {rmorphism R -> S}) w X a s l :
  f (entry p w X a s l) = entry p (fun i => f (w i)) (fun s e => f (X s e)) a s l.
Proof.
rewrite /entry -(nth_f (f := f) _ _ (rmorph0 f)); congr nth.
apply: (derivative_f (rmorphism_hom f)) => // i.
by rewrite /unit_vector; case: eqP; rewrite ?rmorph0 ?rmorph1.
Qed.
Lemma entry_e (R : comRingType) (w w' : nat -> R) X X' a s l :
  w =1 w' -> X s =1 X' s -> entry p w X a s l = entry p w' X' a s l.
Proof. by move=> e e'; congr nth; apply: (derivative_e (R := ring R)). Qed.
Lemma J_map (R S : comRingType) (f : {rmorphism R -> S}) m A w X :
  map_mx f (J p m A w X) = J p m A (fun i => f (w i)) (fun s e => f (X s e)).
Proof. by apply/matrixP => i j; rewrite !mxE entry_f. Qed.

Section Field.
Variable F : fieldType.
Definition column m (w : nat -> F) X (a : nat) : 'rV[F]_(m * outs) :=
  \row_i entry p w X a (i %/ outs) (i %% outs).
Lemma rank_J m A w X : \rank (J p m A w X) = rk (column m w X) A.
Proof. by rewrite -[LHS]mxrank_tr; congr (\rank _); apply/matrixP => i j; rewrite !mxE. Qed.
Lemma column_e m (w w' : nat -> F) X X' a : w =1 w' -> X =2 X' -> column m w X a = column m w' X' a.
Proof. by move=> e e'; apply/rowP => i; rewrite !mxE; apply: entry_e => // j; exact: e'. Qed.

(** More inputs have no smaller rank. *)
Lemma rk_inputs m M w X A : (m <= M)%N -> (rk (column m w X) A <= rk (column M w X) A)%N.
Proof.
move=> le; have le' : (m * outs <= M * outs)%N by rewrite leq_mul2r le orbT.
pose S : 'M[F]_(M * outs, m * outs) := \matrix_(i, j) (i == widen_ord le' j)%:R.
suff -> : rk (column m w X) A = \rank (span (column M w X) A *m S) by exact: mxrankM_maxl.
congr (\rank _); apply/matrixP => i j; rewrite !mxE (bigD1 (widen_ord le' j)) //= !mxE eqxx mulr1 big1 ?addr0 //.
by move=> k /negbTE ne; rewrite !mxE ne mulr0.
Qed.

(** A point of the line between two points, over the rational functions in its parameter. *)
Definition line (a b : F) : {poly F} := a%:P + 'X * (b - a)%:P.
Lemma line0 a b : (line a b).[0] = a.
Proof. by rewrite /line hornerD hornerC hornerM hornerX hornerC mul0r addr0. Qed.
Lemma line1 a b : (line a b).[1] = b.
Proof. by rewrite /line hornerD hornerC hornerM hornerX hornerC mul1r addrC subrK. Qed.

Lemma rk_special m A (W : nat -> {poly F}) Y (a : F) :
  (rk (column m (fun i => (W i).[a]) (fun s e => (Y s e).[a])) A <= frank (J p m A W Y))%N.
Proof. by have := special_rank (J p m A W Y) a; rewrite J_map rank_J. Qed.
End Field.

Lemma frank_J (F : fieldType) m A (W : nat -> {poly F}) Y :
  frank (J p m A W Y) = rk (column m (fun i => fr F (W i)) (fun s e => fr F (Y s e))) A.
Proof. by rewrite /frank J_map rank_J. Qed.

(** Two points have a common generalisation, at which no rank is smaller than at either. *)
Lemma common_point (F : fieldType) (w w' : nat -> F) X X' : [char F] =i pred0 ->
  exists2 L : fieldType, [char L] =i pred0 & exists (W : nat -> L) Y, forall m A,
    (rk (column m w X) A <= rk (column m W Y) A)%N /\ (rk (column m w' X') A <= rk (column m W Y) A)%N.
Proof.
move=> c0; exists [fieldType of {fraction {poly F}}]; first exact: fr_char.
pose W i := line (w i) (w' i); pose Y s e := line (X s e) (X' s e).
exists (fun i => fr F (W i)), (fun s e => fr F (Y s e)) => m A; split; rewrite -frank_J.
  apply: leq_trans (rk_special m A W Y 0); apply: eq_leq; apply: rk_e => a _.
  by apply: column_e => [i|s e]; rewrite line0.
apply: leq_trans (rk_special m A W Y 1); apply: eq_leq; apply: rk_e => a _.
by apply: column_e => [i|s e]; rewrite line1.
Qed.

(** A derivative is linear in the direction. *)
Section Direction.
Variables (R : comRingType) (k : nat) (c : 'I_k -> R) (w x d : nat -> R) (ds : 'I_k -> nat -> R).
Hypothesis ed : forall i, d i = \sum_j c j * ds j i.
Let D : numbers := dual (ring R).
Let z : D := integer D Z0.
Let known (e : nat -> R) ss := run (R := D) (fun i => (w i, e i)) (fun e => (x e, 0)) ss.
Definition agree (v : D) (vj : 'I_k -> D) := (forall j, (vj j).1 = v.1) /\ v.2 = \sum_j c j * (vj j).2.
Lemma agree_const (u : R) : agree (u, 0) (fun=> (u, 0)).
Proof. by split=> //=; rewrite big1 // => j _; rewrite mulr0. Qed.
Lemma agree_run ss : forall (vs : seq D) (vj : 'I_k -> seq D),
  (forall j, size (vj j) = size vs) -> (forall i, agree (nth z vs i) (fun j => nth z (vj j) i)) ->
  forall i, agree (nth z (known d ss vs) i) (fun j => nth z (known (ds j) ss (vj j)) i).
Proof.
elim: ss => [|s ss IH] vs vj sz ag //= i.
apply: IH => [j|{}i]; first by rewrite !size_rcons sz.
suff new : agree (value (R := D) (fun i => (w i, d i)) (fun e => (x e, 0)) vs s)
    (fun j => value (R := D) (fun i => (w i, ds j i)) (fun e => (x e, 0)) (vj j) s).
  rewrite nth_rcons; case: ltngtP => [lt|gt|eq].
  - have [a b] := ag i; split=> [j|]; first by rewrite nth_rcons sz lt.
    by rewrite b; apply: eq_bigr => j _; rewrite nth_rcons sz lt.
  - have e j : nth z (rcons (vj j) (value (R := D) (fun i => (w i, ds j i)) (fun e => (x e, 0)) (vj j) s)) i = z.
      by rewrite nth_default // size_rcons sz.
    by split=> [j|]; rewrite ?e // big1 // => j _; rewrite e mulr0.
  - have [a b] := new; split=> [j|]; first by rewrite nth_rcons sz eq ltnn eqxx.
    by rewrite b; apply: eq_bigr => j _; rewrite nth_rcons sz eq ltnn eqxx.
case: s => [a|e|u|a b|a b|a b] /=.
- by split=> //=; rewrite ed.
- exact: agree_const.
- exact: agree_const.
- have [a1 a2] := ag a; have [b1 b2] := ag b; split=> [j|] /=; first by rewrite a1 b1.
  by rewrite a2 b2 -big_split; apply: eq_bigr => j _ /=; rewrite mulrDr.
- have [a1 a2] := ag a; have [b1 b2] := ag b; split=> [j|] /=; first by rewrite a1 b1.
  by rewrite a2 b2 -sumrB; apply: eq_bigr => j _ /=; rewrite mulrBr.
- have [a1 a2] := ag a; have [b1 b2] := ag b; split=> [j|] /=; first by rewrite a1 b1.
  rewrite a2 b2 mulr_sumr mulr_suml -big_split; apply: eq_bigr => j _ /=.
  by rewrite a1 b1 mulrDr; congr (_ + _); [rewrite mulrCA | rewrite mulrA].
Qed.
Lemma derivative_linear l : nth 0 (derivative (R := ring R) p w x d) l
  = \sum_j c j * nth 0 (derivative (R := ring R) p w x (ds j)) l.
Proof.
have part e : nth 0 (derivative (R := ring R) p w x e) l
    = (nth z (labels (R := D) (fun i => (w i, e i)) (fun e => (x e, 0)) p) l).2.
  by rewrite /derivative (nth_f (f := snd) (x := z)).
have nil i : agree (nth z [::] i) (fun j : 'I_k => nth z [::] i) by rewrite nth_nil; exact: agree_const.
rewrite part /labels; case: (ltnP l outs) => lt; last first.
  rewrite nth_default ?size_map // big1 // => j _.
  by rewrite part nth_default ?size_map // mulr0.
rewrite (nth_map 0%N) //.
have [_ ->] := agree_run (steps p) (vs := [::]) (fun j => erefl) nil (nth 0%N (outputs p) l).
by apply: eq_bigr => j _; rewrite part (nth_map 0%N).
Qed.
End Direction.
End Columns.

(** ** Blocks of equal length *)
Lemma nth_blocks T (x0 : T) k (ss : seq (seq T)) : (0 < k)%N -> all (fun s => size s == k) ss ->
  forall i, nth x0 (flatten ss) i = nth x0 (nth [::] ss (i %/ k)) (i %% k).
Proof.
move=> k0; elim: ss => [|s ss IH] /=; first by move=> _ i; rewrite !nth_nil.
case/andP=> /eqP sk all i; rewrite nth_cat sk; case: ltnP => lt; first by rewrite divn_small // modn_small.
by rewrite IH // -[in RHS](subnK lt) modnDr divnDr // divnn k0 addn1.
Qed.
Lemma size_blocks T k (ss : seq (seq T)) : all (fun s => size s == k) ss -> size (flatten ss) = (size ss * k)%N.
Proof. by elim: ss => //= s ss IH /andP [/eqP sk /IH]; rewrite size_cat sk mulSn => ->. Qed.

Section Rules.
Variable C : certificate.
Let p := network C.
Let outs := size (outputs p).
Notation at_most := (at_most p (asked C)).

(** ** The integer point *)
Section Point.
Variable F : fieldType.
Hypothesis c0 : [char F] =i pred0.
Let m := size (inputs_at C).
Definition pw i : F := ofZ F (zw C i).
Definition pX s e : F := ofZ F (zx C s e).
Lemma size_derivative (R : numbers) w x d : size (derivative (R := R) p w x d) = outs.
Proof. by rewrite !size_map. Qed.
Lemma blocks a : all (fun s => size s == outs)
  [seq derivative (R := integers) p (zw C) (zx C s) (zunit a) | s <- iota 0 m].
Proof. by rewrite all_map; apply/allP => s _; apply/eqP; exact: (size_derivative (R := integers)). Qed.
Lemma zcolumn_e a :
  zcolumn C a = flatten [seq derivative (R := integers) p (zw C) (zx C s) (zunit a) | s <- iota 0 m].
Proof. by congr flatten; apply: eq_map => s; exact: (@quick_derivative_e integers). Qed.
Lemma size_zcolumn a : size (zcolumn C a) = (m * outs)%N.
Proof. by rewrite zcolumn_e (size_blocks (blocks a)) size_map size_iota. Qed.
Lemma zcolumn_row a : row_of F (m * outs) (zcolumn C a) = column p m pw pX a.
Proof.
apply/rowP => i; rewrite !mxE.
have o0 : (0 < outs)%N by rewrite lt0n; apply: contraTneq (ltn_ord i) => o0; rewrite -leqNgt [X in (X <= _)%N](_ : _ = 0%N) // -/outs o0 muln0.
have lt : (i %/ outs < m)%N by rewrite ltn_divLR.
rewrite zcolumn_e (nth_blocks _ o0 (blocks a)) (nth_map 0%N) ?size_iota // nth_iota // add0n.
rewrite /entry -(nth_f (f := ofZ F) (x := Z0) (y := 0)) //; congr nth.
apply: (derivative_f (ofZ_hom F)) => // j.
by rewrite /zunit /unit_vector; case: eqP.
Qed.
Lemma zrank_columns fuel A : (zrank fuel (zcolumns C A) <= rk (column p m pw pX) A)%N.
Proof.
have sz : all (fun u => size u == (m * outs)%N) (zcolumns C A).
  by rewrite all_map; apply/allP => a _ /=; rewrite size_zcolumn.
apply: leq_trans (zrank_sound c0 fuel sz) _; apply: mxrankS; apply/row_subP => i; rewrite rowK.
have lt : (i < size A)%N by have := ltn_ord i; rewrite [X in (_ < X)%N]size_map.
by rewrite (nth_map 0%N) // zcolumn_row; apply: in_span; rewrite mem_nth.
Qed.
End Point.

(** Where ranks at the point matter, there may have to be more inputs than were asked for. *)
Lemma enough m : inputs_ok C -> allowed (asked C) m ->
  exists M, [/\ allowed (asked C) M, (m <= M)%N & (size (inputs_at C) <= M)%N].
Proof.
rewrite /inputs_ok; case: (asked C) => [m'|] le al.
  by exists m; move/eqP: al => ->; rewrite /= eqxx le leqnn.
by exists (maxn m (size (inputs_at C))); rewrite leq_maxl leq_maxr.
Qed.

(** To bound the rank at some point, one may go to a point at which ranks are not smaller than at the integer point. *)
Definition at_point (B : seq nat) (c : nat) : Prop := forall F : fieldType, [char F] =i pred0 ->
  (c <= rk (column p (size (inputs_at C)) (@pw F) (@pX F)) B)%N.
Lemma bound_generic A k : inputs_ok C ->
  (forall (L : fieldType), [char L] =i pred0 -> forall m, allowed (asked C) m -> forall (W : nat -> L) Y,
    (forall B c, at_point B c -> c <= rk (column p m W Y) B)%N -> (rk (column p m W Y) A <= k)%N) ->
  at_most A k.
Proof.
move=> ok H F c0 m al w X; have [M [alM le leM]] := enough ok al.
have [L cL [W [Y both]]] := common_point p w (@pw F) X (@pX F) c0.
rewrite rank_J; apply: leq_trans (rk_inputs _ _ _ _ le) _.
apply: leq_trans (both M A).1 _; apply: (H L cL M alM) => B c lower.
exact: leq_trans (lower F c0) (leq_trans (rk_inputs _ _ _ _ leM) (both M B).2).
Qed.
Lemma zrank_at_point fuel A : at_point A (zrank fuel (zcolumns C A)).
Proof. by move=> F c0; exact: zrank_columns. Qed.
Lemma at_most_rk A k : at_most A k -> forall (L : fieldType), [char L] =i pred0 ->
  forall m, allowed (asked C) m -> forall (W : nat -> L) Y, (rk (column p m W Y) A <= k)%N.
Proof. by move=> H L cL m al W Y; rewrite -rank_J; exact: H. Qed.

(** ** Size, inclusion, submodularity *)
Lemma size_sound A k : (size A <= k)%N -> at_most A k.
Proof. by move=> le F _ m _ w X; rewrite rank_J; exact: leq_trans (rk_size _ _) le. Qed.

Lemma inclusion_sound Fs b A k : at_most Fs b -> (b + count (fun a => a \notin Fs) A <= k)%N -> at_most A k.
Proof.
move=> H le F c0 m al w X; apply: leq_trans le; rewrite rank_J -size_filter.
apply: leq_trans (leq_add (at_most_rk H c0 al w X) (rk_size _ _)).
apply: leq_trans (rk_cat _ _ _); apply: rk_mono => a aA.
by rewrite mem_cat mem_filter aA andbT; case: (a \in Fs).
Qed.

Lemma submodular_sound Fs b G c common A k : inputs_ok C -> at_most Fs b -> at_most G c ->
  all (fun a => (a \in Fs) || (a \in G)) A -> all (fun a => (a \in Fs) && (a \in G)) common ->
  (b + c <= k + zrank (size common) (zcolumns C common))%N -> at_most A k.
Proof.
move=> ok HF HG /allP cover /allP inside le; apply: (bound_generic ok) => L cL m al W Y lower.
have low := lower _ _ (zrank_at_point (size common) common).
have [inF inG] : {subset common <= Fs} /\ {subset common <= G} by split=> a /inside /andP [].
have sub := rk_submodular (column p m W Y) inF inG.
have mono : (rk (column p m W Y) A <= rk (column p m W Y) (Fs ++ G))%N.
  by apply: rk_mono => a /cover; rewrite mem_cat.
have := leq_add (at_most_rk HF cL al W Y) (at_most_rk HG cL al W Y).
rewrite -(leq_add2r (zrank (size common) (zcolumns C common))) => top.
rewrite -(leq_add2r (rk (column p m W Y) common)).
apply: leq_trans (leq_add mono (leqnn _)) _; apply: leq_trans sub _.
apply: leq_trans (leq_add (at_most_rk HF cL al W Y) (at_most_rk HG cL al W Y)) _.
exact: leq_trans le (leq_add (leqnn _) low).
Qed.

(** ** Kernel vectors *)
Let M := symbolic_samples C.
Definition env (R : comRingType) (M : nat) (w : nat -> R) (X : nat -> nat -> R) (v : N) : R :=
  let k := N.to_nat (N.div2 v) in if N.odd v then X (k %% M)%N (k %/ M)%N else w k.
Lemma env_weight R M' w X i : @env R M' w X (weight_variable i) = w i.
Proof.
rewrite /env /weight_variable N.div2_double Nnat.Nat2N.id.
by case: (N.of_nat i).
Qed.
Lemma env_input R M' w X t e : (t < M')%N -> @env R M' w X (input_variable M' t e) = X t e.
Proof.
move=> lt; rewrite /env /input_variable N.div2_succ_double Nnat.Nat2N.id.
have -> : N.odd (N.succ_double (N.of_nat (e * M' + t))) by case: (N.of_nat _).
by rewrite modnMDl modn_small // divnMDl ?(leq_ltn_trans _ lt) // divn_small // addn0.
Qed.
Lemma env_f (R S : comRingType) (f : {rmorphism R -> S}) M' w X v :
  f (env M' w X v) = env M' (fun i => f (w i)) (fun s e => f (X s e)) v.
Proof. by rewrite /env; case: N.odd. Qed.
Lemma env_zenv (F : fieldType) v : env M (@pw F) (@pX F) v = ofZ F (zenv C M v).
Proof. by rewrite /env /zenv; case: N.odd. Qed.

Lemma pval_along (R : comRingType) (e : N -> R) i A v : size v = size A ->
  pval e (along A v i) = \sum_(j < size A) pval e (nth [::] v j) * unit_vector R (nth 0%N A j) i.
Proof.
elim: A v => [|a A IH] [|q v] //=; first by rewrite big_ord0 pval_nil.
case=> sz; rewrite big_ord_recl /= -IH // /unit_vector /along /=; case: eqP => _.
  by rewrite pval_add mulr1.
by rewrite mulr0 add0r.
Qed.

Lemma vanishes_sound M' t A v : vanishes C M' t A v -> (t < M')%N -> size v = size A ->
  forall (R : comRingType) (w : nat -> R) X l,
  \sum_(j < size A) pval (env M' w X) (nth [::] v j) * entry p w X (nth 0%N A j) t l = 0.
Proof.
rewrite /vanishes quick_derivative_e => /(all_nthP [::]) van lt sz R w X l; set e := env M' w X.
transitivity (nth 0 (derivative (R := ring R) p w (X t) (fun i => pval e (along A v i))) l); last first.
  symmetry; case: (ltnP l outs) => lo; last by rewrite nth_default // (size_derivative (R := ring R)).
  have := van l; rewrite (size_derivative (R := polynomials)) => /(_ lo) /nilP z.
  transitivity (pval e (nth [::] (derivative (R := polynomials) p symbolic_weight (symbolic_input M' t) (along A v)) l)).
    by rewrite z pval_nil.
  rewrite -(nth_f (f := pval e) (x := [::]) (y := 0)) ?pval_nil //; congr nth.
  apply: (derivative_f (pval_hom e)) => // i; first by rewrite pval_var /e env_weight.
  by rewrite pval_var /e env_input.
have dir i : pval e (along A v i) = \sum_(j < size A) pval e (nth [::] v j) * unit_vector R (nth 0%N A j) i.
  exact: pval_along.
by rewrite (derivative_linear p w (X t) dir).
Qed.

Lemma in_kernel_sound A v : in_kernel C A v -> size v = size A /\
  forall (R : comRingType) m (w : nat -> R) X s l, allowed (asked C) m -> (s < m)%N ->
  \sum_(j < size A) pval (env M w X) (nth [::] v j) * entry p w X (nth 0%N A j) s l = 0.
Proof.
case/andP=> /eqP sz; case: ifP => [only1 van|_].
  split=> // R m w X s l _ _; have := vanishes_sound van (ltnSn 0) sz w (fun=> X s) l => {2}<-.
  apply: eq_bigr => j _; congr (_ * _).
  apply: (@pval_e _ is_weight); first by apply: (all_nthP [::] only1); rewrite sz.
  by move=> u; rewrite /is_weight /env => /negbTE ->.
rewrite /M /symbolic_samples; case: (asked C) => // m' /allP van.
split=> // R m w X s l /eqP -> lt.
by apply: (vanishes_sound (van s _)) => //; rewrite mem_iota.
Qed.

Lemma kernel_sound A k vs : inputs_ok C -> kernel_ok C A k vs -> at_most A k.
Proof.
move=> ok /and3P [/(all_nthP [::]) ker sz ind] F c0 m al w X.
pose d := size vs.
pose V (R : comRingType) (w : nat -> R) X : 'M[R]_(size A, d) :=
  \matrix_(j, c) pval (env M w X) (nth [::] (nth [::] vs c) j).
have zero (R : comRingType) (w' : nat -> R) X' : J p m A w' X' *m V R w' X' = 0.
  apply/matrixP => i c; rewrite !mxE.
  have [_ H] := in_kernel_sound (ker c (ltn_ord c)).
  have o0 : (0 < outs)%N by rewrite lt0n; apply: contraTneq (ltn_ord i) => o0; rewrite -leqNgt [X in (X <= _)%N](_ : _ = 0%N) // -/outs o0 muln0.
  have lt : (i %/ outs < m)%N by rewrite ltn_divLR.
  rewrite -[RHS](H R m w' X' _ (i %% outs)%N al lt).
  by apply: eq_bigr => j _; rewrite !mxE mulrC.
pose W i := line (w i) (@pw F i); pose Y s e := line (X s e) (@pX F s e).
have top : (\rank (J p m A w X) <= frank (J p m A W Y))%N.
  rewrite rank_J; apply: leq_trans (rk_special p m A W Y 0); apply: eq_leq; apply: rk_e => a _.
  by apply: column_e => [i|s e]; rewrite line0.
have V1 : map_mx (horner_eval 1) (V (poly_comRingType F) W Y) = V F (@pw F) (@pX F).
  apply/matrixP => j c; rewrite !mxE; apply: pval_f => v; rewrite env_f.
  by rewrite /env; case: N.odd; rewrite /= /horner_eval line1.
have rV : (d <= \rank (V F (@pw F) (@pX F)))%N.
  pose zs := [seq [seq zval (zenv C M) q | q <- v] | v <- vs].
  have szs : all (fun u => size u == size A) zs.
    rewrite all_map; apply/(all_nthP [::]) => c lt /=; rewrite size_map.
    by have [-> _] := in_kernel_sound (ker c lt).
  apply: leq_trans (leq_trans ind (zrank_sound c0 d szs)) _.
  rewrite -[X in (_ <= X)%N]mxrank_tr; apply: mxrankS; apply/row_subP => i; rewrite rowK.
  have lt : (i < d)%N by have := ltn_ord i; rewrite [X in (_ < X)%N]size_map.
  have := row_sub (Ordinal lt) (V F (@pw F) (@pX F))^T; congr (_ <= _)%MS.
  apply/rowP => j; rewrite !mxE (nth_map [::]) // (nth_map [::]); last first.
    by have [-> _] := in_kernel_sound (ker i lt).
  by rewrite ofZ_zval /pval; apply: eq_bigr => t _; congr (_ * _); apply: eq_bigr => v _; rewrite env_zenv.
have z : map_mx (fr F) (J p m A W Y) *m map_mx (fr F) (V (poly_comRingType F) W Y) = 0 by rewrite -map_mxM zero map_mx0.
have le := mulmx0_rank_max z.
have := special_rank (V (poly_comRingType F) W Y) 1; rewrite V1 => r1.
have r2 := leq_trans rV r1.
rewrite -(leq_add2r d); apply: leq_trans (leq_add top r2) _.
exact: leq_trans le sz.
Qed.

(** ** Coordinates *)
Lemma rank_factor (F : fieldType) a b (T : Type) (B : 'M[F]_(a, b)) (cs : seq T) (f : 'I_a -> T -> F) (g : T -> 'I_b -> F) :
  (forall i j, B i j = \sum_(c <- cs) f i c * g c j) -> (\rank B <= size cs)%N.
Proof.
move=> H; pose P := \matrix_(i < a, c < size cs) f i (tnth (in_tuple cs) c).
pose Q := \matrix_(c < size cs, j < b) g (tnth (in_tuple cs) c) j.
have -> : B = P *m Q.
  by apply/matrixP => i j; rewrite H big_tnth !mxE; apply: eq_bigr => c _; rewrite !mxE.
exact: leq_trans (mxrankM_maxl _ _) (rank_leq_col _).
Qed.
Lemma row_label (m : nat) (i : 'I_(m * outs)) : (i %/ outs < m)%N /\ (i %% outs < outs)%N.
Proof.
have o0 : (0 < outs)%N.
  by rewrite lt0n; apply: contraTneq (ltn_ord i) => o0; rewrite -leqNgt [X in (X <= _)%N](_ : _ = 0%N) // o0 muln0.
by rewrite ltn_divLR // ltn_mod o0.
Qed.
Lemma big_pick (R : comRingType) (T : eqType) (r : seq T) (x : T) (G : T -> R) : uniq r -> x \in r ->
  \sum_(y <- r) (y == x)%:R * G y = G x.
Proof.
move=> u xr; rewrite (bigD1_seq x) //= eqxx mul1r big1 ?addr0 // => y /negbTE ->.
by rewrite mul0r.
Qed.

Section Coordinates.
Variables (A : seq nat) (R : comRingType) (w : nat -> R).
Let cs := symbolic_columns C A.
Let e (X : nat -> R) := env 1 w (fun=> X).
Lemma entry_symbolic X j s l : (j < size A)%N ->
  entry p w X (nth 0%N A j) s l = pval (e (X s)) (nth [::] (nth [::] cs j) l).
Proof.
move=> lt; rewrite (nth_map 0%N) // quick_derivative_e -(nth_f (f := pval (e (X s))) (x := [::]) (y := 0)) ?pval_nil //; congr nth.
symmetry; apply: (derivative_f (pval_hom (e (X s)))) => i; rewrite ?pval_var /e ?env_weight ?env_input //.
by rewrite /punit /unit_vector; case: eqP => _; rewrite ?pval_nil // (pval_int _ (Zpos xH)).
Qed.
Lemma entry_independent X j s l : (j < size A)%N -> ~~ depends cs l -> entry p w X (nth 0%N A j) s l = 0.
Proof.
move=> lt; rewrite /depends -all_predC => /(all_nthP [::]) nil; rewrite entry_symbolic //.
have lt' : (j < size cs)%N by rewrite size_map.
by have /= := nil j lt'; rewrite negbK => /nilP ->; rewrite pval_nil.
Qed.
Definition weight_value (m : monomial) : R := mval (env 1 w (fun _ _ => 0)) (weight_part m).
Definition coefficient (j l : nat) (key : monomial) : R :=
  \sum_(t <- nth [::] (nth [::] cs j) l | input_part t.2 == key) ofZ R t.1 * weight_value t.2.
Lemma entry_coordinates X j s l : (j < size A)%N ->
  entry p w X (nth 0%N A j) s l = \sum_(key <- keys cs l) mval (e (X s)) key * coefficient j l key.
Proof.
move=> lt; rewrite entry_symbolic // /coefficient; set D := nth _ _ l.
under [RHS]eq_bigr do rewrite mulr_sumr big_mkcond /=.
rewrite exchange_big /= /pval.
have D_keys : all (fun t => input_part t.2 \in keys cs l) D.
  apply/(all_nthP (Z0, [::])) => n ltn; rewrite mem_undup; apply/flattenP.
  exists [seq input_part t.2 | t <- D]; last by apply/(nthP [::]); exists n; rewrite ?size_map // (nth_map (Z0, [::])).
  by apply/(nthP [::]); exists j; rewrite ?size_map // (nth_map [::]) ?size_map.
elim: D D_keys => [|t D IH]; first by rewrite !big_nil.
case/andP => tk /IH; rewrite !big_cons => ->; congr (_ + _).
transitivity (\sum_(key <- keys cs l) (key == input_part t.2)%:R * (mval (e (X s)) key * (ofZ R t.1 * weight_value t.2))).
  rewrite big_pick ?undup_uniq // mulrCA; congr (_ * _).
  have -> : weight_value t.2 = mval (e (X s)) (weight_part t.2).
    rewrite /weight_value /mval !big_filter; apply: eq_bigr => v.
    by rewrite /is_weight /e /env => /negbTE ->.
  rewrite /mval /input_part /weight_part !big_filter.
  by rewrite (bigID (fun v => ~~ is_weight v)) /=; congr (_ * _); apply: eq_bigl => v; rewrite negbK.
by apply: eq_bigr => key _; rewrite eq_sym; case: eqP => _; rewrite ?mul1r ?mul0r.
Qed.
End Coordinates.

(** *** Supports *)
Section Supports.
Variable R : comRingType.
Let functions : numbers := Numbers (fun z (_ : nat -> R) => ofZ R z) (fun f g x => f x + g x) (fun f g x => f x - g x)
  (fun f g x => f x * g x).
Let e (x : nat -> R) := env 1 (fun=> 0) (fun=> x).
(** A function of the input that is a sum of monomials from a list, with any coefficients. *)
Definition covers (s : seq monomial) (f : (nat -> R) -> R) : Prop :=
  exists2 ts : seq (R * monomial), all (fun t => t.2 \in s) ts & forall x, f x = \sum_(t <- ts) t.1 * mval (e x) t.2.
Lemma covers_const (c : R) : covers one_support (fun=> c).
Proof. by exists [:: (c, [::])] => //= x; rewrite big_seq1 /mval big_nil mulr1. Qed.
Lemma covers_nil : covers [::] (fun=> 0).
Proof. by exists [::] => // x; rewrite big_nil. Qed.
Lemma covers_kept : @kept supports functions covers.
Proof.
have sub (s t : seq monomial) (ts : seq (R * monomial)) : {subset s <= t} -> all (fun u => u.2 \in s) ts -> all (fun u => u.2 \in t) ts.
  by move=> st /allP H; apply/allP => u /H; exact: st.
have inl (s t : seq monomial) : {subset s <= undup (s ++ t)} by move=> u us; rewrite mem_undup mem_cat us.
have inr (s t : seq monomial) : {subset t <= undup (s ++ t)} by move=> u us; rewrite mem_undup mem_cat us orbT.
split=> [z|s f t g [ts sts ef] [us sus eg]|s f t g [ts sts ef] [us sus eg]|s f t g [ts sts ef] [us sus eg]].
- by case: z => [|z|z]; [exact: covers_nil | exact: covers_const | exact: covers_const].
- exists (ts ++ us) => [|x]; last by rewrite /= ef eg big_cat.
  by rewrite all_cat (sub _ _ _ (inl s t) sts) (sub _ _ _ (inr s t) sus).
- exists (ts ++ [seq (- u.1, u.2) | u <- us]) => [|x]; last first.
    by rewrite /= ef eg big_cat big_map -sumrN; congr (_ + _); apply: eq_bigr => u _; rewrite mulNr.
  rewrite all_cat (sub _ _ _ (inl s t) sts) all_map.
  exact: (sub _ _ _ (inr s t) sus).
exists [seq (a.1 * b.1, merge_monomials a.2 b.2) | a <- ts, b <- us] => [|x].
  apply/allP => u /allpairsP [[a b] [/= aT bU ->]]; rewrite mem_undup /=; apply/allpairsP; exists (a.2, b.2).
  by split=> //=; [exact: (allP sts) | exact: (allP sus)].
rewrite /= ef eg mulr_suml big_allpairs_dep; apply: eq_bigr => a _; rewrite mulr_sumr; apply: eq_bigr => b _ /=.
by rewrite mval_merge mulrACA.
Qed.
Lemma moved_covers A a w l : a \in A ->
  exists c : monomial -> R, forall X s, entry p w X a s l = \sum_(key <- undup (nth [::] (moved_supports C A) l)) mval (e (X s)) key * c key.
Proof.
move=> aA.
have : covers (nth [::] (moved_supports C A) l)
    (nth (fun=> 0) (derivative (R := functions) p (fun i _ => w i) (fun i x => x i) (fun i _ => unit_vector R a i)) l).
  rewrite /moved_supports quick_derivative_e; apply: (derivative_kept covers_kept) => i; first exact: covers_const.
    exists [:: (1, [:: input_variable 1 0 i])] => [|x]; first by rewrite /= inE eqxx.
    by rewrite big_seq1 mul1r /mval big_seq1 /e env_input.
  rewrite /unit_vector; case: eqP => [->|_]; first by rewrite aA; exact: covers_const.
  by case: (i \in A); [exact: covers_const | exact: covers_nil].
case=> ts sub ef; exists (fun key => \sum_(t <- ts | t.2 == key) t.1) => X s.
pose at_X (f : functions) : ring R := f (X s).
have hom_at : @hom functions (ring R) at_X by split.
rewrite /entry -(derivative_f hom_at p (w := fun i _ => w i) (x := fun i x => x i) (d := fun i _ => unit_vector R a i)) //.
rewrite (nth_f (f := at_X) (x := fun=> 0)) // /at_X ef.
under [RHS]eq_bigr do rewrite mulr_sumr big_mkcond /=.
rewrite exchange_big /= !big_seq; apply: eq_bigr => t tT.
transitivity (\sum_(key <- undup (nth [::] (moved_supports C A) l)) (key == t.2)%:R * (mval (e (X s)) key * t.1)).
  by rewrite big_pick ?undup_uniq ?mem_undup ?(allP sub) // mulrC.
by apply: eq_bigr => key _; rewrite eq_sym; case: eqP => _; rewrite ?mul1r ?mul0r.
Qed.
End Supports.

Lemma supports_sound A k : supports_ok C A k -> at_most A k.
Proof.
have size_moved : size (moved_supports C A) = outs by rewrite /moved_supports quick_derivative_e (size_derivative (R := supports)).
have all_keys : (sumn [seq size s | s <- moved_supports C A] <= k)%N -> at_most A k.
  move=> few F c0 m al w X.
  pose keys l := undup (nth [::] (moved_supports C A) l).
  pose pairs := [seq (l, key) | l <- iota 0 outs, key <- keys l].
  apply: (@leq_trans (size pairs)); last first.
    apply: leq_trans few; rewrite size_allpairs_dep.
    have -> : [seq size s | s <- moved_supports C A] = [seq size (nth [::] (moved_supports C A) l) | l <- iota 0 outs].
      by rewrite -[in LHS](mkseq_nth [::] (moved_supports C A)) size_moved -map_comp.
    by elim: (iota 0 outs) => //= l ls IH; rewrite leq_add ?size_undup.
  have co (jl : 'I_(size A) * 'I_outs) : exists c : monomial -> F, forall X s,
      entry p w X (nth 0%N A jl.1) s jl.2 = \sum_(key <- keys jl.2) mval (env 1 (fun=> 0) (fun=> X s)) key * c key.
    by apply: moved_covers; rewrite mem_nth.
  have [c0' ec0] := fin_all_exists co.
  have [c ec] : exists c : 'I_(size A) -> nat -> monomial -> F, forall (j : 'I_(size A)) l, (l < outs)%N -> forall X s,
      entry p w X (nth 0%N A j) s l = \sum_(key <- keys l) mval (env 1 (fun=> 0) (fun=> X s)) key * c j l key.
    exists (fun j l key => if insub l is Some l' then c0' (j, l') key else 0) => j l lt X' s.
    by rewrite insubT; exact: (ec0 (j, Ordinal lt)).
  apply: (rank_factor (f := fun i c => ((c.1 == i %% outs)%N)%:R * mval (env 1 (fun=> 0) (fun=> X (i %/ outs)%N)) c.2)
    (g := fun q j => c j q.1 q.2)) => i j; rewrite mxE.
  have [lt lt'] := row_label i.
  rewrite big_allpairs_dep /= (ec j _ lt').
  under [RHS]eq_bigr => l _.
    under eq_bigr => key _ do rewrite -mulrA.
    rewrite -mulr_sumr; over.
  by rewrite (big_pick (fun l => \sum_(key <- keys l) mval (env 1 (fun=> 0) (fun=> X (i %/ outs)%N)) key * c j l key)) ?iota_uniq // mem_iota.
rewrite /supports_ok; case eS : (asked C) => [m'|]; rewrite -eS; last exact: all_keys.
case: ifP => [few _|_]; last exact: all_keys.
move=> F c0 m; rewrite eS => /eqP em w X.
pose moved l := ~~ nilp (nth [::] (moved_supports C A) l).
pose pairs := [seq (s, l) | s <- iota 0 m, l <- [seq l <- iota 0 outs | moved l]].
apply: (@leq_trans (size pairs)); last first.
  rewrite size_allpairs size_iota size_filter em; apply: leq_trans few; rewrite leq_mul2l; apply/orP; right; apply: eq_leq.
  by rewrite -[in RHS](mkseq_nth [::] (moved_supports C A)) size_moved count_map.
apply: (rank_factor (f := fun i c => ((c == (i %/ outs, i %% outs)%N)%:R))
  (g := fun c j => entry p w X (nth 0%N A j) c.1 c.2)) => i j; rewrite mxE.
have [lt lt'] := row_label i.
case mv : (moved (i %% outs)%N).
  rewrite (big_pick (fun c => entry p w X (nth 0%N A j) c.1 c.2)) //.
    by apply: allpairs_uniq => [||[a b] [a' b'] _ _ [-> ->]] //; rewrite ?filter_uniq ?iota_uniq.
  by apply/allpairsP; exists (i %/ outs, i %% outs)%N; rewrite mem_filter mv !mem_iota lt lt'.
have [|c ec] := moved_covers (A := A) (a := nth 0%N A j) w (i %% outs); first by rewrite mem_nth.
have -> : entry p w X (nth 0%N A j) (i %/ outs) (i %% outs) = 0.
  by rewrite ec; move: mv; rewrite /moved => /negbFE /nilP ->; rewrite big_nil.
rewrite big1_seq => [|[s l] /= /allpairsP [[s' l'] [_ /=]]] //.
rewrite mem_filter => /andP [dl _] [-> ->].
by case: eqP => [[_ el]|]; rewrite ?mul0r //; rewrite el mv in dl.
Qed.

Lemma coordinates_sound A k : coordinates_ok C A k -> at_most A k.
Proof.
rewrite /coordinates_ok; case: ifP => [/supports_sound //|_].
case/orP => [few|few] F c0 m al w X.
  move: few al; case E : (asked C) => [m'|] // few /eqP em.
  pose pairs := [seq (s, l) | s <- iota 0 m, l <- [seq l <- iota 0 outs | depends (symbolic_columns C A) l]].
  apply: (@leq_trans (size pairs)); last by rewrite size_allpairs size_iota size_filter em.
  apply: (rank_factor (f := fun i c => ((c == (i %/ outs, i %% outs)%N)%:R))
    (g := fun c j => entry p w X (nth 0%N A j) c.1 c.2)) => i j; rewrite mxE.
  have [lt lt'] := row_label i.
  case dep : (depends (symbolic_columns C A) (i %% outs)).
    rewrite (big_pick (fun c => entry p w X (nth 0%N A j) c.1 c.2)) //.
      by apply: allpairs_uniq => [||[a b] [a' b'] _ _ [-> ->]] //; rewrite ?filter_uniq ?iota_uniq.
    by apply/allpairsP; exists (i %/ outs, i %% outs)%N; rewrite mem_filter dep !mem_iota lt lt'.
  rewrite big1_seq => [|[s l] /= /allpairsP [[s' l'] [_ /=]]].
    by rewrite (entry_independent w X) // -/outs dep.
  rewrite mem_filter => /andP [dl _] [-> ->].
  by case: eqP => [[_ el]|]; rewrite ?mul0r //; rewrite el dep in dl.
pose pairs := [seq (l, key) | l <- iota 0 outs, key <- keys (symbolic_columns C A) l].
apply: (@leq_trans (size pairs)); last by rewrite size_allpairs_dep.
apply: (rank_factor (f := fun i c => ((c.1 == i %% outs)%N)%:R * mval (env 1 w (fun=> X (i %/ outs)%N)) c.2)
  (g := fun c j => coefficient A w j c.1 c.2)) => i j; rewrite mxE.
have [lt lt'] := row_label i.
rewrite big_allpairs_dep /= (entry_coordinates w X) //.
under [RHS]eq_bigr => l _.
  under eq_bigr => key _ do rewrite -mulrA.
  rewrite -mulr_sumr; over.
by rewrite (big_pick (fun l => \sum_(key <- keys (symbolic_columns C A) l)
  mval (env 1 w (fun=> X (i %/ outs)%N)) key * coefficient A w j l key)) ?iota_uniq // mem_iota.
Qed.

(** ** Symmetries *)
Section Symmetry.
Variable y : symmetry.
Hypothesis ok : symmetry_ok C y.
Let pi := renamed (on_weights y).
Let sigma := renamed (on_inputs y).
Let tau l := nth outs (on_labels y) l.
Lemma pi_inj i j : pi i = pi j -> i = j.
Proof.
have /and3P [u /allP lt _] := ok; rewrite /pi /renamed.
have at_ k : (k < size (on_weights y))%N -> (nth k (on_weights y) k < size (on_weights y))%N.
  by move=> k_lt; apply: lt; rewrite mem_nth.
case: (ltnP i (size (on_weights y))) => li; case: (ltnP j (size (on_weights y))) => lj.
- by rewrite (set_nth_default j i) // => /eqP; rewrite nth_uniq // => /eqP.
- by rewrite (nth_default _ lj) => e; have := at_ i li; rewrite e ltnNge lj.
- by rewrite (nth_default _ li) => e; have := at_ j lj; rewrite -e ltnNge li.
- by rewrite !nth_default.
Qed.
Lemma labels_symmetric (R : comRingType) (w x : nat -> R) l : (l < outs)%N -> (tau l < outs)%N /\
  nth 0 (labels (R := ring R) w x p) l = nth 0 (labels (R := ring R) (fun i => w (pi i)) (fun e => x (sigma e)) p) (tau l).
Proof.
have := ok; rewrite /symmetry_ok !quick_labels_e => /and3P [_ _ /allP same] lo.
have /andP [lt /nilP z] : (tau l < outs)%N && _ := same l (etrans (mem_iota 0 outs l) lo).
split=> //; apply/eqP; rewrite -subr_eq0; apply/eqP.
pose e := env 1 w (fun=> x).
rewrite -[RHS](pval_nil e) -z pval_add pval_neg; congr (_ - _).
  rewrite -(nth_f (f := pval e) (x := [::]) (y := 0)) ?pval_nil //; congr nth; symmetry.
  by apply: (labels_f (pval_hom e)) => i; rewrite pval_var /e ?env_weight ?env_input.
rewrite -(nth_f (f := pval e) (x := [::]) (y := 0)) ?pval_nil //; congr nth; symmetry.
by apply: (labels_f (pval_hom e)) => i; rewrite pval_var /e ?env_weight ?env_input.
Qed.
Definition moving (R : comRingType) (w d : nat -> R) i : {poly R} := (w i)%:P + 'X * (d i)%:P.
Lemma derivative_moving (R : comRingType) (w x d : nat -> R) l :
  nth 0 (derivative (R := ring R) p w x d) l =
  (nth 0 (labels (R := ring (poly_comRingType R)) (moving w d) (fun e => (x e)%:P) p) l)`_1.
Proof.
pose f (q : {poly R}) : dual (ring R) := (q`_0, q`_1).
have hf : @hom (ring (poly_comRingType R)) (dual (ring R)) f.
  split=> [z|a b|a b|a b]; rewrite /f /=.
  - have -> : ofZ (poly_comRingType R) z = (ofZ R z)%:P by rewrite -(ofZ_f (polyC_rmorphism R)).
    by rewrite !coefC.
  - by rewrite !coefD.
  - by rewrite !coefB.
  - by rewrite !coefM !big_ord_recl !big_ord0 /= !addr0.
pose D : numbers := dual (ring R); pose z : D := integer D Z0.
have H : nth 0 (derivative (R := ring R) p w x d) l
    = (nth z (labels (R := D) (fun i => (w i, d i)) (fun e => (x e, 0)) p) l).2.
  by rewrite /derivative (nth_f (f := snd) (x := z)).
apply: (etrans H).
rewrite -(labels_f hf (w := moving w d) (x := fun e => (x e)%:P)).
- by rewrite (nth_f (f := f) (x := 0)) // /f !coefC.
- by move=> i; rewrite /f /moving !coefD !coefC !coefXM /= coefC addr0 add0r.
- by move=> i; rewrite /f !coefC.
Qed.
Lemma entry_symmetric (R : comRingType) (w : nat -> R) X b s l : (l < outs)%N ->
  entry p w X (pi b) s l = entry p (fun i => w (pi i)) (fun s e => X s (sigma e)) b s (tau l).
Proof.
move=> lo; rewrite /entry !derivative_moving.
have [_ ->] := labels_symmetric (moving w (unit_vector R (pi b))) (fun e => (X s e)%:P) lo.
have same i : moving w (unit_vector R (pi b)) (pi i) = moving (fun i => w (pi i)) (unit_vector R b) i.
  rewrite /moving /unit_vector; congr (_ + 'X * _%:P).
  by case: (i =P b) => [->|ne]; rewrite ?eqxx //; case: eqP => // /pi_inj.
have := labels_f (hom_id (ring (poly_comRingType R))) (x := fun e => (X s (sigma e))%:P) same (fun=> erefl) p.
by rewrite map_id => ->.
Qed.
End Symmetry.

Lemma image_sound Fs b A k y : symmetry_ok C y -> at_most Fs b -> (b <= k)%N ->
  all (fun a => a \in [seq renamed (on_weights y) i | i <- Fs]) A -> at_most A k.
Proof.
move=> ok H le /allP sub F c0 m al w X; rewrite rank_J.
pose w' i := w (renamed (on_weights y) i); pose X' s e := X s (renamed (on_inputs y) e).
apply: leq_trans (leq_trans (at_most_rk H c0 al w' X') le).
pose S : 'M[F]_(m * outs) := \matrix_(i, j) (i == (j %/ outs) * outs + nth outs (on_labels y) (j %% outs) :> nat)%N%:R.
apply: leq_trans (mxrankM_maxl _ S); apply: mxrankS; apply/span_sub => a /sub /mapP [c cF ->].
suff -> : column p m w X (renamed (on_weights y) c) = column p m w' X' c *m S by apply: submxMr; exact: in_span.
apply/rowP => j; rewrite !mxE; have [lt lt'] := row_label j.
have [tl _] := labels_symmetric ok w (X (j %/ outs)%N) lt'.
have bound : ((j %/ outs) * outs + nth outs (on_labels y) (j %% outs) < m * outs)%N.
  by apply: (@leq_trans ((j %/ outs).+1 * outs)%N); rewrite ?leq_mul2r ?lt ?orbT // mulSn addnC ltn_add2r.
rewrite (bigD1 (Ordinal bound)) //= !mxE eqxx mulr1 big1 ?addr0 => [|i ne].
  have o0 : (0 < outs)%N by apply: leq_ltn_trans lt'.
  rewrite (entry_symmetric ok) // -/outs /=; set t := nth outs _ _ in tl *.
  have -> : ((j %/ outs * outs + t) %/ outs = j %/ outs)%N by rewrite divnMDl // (divn_small tl) addn0.
  by have -> : ((j %/ outs * outs + t) %% outs = t)%N by rewrite modnMDl modn_small.
by rewrite !mxE -val_eqE /= in ne *; rewrite (negbTE ne) mulr0.
Qed.

(** ** All bounds of a certificate *)
Definition all_hold (before : seq known) : Prop :=
  forall i, (i < size before)%N -> at_most (nth ([::], 0%N) before i).1 (nth ([::], 0%N) before i).2.

Lemma bound_sound before A k why : all (symmetry_ok C) (symmetries C) -> all_hold before ->
  bound_ok C before A k why -> at_most A k.
Proof.
move=> syms hold; case: why => [||vs|f|f g common|f y] /=.
- exact: size_sound.
- exact: coordinates_sound.
- by case/andP => ok; exact: kernel_sound.
- by case/andP => /hold; case: nth => Fs b /=; exact: inclusion_sound.
- case/and4P => ok /hold; case: nth => Fs b /= HF /hold; case: nth => G c /= HG /and3P [].
  exact: submodular_sound.
case/and3P => /hold; case: nth => Fs b /= HF lt /andP [le sub].
by apply: image_sound HF le sub; apply: all_nthP lt.
Qed.

Lemma bounds_sound bs : all (symmetry_ok C) (symmetries C) -> forall before, all_hold before ->
  bounds_ok C before bs -> all_hold (before ++ [seq b.1 | b <- bs]).
Proof.
move=> syms; elim: bs => [|[[A k] why] bs IH] before hold /=; first by rewrite cats0.
case/andP => ok rest; rewrite -cat_rcons; apply: IH rest => i; rewrite size_rcons ltnS nth_rcons.
case: ltngtP => // [lt _|_ _]; [exact: hold | exact: bound_sound ok].
Qed.

Lemma knowns_sound : certificate_ok C -> all_hold (knowns C).
Proof. by case/andP => syms ok; apply: (bounds_sound syms (before := [::])) ok. Qed.
End Rules.
