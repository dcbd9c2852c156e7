(** * What a checked certificate proves *)

From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Allocert Require Import Network Polynomials Linear Checker Sound.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.

Section Answers.
Variable C : certificate.
Hypothesis ok : certificate_ok C.
Let p := network C.
Let outs := size (outputs p).
Notation at_most := (at_most p (asked C)).
Notation dimension := (dimension p (asked C)).

Lemma at_most_sound A k : at_most_ok C A k -> at_most A k.
Proof.
rewrite /at_most_ok; case: ifP => [le _|_]; first exact: size_sound.
move=> /(has_nthP ([::], 0)) [i lt]; exact: inclusion_sound (knowns_sound ok lt).
Qed.

(** ** One dimension *)

Let rho (A : seq nat) : nat := rk (column p (size (inputs_at C)) (@pw C _) (@pX C [fieldType of rat])) A.
Lemma rat0 : [char rat]%R =i pred0. Proof. exact: Num.Theory.char_num. Qed.

Lemma some_inputs : inputs_ok C -> exists2 m, allowed (asked C) m & size (inputs_at C) <= m.
Proof.
by rewrite /inputs_ok; case: (asked C) => [m|] le; [exists m; rewrite /= ?eqxx | exists (size (inputs_at C))].
Qed.

Lemma attained_point A : inputs_ok C -> at_most A (rho A) -> dimension A (rho A).
Proof.
move=> iok up; split=> //.
have [m al le] := some_inputs iok.
exists m; split=> //; exists (@pw C _), (@pX C _); apply/eqP; rewrite eqn_leq up ?rank_J //=; last exact: rat0.
exact: rk_inputs.
Qed.

Lemma at_most_rho A k : inputs_ok C -> at_most A k -> rho A <= k.
Proof.
move=> iok upper.
have [m al le] := some_inputs iok.
exact: leq_trans (rk_inputs _ _ _ _ le) (at_most_rk upper rat0 al _ _).
Qed.

Theorem dimension_sound A k : dimension_ok C A k -> dimension A k.
Proof.
case/and3P => iok /eqP zr up; have upper := at_most_sound up.
suff e : rho A = k by rewrite -e; apply: attained_point; rewrite ?e.
apply/eqP; rewrite eqn_leq (at_most_rho iok upper) -zr; exact: (@zrank_at_point C (size A) A _ rat0).
Qed.

Lemma rank_at_point_e E A : {subset A <= E} -> rank_at_point E (zcolumns C E) A = zrank (size A) (zcolumns C A).
Proof.
by move=> sub; congr zrank; apply/eq_in_map => a /sub aE; rewrite (nth_map 0) ?index_mem // nth_index.
Qed.
Theorem dimensions_sound E ds i : dimensions_ok C E ds -> i < size ds ->
  dimension (nth ([::], 0) ds i).1 (nth ([::], 0) ds i).2.
Proof.
case/andP => iok /(all_nthP ([::], 0)) H /H {H}; case: (nth _ ds i) => A k /=; case: ifP => // /allP sub.
case: ifP => // rank up; apply: dimension_sound; rewrite /dimension_ok iok up andbT.
by rewrite -(rank_at_point_e sub).
Qed.

Theorem at_least_sound A k : at_least_ok C A k -> at_least p (asked C) A k.
Proof.
case/andP => iok low; have [m al le] := some_inputs iok.
exists m; split=> //; exists (@pw C _), (@pX C _); rewrite rank_J.
exact: leq_trans low (leq_trans (@zrank_at_point C (size A) A _ rat0) (rk_inputs _ _ _ _ le)).
Qed.

(** ** Tables *)

