(** A certificate of allocert. What is proved are the theorems `answer_…`; their definitions are in Network.v and Families.v.
    Weights are named by their positions, from 0, tensor after tensor and row after row. *)
From Allocert Require Import Certificate.

(** ** lffn([2, 2, 2]), functional *)

Definition symmetries_1 : seq symmetry := [:: Symmetry [:: 2; 3; 0; 1; 5; 4; 7; 6] [:: 0; 1] [:: 0; 1]; Symmetry [:: 1; 0; 3; 2; 4; 5; 6; 7] [:: 1; 0] [:: 0; 1]; Symmetry [:: 0; 1; 2; 3; 6; 7; 4; 5] [:: 0; 1] [:: 1; 0]].
Definition bounds_1 : seq (known * reason) := [:: 
  ([:: 0; 1; 2; 3; 4; 5; 6; 7], 4, Coordinates); 
  ([:: 0; 1; 4; 6], 3, Kernel [:: [:: [:: (1, [:: w 0])]%ZZ; [:: (1, [:: w 1])]%ZZ; [:: (-1, [:: w 4])]%ZZ; [:: (-1, [:: w 6])]%ZZ]]); 
  ([:: 0; 1; 5; 7], 3, Kernel [:: [:: [:: (1, [:: w 2])]%ZZ; [:: (1, [:: w 3])]%ZZ; [:: (-1, [:: w 4])]%ZZ; [:: (-1, [:: w 6])]%ZZ]]); 
  ([:: 0; 2; 4; 5], 3, Coordinates); 
  ([:: 2; 3; 5; 7], 3, Image 1 0); 
  ([:: 2; 3; 4; 6], 3, Image 2 0); 
  ([:: 1; 3; 4; 5], 3, Image 3 1); 
  ([:: 0; 2; 6; 7], 3, Image 3 2); 
  ([:: 1; 3; 6; 7], 3, Image 6 2)].

Definition C_1_2 := Certificate (lffn [:: 2; 2; 2] false) Functional
  [:: -7; 8; -2; -6; -1; -8; -6; -4]%ZZ [:: [:: 1; 0]; [:: 0; 1]]%ZZ symmetries_1 bounds_1.
Lemma checked_1_2 : certificate_ok C_1_2 = true. Proof. computed. Qed.

(** dimensions of all allocations inside all: 1 of size 0 with 0, 8 of size 1 with 1, 28 of size 2 with 2, 56 of size 3 with 3, 8 of size 4 with 3, 62 of size 4 with 4, 56 of size 5 with 4, 28 of size 6 with 4, 8 of size 7 with 4, 1 of size 8 with 4 *)
Lemma computed_8 : count_ok C_1_2 (iota 0 8) [:: [:: 1]; [:: 0; 8]; [:: 0; 0; 28]; [:: 0; 0; 0; 56; 8]; [:: 0; 0; 0; 0; 62; 56; 28; 8; 1]]%num = true. Proof. computed. Qed.
Theorem answer_8 : census (lffn [:: 2; 2; 2] false) Functional (iota 0 8) [:: [:: 1]; [:: 0; 8]; [:: 0; 0; 28]; [:: 0; 0; 0; 56; 8]; [:: 0; 0; 0; 0; 62; 56; 28; 8; 1]]%num.
Proof. exact (census_checked checked_1_2 computed_8). Qed.

Print Assumptions answer_8.

