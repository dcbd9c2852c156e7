(** * At independent elements a matrix of rational functions has the largest rank *)

From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra perm.
From Allocert Require Import Network Polynomials Algebraic Answers FunctionsRun FunctionsChecker FunctionsSound.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Definition psum (qs : seq polynomial) : polynomial := foldr padd [::] qs.
Definition pprod (qs : seq polynomial) : polynomial := foldr pmul (pint 1) qs.
Definition pdet r (f : 'I_r -> 'I_r -> polynomial) : polynomial :=
  psum [seq pmul (pint (if odd_perm s then Zneg xH else Zpos xH)) (pprod [seq f i (s i) | i <- enum 'I_r]) | s : 'S_r <- enum predT].
Section Values.
Variables (R : comRingType) (env : N -> R).
Lemma pval_sum (I : Type) (r : seq I) f : pval env (psum [seq f i | i <- r]) = \sum_(i <- r) pval env (f i).
Proof. by elim: r => [|i r IH] /=; rewrite ?big_nil ?pval_nil // big_cons pval_add IH. Qed.
Lemma pval_prod (I : Type) (r : seq I) f : pval env (pprod [seq f i | i <- r]) = \prod_(i <- r) pval env (f i).
Proof. by elim: r => [|i r IH] /=; rewrite ?big_nil ?big_cons ?pval_mul ?IH // (pval_int env (Zpos xH)). Qed.
Lemma pval_det r (f : 'I_r -> 'I_r -> polynomial) : pval env (pdet f) = \det (\matrix_(i, j) pval env (f i j)).
Proof.
rewrite /pdet pval_sum /determinant big_enum; apply: eq_bigr => s _; rewrite pval_mul pval_int pval_prod big_enum; congr (_ * _).
  by case: odd_perm; rewrite ?expr1 ?expr0.
by apply: eq_bigr => i _; rewrite mxE.
Qed.
End Values.

Section Generic.
Variables (K : fieldType) (c0 : [char K] =i pred0) (gs : seq K) (ind : algebraically_independent gs) (rs : seq rat) (sz : size rs = size gs).
Lemma generic_rank m n (f : 'I_m -> 'I_n -> polynomial) :
  (\rank (\matrix_(i, j) pval (at_list rs) (f i j)) <= \rank (\matrix_(i, j) pval (at_list gs) (f i j)))%N.
Proof.
set B := \matrix_(i, j) pval (at_list rs) _; set A := \matrix_(i, j) _; set r := \rank B.
pose a := maxrankfun B; have fl : row_full (rowsub a B)^T by rewrite /row_full mxrank_tr; exact: maxrowsub_free.
pose g := fullrankfun fl; pose q := pdet (fun i j : 'I_r => f (a j) (g i)).
have dB : pval (at_list rs) q != 0.
  have := fullrowsub_unit fl; rewrite unitmxE unitfE /q pval_det; congr (\det _ != 0).
  by apply/matrixP => i j; rewrite !mxE.
have dA : pval (at_list gs) q != 0 by apply: contraNneq dB => z; rewrite (ind z sz).
have : rowsub g (rowsub a A)^T \in unitmx.
  rewrite unitmxE unitfE; move: dA; rewrite /q pval_det; congr (\det _ != 0).
  by apply/matrixP => i j; rewrite !mxE.
move/mxrank_unit => e; rewrite -[X in (X <= _)%N]e; apply: leq_trans (mxrankS (rowsub_sub _ _)) _; rewrite mxrank_tr; exact: mxrankS (rowsub_sub _ _).
Qed.

(** Values of one rational function at both. *)
Definition shares (x : K) (y : rat) : Prop := exists q, is_p (at_list gs) x q /\ is_p (at_list rs) y q.
Lemma shares_zero y : shares 0 y -> y = 0.
Proof.
case=> q [[_ e] [d0 e']]; apply: (mulIf d0); rewrite e' mul0r; apply: ind => //.
by rewrite -e mul0r.
Qed.
Lemma shares_int z : shares (ofZ K z) (ofZ [comRingType of rat] z).
Proof. by exists (over1 (pint z)); split; [have := is_p_over1 (at_list gs) (pint z) | have := is_p_over1 (at_list rs) (pint z)]; rewrite pval_int. Qed.
Lemma shares_add x y x' y' : shares x y -> shares x' y' -> shares (x + x') (y + y').
Proof.
move=> [q [h1 h2]] [q' [h1' h2']]; exists (pq_sum padd q q').
split; [exact: (k_plus (pquotients_kept c0 (at_list gs)) (a := fun=> q) (c := fun=> q') h1 h1') |
  exact: (k_plus (pquotients_kept rat0 (at_list rs)) (a := fun=> q) (c := fun=> q') h2 h2')].
Qed.
Lemma shares_mul x y x' y' : shares x y -> shares x' y' -> shares (x * x') (y * y').
Proof.
move=> [q [h1 h2]] [q' [h1' h2']]; exists (pq_times q q').
split; [exact: (k_times (pquotients_kept c0 (at_list gs)) (a := fun=> q) (c := fun=> q') h1 h1') |
  exact: (k_times (pquotients_kept rat0 (at_list rs)) (a := fun=> q) (c := fun=> q') h2 h2')].
Qed.
Lemma shares_sum (I : eqType) (r : seq I) (f : I -> K) (g : I -> rat) : (forall i, i \in r -> shares (f i) (g i)) ->
  shares (\sum_(i <- r) f i) (\sum_(i <- r) g i).
Proof.
elim: r => [|i r IH] H; first by rewrite !big_nil; exact: (shares_int Z0).
rewrite !big_cons; apply: shares_add; first by apply: H; rewrite inE eqxx.
by apply: IH => j jr; apply: H; rewrite inE jr orbT.
Qed.

Theorem generic_quotients m n (A : 'M[K]_(m, n)) (B : 'M[rat]_(m, n)) : (forall i j, shares (A i j) (B i j)) -> (\rank B <= \rank A)%N.
Proof.
move=> H; have /fin_all_exists [q Hq] : forall ij : 'I_m * 'I_n, exists q, is_p (at_list gs) (A ij.1 ij.2) q /\ is_p (at_list rs) (B ij.1 ij.2) q.
  by case=> i j; exact: H.
pose R i j := pmul (q (i, j)).1 (pprod [seq (q (i, l)).2 | l <- enum (predC1 j)]).
have scaled (F : fieldType) (env : N -> F) (M : 'M[F]_(m, n)) : (forall ij, is_p env (M ij.1 ij.2) (q ij)) ->
    forall i, exists2 u, u != 0 & row i (\matrix_(i, j) pval env (R i j)) = u *: row i M.
  move=> HM i; exists (\prod_l pval env (q (i, l)).2).
    by apply/prodf_neq0 => l _; have [] := HM (i, l).
  apply/rowP => j; rewrite !mxE /R pval_mul pval_prod big_enum [in RHS](bigD1 j) //=.
  by have [_ /= <-] := HM (i, j); rewrite -mulrA mulrC.
have up : (\rank B <= \rank (\matrix_(i, j) pval (at_list rs) (R i j)))%N.
  apply: mxrankS; apply/row_subP => i; have [u u0 e] := scaled _ _ _ (fun ij => (Hq ij).2) i.
  have -> : row i B = u^-1 *: (u *: row i B) by rewrite scalerA mulVf // scale1r.
  by rewrite -e; apply: scalemx_sub; exact: row_sub.
apply: leq_trans up (leq_trans (generic_rank R) _).
apply: mxrankS; apply/row_subP => i; have [u u0 ->] := scaled _ _ _ (fun ij => (Hq ij).1) i.
by apply: scalemx_sub; exact: row_sub.
Qed.
End Generic.
