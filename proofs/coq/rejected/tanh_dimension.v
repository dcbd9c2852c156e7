(* Coq has to reject this: three of the weights of a tanh perceptron do not have the dimension 2. *)
From Allocert Require Import FunctionsCertificate.
Definition network_1 : fprogram := FProgram [::
  Basic (Product (W 0) (X 0)); (* s0 = w0 × x0 *)
  Basic (Sum (W 1) (Line 0)); (* s1 = w1 + s0 *)
  Basic (Product (Q (2) 1) (Line 1)); (* s2 = 2 × s1 *)
  Exp (Line 2); (* s3 = exp(s2) *)
  Basic (Difference (Line 3) (Q (1) 1)); (* s4 = s3 - 1 *)
  Basic (Sum (Q (1) 1) (Line 3)); (* s5 = 1 + s3 *)
  Quotient (Line 4) (Line 5); (* s6 = s4 / s5 *)
  Basic (Product (W 2) (Line 6)); (* s7 = w2 × s6 *)
  Basic (Sum (W 3) (Line 7)) (* s8 = w3 + s7 *)]
  [:: Line 8].
Definition point_1 : seq sample := [::
  Sample [:: -7; 8; -2; -6]%ZZ [:: -1]%ZZ [:: (3, (-941)%ZZ)];
  Sample [:: -7; 8; -2; -6]%ZZ [:: -6]%ZZ [:: (3, (-427)%ZZ)];
  Sample [:: -7; 8; -2; -6]%ZZ [:: 9]%ZZ [:: (3, (953)%ZZ)];
  Sample [:: -7; 8; -2; -6]%ZZ [:: 8]%ZZ [:: (3, (-61)%ZZ)]].
Definition C := FCertificate network_1 Functional point_1 point_1 [:: ([:: 0], 1, FSize); ([:: 0; 1; 2], 2, FInclusion 0)].
Lemma checked : fcertificate_ok C = true. Proof. computed. Qed.
