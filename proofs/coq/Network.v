(** * Networks, their Jacobians, and what a dimension is

    These are all definitions that a statement of a certificate rests on. Proofs and the checker stand in other files. *)

From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(** ** Numbers

    Whatever a program can be run on: the integers and the three operations. Nothing is asked of them here. *)
Record numbers := Numbers {
  number :> Type;
  integer : Z -> number;
  plus : number -> number -> number;
  minus : number -> number -> number;
  times : number -> number -> number }.

(** The elements of a commutative ring of MathComp. *)
Definition ofZ (R : ringType) (z : Z) : R :=
  match z with Z0 => 0 | Zpos p => (Pos.to_nat p)%:R | Zneg p => - (Pos.to_nat p)%:R end.
Definition ring (R : comRingType) : numbers := Numbers (ofZ R) +%R (fun a b => a - b) *%R.

(** Dual numbers a + b ε with ε² = 0: the part b carries a derivative. *)
Definition dual (R : numbers) : numbers := Numbers
  (fun z => (integer R z, integer R 0))
  (fun x y => (plus x.1 y.1, plus x.2 y.2))
  (fun x y => (minus x.1 y.1, minus x.2 y.2))
  (fun x y => (times x.1 y.1, plus (times x.1 y.2) (times x.2 y.1))).

(** ** Programs

    A network is a list of steps; each makes one number from weights, entries of the input, or the numbers of earlier steps,
    which are named by their position in the list, from 0. Its labels are the numbers of some steps. *)
Inductive step :=
  | Weight (i : nat) | Input (e : nat) | Constant (z : Z)
  | Add (a b : nat) | Sub (a b : nat) | Mul (a b : nat).

Record program := Program { steps : seq step; outputs : seq nat }.

Section Run.
Variables (R : numbers) (w x : nat -> R).
Definition value (known : seq R) (s : step) : R :=
  let at_ i := nth (integer R 0) known i in
  match s with
  | Weight i => w i | Input e => x e | Constant z => integer R z
  | Add a b => plus (at_ a) (at_ b) | Sub a b => minus (at_ a) (at_ b) | Mul a b => times (at_ a) (at_ b)
  end.
Definition run (ss : seq step) (known : seq R) : seq R := foldl (fun known s => rcons known (value known s)) known ss.
Definition labels (p : program) : seq R := [seq nth (integer R 0) (run (steps p) [::]) o | o <- outputs p].
End Run.

(** The derivatives of all labels when the weights move in the direction d: run the program on w + d ε. *)
Definition derivative (R : numbers) (p : program) (w x d : nat -> R) : seq R :=
  [seq y.2 | y <- labels (R := dual R) (fun i => (w i, d i)) (fun e => (x e, integer R 0)) p].

(** ** The Jacobian of an allocation

    An allocation A is a list of weights, by their positions. On m inputs, of which the s-th has the entries X s 0, X s 1, …, the
    Jacobian has a row for each label of each input and a column for each weight of A. *)
Section Jacobian.
Variables (R : comRingType) (p : program).
Definition unit_vector (a i : nat) : R := if i == a then 1 else 0.
Definition entry (w : nat -> R) (X : nat -> nat -> R) (a s l : nat) : R :=
  nth 0 (derivative (R := ring R) p w (X s) (unit_vector a)) l.
Definition J (m : nat) (A : seq nat) (w : nat -> R) (X : nat -> nat -> R) : 'M[R]_(m * size (outputs p), size A) :=
  \matrix_(i, j) entry w X (nth 0%N A j) (i %/ size (outputs p)) (i %% size (outputs p)).
End Jacobian.

(** ** Dimensions

    The reachable dimension of A on m samples is the largest rank that this matrix has, at any weights and inputs of any field of
    characteristic 0 (rational, real, complex numbers, rational functions of these). It is the rank at generic weights and inputs, since where
    a minor is not zero is open and dense. The functional dimension is the largest for any number of inputs. *)
