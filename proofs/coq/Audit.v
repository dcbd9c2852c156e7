(** Nothing is assumed: each line of the output has to be "Closed under the global context". *)
From Allocert Require Import Network Families Recorded Answers Instances FunctionsSound FunctionsAnswers FunctionsGeneric FunctionsAx.
Print Assumptions dimension_sound.
Print Assumptions dimensions_sound.
Print Assumptions at_most_sound.
Print Assumptions at_least_sound.
Print Assumptions census_sound.
Print Assumptions solution_sound.
Print Assumptions solution_everywhere_sound.
Print Assumptions absence_sound.
Print Assumptions feedforward_ok.
Print Assumptions recurrent_ok.
Print Assumptions recorded_ok.
Print Assumptions independent_sound.
Print Assumptions fdimension_sound.
Print Assumptions fat_most_sound.
Print Assumptions fat_least_sound.
Print Assumptions generic_dimension.
(* Ax's theorem is a premise of this one. *)
Print Assumptions dimension_by_Ax.
