(** * What that checker says true of holds *)

From Coq Require Import ZArith NArith QArith_base Qreduction.
From mathcomp Require Import all_ssreflect all_algebra fraction.
From Allocert Require Import Network Recorded Polynomials Linear Checker Sound Answers Functions FunctionsRun FunctionsChecker.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Numbers.
Variables (F : fieldType) (c0 : [char F] =i pred0).
Notation den_neq0 := (den_neq0 c0).

(** ** Rational numbers *)
Definition is_q (v : F) (q : QArith_base.Q) : Prop := v * ofZ F (Zpos (Qden q)) = ofZ F (Qnum q).
Lemma is_q_int z : is_q (ofZ F z) (inject_Z z).
Proof. by rewrite /is_q /= mulr1. Qed.
Lemma is_q_eq v q q' : Qeq q q' -> is_q v q -> is_q v q'.
Proof.
rewrite /Qeq /is_q => /(congr1 (ofZ F)); rewrite !ofZ_mul => E H.
by apply: (mulIf (den_neq0 (Qden q))); rewrite -E -H mulrAC.
Qed.
Lemma is_q_red v q : is_q v q -> is_q v (Qred q).
Proof. by apply: is_q_eq; apply: Qeq_sym; exact: Qred_correct. Qed.
Lemma pos_mul a b : ofZ F (Zpos (Pos.mul a b)) = ofZ F (Zpos a) * ofZ F (Zpos b).
Proof. exact: (ofZ_mul F (Zpos a) (Zpos b)). Qed.
Lemma is_q_add v v' q q' : is_q v q -> is_q v' q' -> is_q (v + v') (Qplus q q').
Proof.
rewrite /is_q; have -> : Qden (Qplus q q') = Pos.mul (Qden q) (Qden q') by [].
have -> : Qnum (Qplus q q') = Z.add (Z.mul (Qnum q) (Zpos (Qden q'))) (Z.mul (Qnum q') (Zpos (Qden q))) by [].
rewrite pos_mul ofZ_add !ofZ_mul => <- <-; rewrite mulrDl !mulrA; congr (_ + _).
by rewrite mulrAC.
Qed.
Lemma is_q_opp v q : is_q v q -> is_q (- v) (Qopp q).
Proof.
rewrite /is_q; have -> : Qden (Qopp q) = Qden q by []. have -> : Qnum (Qopp q) = Z.opp (Qnum q) by [].
by rewrite ofZ_opp => <-; rewrite mulNr.
Qed.
Lemma is_q_mul v v' q q' : is_q v q -> is_q v' q' -> is_q (v * v') (Qmult q q').
Proof.
rewrite /is_q; have -> : Qden (Qmult q q') = Pos.mul (Qden q) (Qden q') by [].
have -> : Qnum (Qmult q q') = Z.mul (Qnum q) (Qnum q') by [].
by rewrite pos_mul ofZ_mul => <- <-; rewrite mulrACA.
Qed.
Lemma is_q_neq0 v q : is_q v q -> nonzero (Qnum q) -> v != 0.
Proof. by move=> H /(nonzeroP c0); rewrite -H; apply: contraNneq => ->; rewrite mul0r. Qed.
Lemma is_q_inv v q : is_q v q -> nonzero (Qnum q) -> is_q v^-1 (Qinv q).
Proof.
move=> H nz; have v0 := is_q_neq0 H nz; move: H nz; rewrite /is_q /Qinv; case: (Qnum q) => //= a H _.
  by rewrite -H mulrA mulVf // mul1r.
have -> : (Pos.to_nat a)%:R = - (v * (Pos.to_nat (Qden q))%:R) :> F by rewrite H opprK.
by rewrite mulrN mulrA mulVf // mul1r.
Qed.
Lemma rationals_kept : kept_by (I := unit) (R := field F) (S := rationals) (fun a q => is_q (a tt) q) (fun a q => is_q (a tt) q).
Proof.
split; try by move=> a a' b E; rewrite E.
- exact: is_q_int.
- exact: (is_q_int Z0).
- by move=> a b c d H H'; exact: (is_q_red (is_q_add H H')).
- by move=> a b c d H H'; exact: (is_q_red (is_q_add H (is_q_opp H'))).
- by move=> a b c d H H'; exact: (is_q_red (is_q_mul H H')).
- by move=> a b H nz []; exact: is_q_neq0 H nz.
- by move=> a b H nz; exact: is_q_inv.
- by [].
- by move=> a b c d H H'; exact: (is_q_red (is_q_add H H')).
- by move=> a b c d H H'; exact: (is_q_red (is_q_add H (is_q_opp H'))).
- by move=> a b c d H H'; exact: (is_q_red (is_q_mul H H')).
Qed.

