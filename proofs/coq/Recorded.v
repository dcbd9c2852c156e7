(** * Networks of one's own: programs as certificates carry them, line by line

    They have rational constants and name weights, entries of the input and constants where they use them. What they compute is said
    first, over any field; then they are written as programs of [Network.v], whose labels are proved to be the same up to positive
    integers, by which denominators are cleared. No dimension depends on these. *)

From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Allocert Require Import Network Families Polynomials.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.

(** A weight, an entry of the input, an earlier line, or the number n/d. *)
Inductive operand := W (i : nat) | X (e : nat) | Line (k : nat) | Q (n : Z) (d : positive).
Inductive line := Sum (a b : operand) | Difference (a b : operand) | Product (a b : operand).
Record recording := Recording { lines : seq line; results : seq operand }.

(** ** What they compute *)

Section Values.
Import GRing.Theory.
Local Open Scope ring_scope.
Variables (F : fieldType) (w x : nat -> F).
Definition look (values : seq F) (o : operand) : F :=
  match o with W i => w i | X e => x e | Line k => nth 0 values k | Q n d => ofZ F n / ofZ F (Zpos d) end.
Definition line_value (values : seq F) (l : line) : F :=
  match l with
  | Sum a b => look values a + look values b
  | Difference a b => look values a - look values b
  | Product a b => look values a * look values b
  end.
Definition line_values (ls : seq line) : seq F := foldl (fun values l => rcons values (line_value values l)) [::] ls.
Definition recorded_labels (r : recording) : seq F := [seq look (line_values (lines r)) o | o <- results r].
End Values.

(** ** As programs

    A number is written as a place and a denominator: what stands at the place is the number times the denominator. *)

Definition place := (nat * positive)%type.
Definition write_operand (known : seq place) (o : operand) : writer place :=
  match o with
  | W i => a <- emit (Weight i);; done (a, xH)
  | X e => a <- emit (Input e);; done (a, xH)
  | Line k => if k < size known then done (nth (0, xH) known k) else a <- emit (Constant 0);; done (a, xH)
  | Q n d => a <- emit (Constant n);; done (a, d)
  end.
Definition write_multiple (c : positive) (a : nat) : writer nat :=
  if c is xH then done a else z <- emit (Constant (Zpos c));; emit (Mul z a).
Definition write_line (known : seq place) (l : line) : writer place :=
  let both a b (step_ : nat -> nat -> step) :=
    u <- write_operand known a;; v <- write_operand known b;;
    let c := Pos.ggcd u.2 v.2 in
    i <- write_multiple c.2.2 u.1;; j <- write_multiple c.2.1 v.1;;
    k <- emit (step_ i j);; done (k, Pos.mul u.2 c.2.2) in
  match l with
  | Sum a b => both a b Add
  | Difference a b => both a b Sub
  | Product a b => u <- write_operand known a;; v <- write_operand known b;;
      k <- emit (Mul u.1 v.1);; done (k, Pos.mul u.2 v.2)
  end.
Fixpoint write_lines (known : seq place) (ls : seq line) : writer (seq place) :=
  if ls is l :: ls' then p <- write_line known l;; write_lines (rcons known p) ls' else done known.
Definition write_recording (r : recording) : writer (seq place) :=
  known <- write_lines [::] (lines r);; each (write_operand known) (results r).
(** The program, and the positive integer that each label is multiplied by. *)
Definition recorded (r : recording) : program :=
  let: (ps, st) := write_recording r [::] in Program st [seq p.1 | p <- ps].
Definition denominators (r : recording) : seq positive := [seq p.2 | p <- (write_recording r [::]).1].

(** ** Both agree *)

Section Agree.
Import GRing.Theory.
Local Open Scope ring_scope.
Variables (F : fieldType) (c0 : [char F] =i pred0) (w x : nat -> F).
Notation R := (ring F).
Definition of_pos (d : positive) : F := ofZ F (Zpos d).
Lemma of_pos_mul a b : of_pos (Pos.mul a b) = of_pos a * of_pos b.
Proof. exact: (ofZ_mul F (Zpos a) (Zpos b)). Qed.
Lemma of_pos1 : of_pos xH = 1. Proof. by []. Qed.
Lemma of_pos_neq0 d : of_pos d != 0.
Proof. by apply/eqP => /(ofZ_eq0 c0). Qed.

