(** * What a file with a certificate of a network with quotients, exponentials and logarithms imports *)

From Allocert Require Export Certificate Functions FunctionsChecker FunctionsAnswers.

(** What a certificate proves about its network, once two computations say true. *)
Section Checked.
Variables (p : fprogram) (s : samples) (shown at_ : seq sample) (bs : seq (seq nat * nat * freason)).
Let C := FCertificate p s shown at_ bs.
Lemma fdimension_checked A k : fcertificate_ok C = true -> fdimension_ok C A k = true -> fdimension p s A k.
Proof. exact: fdimension_sound. Qed.
Lemma fdimensions_checked (ok : fcertificate_ok C = true) E ds i : fdimensions_ok C E ds = true -> (i < size ds) = true ->
  fdimension p s (nth ([::], 0) ds i).1 (nth ([::], 0) ds i).2.
Proof. exact: fdimensions_sound. Qed.
Lemma fat_least_checked A k : fcertificate_ok C = true -> fat_least_ok C A k = true -> fat_least p s A k.
Proof. exact: fat_least_sound. Qed.
Lemma fat_most_checked A k : fupper_ok C = true -> fat_most_ok C A k = true -> fat_most p s A k.
Proof. exact: fat_most_sound. Qed.
End Checked.
Lemma fspans_checked p s n A k : fdimension p s A k -> fdimension p s (iota 0 n) k -> fspans p s n A.
Proof. by move=> one all; exists k. Qed.
Lemma not_fspans_checked p s n A k k' : fdimension p s A k -> fdimension p s (iota 0 n) k' -> (k < k') = true -> ~ fspans p s n A.
Proof. by move=> one all lt [j /(fdimension_unique one) <- /(fdimension_unique all) e]; rewrite e ltnn in lt. Qed.
Arguments fdimension_checked {p s shown at_ bs A k}.
Arguments fdimensions_checked {p s shown at_ bs} ok {E ds} i.
Arguments fat_least_checked {p s shown at_ bs A k}.
Arguments fat_most_checked {p s shown at_ bs A k}.
Arguments fspans_checked {p s n A k}.
Arguments not_fspans_checked {p s n A k k'}.