Lemma cleared_ok d q v : divides d q -> is_q v q -> ofZ F (cleared d q) = ofZ F (Zpos d) * v.
Proof.
move=> /Z.eqb_eq /Z_div_exact_full_2 H E; have {}H : Zpos d = Z.mul (Zpos (Qden q)) (Z.div (Zpos d) (Zpos (Qden q))) by apply: H.
have -> : ofZ F (Zpos d) = ofZ F (Zpos (Qden q)) * ofZ F (Z.div (Zpos d) (Zpos (Qden q))) by rewrite -ofZ_mul -H.
have -> : ofZ F (cleared d q) = ofZ F (Qnum q) * ofZ F (Z.div (Zpos d) (Zpos (Qden q))) by exact: ofZ_mul.
have <- : v * ofZ F (Zpos (Qden q)) = ofZ F (Qnum q) by exact: E.
by rewrite [RHS]mulrC mulrA.
Qed.
Lemma qrank_sound width rows (M : 'M[F]_(size rows, width)) :
  (forall i j, is_q (M i j) (nth (inject_Z Z0) (nth [::] rows i) j)) -> (qrank width rows <= \rank M)%N.
Proof.
move=> H; rewrite /qrank /clear; set d := lcm_den _; case: ifP => // /(all_nthP [::]) sz.
case: ifP => // /(all_nthP [::]) dv; set zs := [seq _ | row <- rows].
have szs : all (fun u => size u == width) zs.
  by rewrite all_map; apply/(all_nthP [::]) => i lt /=; rewrite size_map; exact: sz.
apply: leq_trans (zrank_sound c0 _ szs) _; apply: mxrankS; apply/row_subP => i; rewrite rowK.
have lt : (i < size rows)%N by have := ltn_ord i; rewrite [X in (_ < X)%N]size_map.
have -> : row_of F width (nth [::] zs i) = ofZ F (Zpos d) *: row (Ordinal lt) M.
  apply/rowP => j; have ltj : (j < size (nth [::] rows i))%N by rewrite (eqP (sz i lt)).
  rewrite !mxE (nth_map [::]) // (nth_map (inject_Z Z0)) //; apply: cleared_ok; last exact: H.
  by apply: (all_nthP _ (dv i lt)).
by apply: scalemx_sub; exact: row_sub.
Qed.

(** ** Quotients of polynomials *)
Section Polynomial.
Variable env : N -> F.
Definition is_p (v : F) (q : pquotient) : Prop := pval env q.2 != 0 /\ v * pval env q.2 = pval env q.1.
Lemma same_polynomial_ok a b : same_polynomial a b -> pval env a = pval env b.
Proof. by move/nilP/(congr1 (pval env)); rewrite pval_add pval_neg pval_nil => /eqP; rewrite subr_eq0 => /eqP. Qed.
Lemma is_p_over1 q : is_p (pval env q) (over1 q).
Proof. by split; rewrite /= pval_cons pval_nil addr0 /mval big_nil mulr1 ?oner_eq0 // mulr1. Qed.
Lemma is_p_sum op (s : F -> F -> F) a b u v : (forall p q, pval env (op p q) = s (pval env p) (pval env q)) ->
  (forall x y c, s (x * c) (y * c) = s x y * c) -> is_p u a -> is_p v b -> is_p (s u v) (pq_sum op a b).
Proof.
move=> E lin [a0 ea] [b0 eb]; rewrite /pq_sum /is_p; case: ifP => [/same_polynomial_ok same|_] /=.
  by rewrite E -ea -eb -same lin.
by rewrite E !pval_mul mulf_neq0 // -ea -eb -lin !mulrA; split=> //; congr s; rewrite mulrAC.
Qed.
Lemma pquotients_kept : kept_by (I := unit) (R := pquotients) (S := field F) (fun q v => is_p v (q tt)) (fun q v => is_p v (q tt)).
Proof.
have sum a b c d : is_p b a -> is_p d c -> is_p (b + d) (pq_sum padd a c).
  by apply: (is_p_sum (s := +%R)) => [p q|x y e]; [exact: pval_add | rewrite mulrDl].
have difference a b c d : is_p b a -> is_p d c -> is_p (b - d) (pq_sum (fun p q => padd p (pneg q)) a c).
  by apply: (is_p_sum (s := fun x y => x - y)) => [p q|x y e]; [rewrite pval_add pval_neg | rewrite mulrBl].
have product a b c d : is_p b a -> is_p d c -> is_p (b * d) (pmul a.1 c.1, pmul a.2 c.2).
  by case=> a0 ea [b0' eb]; rewrite /is_p /= !pval_mul mulf_neq0 // -ea -eb mulrACA.
split=> /=; try by move=> a a' b E; rewrite E.
- by move=> z; have := is_p_over1 (pint z); rewrite pval_int.
- by have := is_p_over1 (pint Z0); rewrite pval_int.
- by move=> a b c d; exact: sum.
- by move=> a b c d; exact: difference.
- by move=> a b c d; exact: product.
- by [].
- move=> a b [a0 ea] ok; have n0 : pval env (a tt).1 != 0 by rewrite -ea mulf_neq0.
  by split=> //=; rewrite -ea mulrA mulVf // mul1r.
- exact: den_neq0.
- by move=> a b c d; exact: sum.
- by move=> a b c d; exact: difference.
- by move=> a b c d; exact: product.
Qed.
End Polynomial.
End Numbers.

Section Answers.
Variable C : fcertificate.
Let p := fnetwork C.
Let outs := size (fresults p).
Let D := defined_dir.

(** A point of one input over any field, with one value for all inputs. *)
Section Sample.
Variables (F : fieldType) (c0 : [char F] =i pred0) (P : sample).
Definition Fw (i : nat) : F := ofZ F (nthz (at_weights P) i).
Definition Fx (i : nat) : F := ofZ F (nthz (at_input P) i).
Definition Fe (k : nat) : F := ofZ F (function_at (at_functions P) k).
Lemma is_q_zero i : is_q (0 : F) (q0 i).
Proof. exact: (is_q_int F Z0). Qed.
Lemma is_q_unit a i : is_q (unit_vector F a i) (qunit a i).
Proof.
rewrite /unit_vector /qunit /zunit; case: eqP => _; [exact: (is_q_int F (Zpos xH)) | exact: (is_q_int F Z0)].
Qed.
Lemma is_defined : qdefined C P -> defined (R := field F) Fw (fun=> 0) Fx (fun=> 0) Fe (flines p) [::].
Proof.
move=> H; apply: (defined_kept (rationals_kept c0) (w := fun=> Fw) (dw := fun _ _ => 0) (x := fun=> Fx) (dx := fun _ _ => 0)
  (e := fun=> Fe) (w' := qw P) (dw' := q0) (x' := qx P) (dx' := q0) (e' := qe P) _ _ _ _ _ H tt) => i;
  [exact: is_q_int | exact: is_q_zero | exact: is_q_int | exact: is_q_zero | exact: is_q_int].
Qed.
Lemma qdefined_dir dw dx : qdefined C P -> defined (R := rationals) (qw P) dw (qx P) dx (qe P) (flines p) [::].
Proof.
move=> H; have K : kept_by (I := unit) (R := rationals) (S := rationals) (fun a b => a tt = b) (fun _ _ => True).
  split=> //=.
  - by move=> a a' b E <-; rewrite E.
  - by move=> a b c d <- <-.
  - by move=> a b c d <- <-.
  - by move=> a b c d <- <-.
  - by move=> a b <- ok [].
  - by move=> a b <-.
by apply: (defined_kept K (w := fun=> qw P) (dw := fun=> dw) (x := fun=> qx P) (dx := fun=> dx) (e := fun=> qe P)
  (w' := qw P) (dw' := q0) (x' := qx P) (dx' := q0) (e' := qe P) _ _ _ _ _ H tt).
Qed.
Lemma is_change a l : qdefined C P -> is_q (nth 0 (changes (R := field F) Fw (unit_vector F a) Fx (fun=> 0) Fe p) l)
  (nth (inject_Z Z0) (changes (R := rationals) (qw P) (qunit a) (qx P) q0 (qe P) p) l).
Proof.
move=> H; apply: (changes_kept (rationals_kept c0) (w := fun=> Fw) (dw := fun=> unit_vector F a) (x := fun=> Fx) (dx := fun _ _ => 0)
  (e := fun=> Fe)) => [i|i|i|i|i|]; try exact: is_q_int; [exact: is_q_unit | exact: is_q_zero | exact: qdefined_dir].
Qed.
Lemma is_slope dw dx dw' dx' k : (forall i, is_q (dw i) (dw' i)) -> (forall i, is_q (dx i) (dx' i)) -> qdefined C P ->
  is_q (slope (R := field F) Fw dw Fx dx Fe p k) (slope (R := rationals) (qw P) dw' (qx P) dx' (qe P) p k).
Proof.
move=> hw hx H; apply: (slope_kept (rationals_kept c0) (w := fun=> Fw) (dw := fun=> dw) (x := fun=> Fx) (dx := fun=> dx)
  (e := fun=> Fe)) => [i|i|i|i|i|]; try exact: is_q_int; [exact: hw | exact: hx | exact: qdefined_dir].
Qed.
End Sample.
End Answers.
