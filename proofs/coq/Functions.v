(** * Networks with quotients, exponentials and logarithms

    Like [Network.v], these are all definitions that a statement about such a network rests on. The values of exponentials and logarithms are
    variables of their own, one for each input, with the derivatives that they have: dE = E dz for E = exp z, and dL = da/a for
    L = log a. A division by zero has no value: nothing is said of points at which there is one. *)

From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Allocert Require Import Network Recorded.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(** ** Numbers that can be inverted, but for those that are not [invertible] *)
Record quotients := Quotients {
  whole :> numbers;
  inverse : whole -> whole;
  invertible : whole -> bool }.
Definition field (F : fieldType) : quotients := Quotients (whole := ring F) (fun a => a^-1) (fun a => a != 0).

(** ** Programs: lines as in [Recorded.v], or one of these *)
Inductive fline := Basic (l : line) | Quotient (a b : operand) | Exp (a : operand) | Log (a : operand).
Record fprogram := FProgram { flines : seq fline; fresults : seq operand }.

(** A number and its derivative, while weights and inputs move in the directions dw and dx. The value of the exponential or logarithm in line k is e k. *)
Section Run.
Variables (R : quotients) (w dw x dx e : nat -> R).
Let zero := integer R Z0.
Definition flook (known : seq (R * R)) (o : operand) : R * R :=
  match o with
  | W i => (w i, dw i) | X j => (x j, dx j) | Line k => nth (zero, zero) known k
  | Q n d => (times (integer R n) (inverse (integer R (Zpos d))), zero)
  end.
Definition fvalue (known : seq (R * R)) (l : fline) : R * R :=
  let look := flook known in let own := e (size known) in
  match l with
  | Basic (Sum a b) => (plus (look a).1 (look b).1, plus (look a).2 (look b).2)
  | Basic (Difference a b) => (minus (look a).1 (look b).1, minus (look a).2 (look b).2)
  | Basic (Product a b) => (times (look a).1 (look b).1, plus (times (look a).1 (look b).2) (times (look b).1 (look a).2))
  | Quotient a b => let q := times (look a).1 (inverse (look b).1) in
      (q, times (inverse (look b).1) (minus (look a).2 (times q (look b).2)))
  | Exp a => (own, times own (look a).2)
  | Log a => (own, times (inverse (look a).1) (look a).2)
  end.
(** Whether a line has a value: nothing is divided by zero, no exponential is zero, no logarithm is taken of zero. *)
Definition has_value (known : seq (R * R)) (l : fline) : bool :=
  match l with
  | Basic _ => true
  | Quotient _ b => invertible (flook known b).1
  | Exp _ => invertible (e (size known))
  | Log a => invertible (flook known a).1
  end.
Definition frun (ls : seq fline) (known : seq (R * R)) : seq (R * R) := foldl (fun known l => rcons known (fvalue known l)) known ls.
Fixpoint defined (ls : seq fline) (known : seq (R * R)) : bool :=
  if ls is l :: ls' then has_value known l && defined ls' (rcons known (fvalue known l)) else true.
(** The derivatives of all labels. *)
Definition changes (p : fprogram) : seq R := [seq (flook (frun (flines p) [::]) o).2 | o <- fresults p].
(** The derivative of u in line k: the argument z of an exponential, the value L of a logarithm. *)
Definition slope (p : fprogram) (k : nat) : R :=
  let known := frun (take k (flines p)) [::] in
  match nth (Basic (Sum (X 0) (X 0))) (flines p) k with
  | Exp a => (flook known a).2
  | Log a => (fvalue known (Log a)).2
  | _ => zero
  end.
End Run.

(** Which lines depend on the input, and which are exponentials or logarithms. *)
Definition sees_operand (known : seq bool) (o : operand) : bool :=
  match o with X _ => true | Line k => nth false known k | _ => false end.
Definition sees_line (known : seq bool) (l : fline) : bool :=
  match l with
  | Basic (Sum a b) | Basic (Difference a b) | Basic (Product a b) | Quotient a b => sees_operand known a || sees_operand known b
  | Exp a | Log a => sees_operand known a
  end.
