(** * The dimension of a certificate is the rank over rational functions in independent variables

    Weights, entries of inputs, exponentials and logarithms are the variables. Nothing rests on Ax's theorem here. *)

From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Allocert Require Import Network Recorded Polynomials Checker Sound Answers Algebraic Generic.
From Allocert Require Import Functions FunctionsRun FunctionsChecker FunctionsSound FunctionsAnswers FunctionsFields.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(** Coordinate i is weight i, for i < n; coordinate n + s d + e is entry e of input s. *)
Definition coordinate (R : Type) (n d : nat) (P : point R) (i : nat) : R :=
  if (i < n)%N then weights P i else entries P ((i - n) %/ d) ((i - n) %% d).

(** ** The exponentials and logarithms in order: input after input, each by lines *)
Section Slots.
Variable p : fprogram.
Let N := size (flines p).
Definition slots (r : nat) : seq (nat * nat) := [seq (c %/ N, c %% N)%N | c <- iota 0 r & counts p (c %/ N) (c %% N)].
Definition key (s k : nat) : nat * nat := (if sees p k then s else 0%N, k).
Lemma mem_slots r s k : (k < N)%N -> counts p s k -> (s * N + k < r)%N -> (s, k) \in slots r.
Proof.
move=> lt c ltr; have N0 : (0 < N)%N by exact: leq_ltn_trans lt.
have e1 : ((s * N + k) %/ N = s)%N by rewrite divnMDl // divn_small // addn0.
have e2 : ((s * N + k) %% N = k)%N by rewrite modnMDl modn_small.
by apply/mapP; exists (s * N + k)%N; rewrite ?mem_filter ?mem_iota ?e1 ?e2 // c.
Qed.
Lemma slots_mem r f : f \in slots r -> [/\ (f.1 * N + f.2 < r)%N, counts p f.1 f.2 & (f.2 < N)%N].
Proof.
case/mapP => c; rewrite mem_filter mem_iota => /andP [co /= lt] -> /=; rewrite -divn_eq; split=> //.
have [N0|N0] := posnP N; last by rewrite ltn_mod.
by move: co; rewrite N0 modn0 /counts /is_function nth_default // -/N N0.
Qed.
Lemma uniq_slots r : uniq (slots r).
Proof.
rewrite map_inj_in_uniq ?filter_uniq ?iota_uniq // => c c' _ _ [e1 e2].
by rewrite (divn_eq c N) (divn_eq c' N) e1 e2.
Qed.
Lemma slots_first r m f : (r <= m * N)%N -> f \in slots r -> (f.1 < m)%N.
Proof.
move=> le /slots_mem [lt _ ltN]; have N0 : (0 < N)%N by exact: leq_ltn_trans ltN.
have : (f.1 * N < m * N)%N by apply: leq_ltn_trans (leq_addr _ _) (leq_trans lt le).
by rewrite ltn_mul2r N0.
Qed.
Lemma counts_key s k : is_function p k -> counts p (key s k).1 k.
Proof. by rewrite /counts /key => ->; case: (sees p k); rewrite ?orbT. Qed.
Lemma mem_key r s k : (k < N)%N -> is_function p k -> (s * N + k < r)%N -> key s k \in slots r.
Proof.
move=> lt f ltr; apply: mem_slots => //; first exact: counts_key.
by apply: leq_ltn_trans ltr; rewrite leq_add2r leq_mul2r /key; case: sees; rewrite ?leqnn ?leq0n orbT.
Qed.
Lemma sum_slots (R : ringType) m r (G : nat -> nat -> R) : (r <= m * N)%N -> (forall s k, (r <= s * N + k)%N -> G s k = 0) ->
  \sum_(s < m) \sum_(k < N | counts p s k) G s k = \sum_(f <- slots r) G f.1 f.2.
Proof.
move=> le Z; rewrite big_map big_filter.
have pairs m' : \sum_(s < m') \sum_(k < N | counts p s k) G s k = \sum_(c <- iota 0 (m' * N) | counts p (c %/ N) (c %% N)) G (c %/ N)%N (c %% N)%N.
  elim: m' => [|m' IH]; first by rewrite big_ord0 mul0n big_nil.
  rewrite big_ord_recr IH mulSn addnC iotaD big_cat /=; congr (_ + _).
  rewrite add0n -[(m' * N)%N]addn0 iotaDl big_map -[X in iota 0 X]subn0 big_mkcond [RHS]big_mkcond /= -/(index_iota 0 N) big_mkord.
  apply: eq_bigr => k _; have N0 : (0 < N)%N by exact: leq_ltn_trans (ltn_ord k).
  by rewrite divnMDl // modnMDl divn_small // modn_small // addn0.
rewrite pairs -(subnKC le) iotaD big_cat /= [X in _ + X]big1_seq ?addr0 // => c /andP [_].
by rewrite mem_iota add0n => /andP [ge _]; apply: Z; rewrite -divn_eq.
Qed.
End Slots.

(** ** All of it as rational functions of coordinates and functions *)
Section Encode.
Variables (p : fprogram) (n d : nat) (ok : within n d p).
Let N := size (flines p).
Definition vw (i : nat) : pquotients := over1 (if (i < n)%N then pvar (N.of_nat i) else [::]).
Definition vx (s i : nat) : pquotients := over1 (if (i < d)%N then pvar (N.of_nat (n + s * d + i)) else [::]).
Definition ve (m : nat) (F : seq (nat * nat)) (s k : nat) : pquotients :=
  over1 (if key p s k \in F then pvar (N.of_nat (n + m * d + index (key p s k) F)) else pint 1).
Definition toward_w (t i : nat) : bool := (i < n)%N && (t == i).
Definition toward_x (t s i : nat) : bool := (i < d)%N && (t == n + s * d + i)%N.
Definition over_bool (b : bool) : pquotients := over1 (if b then pint 1 else [::]).
Section Point.
Variables (L : fieldType) (c0 : [char L] =i pred0) (P : point L) (m : nat) (gd : good p m P).
Definition all_coordinates : seq L := mkseq (coordinate n d P) (n + m * d).
Definition elements (F : seq (nat * nat)) : seq L := all_coordinates ++ [seq values P f.1 f.2 | f <- F].
Definition tw (i : nat) : L := if (i < n)%N then weights P i else 0.
Definition tx (s i : nat) : L := if (i < d)%N then entries P s i else 0.
Definition te (F : seq (nat * nat)) (s k : nat) : L := if key p s k \in F then values P (key p s k).1 k else 1.
Variable F : seq (nat * nat).
Notation env := (at_list (elements F)).
Lemma size_elements : size (elements F) = (n + m * d + size F)%N.
Proof. by rewrite size_cat size_mkseq size_map. Qed.
Lemma coordinate_entry s i : (i < d)%N -> coordinate n d P (n + s * d + i) = entries P s i.
Proof.
move=> lt; have d_0 : (0 < d)%N by exact: leq_ltn_trans lt.
by rewrite /coordinate -addnA ltnNge leq_addr /= addKn divnMDl // modnMDl divn_small // modn_small // addn0.
Qed.
Lemma entry_bound s i : (s < m)%N -> (i < d)%N -> (n + s * d + i < n + m * d)%N.
Proof.
move=> lt li; rewrite -addnA ltn_add2l; apply: (@leq_trans (s.+1 * d)); last by rewrite leq_mul2r lt orbT.
by rewrite mulSn addnC ltn_add2r.
Qed.
Lemma env_coordinate i : (i < n + m * d)%N -> env (N.of_nat i) = coordinate n d P i.
Proof. by move=> lt; rewrite /at_list Nnat.Nat2N.id nth_cat size_mkseq lt nth_mkseq. Qed.
Lemma env_value f : f \in F -> env (N.of_nat (n + m * d + index f F)) = values P f.1 f.2.
Proof.
move=> fF; rewrite /at_list Nnat.Nat2N.id nth_cat size_mkseq ltnNge leq_addr /= addKn.
by rewrite (nth_map (0%N, 0%N)) ?index_mem // nth_index.
Qed.
Lemma is_p_w i : is_p env (tw i) (vw i).
Proof.
rewrite /tw /vw; case: ifP => lt; last by have := is_p_over1 env [::]; rewrite pval_nil.
have := is_p_over1 env (pvar (N.of_nat i)); rewrite pval_var env_coordinate; last exact: leq_trans lt (leq_addr _ _).
by rewrite /coordinate lt.
Qed.
Lemma is_p_x s i : (s < m)%N -> is_p env (tx s i) (vx s i).
Proof.
move=> ls; rewrite /tx /vx; case: ifP => lt; last by have := is_p_over1 env [::]; rewrite pval_nil.
by have := is_p_over1 env (pvar (N.of_nat (n + s * d + i))); rewrite pval_var env_coordinate ?entry_bound // coordinate_entry.
Qed.
Lemma is_p_e s i : is_p env (te F s i) (ve m F s i).
Proof.
rewrite /te /ve; case: ifP => kF; last by have := is_p_over1 env (pint 1); rewrite pval_int.
by have := is_p_over1 env (pvar (N.of_nat (n + m * d + index (key p s i) F))); rewrite pval_var env_value.
Qed.
Lemma is_p_bool (b : bool) : is_p env b%:R (over_bool b).
Proof. by case: b; [have := is_p_over1 env (pint 1); rewrite pval_int | have := is_p_over1 env [::]; rewrite pval_nil]. Qed.
Lemma te_value s k : (s < m)%N -> (k < N)%N -> key p s k \in F -> te F s k = values P s k.
Proof. by move=> ls lk kF; rewrite /te kF /key; case: ifP => // ns; rewrite [RHS](gd.2) ?ns. Qed.

Notation R := (field L).
Definition tslope (t s k : nat) : L :=
  slope (R := R) tw (fun i => (toward_w t i)%:R) (tx s) (fun i => (toward_x t s i)%:R) (te F s) p k.
Definition pslope (t s k : nat) : pquotients :=
  slope (R := pquotients) vw (fun i => over_bool (toward_w t i)) (vx s) (fun i => over_bool (toward_x t s i)) (ve m F s) p k.
Lemma tw_e i : (i < n)%N -> weights P i = tw i.
Proof. by rewrite /tw => ->. Qed.
Lemma tx_e s i : (i < d)%N -> entries P s i = tx s i.
Proof. by rewrite /tx => ->. Qed.
Lemma trun s k : (s < m)%N -> (k <= N)%N -> (forall j, (j < k)%N -> is_function p j -> key p s j \in F) ->
  frun (R := R) (weights P) (fun=> 0) (entries P s) (fun=> 0) (values P s) (take k (flines p)) [::] =
    frun (R := R) tw (fun=> 0) (tx s) (fun=> 0) (te F s) (take k (flines p)) [::] /\
  defined (R := R) (weights P) (fun=> 0) (entries P s) (fun=> 0) (values P s) (take k (flines p)) [::] =
    defined (R := R) tw (fun=> 0) (tx s) (fun=> 0) (te F s) (take k (flines p)) [::].
Proof.
move=> ls le inF; apply: (take_ext (R := R) tw_e (fun _ _ => erefl) (@tx_e s) (fun _ _ => erefl) ok le) => j lt f.
by rewrite te_value ?inF //; exact: leq_trans lt le.
Qed.
Lemma tdefined s k : (s < m)%N -> (k <= N)%N -> (forall j, (j < k)%N -> is_function p j -> key p s j \in F) ->
  defined (R := R) tw (fun=> 0) (tx s) (fun=> 0) (te F s) (take k (flines p)) [::].
Proof. by move=> ls le inF; have [_ <-] := trun ls le inF; apply: defined_take; exact: gd.1. Qed.
Lemma is_p_slope t s k : (s < m)%N -> (k < N)%N -> (forall j, (j < k)%N -> is_function p j -> key p s j \in F) ->
  is_p env (tslope t s k) (pslope t s k).
Proof.
move=> ls lt inF; pose p' := FProgram (take k.+1 (flines p)) (fresults p).
have e (R' : quotients) w dw x dx e : slope (R := R') w dw x dx e p k = slope (R := R') w dw x dx e p' k.
  by rewrite /slope /= take_take // nth_take.
rewrite /tslope /pslope !e; apply: (slope_kept (pquotients_kept c0 env) (w := fun=> vw) (dw := fun _ i => over_bool (toward_w t i)) (x := fun=> vx s)
  (dx := fun _ i => over_bool (toward_x t s i)) (e := fun=> ve m F s)) => [i|i|i|i|i|].
- exact: is_p_w.
- exact: is_p_bool.
- exact: is_p_x.
- exact: is_p_bool.
- exact: is_p_e.
apply: (@defined_dir L c0 _ (fun=> 0) _ _ (fun=> 0)); rewrite /= (take_nth (Basic (Sum (X 0) (X 0))) lt) defined_rcons tdefined ?(ltnW lt) //=.
have [er _] := trun ls (ltnW lt) inF.
have := defined_nth lt (gd.1 s ls); rewrite -er.
have /andP [/(all_nthP (Basic (Sum (X 0) (X 0)))) /(_ k lt) ol _] := ok.
have sk : size (frun (R := R) (weights P) (fun=> 0) (entries P s) (fun=> 0) (values P s) (take k (flines p)) [::]) = k.
  by rewrite size_run add0n size_take lt.
have lo o : operand_within n d o -> flook (R := R) (weights P) (fun=> 0) (entries P s) (fun=> 0)
    (frun (R := R) (weights P) (fun=> 0) (entries P s) (fun=> 0) (values P s) (take k (flines p)) [::]) o = flook (R := R) tw (fun=> 0) (tx s) (fun=> 0)
    (frun (R := R) (weights P) (fun=> 0) (entries P s) (fun=> 0) (values P s) (take k (flines p)) [::]) o.
  by apply: look_ext => // i li; rewrite ?/tw ?/tx li.
case: (nth _ _ k) ol => [l|a b|a|a] //=.
- by case/andP=> _ ob; rewrite lo.
- by rewrite sk => _ nz; case kF : (key p s k \in F); [rewrite te_value | rewrite /te kF oner_eq0].
by move=> oa; rewrite lo.
Qed.
Lemma slope_tslope (dw dx : nat -> L) t s k : (s < m)%N -> (k < N)%N -> (forall j, (j < k)%N -> is_function p j -> key p s j \in F) ->
  (forall i, (i < n)%N -> dw i = (t == i)%:R) -> (forall i, (i < d)%N -> dx i = (t == n + s * d + i)%N%:R) ->
  slope (R := R) (weights P) dw (entries P s) dx (values P s) p k = tslope t s k.
Proof.
move=> ls lt inF hw hx; apply: (slope_ext _ _ _ _ ok lt) => [i li|i li|i li|i li|j lj f].
- by rewrite /tw li.
- by rewrite hw // /toward_w li.
- by rewrite /tx li.
- by rewrite hx // /toward_x li.
by rewrite te_value ?inF //; exact: ltn_trans lj lt.
Qed.
(** Entries of the Jacobian, when F has all functions. *)
Definition pchange (t s l : nat) : pquotients := nth (integer pquotients Z0)
  (changes (R := pquotients) vw (fun i => over_bool (toward_w t i)) (vx s) (fun i => over_bool false) (ve m F s) p) l.
Lemma is_p_change t s l : (s < m)%N -> (forall j, (j < N)%N -> is_function p j -> key p s j \in F) -> is_p env (fentry p P t s l) (pchange t s l).
Proof.
move=> ls inF; rewrite /fentry.
have -> : nth 0 (changes (R := R) (weights P) (unit_vector L t) (entries P s) (fun=> 0) (values P s) p) l =
    nth 0 (changes (R := R) tw (fun i => (toward_w t i)%:R) (tx s) (fun=> 0) (te F s) p) l.
  apply: (changes_ext (R := R) (n := n) (d := d)) => // [i li|i li|i li|j lj f].
  - by rewrite /tw li.
  - by rewrite /toward_w li /unit_vector eq_sym; case: eqP.
  - by rewrite /tx li.
  by rewrite te_value ?inF.
apply: (changes_kept (pquotients_kept c0 env) (w := fun=> vw) (dw := fun _ i => over_bool (toward_w t i)) (x := fun=> vx s)
  (dx := fun _ i => over_bool false) (e := fun=> ve m F s)) => [i|i|i|i|i|].
- exact: is_p_w.
- exact: is_p_bool.
- exact: is_p_x.
- exact: (is_p_bool false).
- exact: is_p_e.
by apply: (@defined_dir L c0 _ (fun=> 0) _ _ (fun=> 0)); have := tdefined ls (leqnn _) inF; rewrite take_size.
Qed.
End Point.
End Encode.

(** A slope is linear in the direction. *)
Lemma slope_linear (F : fieldType) (c0 : [char F] =i pred0) k (c : 'I_k -> F) w dw (dws : 'I_k -> nat -> F) x dx (dxs : 'I_k -> nat -> F) e p q :
  (forall i, dw i = \sum_j c j * dws j i) -> (forall i, dx i = \sum_j c j * dxs j i) ->
  defined (R := field F) w (fun=> 0) x (fun=> 0) e (flines p) [::] ->
  slope (R := field F) w dw x dx e p q = \sum_j c j * slope (R := field F) w (dws j) x (dxs j) e p q.
Proof.
move=> E E' Df; have K : kept_by (I := 'I_k) (R := field F) (S := field F) (fun a b => forall j, a j = b) (fun a b => b = \sum_j c j * a j).
  apply: same_kept => //.
  - by move=> a a' b H ->; apply: eq_bigr => j _; rewrite H.
  - by rewrite big1 // => j _; rewrite mulr0.
  - by move=> a b a' b' -> ->; rewrite -big_split; apply: eq_bigr => j _; rewrite mulrDr.
  - by move=> a b a' b' -> ->; rewrite -sumrB; apply: eq_bigr => j _; rewrite mulrBr.
  - by move=> u a b ->; rewrite mulr_sumr; apply: eq_bigr => j _; rewrite mulrCA.
apply: (slope_kept K (w := fun=> w) (dw := dws) (x := fun=> x) (dx := dxs) (e := fun=> e)) => //.
exact: (defined_dir c0) Df.
Qed.

Section Directions.
Variables (p : fprogram) (n d m : nat) (ok : within n d p) (P : point rat) (gd : good p m P) (dw : nat -> rat) (dX : nat -> nat -> rat).
Definition toward (t : nat) : rat := coordinate n d (Point dw dX (fun _ _ => 0)) t.
Lemma moves_tslope F s k : (s < m)%N -> (k < size (flines p))%N -> (forall j, (j < k)%N -> is_function p j -> key p s j \in F) ->
  moves p P dw dX s k = \sum_(t < n + m * d) toward t * tslope p n d P F t s k.
Proof.
move=> ls lt inF; rewrite /moves.
have -> : slope (R := field [fieldType of rat]) (weights P) dw (entries P s) (dX s) (values P s) p k =
    slope (R := field [fieldType of rat]) (weights P) (fun i => if (i < n)%N then dw i else 0) (entries P s) (fun i => if (i < d)%N then dX s i else 0) (values P s) p k.
  by apply: (slope_ext (R := field [fieldType of rat]) (n := n) (d := d)) => // i ->.
rewrite (slope_linear rat0 (k := n + m * d) (c := fun t => toward t) (dws := fun t i => (toward_w n t i)%:R) (dxs := fun t i => (toward_x n d t s i)%:R)); last exact: gd.1.
- apply: eq_bigr => t _; congr (_ * _); apply: (slope_tslope ok gd) => // i li; by rewrite /toward_w /toward_x li.
- move=> i; case: ifP => li; last by rewrite big1 // => t _; rewrite /toward_w li mulr0.
  have lk : (i < n + m * d)%N by exact: leq_trans li (leq_addr _ _).
  rewrite (bigD1 (Ordinal lk)) //= /toward_w li eqxx mulr1 /toward /coordinate li /= big1 ?addr0 // => t ne.
  by rewrite -val_eqE /= in ne; rewrite (negbTE ne) mulr0.
move=> i; case: ifP => li; last by rewrite big1 // => t _; rewrite /toward_x li mulr0.
rewrite (bigD1 (Ordinal (entry_bound n ls li))) //= /toward_x li eqxx mulr1 /toward coordinate_entry //= big1 ?addr0 // => t ne.
by rewrite -val_eqE /= in ne; rewrite (negbTE ne) mulr0.
Qed.
End Directions.

(** ** Where all coordinates and functions are independent, the rank is the largest *)
Section Largest.
Variables (K : fieldType) (c0 : [char K] =i pred0) (p : fprogram) (n d m : nat) (P : point K) (ok : within n d p) (gd : good p m P).
Let N := size (flines p).
Hypothesis ind : algebraically_independent (elements n d P m (slots p (m * N))).
Lemma largest_rank A (P0 : point rat) : good p m P0 -> (\rank (fJ p P0 m A) <= \rank (fJ p P m A))%N.
Proof.
move=> gd0; have ind_ := ind; set F := slots p (m * N) in ind_.
have sz : size (elements n d P0 m F) = size (elements n d P m F) by rewrite !size_elements.
apply: (generic_quotients ind_ sz) => i j; rewrite !mxE; have [ls _] := frow_label i.
have inF q : (q < N)%N -> is_function p q -> key p (i %/ size (fresults p)) q \in F.
  move=> lq fq; apply: mem_key => //; apply: (@leq_trans ((i %/ size (fresults p)).+1 * N)); last by rewrite leq_mul2r ls orbT.
  by rewrite mulSn addnC ltn_add2r.
exists (pchange p n d m F (nth 0%N A j) (i %/ size (fresults p)) (i %% size (fresults p))).
by split; [exact: (is_p_change ok c0 gd) | exact: (is_p_change ok rat0 gd0)].
Qed.
End Largest.

(** More inputs, the first one once more. *)
Lemma more_inputs p m m' (P : point rat) A : (0 < m <= m')%N -> good p m P ->
  exists2 P' : point rat, good p m' P' & (\rank (fJ p P m A) <= \rank (fJ p P' m' A))%N.
Proof.
case/andP=> m0 le gd; pose f s := if (s < m)%N then s else 0%N.
have lf s : (f s < m)%N by rewrite /f; case: ifP.
exists (Point (weights P) (fun s => entries P (f s)) (fun s => values P (f s))).
  by split=> [s _|s k _ lk ns]; [exact: gd.1 | rewrite /= [LHS]gd.2 // [RHS]gd.2].
apply: mxrankS; apply/row_subP => i; have lt : (i < m' * size (fresults p))%N.
  by apply: leq_trans (ltn_ord i) _; rewrite leq_mul2r le orbT.
have [ls _] := frow_label i.
have -> : row i (fJ p P m A) = row (Ordinal lt) (fJ p (Point (weights P) (fun s => entries P (f s)) (fun s => values P (f s))) m' A).
  by apply/rowP => j; rewrite !mxE /fentry /= /f ls.
exact: row_sub.
Qed.

(** Without any premise: the dimension that a certificate states is the rank over rational functions of weights, inputs, exponentials and logarithms as independent
    variables, on as many inputs as are asked for (functional: on M and more). *)
Theorem generic_dimension p s A k : fdimension p s A k -> exists2 M, allowed s M & forall m, allowed s m -> (M <= m)%N ->
  forall (K : fieldType), [char K] =i pred0 -> forall n d (P : point K), within n d p -> good p m P ->
  algebraically_independent (elements n d P m (slots p (m * size (flines p)))) -> \rank (fJ p P m A) = k.
Proof.
case=> hind up [M [al [P0 gd0 e]]]; exists M => // m alm le K c0 n d P ok gd ind.
apply/eqP; rewrite eqn_leq (up K c0 m alm P gd) -e /=.
case: (posnP M) => [M0|M0]; first by apply: leq_trans (rank_leq_row _) _; rewrite M0 mul0n.
have [P' gd' rk'] := more_inputs A (introT andP (conj M0 le)) gd0.
exact: leq_trans rk' (largest_rank c0 ok gd ind A gd').
Qed.
