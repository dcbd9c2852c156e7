(** * Programs with quotients, exponentials and logarithms in a field with derivations *)

From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Allocert Require Import Network Recorded Polynomials Algebraic Ax Functions FunctionsRun.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Lemma is_function_e p k : is_function p k = is_fun (line_at (flines p) k).
Proof. by rewrite /is_function; case: (line_at _ k). Qed.

(** ** Which weights and entries of inputs a program names: of n weights and d entries *)
Definition operand_within (n d : nat) (o : operand) : bool := match o with W i => (i < n)%N | X j => (j < d)%N | _ => true end.
Definition line_within (n d : nat) (l : fline) : bool :=
  let ok := operand_within n d in
  match l with
  | Basic (Sum a b) | Basic (Difference a b) | Basic (Product a b) | Quotient a b => ok a && ok b
  | Exp a | Log a => ok a
  end.
Definition within (n d : nat) (p : fprogram) : bool := all (line_within n d) (flines p) && all (operand_within n d) (fresults p).

(** Only these matter, and the values of exponentials and logarithms. *)
Section Ext.
Variables (R : quotients) (n d : nat) (w dw x dx e w' dw' x' dx' e' : nat -> R).
Hypotheses (hw : forall i, (i < n)%N -> w i = w' i) (hdw : forall i, (i < n)%N -> dw i = dw' i).
Hypotheses (hx : forall i, (i < d)%N -> x i = x' i) (hdx : forall i, (i < d)%N -> dx i = dx' i).
Lemma look_ext known o : operand_within n d o -> flook w dw x dx known o = flook w' dw' x' dx' known o.
Proof. by case: o => //= i lt; [rewrite hw ?hdw | rewrite hx ?hdx]. Qed.
Lemma value_ext known l : line_within n d l -> (is_fun l -> e (size known) = e' (size known)) ->
  fvalue w dw x dx e known l = fvalue w' dw' x' dx' e' known l /\ has_value w dw x dx e known l = has_value w' dw' x' dx' e' known l.
Proof.
move=> ok E; case: l ok E => [[a b|a b|a b]|a b|a|a] /=; try (by case/andP=> oa ob _; rewrite !(look_ext known oa) !(look_ext known ob)).
  by move=> oa ->; rewrite ?(look_ext known oa).
by move=> oa ->; rewrite ?(look_ext known oa).
Qed.
Lemma run_ext ls : forall known, all (line_within n d) ls ->
  (forall k, (k < size ls)%N -> is_fun (line_at ls k) -> e (size known + k)%N = e' (size known + k)%N) ->
  frun w dw x dx e ls known = frun w' dw' x' dx' e' ls known /\ defined w dw x dx e ls known = defined w' dw' x' dx' e' ls known.
Proof.
elim: ls => //= l ls IH known /andP [ok oks] E.
have [ev eh] : fvalue w dw x dx e known l = fvalue w' dw' x' dx' e' known l /\ has_value w dw x dx e known l = has_value w' dw' x' dx' e' known l.
  by apply: value_ext ok _ => f; have := E 0%N (ltn0Sn _) f; rewrite addn0.
rewrite ev eh; have [|-> ->] := IH (rcons known (fvalue w' dw' x' dx' e' known l)) oks; last by [].
by move=> k lt f; rewrite size_rcons addSnnS; exact: (E k.+1).
Qed.
Lemma take_ext p k : within n d p -> (k <= size (flines p))%N -> (forall j, (j < k)%N -> is_function p j -> e j = e' j) ->
  frun w dw x dx e (take k (flines p)) [::] = frun w' dw' x' dx' e' (take k (flines p)) [::] /\
  defined w dw x dx e (take k (flines p)) [::] = defined w' dw' x' dx' e' (take k (flines p)) [::].
Proof.
case/andP; rewrite -{1}(cat_take_drop k (flines p)) all_cat => /andP [ok _] _ le E; apply: run_ext => // j.
rewrite size_takel // add0n => lt; rewrite nth_take // => f; apply: E => //; by rewrite is_function_e.
Qed.
Lemma slope_ext p k : within n d p -> (k < size (flines p))%N -> (forall j, (j < k)%N -> is_function p j -> e j = e' j) ->
  slope w dw x dx e p k = slope w' dw' x' dx' e' p k.
Proof.
move=> ok lt E; rewrite /slope; have [-> _] := take_ext ok (ltnW lt) E.
have /andP [/(all_nthP (Basic (Sum (X 0) (X 0)))) /(_ k lt) ol _] := ok.
by case: (line_at _ k) ol => //= a oa; rewrite (look_ext _ oa).
Qed.
Lemma changes_ext p l : within n d p -> (forall j, (j < size (flines p))%N -> is_function p j -> e j = e' j) ->
  nth (integer R Z0) (changes w dw x dx e p) l = nth (integer R Z0) (changes w' dw' x' dx' e' p) l.
Proof.
move=> ok E; rewrite /changes; have := take_ext ok (leqnn _) E; rewrite take_size => -[-> _].
case: (ltnP l (size (fresults p))) => lt; last by rewrite !nth_default ?size_map.
by rewrite !(nth_map (X 0)) // look_ext //; have /andP [_ /(all_nthP (X 0))] := ok; exact.
Qed.
End Ext.

Section Field.
Variables (K : fieldType) (c0 : [char K] =i pred0) (p : fprogram) (P : point K).
Notation R := (field K).
(** What the program computes on input s, up to line k: what it looks up; the argument of line k, and its labels. *)
Definition looked_up (s k : nat) (o : operand) : K :=
  (flook (R := R) (weights P) (fun=> 0) (entries P s) (fun=> 0)
    (frun (R := R) (weights P) (fun=> 0) (entries P s) (fun=> 0) (values P s) (take k (flines p)) [::]) o).1.
Definition argument (s k : nat) : K := match line_at (flines p) k with Exp a | Log a => looked_up s k a | _ => 0 end.
Definition label (s l : nat) : K := nth 0 [seq looked_up s (size (flines p)) o | o <- fresults p] l.

(** ** The derivatives of a program are derivatives *)
Section Chain.
Variables (D : K -> K) (hD : derivation D) (s : nat).
Let w := weights P. Let x := entries P s. Let e := values P s.
Let dw i := D (w i). Let dx i := D (x i).
Hypothesis ok : defined (R := R) w (fun=> 0) x (fun=> 0) e (flines p) [::].
Hypothesis exps : forall k, (k < size (flines p))%N ->
  match line_at (flines p) k with
  | Exp _ => D (e k) = e k * D (argument s k)
  | Log _ => D (argument s k) = argument s k * D (e k)
  | _ => True
  end.
Notation known k := (frun (R := R) w dw x dx e (take k (flines p)) [::]).
Lemma ok_take k : defined (R := R) w dw x dx e (take k (flines p)) [::].
Proof. exact: defined_take (defined_dir c0 _ _ ok). Qed.
Lemma looked_up_e k o : looked_up s k o = (flook (R := R) w dw x dx (known k) o).1.
Proof. by rewrite (run_values c0 (fun=> 0) (fun=> 0) o (ok_take k)). Qed.
Definition derived (v : K * K) : Prop := D v.1 = v.2.
Lemma look_derived vs o : (forall i, derived (nth (0, 0) vs i)) -> derived (flook (R := R) w dw x dx vs o).
Proof.
move=> H; case: o => [i|i|k|z q]; [by [] | by [] | exact: H |].
change (D (ofZ K z / ofZ K (Zpos q)) = 0); rewrite (d_mul hD) (d_inv hD) ?(den_neq0 c0) // !(d_ofZ hD).
by rewrite mulr0 oppr0 mul0r mulr0 addr0.
Qed.
Lemma derived_mul u v : derived u -> derived v -> D (u.1 * v.1) = u.1 * v.2 + v.1 * u.2.
Proof. by move=> eu ev; rewrite (d_mul hD) eu ev addrC [u.2 * _]mulrC. Qed.
Lemma derived_over u v : derived u -> derived v -> v.1 != 0 -> D (u.1 * v.1^-1) = v.1^-1 * (u.2 - u.1 * v.1^-1 * v.2).
Proof.
move=> eu ev nz; rewrite (d_mul hD) (d_inv hD) // eu ev mulrBr mulrN [u.2 * _]mulrC; congr (_ - _).
by rewrite !mulrA; congr (_ * _); rewrite mulrC mulrA.
Qed.
Lemma run_derived k : (k <= size (flines p))%N -> forall i, derived (nth (0, 0) (known k) i).
Proof.
elim: k => [|k IH] le i; first by rewrite take0 nth_nil /derived; exact: (d0 hD).
have H := IH (ltnW le); rewrite run_take // nth_rcons.
have L o := look_derived o H.
have sk : size (known k) = k by rewrite size_run add0n size_take le.
case: ifP => _; first exact: H.
case: eqP => _; last exact: (d0 hD).
have ov := defined_nth le (defined_dir c0 dw dx ok).
have := exps le; rewrite /argument; case: (line_at _ k) ov => [[a b|a b|a b]|a b|a|a] /=; rewrite /derived ?looked_up_e /=.
- by rewrite (d_add hD) !L.
- by rewrite (d_sub hD) !L.
- by move=> _ _; exact: (derived_mul (L a) (L b)).
- by move=> nz _; exact: (derived_over (L a) (L b) nz).
- by move=> _; rewrite sk L.
by move=> nz; rewrite sk L => ->; rewrite mulrA mulVf // mul1r.
Qed.
Lemma label_derived l : D (label s l) = nth 0 (changes (R := R) w dw x dx e p) l.
Proof.
rewrite /label /changes; case: (ltnP l (size (fresults p))) => lt; last by rewrite !nth_default ?size_map // (d0 hD).
rewrite !(nth_map (X 0)) // looked_up_e; have := look_derived (nth (X 0) (fresults p) l) (run_derived (leqnn _)).
by rewrite take_size.
Qed.
(** u of a line: the argument of an exponential, the value of a logarithm. *)
Definition u_of (k : nat) : K := match line_at (flines p) k with Log _ => values P s k | _ => argument s k end.
Lemma u_derived k : (k < size (flines p))%N -> D (u_of k) = slope (R := R) w dw x dx e p k.
Proof.
move=> lt; have H := run_derived (ltnW lt); have ov := defined_nth lt (defined_dir c0 dw dx ok).
have L o := look_derived o H.
have := exps lt; rewrite /u_of /slope /argument; case: (line_at _ k) ov => [l|a b|a|a] /=; rewrite ?(d0 hD) //.
  by move=> _ _; rewrite looked_up_e; exact: L.
by rewrite looked_up_e => nz; rewrite L => ->; rewrite mulrA mulVf // mul1r.
Qed.
End Chain.

(** ** What it computes lies in the field of what it is computed from *)
Section Inside.
Variables (n d : nat) (S : K -> Prop) (hS : subfield S) (s k : nat).
Hypotheses (ww : all (line_within n d) (flines p)) (le : (k <= size (flines p))%N).
Hypotheses (hw : forall i, (i < n)%N -> S (weights P i)) (hx : forall i, (i < d)%N -> S (entries P s i)).
Hypothesis he : forall i, (i < k)%N -> is_function p i -> S (values P s i).
Lemma look_inside vs o : (forall i, S (nth (0, 0) vs i).1) -> operand_within n d o ->
  S (flook (R := R) (weights P) (fun=> 0) (entries P s) (fun=> 0) vs o).1.
Proof.
move=> H; case: o => [i|i|i|z q] //=; [exact: hw | exact: hx |].
by move=> _; apply: (in_mul hS); [exact: (in_ofZ hS) | apply: (in_inv hS); exact: (in_ofZ hS (Zpos q))].
Qed.
Lemma run_inside j : (j <= k)%N -> forall i,
  S (nth (0, 0) (frun (R := R) (weights P) (fun=> 0) (entries P s) (fun=> 0) (values P s) (take j (flines p)) [::]) i).1.
Proof.
elim: j => [|j IH] lej i; first by rewrite take0 nth_nil; exact: (in_zero hS).
have lt : (j < size (flines p))%N by exact: leq_trans lej le.
rewrite run_take // nth_rcons; case: ifP => _; first exact: IH (ltnW lej) i.
case: eqP => _; last exact: (in_zero hS).
have L o := look_inside (IH (ltnW lej)) (o := o).
have sj : size (frun (R := R) (weights P) (fun=> 0) (entries P s) (fun=> 0) (values P s) (take j (flines p)) [::]) = j.
  by rewrite size_run add0n size_take lt.
have := he lej; rewrite is_function_e; have := all_nthP (Basic (Sum (X 0) (X 0))) ww j lt.
case: (line_at _ j) => [[a b|a b|a b]|a b|a|a] /=.
- by case/andP=> /L ha /L hb _; exact: (in_add hS).
- by case/andP=> /L ha /L hb _; exact: (in_sub hS).
- by case/andP=> /L ha /L hb _; exact: (in_mul hS).
- by case/andP=> /L ha /L hb _; apply: (in_mul hS) => //; exact: (in_inv hS).
- by move=> _ H; rewrite sj; exact: H.
by move=> _ H; rewrite sj; exact: H.
Qed.
Lemma argument_inside : (k < size (flines p))%N -> S (argument s k).
Proof.
move=> lt; have := all_nthP (Basic (Sum (X 0) (X 0))) ww k lt; rewrite /argument /looked_up.
by case: (line_at _ k) => [l|a b|a|a] /= ok; try exact: (in_zero hS); apply: look_inside => // i; exact: run_inside.
Qed.
End Inside.
End Field.
