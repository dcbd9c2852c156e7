(** The checker in OCaml: the same functions, with OCaml's integers for nat and zarith's for Z and N. Beside the proof, what then has to be
    trusted is Coq's extraction, these replacements, OCaml, and main.ml, which reads certificates. *)
From Coq Require Import ZArith NArith Extraction ExtrOcamlBasic ExtrOcamlNatInt ExtrOcamlZBigInt.
From Allocert Require Import Network Families Recorded Checker Instances Functions FunctionsChecker.
Extract Inlined Constant Z.gcd => "Big_int_Z.gcd_big_int".
Extract Constant Pos.ggcd => "fun a b -> let g = Big_int_Z.gcd_big_int a b in (g, (Big_int_Z.div_big_int a g, Big_int_Z.div_big_int b g))".
Set Warnings "-extraction".
Extraction "extracted/checker.ml" lffn pnn pnn_degrees lrnn recorded certificate_ok dimensions_ok at_most_ok at_least_ok count_ok solution_ok
  solution_everywhere_ok absence_ok fcertificate_ok fdimension_ok fat_least_ok fat_most_ok fupper_ok.
