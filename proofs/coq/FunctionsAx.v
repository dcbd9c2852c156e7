(** * The dimension of the network itself, by Ax's theorem

    A certificate speaks of exponentials and logarithms as if they were variables. Here the network's functions stand in a differential field, where
    they are exponentials and logarithms: say, meromorphic functions of weights and inputs near a point. No real analysis is used: that there is such a
    field is not proved, but asked for by [reading]. If Ax's theorem holds, the rank of the Jacobian of the labels, over that field, is the dimension
    that the certificate states: it is the rank at generic weights and inputs. *)

From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Allocert Require Import Network Recorded Polynomials Checker Sound Answers Algebraic Ax.
From Allocert Require Import Functions FunctionsRun FunctionsChecker FunctionsSound FunctionsAnswers FunctionsFields Generic FunctionsGeneric.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(** ** Definitions *)
(** z of a line, of which its u is a logarithm: the value of an exponential, the argument of a logarithm. *)
Definition exp_of (K : fieldType) (p : fprogram) (P : point K) (s k : nat) : K :=
  match nth (Basic (Sum (X 0) (X 0))) (flines p) k with Log _ => argument p P s k | _ => values P s k end.

(** A field with the partial derivatives D i by all coordinates, in which the program's exponentials and logarithms on m inputs are such. Coordinates have
    exponentials, too; these need not occur in the program. *)
Record reading (K : fieldType) (D : nat -> K -> K) (p : fprogram) (n d m : nat) (P : point K) : Prop := Reading {
  partial : differential (n + m * d) D;
  by_coordinates : forall i j, (i < n + m * d)%N -> (j < n + m * d)%N -> D i (coordinate n d P j) = (i == j)%:R;
  have_exponentials : forall i, (i < n + m * d)%N -> exists e, exponential (n + m * d) D (coordinate n d P i) e;
  have_values : good p m P;
  are_functions : forall s k, (s < m)%N -> (k < size (flines p))%N -> is_function p k ->
    exponential (n + m * d) D (u_of p P s k) (exp_of p P s k) }.

(** The derivatives of the labels on m inputs by the weights of A. *)
Definition label_jacobian (K : fieldType) (D : nat -> K -> K) (p : fprogram) (P : point K) (m : nat) (A : seq nat) :
    'M[K]_(m * size (fresults p), size A) :=
  \matrix_(i, j) D (nth 0%N A j) (label p P (i %/ size (fresults p)) (i %% size (fresults p))).

(** ** The theorem *)
Section Network.
Variables (K : fieldType) (c0 : [char K] =i pred0) (D : nat -> K -> K) (p : fprogram) (n d m : nat) (P : point K).
Hypotheses (rd : reading D p n d m P) (ok : within n d p) (ax : Ax).
Let k := (n + m * d)%N.
Let N := size (flines p).
Let ts := all_coordinates n d P m.
Let gd := have_values rd.
Definition us (r : nat) : seq K := [seq u_of p P f.1 f.2 | f <- slots p r].
Definition zs (r : nat) : seq K := [seq exp_of p P f.1 f.2 | f <- slots p r].
Lemma derives t : (t < k)%N -> derivation (D t).
Proof. exact: (each_derives (partial rd)). Qed.
Lemma slots_exponentials r : (r <= m * N)%N -> exponentials k D (us r) (zs r).
Proof.
move=> le; split=> [|i]; first by rewrite !size_map.
rewrite size_map => lt; rewrite !(nth_map (0%N, 0%N)) //.
have fin := mem_nth (0%N, 0%N) lt; have [_ /andP [f _] lN] := slots_mem fin.
by apply: (are_functions rd) => //; exact: slots_first le fin.
Qed.
Lemma value_key s j : (s < m)%N -> (j < N)%N -> values P s j = values P (key p s j).1 j.
Proof. by move=> ls lj; rewrite /key; case: ifP => // ns; rewrite gd.2 ?ns. Qed.
Lemma slots_inside r (S : K -> Prop) : (r <= m * N)%N -> subfield S -> (forall g, g \in elements n d P m (slots p r) -> S g) ->
  forall x, x \in us r ++ zs r -> S x.
Proof.
move=> le hS H x.
have value_in f : f \in slots p r -> S (values P f.1 f.2).
  by move=> fin; apply: H; rewrite mem_cat; apply/orP; right; apply/mapP; exists f.
