(* lffn([2, 2, 2]), functional: the dimension of W1[0,0] W1[0,1] W2[0,0] W2[1,0] is 3. Written by hand, as an example to read. *)
From Allocert Require Import Certificate.

Definition C := Certificate (lffn [:: 2; 2; 2] false) Functional
  (* a point: weights, inputs *)
  [:: -7; 8; -2; -6; -1; -8; -6; -4]%ZZ [:: [:: 1; 0]; [:: 0; 1]]%ZZ
  (* no symmetries *)
  [::]
  (* one bound: scaling the hidden unit changes no label *)
  [:: ([:: 0; 1; 4; 6], 3, Kernel [:: [:: [:: (1%ZZ, [:: w 0])]; [:: (1%ZZ, [:: w 1])]; [:: ((-1)%ZZ, [:: w 4])]; [:: ((-1)%ZZ, [:: w 6])]]])].

Lemma checked : certificate_ok C = true. Proof. computed. Qed.

Lemma answer_checked : dimension_ok C [:: 0; 1; 4; 6] 3 = true. Proof. computed. Qed.
Theorem answer : dimension (lffn [:: 2; 2; 2] false) Functional [:: 0; 1; 4; 6] 3.
Proof. exact (dimension_checked checked answer_checked). Qed.
Print Assumptions answer.
