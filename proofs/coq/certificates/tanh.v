(* mlp([1, 1, 1], "tanh", bias = True): all four weights have the dimension 4. Written by hand, as an example to read. *)
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
Definition point_1_3 : seq sample := [::
  Sample [:: -7; 8; -2; -6]%ZZ [:: -1]%ZZ [:: (3, (-941)%ZZ)];
  Sample [:: -7; 8; -2; -6]%ZZ [:: -6]%ZZ [:: (3, (-427)%ZZ)];
  Sample [:: -7; 8; -2; -6]%ZZ [:: 9]%ZZ [:: (3, (953)%ZZ)];
  Sample [:: -7; 8; -2; -6]%ZZ [:: 8]%ZZ [:: (3, (-61)%ZZ)]].
Definition bounds_1 : seq (known * freason) := [::
  ([::], 0, FSize);
  ([:: 0; 1; 2; 3], 4, FInclusion 0)].
Definition C_1_3 := FCertificate network_1 Functional point_1_3 point_1_3 bounds_1.
Lemma checked_1_3 : fcertificate_ok C_1_3 = true. Proof. computed. Qed.
(** the dimension of all is 4 *)
Lemma computed_8 : fdimension_ok C_1_3 [:: 0; 1; 2; 3] 4 = true. Proof. computed. Qed.
Theorem answer_8 : fdimension network_1 Functional [:: 0; 1; 2; 3] 4.
Proof. exact (fdimension_checked checked_1_3 computed_8). Qed.
(** all spans *)
Theorem answer_9 : fspans network_1 Functional 4 [:: 0; 1; 2; 3].
Proof. exact (fspans_checked (n := 4) answer_8 answer_8). Qed.
Print Assumptions answer_8.
Print Assumptions answer_9.