have coordinate_in i : (i < k)%N -> S (coordinate n d P i).
  by move=> lt; apply: H; rewrite mem_cat; apply/orP; left; apply/mapP; exists i; rewrite ?mem_iota.
have argument_in f : f \in slots p r -> S (argument p P f.1 f.2).
  move=> fin; have [lr _ lN] := slots_mem fin; have lm := slots_first le fin.
  apply: (argument_inside (n := n) (d := d) hS _ (ltnW lN)) => //; first by have /andP [] := ok.
  - by move=> i li; have := coordinate_in i (leq_trans li (leq_addr _ _)); rewrite /coordinate li.
  - by move=> i li; have := coordinate_in _ (entry_bound n lm li); rewrite coordinate_entry.
  move=> i li fi; have liN : (i < N)%N by exact: ltn_trans li lN.
  rewrite value_key //; apply: (value_in (key p f.1 i)); apply: mem_key => //.
  by apply: ltn_trans lr; rewrite ltn_add2l.
rewrite mem_cat => /orP [] /mapP [f fin ->]; rewrite /u_of /exp_of.
  by case: (nth _ _ _) => [l|a b|a|a]; try exact: argument_in; exact: value_in.
by case: (nth _ _ _) => [l|a b|a|a]; try exact: value_in; exact: argument_in.
Qed.

Section Independent.
Variables (s : samples) (hind : independent_functions p s) (al : allowed s m).
Lemma slots_free r : (r < m * N)%N -> algebraically_independent (elements n d P m (slots p r)) -> free k D (us r.+1).
Proof.
move=> lt ind c [i li ci] con; set F' := slots p r.+1; set F := slots p r.
pose c' s' q := if (s', q) \in F' then c (index (s', q) F') else Z0.
have li' : (i < size F')%N by move: li; rewrite size_map.
pose f0 := nth (0%N, 0%N) F' i; have f0F : f0 \in F' by exact: mem_nth.
have some : exists t q, [/\ (t < m)%N, (q < N)%N, counts p t q & c' t q <> Z0].
  have [_ co lN] := slots_mem f0F; exists f0.1, f0.2; split=> //; first exact: slots_first lt f0F.
  by rewrite /c' -surjective_pairing f0F index_uniq ?uniq_slots.
have [P0 gd0 [dw [dX nz]]] := hind al some.
have inF f : f \in F' -> [/\ (f.1 < m)%N, (f.2 < N)%N & forall j, (j < f.2)%N -> is_function p j -> key p f.1 j \in F].
  move=> fin; have [lr _ lN] := slots_mem fin; split=> //; first exact: slots_first lt fin.
  move=> j lj fj; apply: mem_key => //; first exact: ltn_trans lj lN.
  by rewrite -ltnS; apply: leq_ltn_trans lr; rewrite ltn_add2l.
have zero t : (t < k)%N -> \sum_(f <- F') ofZ _ (c (index f F')) * tslope p n d P0 F t f.1 f.2 = 0.
  move=> ltt; have sz : size (elements n d P0 m F) = size (elements n d P m F) by rewrite !size_elements.
  apply: (shares_zero ind sz).
  have <- : \sum_(f <- F') ofZ K (c (index f F')) * tslope p n d P F t f.1 f.2 = 0.
    rewrite -[RHS](con t ltt) (d_combination (derives ltt)) (big_nth (0%N, 0%N)).
    rewrite -(big_mkord xpredT (fun j => ofZ K (c j) * D t (nth 0 (us r.+1) j))) (size_map _ F' : size (us r.+1) = _).
    apply: eq_big_nat => j /andP [_ lj]; rewrite index_uniq ?uniq_slots //; congr (_ * _).
    rewrite (nth_map (0%N, 0%N)) //; set f := nth _ _ j.
    have fin : f \in F' by exact: mem_nth.
    have [lm lN inf] := inF f fin.
    rewrite (u_derived c0 (derives ltt) (gd.1 _ lm)) //.
      symmetry; apply: (slope_tslope ok gd) => // l ll.
        by have := by_coordinates rd ltt (leq_trans ll (leq_addr _ _)); rewrite /coordinate ll.
      by have := by_coordinates rd ltt (entry_bound n lm ll); rewrite coordinate_entry.
    move=> q lq; have := are_functions rd lm lq; rewrite is_function_e /u_of /exp_of.
    by case: (nth _ _ q) => // a /(_ isT) [_ /(_ t ltt)].
  apply: (shares_sum c0) => f fin; have [lm lN inf] := inF f fin; apply: (shares_mul c0); first exact: shares_int.
  exists (pslope p n d m F t f.1 f.2); split; [exact: (is_p_slope ok c0 gd) | exact: (is_p_slope ok rat0 gd0)].
case/eqP: nz; rewrite (sum_slots (G := fun s' q => ofZ [fieldType of rat] (c' s' q) * moves p P0 dw dX s' q) lt) => [|s' q le]; last first.
  rewrite /c'; case: ifP => [/slots_mem [/= le' _ _]|_]; last by rewrite mul0r.
  by rewrite ltnNge le in le'.
