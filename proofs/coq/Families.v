(** * The families: lffn, pnn and lrnn

    Each is given twice: as a formula for its labels, which is short and can be compared with a textbook's, and as a program, which
    the checker runs. That both are the same for all numbers, step by step, is proved below. *)

From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect.
From Allocert Require Import Network.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.

(** ** Formulas *)

Section Formulas.
Variables (R : numbers) (w x : nat -> R).
Notation zero := (integer R 0).

Definition dot (u v : seq R) : R := foldr (fun t s => plus (times t.1 t.2) s) zero (zip u v).
Definition add (u v : seq R) : seq R := [seq plus t.1 t.2 | t <- zip u v].
(** Weights start, start + 1, … are the rows of a matrix. *)
Definition row (start cols i : nat) : seq nat := iota (start + i * cols) cols.
Definition apply (start rows cols : nat) (v : seq R) : seq R :=
  [seq dot [seq w a | a <- row start cols i] v | i <- iota 0 rows].
Fixpoint power (z : R) (k : nat) : R := if k is (k'.+1 as k1).+1 then times z (power z k1) else z.

(** y = W_L a_(L-1) + b_L, a_l = (W_l a_(l-1) + b_l)^(degree l), where degrees that are not given are 1; the weights are W1, b1, W2, b2, …
    (b only where there is a bias), row by row. *)
Fixpoint layers (bias : bool) (degrees : seq nat) (start cols : nat) (widths : seq nat) (a : seq R) : seq R :=
  if widths is rows :: widths' then
    let z := apply start rows cols a in
    let z := if bias then add z [seq w i | i <- iota (start + rows * cols) rows] else z in
    let next := start + rows * cols + (if bias then rows else 0) in
    if widths' is [::] then z else layers bias (behead degrees) next rows widths' [seq power u (head 1 degrees) | u <- z]
  else a.
Definition feedforward_labels (bias : bool) (degrees widths : seq nat) : seq R :=
  if widths is d :: ds then layers bias degrees 0 d ds [seq x e | e <- iota 0 d] else [::].

(** h_0 = 0, h_t = W h_(t-1) + B x_t; the weights are D (p by n), B (n by q) and W (n by n), row by row. *)
Section Recurrent.
Variables (q n p : nat).
Definition read (h : seq R) : seq R := apply 0 p n h.
Definition next_state (t : nat) (h : seq R) : seq R :=
  add (apply (p * n + n * q) n n h) (apply (p * n) n q [seq x e | e <- iota (t * q) q]).
Fixpoint states (t steps : nat) (h : seq R) : seq (seq R) :=
  if steps is k.+1 then let h' := next_state t h in h' :: states t.+1 k h' else [::].
Definition recurrent_labels (every : bool) (T : nat) : seq R :=
  let hs := states 0 T (nseq n zero) in
  if every then flatten [seq read h | h <- hs] else read (last (nseq n zero) hs).
End Recurrent.
End Formulas.

(** ** Programs

    A piece of program is written to the end of what there is, and gives the places of its results. *)

Definition writer (T : Type) := seq step -> T * seq step.
Definition emit (s : step) : writer nat := fun st => (size st, rcons st s).
Definition done {T} (a : T) : writer T := fun st => (a, st).
Definition bind {S T} (f : writer S) (g : S -> writer T) : writer T := fun st => let: (a, st') := f st in g a st'.
Notation "a <- f ;; g" := (bind f (fun a => g)) (at level 61, f at next level, right associativity).
Fixpoint each {S T} (f : S -> writer T) (l : seq S) : writer (seq T) :=
  if l is a :: l' then r <- f a;; rs <- each f l';; done (r :: rs) else done [::].

(** Sum of products of weights and earlier numbers. *)
Fixpoint write_dot (l : seq (nat * nat)) : writer nat :=
  if l is (a, v) :: l' then s <- write_dot l';; u <- emit (Weight a);; m <- emit (Mul u v);; emit (Add m s)
  else emit (Constant 0).
Definition write_add (u v : seq nat) : writer (seq nat) := each (fun t => emit (Add t.1 t.2)) (zip u v).
Definition write_apply (start rows cols : nat) (v : seq nat) : writer (seq nat) :=
  each (fun i => write_dot (zip (row start cols i) v)) (iota 0 rows).
Fixpoint write_power (k z : nat) : writer nat :=
  if k is (k'.+1 as k1).+1 then r <- write_power k1 z;; emit (Mul z r) else done z.
Definition write_inputs (start count : nat) : writer (seq nat) := each (fun e => emit (Input e)) (iota start count).
Definition write_weights (start count : nat) : writer (seq nat) := each (fun e => emit (Weight e)) (iota start count).

Fixpoint write_layers (bias : bool) (degrees : seq nat) (start cols : nat) (widths a : seq nat) : writer (seq nat) :=
  if widths is rows :: widths' then
    z <- write_apply start rows cols a;;
    z <- (if bias then b <- write_weights (start + rows * cols) rows;; write_add z b else done z);;
    let next := start + rows * cols + (if bias then rows else 0) in
    if widths' is [::] then done z else
      a' <- each (write_power (head 1 degrees)) z;; write_layers bias (behead degrees) next rows widths' a'
  else done a.
Definition feedforward (bias : bool) (degrees widths : seq nat) : writer (seq nat) :=
  if widths is d :: ds then a <- write_inputs 0 d;; write_layers bias degrees 0 d ds a else done [::].

Section Recurrent.
Variables (q n p : nat).
Definition write_read (h : seq nat) : writer (seq nat) := write_apply 0 p n h.
Definition write_state (t : nat) (h : seq nat) : writer (seq nat) :=
  u <- write_apply (p * n + n * q) n n h;; x <- write_inputs (t * q) q;; v <- write_apply (p * n) n q x;; write_add u v.
Fixpoint write_states (t steps : nat) (h : seq nat) : writer (seq (seq nat)) :=
  if steps is k.+1 then h' <- write_state t h;; hs <- write_states t.+1 k h';; done (h' :: hs) else done [::].
Definition recurrent (every : bool) (T : nat) : writer (seq nat) :=
  h0 <- each (fun _ => emit (Constant 0)) (iota 0 n);; hs <- write_states 0 T h0;;
  if every then ys <- each write_read hs;; done (flatten ys) else write_read (last h0 hs).
End Recurrent.

Definition written (f : writer (seq nat)) : program := let: (o, st) := f [::] in Program st o.
Definition lffn (widths : seq nat) (bias : bool) : program := written (feedforward bias [::] widths).
(** A degree for each hidden layer, or the same for all. *)
Definition pnn_degrees (widths degrees : seq nat) (bias : bool) : program := written (feedforward bias degrees widths).
Definition pnn (widths : seq nat) (degree : nat) (bias : bool) : program := pnn_degrees widths (nseq (size widths) degree) bias.
Definition lrnn (inputs hidden outputs steps : nat) (every : bool) : program :=
  written (recurrent inputs hidden outputs every steps).

(** ** Programs and formulas agree *)

Section Compare.
Variables (R : numbers) (w x : nat -> R).
Notation zero := (integer R 0).
Let values st := run w x st [::].
Definition at_ st i := nth zero (values st) i.

Lemma size_values st : size (values st) = size st.
Proof.
suff H : forall ss known, size (run w x ss known) = size known + size ss by rewrite /values H.
by elim=> [|s ss IH] known /=; rewrite ?addn0 // IH size_rcons addSnnS.
Qed.
Lemma values_rcons st s : values (rcons st s) = rcons (values st) (value w x (values st) s).
Proof. by rewrite /values /run -cats1 foldl_cat. Qed.
Lemma at_old st s i : i < size st -> at_ (rcons st s) i = at_ st i.
Proof. by move=> lt; rewrite /at_ values_rcons nth_rcons size_values lt. Qed.
Lemma at_new st s : at_ (rcons st s) (size st) = value w x (values st) s.
Proof. by rewrite /at_ values_rcons nth_rcons size_values ltnn eqxx. Qed.

(** Places in a program whose numbers are these. *)
Definition holds st (i : nat) (v : R) : Prop := i < size st /\ at_ st i = v.
Definition hold st (is_ : seq nat) (vs : seq R) : Prop :=
  size is_ = size vs /\ forall k, k < size is_ -> holds st (nth 0 is_ k) (nth zero vs k).
(** Longer programs keep them. *)
Definition longer st st' : Prop := forall i v, holds st i v -> holds st' i v.
Lemma longer_refl st : longer st st. Proof. by []. Qed.
Lemma longer_trans a b c : longer a b -> longer b c -> longer a c. Proof. by move=> ab bc i v /ab /bc. Qed.
Lemma longer_rcons st s : longer st (rcons st s).
Proof. by move=> i v [lt <-]; split; [rewrite size_rcons ltnS ltnW | rewrite at_old]. Qed.
Lemma hold_longer st st' is_ vs : longer st st' -> hold st is_ vs -> hold st' is_ vs.
Proof. by move=> le [sz H]; split=> // k /H /le. Qed.

(** What is written after a program that satisfies a condition has this relation to a value. *)
Definition writes T U (rel : seq step -> T -> U -> Prop) st (f : writer T) (u : U) : Prop :=
  longer st (f st).2 /\ rel (f st).2 (f st).1 u.
Notation writes_one := (writes holds).
Notation writes_all := (writes hold).

Lemma writes_emit st s : writes_one st (emit s) (value w x (values st) s).
Proof. by split; [exact: longer_rcons | split; rewrite ?size_rcons ?at_new]. Qed.
Lemma writes_bind S T U V (rel : seq step -> S -> U -> Prop) (rel' : seq step -> T -> V -> Prop) st f (g : S -> writer T) u v :
  writes rel st f u -> (forall a st', longer st st' -> rel st' a u -> writes rel' st' (g a) v) ->
  writes rel' st (bind f g) v.
Proof.
rewrite /writes /bind; case: (f st) => a st' /= [le r] H.
by have [le' r'] := H a st' le r; split=> //; exact: longer_trans le le'.
Qed.
Lemma writes_done T U (rel : seq step -> T -> U -> Prop) st a u : rel st a u -> writes rel st (done a) u.
Proof. by move=> r; split. Qed.
Lemma hold_cons st i is_ v vs : holds st i v -> hold st is_ vs -> hold st (i :: is_) (v :: vs).
Proof. by move=> h [sz H]; split=> /= [|[|k] //]; [rewrite sz | exact: H]. Qed.
Lemma hold_nil st : hold st [::] [::]. Proof. by split. Qed.

(** Lists of lists, for the states of a recurrent network. *)
Definition each_rel T U (rel : seq step -> T -> U -> Prop) st (a : seq T) (u : seq U) : Prop :=
  size a = size u /\ forall x0 y0 k, k < size a -> rel st (nth x0 a k) (nth y0 u k).
Lemma writes_each S T U (rel : seq step -> T -> U -> Prop) (f : S -> writer T) (g : S -> U) l : forall st,
  (forall st st', longer st st' -> forall t u, rel st t u -> rel st' t u) ->
  (forall a st', longer st st' -> writes rel st' (f a) (g a)) ->
  writes (each_rel rel) st (each f l) [seq g a | a <- l].
Proof.
elim: l => [|a l IH] st keep H /=; first by apply: writes_done; split.
apply: (writes_bind (H a st (@longer_refl st))) => r st1 le1 r1.
apply: (writes_bind (IH st1 keep _)) => [b st' le'|rs st2 le2 [sz rs2]].
  by apply: H; exact: longer_trans le1 le'.
apply: writes_done; split=> [|x0 y0 [|k] lt] /=; first by rewrite sz.
  exact: (keep st1 st2).
exact: rs2.
Qed.
Lemma each_hold st is_ vs : each_rel holds st is_ vs -> hold st is_ vs.
Proof. by case=> sz H; split=> // k; exact: H. Qed.
Lemma writes_each_one S (f : S -> writer nat) (g : S -> R) l st :
  (forall a st', longer st st' -> writes_one st' (f a) (g a)) -> writes_all st (each f l) [seq g a | a <- l].
Proof.
move=> H; have [le r] := @writes_each S nat R holds f g l st (fun st st' le t u => le t u) H.
by split=> //; exact: each_hold.
Qed.

Lemma write_dot_ok (as_ vs : seq nat) (us : seq R) st : hold st vs us ->
  writes_one st (write_dot (zip as_ vs)) (dot [seq w a | a <- as_] us).
Proof.
elim: as_ vs us st => [|a as_ IH] [|v vs] [|u us] st [sz H]; try (by case: sz); try exact: writes_emit.
case: sz => sz.
have hv : holds st v u := H 0 isT.
have hvs : hold st vs us by split=> // k lt; exact: (H k.+1).
apply: (writes_bind (IH _ _ _ hvs)) => s st1 le1 hs.
apply: (writes_bind (writes_emit st1 (Weight a))) => a' st2 le2 ha.
apply: (writes_bind (writes_emit st2 (Mul a' v))) => m st3 le3 hm.
have [_ e1] := hm; have [_ e2] := ha; have [_ e3] := le2 _ _ (le1 _ _ hv); have [_ e4] := le3 _ _ (le2 _ _ hs).
have := writes_emit st3 (Add m s); rewrite /= -/(at_ st3 m) -/(at_ st3 s) e1 e4 /= -/(at_ st2 a') -/(at_ st2 v) e2 e3.
exact.
Qed.
Lemma write_apply_ok start rows cols vs us st : hold st vs us ->
  writes_all st (write_apply start rows cols vs) (apply w start rows cols us).
Proof. by move=> h; apply: writes_each_one => i st' le; apply: write_dot_ok; exact: hold_longer le h. Qed.
Lemma write_add_ok as_ bs us vs st : hold st as_ us -> hold st bs vs -> writes_all st (write_add as_ bs) (add us vs).
Proof.
move=> hu hv; rewrite /write_add /add.
have [su Hu] := hu; have [sv Hv] := hv; move: hu hv => _ _.
elim: as_ bs us vs st su sv Hu Hv => [|a as_ IH] [|b bs] [|u us] [|v vs] st //= su sv Hu Hv; try by apply: writes_done; exact: hold_nil.
have [_ e1] : holds st a u := Hu 0 isT; have [_ e2] : holds st b v := Hv 0 isT.
have one := writes_emit st (Add a b); rewrite /= -/(at_ st a) -/(at_ st b) e1 e2 in one.
apply: (writes_bind one) => r st1 le1 hr.
have [su'] := su; have [sv'] := sv.
apply: (writes_bind (IH bs us vs st1 su' sv' _ _)) => [k lt|k lt|rs st2 le2 hrs].
- by apply: le1; exact: (Hu k.+1).
- by apply: le1; exact: (Hv k.+1).
by apply: writes_done; apply: hold_cons hrs; exact: le2.
Qed.
Lemma write_inputs_ok start count st : writes_all st (write_inputs start count) [seq x e | e <- iota start count].
Proof. by apply: writes_each_one => e st' _; exact: writes_emit. Qed.
Lemma write_weights_ok start count st : writes_all st (write_weights start count) [seq w e | e <- iota start count].
Proof. by apply: writes_each_one => e st' _; exact: writes_emit. Qed.
Lemma write_power_ok k z u st : holds st z u -> writes_one st (write_power k z) (power u k).
Proof.
elim: k => [|[|k] IH] h; try exact: writes_done.
apply: (writes_bind (IH h)) => r st1 le1 hr.
have [_ e1] := le1 _ _ h; have [_ e2] := hr.
by have := writes_emit st1 (Mul z r); rewrite /= -/(at_ st1 z) -/(at_ st1 r) e1 e2.
Qed.
Lemma write_powers_ok k zs us st : hold st zs us -> writes_all st (each (write_power k) zs) [seq power u k | u <- us].
Proof.
case=> sz H; elim: zs us st sz H => [|z zs IH] [|u us] st //= sz H; first by apply: writes_done; exact: hold_nil.
apply: (writes_bind (write_power_ok k (H 0 isT))) => r st1 le1 hr.
have [sz'] := sz; apply: (writes_bind (IH us st1 sz' _)) => [j lt|rs st2 le2 hrs]; first by apply: le1; exact: (H j.+1).
by apply: writes_done; apply: hold_cons hrs; exact: le2.
Qed.

Lemma write_layers_ok bias widths : forall degrees start cols a us st, hold st a us ->
  writes_all st (write_layers bias degrees start cols widths a) (layers w bias degrees start cols widths us).
Proof.
elim: widths => [|rows widths IH] degrees start cols a us st h; first exact: writes_done.
rewrite /=; apply: (writes_bind (write_apply_ok start rows cols h)) => z st1 le1 hz.
set z' := if bias then _ else _; set z'' := if bias then add _ _ else _.
have step_ : writes_all st1 z' z''.
  rewrite /z' /z''; case: (bias); last exact: writes_done.
  apply: (writes_bind (write_weights_ok _ _ st1)) => b st2 le2 hb.
  by apply: write_add_ok hb; exact: hold_longer le2 hz.
apply: (writes_bind step_) => y st2 le2 hy.
case: widths IH => [|d ds] IH; first exact: writes_done.
by apply: (writes_bind (write_powers_ok (head 1 degrees) hy)) => a' st3 le3; exact: IH.
Qed.

Lemma labels_written f us : writes_all [::] f us -> labels w x (written f) = us.
Proof.
rewrite /writes /written /labels; case: (f [::]) => o st /= [_ [sz H]].
apply: (@eq_from_nth _ zero) => [|k]; rewrite size_map // => lt.
by rewrite (nth_map 0) //; have [_ <-] := H k lt.
Qed.

Theorem feedforward_ok bias degrees widths :
  labels w x (written (feedforward bias degrees widths)) = feedforward_labels w x bias degrees widths.
Proof.
apply: labels_written; case: widths => [|d ds]; first by apply: writes_done; exact: hold_nil.
by apply: (writes_bind (write_inputs_ok 0 d [::])) => a st le; exact: write_layers_ok.
Qed.

Lemma write_state_ok q n p t h us st : hold st h us ->
  writes_all st (write_state q n p t h) (next_state w x q n p t us).
Proof.
move=> hh; apply: (writes_bind (write_apply_ok _ n n hh)) => u st1 le1 hu.
apply: (writes_bind (write_inputs_ok (t * q) q st1)) => v st2 le2 hv.
apply: (writes_bind (write_apply_ok _ n q hv)) => y st3 le3 hy.
by apply: write_add_ok hy; apply: hold_longer le3 _; exact: hold_longer le2 hu.
Qed.
Lemma write_states_ok q n p k : forall t h us st, hold st h us ->
  writes (each_rel hold) st (write_states q n p t k h) (states w x q n p t k us).
Proof.
elim: k => [|k IH] t h us st hh; first by apply: writes_done; split.
apply: (writes_bind (write_state_ok q n p t hh)) => h' st1 le1 hh'.
apply: (writes_bind (IH t.+1 h' _ st1 hh')) => hs st2 le2 [sz H].
apply: writes_done; split=> [|x0 y0 [|j] lt] /=; [by rewrite sz | exact: hold_longer le2 hh' | exact: H].
Qed.
Lemma hold_flatten st iss vss : each_rel hold st iss vss -> hold st (flatten iss) (flatten vss).
Proof.
case=> sz H; elim: iss vss sz H => [|is_ iss IH] [|vs vss] //= sz H. 
have [s1 H1] : hold st is_ vs := H [::] [::] 0 isT; have [sz'] := sz.
have [s2 H2] := IH vss sz' (fun x0 y0 k => H x0 y0 k.+1).
split=> [|k]; first by rewrite !size_cat s1 s2.
rewrite size_cat !nth_cat s1 => ltk; case: (ltnP k (size vs)) => lt; first by apply: H1; rewrite s1.
by apply: H2; rewrite ltn_subLR.
Qed.

Theorem recurrent_ok q n p every T :
  labels w x (written (recurrent q n p every T)) = recurrent_labels w x q n p every T.
Proof.
apply: labels_written.
have zeros : writes_all [::] (each (fun _ => emit (Constant 0)) (iota 0 n)) (nseq n zero).
  have -> : nseq n zero = [seq zero | _ <- iota 0 n].
    by apply: (@eq_from_nth _ zero) => [|k]; rewrite ?size_map ?size_iota ?size_nseq // => lt;
      rewrite nth_nseq lt (nth_map 0) ?size_iota.
  by apply: writes_each_one => _ st _; exact: writes_emit.
apply: (writes_bind zeros) => h0 st1 le1 hz.
apply: (writes_bind (write_states_ok q n p T 0 hz)) => hs st2 le2 [sz H].
case: every.
  have reads : writes (each_rel hold) st2 (each (write_read n p) hs) [seq read w n p h | h <- states w x q n p 0 T (nseq n zero)].
    elim: hs (states _ _ _ _ _ _ _ _) st2 {le2} sz H => [|h hs IH] [|u us] st2 //= sz H; first by apply: writes_done; split.
    apply: (writes_bind (write_apply_ok 0 p n (H [::] [::] 0 isT))) => y st3 le3 hy.
    have [sz'] := sz; apply: (writes_bind (IH us st3 sz' _)) => [x0 y0 k lt|ys st4 le4 [szy Hy]].
      by apply: hold_longer le3 _; exact: (H x0 y0 k.+1).
    apply: writes_done; split=> [|x0 y0 [|k] lt] /=; [by rewrite szy | exact: hold_longer le4 hy | exact: Hy].
  by apply: (writes_bind reads) => ys st3 le3 Hy; apply: writes_done; exact: hold_flatten.
apply: write_apply_ok; case: hs (states _ _ _ _ _ _ _ _) sz H => [|h hs] [|u us] // sz H; first exact: hold_longer le2 hz.
have [sz'] := sz; rewrite /= !(last_nth [::]) /= -sz'.
by apply: (H [::] [::] (size hs)).
Qed.
End Compare.
