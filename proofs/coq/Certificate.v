(** * What a file with a certificate imports *)

From Coq Require Export ZArith NArith.
From mathcomp Require Export ssreflect ssrfun ssrbool eqtype ssrnat seq.
From Allocert Require Export Network Families Polynomials Recorded Linear Checker Answers Instances.
Delimit Scope Z_scope with ZZ.

(** A term of a polynomial in weights (w i) and entries of inputs (x M t e: entry e of sample t, of M). *)
Notation w := weight_variable (only parsing).
Notation x := input_variable (only parsing).

(** The rational number n/d of an instance. *)
Definition r (n : Z) (d : positive) : Network.rational := (n, d).

(** What a certificate proves about its network, once two computations say true. *)
Section Checked.
Variables (p : program) (s : samples) (ws : seq Z) (xs : seq (seq Z)) (ys : seq symmetry) (bs : seq (known * reason)).
Let C := Certificate p s ws xs ys bs.
Hypothesis ok : certificate_ok C = true.
Lemma dimension_checked A k : dimension_ok C A k = true -> dimension p s A k.
Proof. exact: dimension_sound. Qed.
Lemma dimensions_checked E ds i : dimensions_ok C E ds = true -> (i < size ds) = true ->
  dimension p s (nth ([::], 0) ds i).1 (nth ([::], 0) ds i).2.
Proof. exact: dimensions_sound. Qed.
Lemma at_most_checked A k : at_most_ok C A k = true -> at_most p s A k.
Proof. exact: (at_most_sound ok). Qed.
Lemma at_least_checked A k : at_least_ok C A k = true -> at_least p s A k.
Proof. exact: at_least_sound. Qed.
Lemma census_checked E t : count_ok C E t = true -> census p s E t.
Proof. exact: census_sound. Qed.
End Checked.

(** The dimension is a function of the allocation. *)
Lemma dimension_unique p s A k k' : dimension p s A k -> dimension p s A k' -> k = k'.
Proof.
have le j j' : at_most p s A j -> attained p s A j' -> j' <= j.
  by move=> up [m [al [w [X <-]]]]; apply: (up _ _ m al); exact: rat0.
by case=> up low [up' low']; apply/eqP; rewrite eqn_leq (le _ _ up' low) (le _ _ up low').
Qed.
Lemma spans_checked p s n A k : dimension p s A k -> dimension p s (iota 0 n) k -> spans p s n A.
Proof. by move=> one all; exists k. Qed.
Lemma not_spans_checked p s n A k k' : dimension p s A k -> dimension p s (iota 0 n) k' -> (k < k') = true ->
  ~ spans p s n A.
Proof. by move=> one all lt [j /(dimension_unique _ _ _ _ _ one) <- /(dimension_unique _ _ _ _ _ all) e]; rewrite e ltnn in lt. Qed.
Arguments solution_sound {p A I s}.
Arguments solution_everywhere_sound {p A I s}.
Arguments absence_sound {p A I a}.
Arguments spans_checked {p s n A k}.
Arguments not_spans_checked {p s n A k k'}.
Arguments dimension_checked {p s ws xs ys bs} ok {A k}.
Arguments dimensions_checked {p s ws xs ys bs} ok {E ds} i.
Arguments at_most_checked {p s ws xs ys bs} ok {A k}.
Arguments at_least_checked {p s ws xs ys bs} {A k}.
Arguments census_checked {p s ws xs ys bs} ok {E t}.

(** Whether a computation says true: the kernel's virtual machine runs it once. *)
Ltac computed := vm_cast_no_check (@erefl bool true).