Definition sees_all (ls : seq fline) (known : seq bool) : seq bool := foldl (fun known l => rcons known (sees_line known l)) known ls.
Definition sees (p : fprogram) (k : nat) : bool := nth false (sees_all (flines p) [::]) k.
Definition is_function (p : fprogram) (k : nat) : bool :=
  match nth (Basic (Sum (X 0) (X 0))) (flines p) k with Exp _ | Log _ => true | _ => false end.

(** ** Points

    Weights, entries of inputs, and values of exponentials and logarithms: [values P s k] is that in line k on input s. What does not depend on the
    input has one value on all inputs. *)
Record point (F : Type) := Point { weights : nat -> F; entries : nat -> nat -> F; values : nat -> nat -> F }.
Definition good (F : fieldType) (p : fprogram) (m : nat) (P : point F) : Prop :=
  (forall s, (s < m)%N -> defined (R := field F) (weights P) (fun=> 0) (entries P s) (fun=> 0) (values P s) (flines p) [::]) /\
  (forall s k, (s < m)%N -> (k < size (flines p))%N -> ~~ sees p k -> values P s k = values P 0 k).

(** ** The Jacobian of an allocation *)
Section Jacobian.
Variables (F : fieldType) (p : fprogram) (P : point F).
Definition fentry (a s l : nat) : F :=
  nth 0 (changes (R := field F) (weights P) (unit_vector F a) (entries P s) (fun=> 0) (values P s) p) l.
Definition fJ (m : nat) (A : seq nat) : 'M[F]_(m * size (fresults p), size A) :=
  \matrix_(i, j) fentry (nth 0%N A j) (i %/ size (fresults p)) (i %% size (fresults p)).
(** The derivative of u in line k on input s, in the direction dw of the weights and dX of all inputs. *)
Definition moves (dw : nat -> F) (dX : nat -> nat -> F) (s k : nat) : F :=
  slope (R := field F) (weights P) dw (entries P s) (dX s) (values P s) p k.
End Jacobian.

(** ** Dimensions

    The rank of the Jacobian with weights, inputs, exponentials and logarithms as independent variables: the largest at any point,
    of any field of characteristic 0, at which all has a value. *)
Definition fat_most (p : fprogram) (s : samples) (A : seq nat) (k : nat) : Prop :=
  forall (F : fieldType), [char F] =i pred0 -> forall m, allowed s m ->
  forall P : point F, good p m P -> (\rank (fJ p P m A) <= k)%N.
Definition fattained (p : fprogram) (s : samples) (A : seq nat) (k : nat) : Prop :=
  exists m, allowed s m /\ exists2 P : point rat, good p m P & \rank (fJ p P m A) = k.
Definition freached (p : fprogram) (s : samples) (A : seq nat) (k : nat) : Prop :=
  exists m, allowed s m /\ exists2 P : point rat, good p m P & (k <= \rank (fJ p P m A))%N.

(** On m inputs, one for each exponential or logarithm that depends on the input, and input; and one for each that does not. *)
Definition counts (p : fprogram) (s k : nat) : bool := is_function p k && (sees p k || (s == 0%N)).
(** The hypothesis of Ax's theorem: no combination of these u with integers, not all zero, is a constant. Its derivative
    in some direction is not zero at some point. *)
Definition not_constant (p : fprogram) (m : nat) (c : nat -> nat -> Z) : Prop :=
  exists2 P : point rat, good p m P & exists dw dX,
    \sum_(s < m) \sum_(k < size (flines p) | counts p s k) ofZ _ (c s k) * moves p P dw dX s k != 0.
Definition independent_functions (p : fprogram) (s : samples) : Prop :=
  forall m, allowed s m -> forall c, (exists t k, [/\ (t < m)%N, (k < size (flines p))%N, counts p t k & c t k <> Z0]) -> not_constant p m c.

(** The statement of a certificate. *)
Definition fdimension (p : fprogram) (s : samples) (A : seq nat) (k : nat) : Prop :=
  [/\ independent_functions p s, fat_most p s A k & fattained p s A k].
Definition fat_least (p : fprogram) (s : samples) (A : seq nat) (k : nat) : Prop :=
  independent_functions p s /\ freached p s A k.
Definition fspans (p : fprogram) (s : samples) (n : nat) (A : seq nat) : Prop :=
  exists2 k, fdimension p s A k & fdimension p s (iota 0 n) k.
