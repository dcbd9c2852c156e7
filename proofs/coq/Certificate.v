(** * What a file with a certificate imports *)

From Coq Require Export ZArith NArith.
From mathcomp Require Export ssreflect ssrfun ssrbool eqtype ssrnat seq.
From Allocert Require Export Network Families Polynomials Linear Checker Answers.
Delimit Scope Z_scope with ZZ.

(** A term of a polynomial in weights (w i) and entries of inputs (x M t e: entry e of sample t, of M). *)
Notation w := weight_variable (only parsing).
Notation x := input_variable (only parsing).

(** One certificate with several answers, each checked by computing. *)
Lemma dimension_checked C p s A k : certificate_ok C = true -> network C = p -> asked C = s ->
  dimension_ok C A k = true -> dimension p s A k.
Proof. by move=> ok <- <-; exact: dimension_sound. Qed.
Lemma census_checked C p s E t : certificate_ok C = true -> network C = p -> asked C = s ->
  count_ok C E t = true -> census p s E t.
Proof. by move=> ok <- <-; exact: census_sound. Qed.
Arguments dimension_checked {C p s A k}.
Arguments census_checked {C p s E t}.

(** Whether a computation says true: the kernel's virtual machine runs it once. *)
Ltac computed := vm_cast_no_check (@erefl bool true).
