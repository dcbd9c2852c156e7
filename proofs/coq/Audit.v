(** Nothing is assumed: each line of the output has to be "Closed under the global context". *)
From Allocert Require Import Network Families Recorded Answers.
Print Assumptions dimension_sound.
Print Assumptions census_sound.
Print Assumptions feedforward_ok.
Print Assumptions recurrent_ok.
Print Assumptions recorded_ok.
