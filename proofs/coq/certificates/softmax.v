(* attention(2, 1, tokens = 2, kind = "softmax"), functional: all eight weights have the dimension 7. Queries that move against keys move no score. *)
From Allocert Require Import FunctionsCertificate.
Definition network_1 : fprogram := FProgram [::
  Basic (Product (W 0) (X 0));
  Basic (Product (W 1) (X 1));
  Basic (Sum (Line 0) (Line 1));
  Basic (Product (W 0) (X 2));
  Basic (Product (W 1) (X 3));
  Basic (Sum (Line 3) (Line 4));
  Basic (Product (W 2) (X 0));
  Basic (Product (W 3) (X 1));
  Basic (Sum (Line 6) (Line 7));
  Basic (Product (W 2) (X 2));
  Basic (Product (W 3) (X 3));
  Basic (Sum (Line 9) (Line 10));
  Basic (Product (Line 2) (Line 8));
  Basic (Product (Line 2) (Line 11));
  Basic (Product (Line 5) (Line 8));
  Basic (Product (Line 5) (Line 11));
  Exp (Line 12);
  Exp (Line 13);
  Exp (Line 14);
  Exp (Line 15);
  Basic (Sum (Line 16) (Line 17));
  Basic (Sum (Line 18) (Line 19));
  Quotient (Line 16) (Line 20);
  Quotient (Line 17) (Line 20);
  Quotient (Line 18) (Line 21);
  Quotient (Line 19) (Line 21);
  Basic (Product (W 4) (X 0));
  Basic (Product (W 5) (X 1));
  Basic (Sum (Line 26) (Line 27));
  Basic (Product (W 6) (X 0));
  Basic (Product (W 7) (X 1));
  Basic (Sum (Line 29) (Line 30));
  Basic (Product (W 4) (X 2));
  Basic (Product (W 5) (X 3));
  Basic (Sum (Line 32) (Line 33));
  Basic (Product (W 6) (X 2));
  Basic (Product (W 7) (X 3));
  Basic (Sum (Line 35) (Line 36));
  Basic (Product (Line 22) (Line 28));
  Basic (Product (Line 23) (Line 34));
  Basic (Sum (Line 38) (Line 39));
  Basic (Product (Line 22) (Line 31));
  Basic (Product (Line 23) (Line 37));
  Basic (Sum (Line 41) (Line 42));
  Basic (Product (Line 24) (Line 28));
  Basic (Product (Line 25) (Line 34));
  Basic (Sum (Line 44) (Line 45));
  Basic (Product (Line 24) (Line 31));
  Basic (Product (Line 25) (Line 37));
  Basic (Sum (Line 47) (Line 48))]
  [:: (Line 40); (Line 43); (Line 46); (Line 49)].
Definition point_3 : seq sample := [::
  Sample [:: -7; 8; -2; -6; -1; -8; -6; -4]%ZZ [:: 9; 4; 8; -5]%ZZ [:: (16, (852)%ZZ); (17, (-354)%ZZ); (18, (326)%ZZ); (19, (536)%ZZ)];
  Sample [:: -7; 8; -2; -6; -1; -8; -6; -4]%ZZ [:: 6; 8; -7; -3]%ZZ [:: (16, (466)%ZZ); (17, (294)%ZZ); (18, (700)%ZZ); (19, (668)%ZZ)];
  Sample [:: -7; 8; -2; -6; -1; -8; -6; -4]%ZZ [:: 9; -2; -3; 2]%ZZ [:: (16, (-681)%ZZ); (17, (-866)%ZZ); (18, (9)%ZZ); (19, (-378)%ZZ)]].
Definition bounds_8 : seq (known * freason) := [::
  ([:: 0; 1; 2; 3], 3, FKernel [:: [:: [:: ((-1)%ZZ, [:: w 0])]; [:: ((-1)%ZZ, [:: w 1])]; [:: ((1)%ZZ, [:: w 2])]; [:: ((1)%ZZ, [:: w 3])]]]);
  ([:: 0; 1; 2; 3; 4; 5; 6; 7], 7, FInclusion 0)].
Definition C_8 := FCertificate network_1 Functional (point_3) point_3 bounds_8.
Lemma checked_8 : fcertificate_ok C_8 = true. Proof. computed. Qed.
Lemma computed_8 : fdimension_ok C_8 [:: 0; 1; 2; 3; 4; 5; 6; 7] 7 = true. Proof. computed. Qed.
Theorem answer_8 : fdimension network_1 Functional [:: 0; 1; 2; 3; 4; 5; 6; 7] 7.
Proof. exact (fdimension_checked checked_8 computed_8). Qed.
Print Assumptions answer_8.