Definition get (t : table) (d s : nat) : N := nth 0%num (nth [::] t d) s.
Lemma nth_add_row a : forall b s, nth 0%num (add_row a b) s = (nth 0%num a s + nth 0%num b s)%num.
Proof.
elim: a => [|x a IH] [|y b] [|s] //=; rewrite ?nth_nil ?N.add_0_r //.
Qed.
Lemma get_add a b d s : get (add_table a b) d s = (get a d s + get b d s)%num.
Proof.
rewrite /get; elim: a b d => [|x a IH] [|y b] [|d] //=; rewrite ?nth_nil ?N.add_0_r //;
  first [exact: nth_add_row | exact: IH].
Qed.
Lemma get_larger t d s : get (larger t) d s = if s is s'.+1 then get t d s' else 0%num.
Proof.
rewrite /get /larger; case: (ltnP d (size t)) => lt; first by rewrite (nth_map [::]) //; case: s.
rewrite (nth_default _ (s := [seq _ | _ <- _])) ?size_map // (nth_default _ lt).
by case: s => *; rewrite !nth_nil.
Qed.

Definition number I E d s := count (fun S => (size S == s) && (rho (I ++ S) == size I + d)) (sublists E).

Record holds (I E : seq nat) (rest : seq (seq Z)) (facts : seq open_fact) : Prop := Holds {
  same_size : size E = size rest;
  right_size : all (fun v => size v == size (inputs_at C) * outs) rest;
  lower : forall (F : fieldType), [char F]%R =i pred0 -> forall b, size b = size E ->
    size I + \rank (rows_of F (size (inputs_at C) * outs) (mask b rest)) <= rk (column p (size (inputs_at C)) (@pw C F) (@pX C F)) (I ++ mask b E);
  upper : forall i, i < size facts -> let f := nth (0, [::]) facts i in
    exists2 Fs : seq nat, at_most Fs (f.1 + count (mem Fs) I) & forall j, j < size E -> nth false f.2 j -> nth 0 E j \in Fs }.

Lemma all_masked T (a : pred T) b : forall s, all a s -> all a (mask b s).
Proof. by elim: b => [|[] b IH] [|x s] //= /andP [ax /IH] => [->|]; rewrite ?ax. Qed.
Lemma at_most_mono A k k' : k <= k' -> at_most A k -> at_most A k'.
Proof. by move=> le H F c0 m al w X; exact: leq_trans (H F c0 m al w X) le. Qed.

Lemma rows_nil (F : fieldType) r : \rank (rows_of F r [::]) = 0.
Proof. by apply/eqP; rewrite -leqn0; exact: rank_leq_row. Qed.

Lemma independent I E rest facts : holds I E rest facts -> at_point C I (size I).
Proof.
move=> H F c0; have := lower H c0 (b := nseq (size E) false); rewrite size_nseq => /(_ erefl).
by rewrite !mask_false rows_nil addn0 cats0.
Qed.

(** What is in the span of I at points that are at least as generic as the point adds no rank. *)
Lemma absorbed I e S : inputs_ok C ->
  (forall (L : fieldType), [char L]%R =i pred0 -> forall m, allowed (asked C) m -> forall (W : nat -> L) Y,
    (forall B c, at_point C B c -> c <= rk (column p m W Y) B) -> (column p m W Y e <= span (column p m W Y) I)%MS) ->
  forall d, at_most (I ++ S) d -> at_most (I ++ e :: S) d.
Proof.
move=> iok cl d up; apply: (bound_generic iok) => L cL m al W Y low.
apply: leq_trans (at_most_rk up cL al W Y).
apply: (@leq_trans (rk (column p m W Y) (e :: (I ++ S)))).
  by apply: rk_mono => a; rewrite !(inE, mem_cat) orbCA.
by apply: (rk_absorb (cl L cL m al W Y low)) => a; rewrite mem_cat => ->.
Qed.

