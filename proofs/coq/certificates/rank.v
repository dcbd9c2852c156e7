(** A certificate of allocert. What is proved are the theorems `answer_…`; their definitions are in Network.v and Families.v.
    Weights are named by their positions, from 0, tensor after tensor and row after row. *)
From Allocert Require Import Certificate.

(** ** lffn([2, 2, 2]), functional *)

Definition symmetries_1 : seq symmetry := [::].
Definition bounds_1 : seq (known * reason) := [:: 
  ([:: 0; 1; 2; 3; 4; 5; 6; 7], 4, Coordinates); 
  ([:: 0; 1; 4; 6], 3, Kernel [:: [:: [:: (1, [:: w 0])]%ZZ; [:: (1, [:: w 1])]%ZZ; [:: (-1, [:: w 4])]%ZZ; [:: (-1, [:: w 6])]%ZZ]])].

Definition C_1_2 := Certificate (lffn [:: 2; 2; 2] false) Functional
  [:: -7; 8; -2; -6; -1; -8; -6; -4]%ZZ [:: [:: 1; 0]; [:: 0; 1]]%ZZ symmetries_1 bounds_1.
Lemma checked_1_2 : certificate_ok C_1_2 = true. Proof. computed. Qed.

(** the dimension of all is 4 *)
Lemma computed_5 : dimension_ok C_1_2 [:: 0; 1; 2; 3; 4; 5; 6; 7] 4 = true. Proof. computed. Qed.
Theorem answer_5 : dimension (lffn [:: 2; 2; 2] false) Functional [:: 0; 1; 2; 3; 4; 5; 6; 7] 4.
Proof. exact (dimension_checked checked_1_2 computed_5). Qed.

(** the dimension of W1[0,0] W1[0,1] W2[0,0] W2[1,0] is 3 *)
Lemma computed_8 : dimension_ok C_1_2 [:: 0; 1; 4; 6] 3 = true. Proof. computed. Qed.
Theorem answer_8 : dimension (lffn [:: 2; 2; 2] false) Functional [:: 0; 1; 4; 6] 3.
Proof. exact (dimension_checked checked_1_2 computed_8). Qed.

(** W1[0,0] W1[0,1] W2[0,0] W2[1,0] does not span *)
Theorem answer_9 : ~ spans (lffn [:: 2; 2; 2] false) Functional 8 [:: 0; 1; 4; 6].
Proof. exact (not_spans_checked (n := 8) answer_8 answer_5 erefl). Qed.

Print Assumptions answer_5.
Print Assumptions answer_8.
Print Assumptions answer_9.

