(* Coq has to reject this: w0 e^(w2 x + w3) + w1 e^(w2 x + w4) on two inputs. The four arguments are dependent: a - b - c + d = 0. *)
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
Definition point_1 : seq sample := [::
  Sample [:: 2; 3; 5; 7; 11]%ZZ [:: 4]%ZZ [:: (3, (13)%ZZ); (4, (17)%ZZ)];
  Sample [:: 2; 3; 5; 7; 11]%ZZ [:: 6]%ZZ [:: (3, (19)%ZZ); (4, (23)%ZZ)]].
Definition C := FCertificate network_1 (Samples 2) point_1 point_1 [:: ([:: 0; 1; 2; 3; 4], 2, FLabels)].
Lemma formal : fdimension_ok C [:: 0; 1; 2; 3; 4] 2 = true. Proof. computed. Qed.
Lemma upper : fupper_ok C = true. Proof. computed. Qed.
Lemma checked : fcertificate_ok C = true. Proof. computed. Qed.