Inductive samples := Samples (m : nat) | Functional.
Definition allowed (s : samples) (m : nat) : bool := if s is Samples m' then m == m' else true.

Definition at_most (p : program) (s : samples) (A : seq nat) (k : nat) : Prop :=
  forall (F : fieldType), [char F] =i pred0 -> forall m, allowed s m ->
  forall (w : nat -> F) (X : nat -> nat -> F), (\rank (J p m A w X) <= k)%N.

Definition attained (p : program) (s : samples) (A : seq nat) (k : nat) : Prop :=
  exists m, allowed s m /\ exists (w : nat -> rat) (X : nat -> nat -> rat), \rank (J p m A w X) = k.

Definition at_least (p : program) (s : samples) (A : seq nat) (k : nat) : Prop :=
  exists m, allowed s m /\ exists (w : nat -> rat) (X : nat -> nat -> rat), (k <= \rank (J p m A w X))%N.

Definition dimension (p : program) (s : samples) (A : seq nat) (k : nat) : Prop := at_most p s A k /\ attained p s A k.

(** Whether A has the dimension of all n weights. *)
Definition spans (p : program) (s : samples) (n : nat) (A : seq nat) : Prop :=
  exists2 k, dimension p s A k & dimension p s (iota 0 n) k.

(** ** Tables

    All allocations inside a list of weights, and how many of them have each size and dimension: entry r of row d of the table is the number
    of those with r weights and dimension d (zero where the table ends). *)
Fixpoint sublists (E : seq nat) : seq (seq nat) :=
  if E is e :: E' then let Ss := sublists E' in Ss ++ [seq e :: S | S <- Ss] else [:: [::]].

Definition census (p : program) (s : samples) (E : seq nat) (t : seq (seq N)) : Prop :=
  exists dim : seq nat -> nat,
    (forall A, A \in sublists E -> dimension p s A (dim A)) /\
    (forall r d, N.of_nat (count (fun A => (size A == r) && (dim A == d)) (sublists E)) = nth 0%num (nth [::] t d) r).

(** ** Matches

    An instance: all weights of a student, of which those of an allocation may be others, all weights of a teacher, and inputs. They are
    rational numbers n/d; what is missing is 0. *)
Definition rational := (Z * positive)%type.
Record instance := Instance { student : seq rational; teacher : seq rational; given : seq (seq rational) }.
Definition ofQ (F : fieldType) (q : rational) : F := ofZ F q.1 / ofZ F (Zpos q.2).
Definition numbers_at (F : fieldType) (qs : seq rational) (i : nat) : F := ofQ F (nth (Z0, xH) qs i).

(** Whether weights w are the student's but for those of A, and have the teacher's labels at an input. *)
Definition learned (A : seq nat) (I : instance) (F : fieldType) (w : nat -> F) : Prop :=
  forall i, i \notin A -> w i = numbers_at F (student I) i.
Definition equal_at (p : program) (I : instance) (F : fieldType) (w x : nat -> F) : Prop :=
  labels (R := ring F) w x p = labels (R := ring F) (numbers_at F (teacher I)) x p.

(** Some weights do, or none do, at all inputs of the instance, or at all inputs whatever: real ones, or of any other real closed field. *)
Definition matched (p : program) (A : seq nat) (I : instance) : Prop := forall R : rcfType,
  exists2 w : nat -> R, learned A I w & forall s, (s < size (given I))%N -> equal_at p I w (numbers_at R (nth [::] (given I) s)).
Definition matched_everywhere (p : program) (A : seq nat) (I : instance) : Prop := forall R : rcfType,
  exists2 w : nat -> R, learned A I w & forall x, equal_at p I w x.
Definition unmatched (p : program) (A : seq nat) (I : instance) : Prop := forall (R : rcfType) (w : nat -> R),
  learned A I w -> ~ forall s, (s < size (given I))%N -> equal_at p I w (numbers_at R (nth [::] (given I) s)).
