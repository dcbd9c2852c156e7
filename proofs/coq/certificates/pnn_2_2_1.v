(** A certificate of allocert. What is proved are the theorems `answer_…`; their definitions are in Network.v and Families.v.
    Weights are named by their positions, from 0, tensor after tensor and row after row. *)
From Allocert Require Import Certificate.

(** ** pnn([2, 2, 1], degree=2), functional *)

Definition symmetries_1 : seq symmetry := [:: Symmetry [:: 2; 3; 0; 1; 5; 4] [:: 0; 1] [:: 0]; Symmetry [:: 1; 0; 3; 2; 4; 5] [:: 1; 0] [:: 0]].
Definition bounds_1 : seq (known * reason) := [:: 
  ([:: 0; 1; 2; 3; 4; 5], 3, Coordinates); 
  ([:: 0; 1; 4], 2, Kernel [:: [:: [:: (1, [:: w 0])]%ZZ; [:: (1, [:: w 1])]%ZZ; [:: (-2, [:: w 4])]%ZZ]]); 
  ([:: 2; 3; 5], 2, Image 1 0)].

Definition C_1_2 := Certificate (pnn [:: 2; 2; 1] 2 false) Functional
  [:: -7; 8; -2; -6; -1; -8]%ZZ [:: [:: -6; -4]; [:: 9; 4]; [:: 8; -5]]%ZZ symmetries_1 bounds_1.
Lemma checked_1_2 : certificate_ok C_1_2 = true. Proof. computed. Qed.

(** dimensions of all allocations inside all: 1 of size 0 with 0, 6 of size 1 with 1, 15 of size 2 with 2, 2 of size 3 with 2, 18 of size 3 with 3, 15 of size 4 with 3, 6 of size 5 with 3, 1 of size 6 with 3 *)
Lemma computed_6 : count_ok C_1_2 (iota 0 6) [:: [:: 1]; [:: 0; 6]; [:: 0; 0; 15; 2]; [:: 0; 0; 0; 18; 15; 6; 1]]%num = true. Proof. computed. Qed.
Theorem answer_6 : census (pnn [:: 2; 2; 1] 2 false) Functional (iota 0 6) [:: [:: 1]; [:: 0; 6]; [:: 0; 0; 15; 2]; [:: 0; 0; 0; 18; 15; 6; 1]]%num.
Proof. exact (census_checked checked_1_2 computed_6). Qed.

Print Assumptions answer_6.