Lemma rank_at_point_sound E A : {subset A <= E} -> at_point C A (rank_at_point E (zcolumns C E) A).
Proof.
move=> sub; rewrite rank_at_point_e //; exact: zrank_at_point.
Qed.
Lemma grow_sound E I e fuel : forall inside, e \in grow C E (zcolumns C E) fuel inside ->
  forall (L : fieldType), [char L]%R =i pred0 -> forall m, allowed (asked C) m -> forall (W : nat -> L) Y,
    (forall B c, at_point C B c -> c <= rk (column p m W Y) B) ->
    (forall a, a \in inside -> (column p m W Y a <= span (column p m W Y) I)%MS) ->
    (column p m W Y e <= span (column p m W Y) I)%MS.
Proof.
elim: fuel => [|fuel IH] inside /=; first by move=> eI L cL m al W Y low; apply.
case: ifP => [_|_]; first by move=> eI L cL m al W Y low; apply.
move=> /IH H L cL m al W Y low ins; apply: H => // a.
rewrite mem_undup mem_cat => /orP [|]; last exact: ins.
case/flattenP => Fs /mapP [[F b]]; rewrite mem_filter /= => /andP [fl known_] -> aF.
have [i lt ei] : exists2 i, i < size (knowns C) & nth ([::], 0) (knowns C) i = (F, b) by exact/nthP.
have upF : at_most F b by have := knowns_sound ok lt; rewrite ei.
move: fl; rewrite /fills; case: ifP => // _ /=; set common := [seq _ <- E | _] => le.
have sub : {subset common <= E} by move=> c; rewrite mem_filter => /andP [].
have up := at_most_rk upF cL al W Y; have lowc := low _ _ (rank_at_point_sound sub).
have inc c : c \in common -> (c \in F) && (c \in inside) by rewrite mem_filter => /andP []; case: (c \in F).
have inC : (column p m W Y a <= span (column p m W Y) common)%MS.
  apply: (closure (A := F)) => //; first by move=> c /inc /andP [].
  exact: leq_trans up (leq_trans le lowc).
apply: submx_trans inC _.
by apply/span_sub => c /inc /andP [_]; exact: ins.
Qed.

(** Weights marked by a fact that allows no more lie in the span of I. *)
Lemma closed I E rest facts i e S : inputs_ok C -> holds I E rest facts -> i < size facts ->
  (nth (0, [::]) facts i).1 = 0 -> (forall Fs : seq nat, (forall j, j < size E -> nth false (nth (0, [::]) facts i).2 j -> nth 0 E j \in Fs) -> e \in Fs) ->
  forall d, at_most (I ++ S) d -> at_most (I ++ e :: S) d.
Proof.
move=> iok H lt zero inF; have [Fs upF marked] := upper H lt.
have eF := inF Fs marked; rewrite zero add0n in upF => {inF marked}.
apply: absorbed => // L cL m al W Y low.
have indep := low _ _ (independent H).
set v := column p m W Y in indep *.
pose IF := [seq a <- I | a \in Fs].
have sIF : count (mem Fs) I <= rk v IF.
  have split_ : size I = count (mem Fs) I + size [seq a <- I | a \notin Fs].
    by rewrite size_filter -[LHS](count_predC (mem Fs)).
  rewrite -(leq_add2r (size [seq a <- I | a \notin Fs])) -split_.
  apply: leq_trans indep _; apply: leq_trans (leq_add (leqnn _) (rk_size v _)).
  apply: leq_trans (rk_cat _ _ _); apply: rk_mono => a aI.
  by rewrite mem_cat !mem_filter aI !andbT; case: (a \in Fs).
have inIF : (v e <= span v IF)%MS.
  apply: (closure (A := Fs)) => //; first by move=> a; rewrite mem_filter => /andP [].
  exact: leq_trans (at_most_rk upF cL al W Y) sIF.
apply: submx_trans inIF _.
by apply: span_mono => a; rewrite mem_filter => /andP [].
Qed.

