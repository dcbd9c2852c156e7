(** A certificate of allocert. What is proved are the theorems `answer_…`; their definitions are in Network.v and Families.v.
    Weights are named by their positions, from 0, tensor after tensor and row after row. *)
From Allocert Require Import Certificate.

(** ** lrnn(inputs=1, hidden=2, outputs=1, steps=4), functional *)

Definition symmetries_1 : seq symmetry := [:: Symmetry [:: 1; 0; 3; 2; 7; 6; 5; 4] [:: 0; 1; 2; 3] [:: 0]; Symmetry [:: 2; 3; 0; 1; 4; 6; 5; 7] [:: 0; 1; 2; 3] [:: 0]].
Definition bounds_1 : seq (known * reason) := [:: 
  ([:: 0; 1; 2; 3; 4; 5; 6; 7], 4, Coordinates); 
  ([:: 0; 1; 2; 3], 2, Kernel [:: [:: [:: (-1, [:: w 0])]%ZZ; [:: (-1, [:: w 1])]%ZZ; [:: (1, [:: w 2])]%ZZ; [:: (1, [:: w 3])]%ZZ]; [:: [:: (-1, [:: w 0; w 4]); (1, [:: w 0; w 7]); (-1, [:: w 1; w 6])]%ZZ; [:: (-1, [:: w 0; w 5])]%ZZ; [:: (1, [:: w 2; w 4]); (-1, [:: w 2; w 7]); (1, [:: w 3; w 5])]%ZZ; [:: (1, [:: w 2; w 6])]%ZZ]]); 
  ([:: 0; 1; 2; 3; 5; 6], 3, Kernel [:: [:: [:: (-1, [:: w 0])]%ZZ; [::]%ZZ; [:: (1, [:: w 2])]%ZZ; [::]%ZZ; [:: (1, [:: w 5])]%ZZ; [:: (-1, [:: w 6])]%ZZ]; [:: [::]%ZZ; [:: (-1, [:: w 1])]%ZZ; [::]%ZZ; [:: (1, [:: w 3])]%ZZ; [:: (-1, [:: w 5])]%ZZ; [:: (1, [:: w 6])]%ZZ]; [:: [:: (-1, [:: w 1; w 6])]%ZZ; [:: (-1, [:: w 0; w 5])]%ZZ; [:: (1, [:: w 3; w 5])]%ZZ; [:: (1, [:: w 2; w 6])]%ZZ; [:: (-1, [:: w 4; w 5]); (1, [:: w 5; w 7])]%ZZ; [:: (1, [:: w 4; w 6]); (-1, [:: w 6; w 7])]%ZZ]]); 
  ([:: 4; 5; 6; 7], 3, Coordinates)].

Definition C_1_2 := Certificate (lrnn 1 2 1 4 false) Functional
  [:: -7; 8; -2; -6; -1; -8; -6; -4]%ZZ [:: [:: 1; 0; 0; 0]; [:: 0; 1; 0; 0]; [:: 0; 0; 1; 0]; [:: 0; 0; 0; 1]]%ZZ symmetries_1 bounds_1.
Lemma checked_1_2 : certificate_ok C_1_2 = true. Proof. computed. Qed.

(** dimensions of all allocations inside all: 1 of size 0 with 0, 8 of size 1 with 1, 28 of size 2 with 2, 4 of size 3 with 2, 52 of size 3 with 3, 1 of size 4 with 2, 23 of size 4 with 3, 46 of size 4 with 4, 8 of size 5 with 3, 48 of size 5 with 4, 1 of size 6 with 3, 27 of size 6 with 4, 8 of size 7 with 4, 1 of size 8 with 4 *)
Lemma computed_8 : count_ok C_1_2 (iota 0 8) [:: [:: 1]; [:: 0; 8]; [:: 0; 0; 28; 4; 1]; [:: 0; 0; 0; 52; 23; 8; 1]; [:: 0; 0; 0; 0; 46; 48; 27; 8; 1]]%num = true. Proof. computed. Qed.
Theorem answer_8 : census (lrnn 1 2 1 4 false) Functional (iota 0 8) [:: [:: 1]; [:: 0; 8]; [:: 0; 0; 28; 4; 1]; [:: 0; 0; 0; 52; 23; 8; 1]; [:: 0; 0; 0; 0; 46; 48; 27; 8; 1]]%num.
Proof. exact (census_checked checked_1_2 computed_8). Qed.

Print Assumptions answer_8.