Definition is_at (st : seq step) (p : place) (v : F) : Prop := holds (R := R) w x st p.1 (of_pos p.2 * v).
Definition are_at (st : seq step) (ps : seq place) (vs : seq F) : Prop :=
  size ps = size vs /\ forall k, (k < size ps)%N -> is_at st (nth (0%N, xH) ps k) (nth 0 vs k).
Lemma is_longer st st' : longer (R := R) w x st st' -> forall p v, is_at st p v -> is_at st' p v.
Proof. by move=> le p v; exact: le. Qed.
Lemma are_longer st st' : longer (R := R) w x st st' -> forall ps vs, are_at st ps vs -> are_at st' ps vs.
Proof. by move=> le ps vs [sz H]; split=> // k /H; exact: is_longer. Qed.
Notation writes_ := (writes (R := R) w x).

Lemma write_one st s d v : value (R := R) w x (run (R := R) w x st [::]) s = of_pos d * v ->
  writes_ is_at st (a <- emit s;; done (a, d)) v.
Proof.
move=> e; apply: (writes_bind (writes_emit w x (R := R) st s)) => a st1 le h.
by apply: writes_done; rewrite /is_at /= -e.
Qed.
Lemma write_operand_ok known vs o st : are_at st known vs -> writes_ is_at st (write_operand known o) (look w x vs o).
Proof.
case=> sz H; case: o => [i|e|k|n d] /=.
- by apply: write_one; rewrite mul1r.
- by apply: write_one; rewrite mul1r.
- case: ifP => [lt|/negbT ge]; first by apply: writes_done; exact: H.
  by rewrite nth_default -?sz 1?leqNgt //; apply: write_one; rewrite /= mulr0.
- by apply: write_one; rewrite /= mulrC -mulrA mulVf ?mulr1 //; exact: of_pos_neq0.
Qed.
Lemma write_multiple_ok st c i (v : F) : holds (R := R) w x st i v ->
  writes_ (holds (R := R) w x) st (write_multiple c i) (of_pos c * v).