Lemma adds_nothing_sound I e E v rest facts all_ S : inputs_ok C -> holds I (e :: E) (v :: rest) facts ->
  adds_nothing C all_ (zcolumns C all_) facts I e v -> forall d, at_most (I ++ S) d -> at_most (I ++ e :: S) d.
Proof.
move=> iok H; rewrite /adds_nothing; case: ifP => [/(has_nthP (0, [::])) [i lt /andP [/eqP zero mark]] _|_].
  by apply: (closed iok H lt zero) => Fs inF; exact: (inF 0).
case: ifP => // _ /grow_sound cl; apply: absorbed => // L cL m al W Y low.
by apply: cl => // a; exact: in_span.
Qed.

Lemma holds_skip I e E v rest facts : holds I (e :: E) (v :: rest) facts -> holds I E rest [seq skip f | f <- facts].
Proof.
case=> /= [[sz]] /andP [_ rs] low up; split=> // [F c0 b sb|i].
  by have := low F c0 (false :: b); rewrite /= sb; apply.
rewrite size_map => lt; rewrite (nth_map (0, [::])) //=; have [Fs H mk] := up i lt.
by exists Fs => // j ltj; rewrite nth_behead => /(mk j.+1 ltj).
Qed.

Lemma holds_take I e E v rest facts : has closes facts = false -> has nonzero v ->
  holds I (e :: E) (v :: rest) facts ->
  holds (rcons I e) E [seq contract v (find nonzero v) u | u <- rest] [seq take_one f | f <- facts].
Proof.
move=> open_ nz [/= [sz]] /andP [/eqP sv rs] low up.
have [pr np] := pivot_ok sv nz; split=> [|||i].
- by rewrite size_map.
- exact: (contract_size rat0 pr sv rs np).
- move=> F c0 b sb; have := low F c0 (true :: b); rewrite /= sb => /(_ erefl) low'.
  rewrite cat_rcons size_rcons -map_mask; apply: leq_trans low'; rewrite addSn -addnS leq_add2l.
  by apply: contract_rank => //; apply/(all_nthP [::]) => j ltj; apply: (all_nthP [::] (all_masked b rs)).
rewrite size_map => lt; rewrite (nth_map (0, [::])) //=; have [Fs H mk] := up i lt.
set f := nth _ facts i in H mk *.
have nc : ~~ closes f by apply: contraFN open_ => c; apply/(has_nthP (0, [::])); exists i.
exists Fs => [|j ltj]; last by rewrite nth_behead => /(mk j.+1 ltj).
apply: at_most_mono H; rewrite /take_one -cats1 count_cat /= addn0.
move: nc; rewrite /closes; case m : (marks f); last by rewrite addnA leq_addr.
rewrite andbT -lt0n => pos; have -> : e \in Fs by apply: (mk 0); rewrite ?nth0.
by rewrite addn1 addnS -addSn prednK.
Qed.

(** Weights that add nothing may be there or not. *)
Lemma free_row_count n : forall E : seq nat, size E = n -> forall s,
  N.of_nat (count (fun S => size S == s) (sublists E)) = nth 0%num (free_row n) s.
Proof.
elim: n => [|n IH] [|e E] // => [_ [|[|s]] //|[sz] s].
rewrite /= count_cat count_map Nnat.Nat2N.inj_add (IH _ sz) nth_add_row; congr (_ + _)%num.
by case: s => [|s] /=; [rewrite count_pred0 | rewrite -(IH _ sz)].
Qed.

