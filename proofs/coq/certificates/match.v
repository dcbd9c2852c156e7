(** Instances of a match: one with weights that have the teacher's labels on its input, and one without. What is proved are the theorems
    `answer_…`; their definitions are in Network.v and Families.v. Weights are named by their positions, from 0. *)
From Allocert Require Import Certificate Instances.

Definition r (n : Z) (d : positive) : Network.rational := (n, d).

(** ** lrnn(inputs=1, hidden=1, outputs=1, steps=3), 1 sample *)

Definition instance_1_10 := Instance
  [:: r (384581) 2097152; r (-652295) 2097152; r (767985) 2097152]
  [:: r (-1321253) 2097152; r (-161789) 2097152; r (-135347) 2097152]
  [:: [:: r (-1617123) 2097152; r (-3948719) 2097152; r (-1029891) 2097152]].

(** the instance of step 10 has a real match with W[0,0] *)
Lemma computed_11 : solution_ok (lrnn 1 1 1 3 false) [:: 2] instance_1_10
  (Solution [:: r (374252477641442129132465264975) 1; r (871320469691009897046583803904) 1; r (356832778404372404757508128768) 1] (r (-61787) 32768) (r (-1977183) 1048576) [:: [:: r (0) 1; r (1) 1]]) = true. Proof. computed. Qed.
Theorem answer_11 : matched (lrnn 1 1 1 3 false) [:: 2] instance_1_10.
Proof. exact (solution_sound computed_11). Qed.

Print Assumptions answer_11.
Definition instance_1_12 := Instance
  [:: r (-129079) 2097152; r (-2911895) 2097152; r (3837441) 2097152]
  [:: r (-2434809) 2097152; r (3431441) 2097152; r (-1924161) 2097152]
  [:: [:: r (-2842727) 2097152; r (484661) 2097152; r (488299) 2097152]].

(** the instance of step 12 has no real match with W[0,0] *)
Lemma computed_13 : absence_ok (lrnn 1 1 1 3 false) [:: 2] instance_1_12
  (Absence [:: [:: (-1, [::])]%ZZ] [:: (1, [:: w 2])]%ZZ [:: 85524612403136028248102327262367; -801178331278289288404947435520; 4699225384629127315710426480640]%ZZ) = true. Proof. computed. Qed.
Theorem answer_13 : unmatched (lrnn 1 1 1 3 false) [:: 2] instance_1_12.
Proof. exact (absence_sound computed_13). Qed.

Print Assumptions answer_13.