Proof.
move=> h; have main c' : writes_ (holds (R := R) w x) st (z <- emit (Constant (Zpos c'));; emit (Mul z i)) (of_pos c' * v).
  apply: (writes_bind (writes_emit w x (R := R) st (Constant (Zpos c')))) => z st1 le1 hz.
  have := writes_emit w x (R := R) st1 (Mul z i); have [_ e1] := hz; have [_ e2] := le1 _ _ h.
  by rewrite /= -/(at_ (R := R) w x st1 z) -/(at_ (R := R) w x st1 i) e1 e2.
by case: c => [c|c|] /=; [exact: main | exact: main | rewrite of_pos1 mul1r; exact: writes_done].
Qed.
Lemma write_line_ok known vs l st : are_at st known vs -> writes_ is_at st (write_line known l) (line_value w x vs l).
Proof.
move=> H.
have two a b T (g : place -> place -> writer T) U (rel : seq step -> T -> U -> Prop) r :
  (forall u v st', longer (R := R) w x st st' -> is_at st' u (look w x vs a) -> is_at st' v (look w x vs b) ->
    writes_ rel st' (g u v) r) ->
  writes_ rel st (u <- write_operand known a;; v <- write_operand known b;; g u v) r.
  move=> G; apply: (writes_bind (write_operand_ok a H)) => u st1 le1 hu.
  apply: (writes_bind (write_operand_ok b (are_longer le1 H))) => v st2 le2 hv.
  by apply: G => //; [exact: longer_trans le1 le2 | exact: is_longer le2 _ _ hu].
have both a b step_ (op : F -> F -> F) :
  (forall d u v, op (of_pos d * u) (of_pos d * v) = of_pos d * op u v) ->
  (forall st i j, value (R := R) w x (run (R := R) w x st [::]) (step_ i j) = op (at_ (R := R) w x st i) (at_ (R := R) w x st j)) ->
  writes_ is_at st (u <- write_operand known a;; v <- write_operand known b;;
    let c := Pos.ggcd u.2 v.2 in
    i <- write_multiple c.2.2 u.1;; j <- write_multiple c.2.1 v.1;;
    k <- emit (step_ i j);; done (k, Pos.mul u.2 c.2.2)) (op (look w x vs a) (look w x vs b)).
  move=> lin val; apply: two => u v st1 le1 hu hv.
  have := Pos.ggcd_correct_divisors u.2 v.2; case: (Pos.ggcd _ _) => g [c d] [eu ev] /=.
  apply: (writes_bind (write_multiple_ok d hu)) => i st2 le2 hi.
  apply: (writes_bind (write_multiple_ok c (le2 _ _ hv))) => j st3 le3 hj.
  apply: write_one; rewrite val; have [_ ->] := le3 _ _ hi; have [_ ->] := hj.
  rewrite -lin; congr op; first by rewrite of_pos_mul mulrA [of_pos d * _]mulrC.
  by rewrite eu ev !of_pos_mul !mulrA [of_pos c * _]mulrC -!mulrA; congr (_ * _); rewrite mulrA.
case: l => a b /=.
- by apply: (both a b Add +%R) => // d u v; rewrite mulrDr.
- by apply: (both a b Sub (fun u v => u - v)) => // d u v; rewrite mulrBr.
apply: two => u v st1 le1 [_ eu] [_ ev]; apply: write_one.
by rewrite /= -/(at_ (R := R) w x st1 u.1) -/(at_ (R := R) w x st1 v.1) eu ev of_pos_mul mulrACA.
Qed.
Lemma write_lines_ok ls : forall known vs st, are_at st known vs ->
  writes_ are_at st (write_lines known ls) (foldl (fun values l => rcons values (line_value w x values l)) vs ls).
Proof.
elim: ls => [|l ls IH] known vs st H /=; first exact: writes_done.
apply: (writes_bind (write_line_ok l H)) => p st1 le1 hp; apply: IH.
have [sz H1] := are_longer le1 H; split=> [|k]; rewrite !size_rcons ?sz // -sz !nth_rcons -sz ltnS leq_eqVlt.
by case: ltngtP => //= lt _; exact: H1.
Qed.
Lemma write_results_ok known vs os st : are_at st known vs ->
  writes_ are_at st (each (write_operand known) os) [seq look w x vs o | o <- os].
Proof.
elim: os st => [|o os IH] st H /=; first exact: writes_done.
apply: (writes_bind (write_operand_ok o H)) => p st1 le1 hp.
apply: (writes_bind (IH st1 (are_longer le1 H))) => ps st2 le2 [sz hps].
apply: writes_done; split=> [|[|k] lt] /=; [by rewrite sz | exact: is_longer le2 _ _ hp | exact: hps].
Qed.

Theorem recorded_ok r :
  labels (R := R) w x (recorded r) = [seq of_pos t.1 * t.2 | t <- zip (denominators r) (recorded_labels w x r)].
Proof.
have : writes_ are_at [::] (write_recording r) (recorded_labels w x r).
  apply: (writes_bind (write_lines_ok (lines r) (known := [::]) (vs := [::]) (st := [::]) _)) => // known st1 le1 H.
  exact: write_results_ok.
rewrite /writes /recorded /denominators /labels; move: (recorded_labels w x r) => vs.
case: (write_recording r [::]) => ps st /= [_ [sz H]].
apply: (@eq_from_nth _ 0) => [|k]; rewrite !size_map ?size_zip ?size_map -?sz ?minnn // => lt.
rewrite (nth_map 0%N) ?size_map // (nth_map (xH, 0)) ?size_zip ?size_map -?sz ?minnn //.
rewrite nth_zip ?size_map // !(nth_map (0%N, xH)) //=.
by have [_ e] := H k lt; exact: e.
Qed.
End Agree.