Lemma mem_sublists E : forall S, S \in sublists E -> {subset S <= E}.
Proof.
elim: E => [|e E IH] S /=; first by rewrite inE => /eqP ->.
rewrite mem_cat => /orP [/IH H a /H aE|/mapP [S' /IH H ->] a].
  by rewrite inE aE orbT.
by rewrite !inE => /orP [->|/H ->] //; rewrite orbT.
Qed.

Lemma closed_all I E rest facts : inputs_ok C -> holds I E rest facts -> has (closes_all (size E)) facts ->
  forall S, {subset S <= E} -> at_most (I ++ S) (size I).
Proof.
move=> iok H /(has_nthP (0, [::])) [i lt /and3P [/eqP zero /eqP sz /(all_nthP false) marks]].
elim=> [|e S IH] sub; first by rewrite cats0; exact: size_sound.
apply: (closed iok H lt zero) => [Fs inF|]; last by apply: IH => a aS; apply: sub; rewrite inE aS orbT.
have eE : e \in E by apply: sub; rewrite inE eqxx.
by rewrite -(nth_index 0 eE); apply: inF; rewrite ?index_mem //; apply: marks; rewrite sz index_mem.
Qed.

Lemma rho_mono A B : {subset A <= B} -> rho A <= rho B. Proof. exact: rk_mono. Qed.

Lemma rho_independent I E rest facts : holds I E rest facts -> rho I = size I.
Proof. by move=> H; apply/eqP; rewrite eqn_leq rk_size; exact: (independent H rat0). Qed.

Lemma count_nil I E facts : holds I E [::] facts ->
  (forall S, S \in sublists E -> at_most (I ++ S) (rho (I ++ S))) /\
  (forall d s, N.of_nat (number I E d s) = get [:: [:: Npos xH]] d s).
Proof.
move=> H; have eI := rho_independent H; have /size0nil -> := same_size H; split=> [S|d s].
  by rewrite inE => /eqP ->; rewrite cats0 eI; exact: size_sound.
rewrite /number /= cats0 eI -[X in _ && (X == _)]addn0 eqn_add2l.
by case: d => [|d]; case: s => [|s]; rewrite /get /= ?nth_nil.
Qed.

Lemma count_from_sound all_ (iok : inputs_ok C) E : forall I rest facts t, holds I E rest facts ->
  count_from C all_ (zcolumns C all_) I E facts rest = Some t ->
  (forall S, S \in sublists E -> at_most (I ++ S) (rho (I ++ S))) /\
  (forall d s, N.of_nat (number I E d s) = get t d s).
Proof.
elim: E => [|e E IH] I rest facts t H.
  by have /esym /size0nil eR := same_size H; rewrite eR in H *; case=> <-; exact: count_nil H.
have eI := rho_independent H; have := same_size H; case: rest H => [|v rest] // H [sz].
move=> /=; case: ifP => [all__|_].
  case=> <-; have in0 S : S \in sublists (e :: E) -> at_most (I ++ S) (size I).
    by move=> /mem_sublists; apply: (closed_all iok H); rewrite /= sz.
  have eS S : S \in sublists (e :: E) -> rho (I ++ S) = size I.
    move=> inS; apply/eqP; rewrite eqn_leq (at_most_rho iok (in0 S inS)) -eI.
    by apply: rho_mono => a aI; rewrite mem_cat aI.
  split=> [S inS|d s]; first by rewrite eS //; exact: in0.
  rewrite /number (eq_in_count (a2 := fun S => (size S == s) && (0 == d))) => [|S /eS ->]; last first.
    by rewrite -[X in _ && (X == _)]addn0 eqn_add2l.
  case: d => [|d]; last first.
    by rewrite (eq_count (a2 := pred0)) ?count_pred0 /get /= ?nth_nil // => S; rewrite andbF.
  rewrite (eq_count (a2 := fun S => size S == s)) => [|S]; last by rewrite andbT.
  by rewrite (@free_row_count (size rest).+1) // /= sz.
have split_number d s : number I (e :: E) d s = number I E d s +
    count (fun S => (size S == s.-1) && (rho (I ++ e :: S) == size I + d) && (0 < s)) (sublists E).
  rewrite /number /= count_cat count_map; congr (_ + _); apply: eq_count => S /=.
  by case: s => [|s]; rewrite ?andbF // andbT eqSS.
case: ifP => [nothing|something].
  case eq : count_from => [t'|] //; case=> <-.
  have [up num] := IH _ _ _ _ (holds_skip H) eq.
  have add_e S d : at_most (I ++ S) d -> at_most (I ++ e :: S) d by exact: (adds_nothing_sound iok H nothing).
  have eS S : S \in sublists E -> rho (I ++ e :: S) = rho (I ++ S).
    move=> inS; apply/eqP; rewrite eqn_leq (at_most_rho iok (add_e _ _ (up S inS))).
    by apply: rho_mono => a; rewrite !mem_cat !inE => /orP [] ->; rewrite ?orbT.
  split=> [S|d s].
    rewrite mem_cat => /orP [|/mapP [S' inS ->]]; first exact: up.
    by rewrite eS //; apply: add_e; exact: up.
  rewrite split_number Nnat.Nat2N.inj_add get_add num get_larger; congr (_ + _)%num.
  case: s => [|s] /=; first by rewrite (eq_count (a2 := pred0)) ?count_pred0 // => S; rewrite andbF.
  by rewrite -num /number; congr N.of_nat; apply: eq_in_count => S /eS ->; rewrite andbT.
case: ifP => // nz; case eq : count_from => [t0|] //; case eq' : count_from => [t1|] //; case=> <-.
have [up num] := IH _ _ _ _ (holds_skip H) eq.
have open_ : has closes facts = false by move: something; rewrite /adds_nothing; case: (has closes facts).
have H' := holds_take open_ nz H; have [up' num'] := IH _ _ _ _ H' eq'.
split=> [S|d s].
  rewrite mem_cat => /orP [|/mapP [S' inS ->]]; first exact: up.
  by rewrite -cat_rcons; exact: up'.
rewrite split_number Nnat.Nat2N.inj_add get_add num; congr (_ + _)%num.
have low' : size I < rho (rcons I e) by have := independent H' rat0; rewrite size_rcons.
case: d => [|d].
  rewrite (eq_count (a2 := pred0)) ?count_pred0 => [|S].
    by rewrite /get /= nth_nil.
  rewrite addn0 -cat_rcons /= [_ == size I]gtn_eqF ?andbF //.
  by apply: leq_trans low' _; apply: rho_mono => a aI; rewrite mem_cat aI.
have -> : get ([::] :: larger t1) d.+1 s = get (larger t1) d s by [].
rewrite get_larger; case: s => [|s] /=; first by rewrite (eq_count (a2 := pred0)) ?count_pred0 // => S; rewrite andbF.
rewrite -num' /number; congr N.of_nat; apply: eq_count => S.
by rewrite -cat_rcons size_rcons andbT addSnnS.
Qed.

Theorem census_sound E t : count_ok C E t -> census p (asked C) E t.
Proof.
case/and3P => iok _; case eq : count_from => [t'|] // /eqP ->.
have H : holds [::] E (zcolumns C E) [seq (f.2, [seq e \in f.1 | e <- E]) | f <- knowns C].
  split=> [||F c0 b sb|i].
  - by rewrite size_map.
  - by rewrite all_map; apply/allP => a _ /=; rewrite size_zcolumn.
  - rewrite add0n -map_mask; apply: mxrankS; apply/row_subP => i; rewrite rowK.
    have lt : i < size (mask b E) by have := ltn_ord i; rewrite [X in _ < X]size_map.
    by rewrite (nth_map 0) // zcolumn_row; apply: in_span; rewrite mem_nth.
  rewrite size_map => lt; rewrite (nth_map ([::], 0)) //=.
  exists (nth ([::], 0) (knowns C) i).1; first by rewrite addn0; exact: knowns_sound.
  by move=> j lj; rewrite (nth_map 0).
have [up num] := count_from_sound (all_ := E) iok H eq.
exists rho; split=> [A /up /attained_point|r d]; first exact.
by rewrite -[RHS]num.
Qed.
End Answers.
