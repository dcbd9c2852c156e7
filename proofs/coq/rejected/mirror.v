(* Coq has to reject this: w0 s(z) + w1 s(-z) + w2 with the logistic function s(z) = e^z / (1 + e^z) and z = w3 x + w4 has the dimension 4. With the two
   exponentials as independent variables it would be 5. *)
From Allocert Require Import FunctionsCertificate.
Definition network_1 : fprogram := FProgram [::
  Basic (Product (W 3) (X 0));
  Basic (Sum (Line 0) (W 4)); (* z *)
  Basic (Difference (Q (0) 1) (Line 1)); (* -z *)
  Exp (Line 1);
  Exp (Line 2);
  Basic (Sum (Q (1) 1) (Line 3));
  Basic (Sum (Q (1) 1) (Line 4));
  Quotient (Line 3) (Line 5);
  Quotient (Line 4) (Line 6);
  Basic (Product (W 0) (Line 7));
  Basic (Product (W 1) (Line 8));
  Basic (Sum (Line 9) (Line 10));
  Basic (Sum (Line 11) (W 2))]
  [:: Line 12].
Definition point_1 : seq sample := [::
  Sample [:: -7; 8; -2; -6; 3]%ZZ [:: -1]%ZZ [:: (3, (-941)%ZZ); (4, (57)%ZZ)];
  Sample [:: -7; 8; -2; -6; 3]%ZZ [:: -6]%ZZ [:: (3, (-427)%ZZ); (4, (-305)%ZZ)];
  Sample [:: -7; 8; -2; -6; 3]%ZZ [:: 9]%ZZ [:: (3, (953)%ZZ); (4, (11)%ZZ)];
  Sample [:: -7; 8; -2; -6; 3]%ZZ [:: 8]%ZZ [:: (3, (-61)%ZZ); (4, (210)%ZZ)];
  Sample [:: -7; 8; -2; -6; 3]%ZZ [:: 2]%ZZ [:: (3, (77)%ZZ); (4, (-19)%ZZ)]].
Definition C := FCertificate network_1 Functional point_1 point_1 [:: ([:: 0; 1; 2; 3; 4], 5, FSize)].
(* The dimension of the formal network is 5, but its exponentials are not independent. *)
Lemma formal : fdimension_ok C [:: 0; 1; 2; 3; 4] 5 = true. Proof. computed. Qed.
Lemma upper : fupper_ok C = true. Proof. computed. Qed.
Lemma checked : fcertificate_ok C = true. Proof. computed. Qed.