transitivity (\sum_(f <- F') \sum_(t < k) toward n d dw dX t * (ofZ [comRingType of rat] (c (index f F')) * tslope p n d P0 F t f.1 f.2)).
  rewrite !big_seq; apply: eq_bigr => f fin; have [lm lN inf] := inF f fin.
  rewrite /c' -surjective_pairing fin (moves_tslope ok gd0 dw dX lm lN inf) mulr_sumr.
  by apply: eq_bigr => t _; rewrite mulrCA.
rewrite exchange_big big1 //= => t _; rewrite -mulr_sumr zero ?mulr0 //; exact: ltn_ord.
Qed.
Theorem elements_independent r : (r <= m * N)%N -> algebraically_independent (elements n d P m (slots p r)).
Proof.
have main r' : (r' <= m * N)%N -> free k D (us r') -> algebraically_independent (elements n d P m (slots p r')).
  move=> le fr; apply: (tower c0 (partial rd) ax (ts := ts) _ _ _ (slots_exponentials le) fr).
  - by rewrite size_mkseq.
  - by move=> t i lt li; rewrite nth_mkseq //; exact: (by_coordinates rd).
  - by move=> i li; rewrite nth_mkseq //; exact: (have_exponentials rd).
  - by rewrite !size_map.
  by move=> S hS; exact: (slots_inside le hS).
elim: r => [|r IH] le; first by apply: main => // c [].
apply: main => //; apply: slots_free => //; exact: IH (ltnW le).
Qed.
End Independent.

Lemma label_jacobian_e A : all (fun a => (a < n)%N) A -> label_jacobian D p P m A = fJ p P m A.
Proof.
move=> lA; apply/matrixP => i j; rewrite !mxE; have [ls _] := frow_label i.
have la : (nth 0%N A j < n)%N by exact: (all_nthP 0%N lA).
have lk : (nth 0%N A j < k)%N by exact: leq_trans la (leq_addr _ _).
rewrite (label_derived c0 (derives lk) (gd.1 _ ls)) => [|q lq].
  rewrite /fentry; apply: (changes_ext (R := field K) (n := n) (d := d)) => // l ll.
    have := by_coordinates rd lk (leq_trans ll (leq_addr _ _)); rewrite /coordinate ll => ->.
    by rewrite /unit_vector eq_sym; case: eqP.
  have := by_coordinates rd lk (entry_bound n ls ll); rewrite coordinate_entry // => ->.
  by case: eqP => // e; move: la; rewrite e -addnA ltnNge leq_addr.
have := are_functions rd ls lq; rewrite is_function_e /u_of /exp_of.
by case: (nth _ _ q) => // a /(_ isT) [_ /(_ _ lk)].
Qed.
End Network.

(** If Ax's theorem holds, that is the rank of the labels' derivatives by the weights of A, in every field in which the network can be read. *)
Theorem dimension_by_Ax (ax : Ax) p s A k : fdimension p s A k -> exists2 M, allowed s M & forall m, allowed s m -> (M <= m)%N ->
  forall (K : fieldType), [char K] =i pred0 -> forall (D : nat -> K -> K) n d (P : point K),
  within n d p -> all (fun a => (a < n)%N) A -> reading D p n d m P -> \rank (label_jacobian D p P m A) = k.
Proof.
move=> H; have [hind _ _] := H; have [M al G] := generic_dimension H; exists M => // m alm le K c0 D n d P ok lA rd.
rewrite (label_jacobian_e c0 rd ok lA); apply: (G m alm le K c0 n d P ok (have_values rd)).
exact: (elements_independent c0 rd ok ax hind alm (leqnn _)).
Qed.
