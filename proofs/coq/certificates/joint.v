(* w0 e^(w2 x + w3) + w1 e^(w2 x + w4) on one input. By the input alone the exponentials cannot be told from each other, but by weights and input together;
   on two inputs they are dependent (see rejected/joint.v). Written by hand. *)
From Allocert Require Import FunctionsCertificate.
Definition network_1 : fprogram := FProgram [::
  Basic (Product (W 2) (X 0));
  Basic (Sum (Line 0) (W 3));
  Basic (Sum (Line 0) (W 4));
  Exp (Line 1);
  Exp (Line 2);
  Basic (Product (W 0) (Line 3));
  Basic (Product (W 1) (Line 4));
  Basic (Sum (Line 5) (Line 6))]
  [:: Line 7].
Definition point_1 : seq sample := [:: Sample [:: 2; 3; 5; 7; 11]%ZZ [:: 4]%ZZ [:: (3, (13)%ZZ); (4, (17)%ZZ)]].
Definition C := FCertificate network_1 (Samples 1) point_1 point_1 [:: ([:: 0; 1; 2; 3; 4], 1, FLabels)].
Lemma checked : fcertificate_ok C = true. Proof. computed. Qed.
Lemma computed_ : fdimensions_ok C [:: 0; 1; 2; 3; 4] [:: ([:: 0; 2; 4], 1); ([:: 3], 1)] = true. Proof. computed. Qed.
Theorem answer : fdimension network_1 (Samples 1) [:: 0; 2; 4] 1.
Proof. exact (fdimensions_checked checked 0 computed_ erefl). Qed.
Print Assumptions answer.
