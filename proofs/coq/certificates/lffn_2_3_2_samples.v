(** A certificate of allocert. What is proved are the theorems `answer_…`; their definitions are in Network.v and Families.v.
    Weights are named by their positions, from 0, tensor after tensor and row after row. *)
From Allocert Require Import Certificate.

(** ** lffn([2, 3, 2]), 2 samples *)

Definition symmetries_1 : seq symmetry := [:: Symmetry [:: 2; 3; 0; 1; 4; 5; 7; 6; 8; 10; 9; 11] [:: 0; 1] [:: 0; 1]; Symmetry [:: 0; 1; 4; 5; 2; 3; 6; 8; 7; 9; 11; 10] [:: 0; 1] [:: 0; 1]; Symmetry [:: 1; 0; 3; 2; 5; 4; 6; 7; 8; 9; 10; 11] [:: 1; 0] [:: 0; 1]; Symmetry [:: 0; 1; 2; 3; 4; 5; 9; 10; 11; 6; 7; 8] [:: 0; 1] [:: 1; 0]].
Definition bounds_1 : seq (known * reason) := [:: 
  ([:: 0; 1; 2; 3; 4; 5; 6; 7; 8; 9; 10; 11], 4, Coordinates); 
  ([:: 0; 2; 4], 2, Coordinates); 
  ([:: 0; 1; 6; 9], 3, Kernel [:: [:: [:: (1, [:: w 0])]%ZZ; [:: (1, [:: w 1])]%ZZ; [:: (-1, [:: w 6])]%ZZ; [:: (-1, [:: w 9])]%ZZ]]); 
  ([:: 0; 1; 8; 11], 3, Kernel [:: [:: [:: (1, [:: w 4])]%ZZ; [:: (1, [:: w 5])]%ZZ; [:: (-1, [:: w 6])]%ZZ; [:: (-1, [:: w 9])]%ZZ]]); 
  ([:: 0; 2; 4; 9; 10; 11], 3, Coordinates); 
  ([:: 1; 3; 5], 2, Image 1 2); 
  ([:: 6; 7; 8], 2, Coordinates); 
  ([:: 2; 3; 7; 10], 3, Image 2 0); 
  ([:: 2; 3; 8; 11], 3, Image 3 0); 
  ([:: 0; 1; 7; 10], 3, Image 3 1); 
  ([:: 4; 5; 6; 9], 3, Kernel [:: [:: [:: (-1, [:: w 0])]%ZZ; [:: (-1, [:: w 1])]%ZZ; [:: (1, [:: w 8])]%ZZ; [:: (1, [:: w 11])]%ZZ]]); 
  ([:: 1; 3; 5; 9; 10; 11], 3, Image 4 2); 
  ([:: 0; 2; 4; 6; 7; 8], 3, Image 4 3); 
  ([:: 1; 3; 5; 6; 7; 8], 3, Coordinates); 
  ([:: 9; 10; 11], 2, Coordinates); 
  ([:: 4; 5; 8; 11], 3, Image 7 1); 
  ([:: 4; 5; 7; 10], 3, Image 8 1); 
  ([:: 2; 3; 6; 9], 3, Image 9 0)].

Definition C_1_2 := Certificate (lffn [:: 2; 3; 2] false) (Samples 2)
  [:: -7; 8; -2; -6; -1; -8; -6; -4; 9; 4; 8; -5]%ZZ [:: [:: 1; 0]; [:: 0; 1]]%ZZ symmetries_1 bounds_1.
Lemma checked_1_2 : certificate_ok C_1_2 = true. Proof. computed. Qed.

(** dimensions of all allocations inside all: 1 of size 0 with 0, 12 of size 1 with 1, 66 of size 2 with 2, 4 of size 3 with 2, 216 of size 3 with 3, 81 of size 4 with 3, 414 of size 4 with 4, 24 of size 5 with 3, 768 of size 5 with 4, 4 of size 6 with 3, 920 of size 6 with 4, 792 of size 7 with 4, 495 of size 8 with 4, 220 of size 9 with 4, 66 of size 10 with 4, 12 of size 11 with 4, 1 of size 12 with 4 *)
Lemma computed_9 : count_ok C_1_2 (iota 0 12) [:: [:: 1]; [:: 0; 12]; [:: 0; 0; 66; 4]; [:: 0; 0; 0; 216; 81; 24; 4]; [:: 0; 0; 0; 0; 414; 768; 920; 792; 495; 220; 66; 12; 1]]%num = true. Proof. computed. Qed.
Theorem answer_9 : census (lffn [:: 2; 3; 2] false) (Samples 2) (iota 0 12) [:: [:: 1]; [:: 0; 12]; [:: 0; 0; 66; 4]; [:: 0; 0; 0; 216; 81; 24; 4]; [:: 0; 0; 0; 0; 414; 768; 920; 792; 495; 220; 66; 12; 1]]%num.
Proof. exact (census_checked checked_1_2 computed_9). Qed.

Print Assumptions answer_9.

