(** The checker in OCaml: the same functions, with OCaml's integers for nat and zarith's for Z and N. Beside the proof, what then has to be
    trusted is Coq's extraction, these replacements, OCaml, and main.ml, which reads certificates. *)
From Coq Require Import ZArith NArith Extraction ExtrOcamlBasic ExtrOcamlNatInt ExtrOcamlZBigInt.
From Allocert Require Import Network Families Recorded Checker Instances.
Extract Inlined Constant Z.gcd => "Big_int_Z.gcd_big_int".
Set Warnings "-extraction".
Extraction "extracted/checker.ml" lffn pnn pnn_degrees lrnn recorded certificate_ok dimensions_ok at_most_ok at_least_ok count_ok solution_ok
  solution_everywhere_ok absence_ok.
