(** * Instances: a real match, or none

    Student, teacher and inputs are given by rational numbers; the definitions stand in [Network.v]. A match is shown by weights that are
    polynomials in a root of a polynomial, which changes its sign; that there is none, by a combination of the equations that is a
    polynomial, in a form, without a root. *)

From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Allocert Require Import Network Polynomials Checker.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** ** Fractions: polynomials over positive integers *)

Definition fraction := (polynomial * positive)%type.
Definition pscale (z : Z) (p : polynomial) : polynomial :=
  match z with Z0 => [::] | Zpos xH => p | _ => pterm (z, [::]) p end.
Arguments pscale : simpl never.
Arguments ofZ : simpl never.
Definition psub (p q : polynomial) : polynomial := padd p (pneg q).
Definition common (op : polynomial -> polynomial -> polynomial) (a b : fraction) : fraction :=
  let c := Pos.ggcd a.2 b.2 in (op (pscale (Zpos c.2.2) a.1) (pscale (Zpos c.2.1) b.1), Pos.mul a.2 c.2.2).
Definition fractions : numbers := Numbers
  (fun z => (pint z, xH)) (common padd) (common psub) (fun a b => (pmul a.1 b.1, Pos.mul a.2 b.2)).
Definition frac (q : rational) : fraction := (pint q.1, q.2).
Definition fvar (v : N) : fraction := (pvar v, xH).
(** The value of a polynomial with these coefficients, the constant first. *)
Definition powers (qs : seq rational) (t : fraction) : fraction :=
  foldr (fun q r => plus (n := fractions) (times (n := fractions) r t) (frac q)) (frac (Z0, xH)) qs.

Section Value.
Variables (F : fieldType) (c0 : [char F] =i pred0) (env : N -> F).
Definition fval (a : fraction) : F := pval env a.1 / ofZ F (Zpos a.2).
Lemma pos_neq0 d : ofZ F (Zpos d) != 0. Proof. by apply/eqP => /(ofZ_eq0 c0). Qed.
Lemma pos_mul a b : ofZ F (Zpos (Pos.mul a b)) = ofZ F (Zpos a) * ofZ F (Zpos b).
Proof. exact: (ofZ_mul F (Zpos a) (Zpos b)). Qed.
Lemma pval_scale z p : pval env (pscale z p) = ofZ F z * pval env p.
Proof.
have main : pval env (pterm (z, [::]) p) = ofZ F z * pval env p by rewrite pval_term /mval big_nil mulr1.
by rewrite /pscale; case: z main => [|[z|z|]|z] //= _; rewrite ?pval_nil ?mul0r ?mul1r.
Qed.
Lemma fval_common op g a b : (forall p q, pval env (op p q) = g (pval env p) (pval env q)) ->
  (forall c x y, g (c * x) (c * y) = c * g x y) -> fval (common op a b) = g (fval a) (fval b).
Proof.
case: a b => [P a] [S b] eop lin; rewrite /common /fval /=.
have := Pos.ggcd_correct_divisors a b; case: (Pos.ggcd a b) => k [c d] [ea eb] /=.
rewrite eop !pval_scale; set D := ofZ F (Zpos (Pos.mul a d)).
have over (u v X : F) : v != 0 -> u * X = (u * v) * (X / v) by move=> nz; rewrite -mulrA [v * _]mulrCA mulfV ?mulr1.
have -> : ofZ F (Zpos d) * pval env P = D * (pval env P / ofZ F (Zpos a)).
  by rewrite /D pos_mul [ofZ F (Zpos a) * _]mulrC; exact: over (pos_neq0 a).
have -> : ofZ F (Zpos c) * pval env S = D * (pval env S / ofZ F (Zpos b)).
  have -> : D = ofZ F (Zpos c) * ofZ F (Zpos b) by rewrite /D ea eb !pos_mul [ofZ F (Zpos k) * _]mulrC -mulrA.
  exact: over (pos_neq0 b).
by rewrite lin mulrC mulKf // pos_neq0.
Qed.
Lemma fval_hom : @hom fractions (ring F) fval.
Proof.
split=> [z|a b|a b|[P a] [S b]].
- by rewrite /fval /= pval_int divr1.
- by apply: fval_common => [p q|c x y]; [exact: pval_add | rewrite mulrDr].
- by apply: fval_common => [p q|c x y]; [rewrite /psub pval_add pval_neg | rewrite mulrBr].
by rewrite /fval /= pval_mul pos_mul invfM mulrACA.
Qed.
Lemma fval_frac q : fval (frac q) = ofQ F q.
Proof. by rewrite /fval /= pval_int. Qed.
Lemma fval_var v : fval (fvar v) = env v.
Proof. by rewrite /fval /= pval_var divr1. Qed.
Definition polynomial_at (qs : seq rational) (t : F) : F := foldr (fun q r => r * t + ofQ F q) 0 qs.
Lemma fval_powers qs t : fval (powers qs t) = polynomial_at qs (fval t).
Proof.
case: fval_hom => _ hp _ ht; elim: qs => [|q qs IH]; first by rewrite fval_frac /ofQ /= /ofZ mul0r.
by rewrite /= hp ht -/(powers qs t) IH fval_frac.
Qed.
Lemma fval_eq0 a : (fval a == 0) = (pval env a.1 == 0).
Proof. by rewrite /fval mulf_eq0 invr_eq0 (negbTE (pos_neq0 _)) orbF. Qed.
End Value.

(** ** A match

    In the variable 0, a root t of a polynomial that changes its sign, the weights are polynomials. Entry e of an input is the variable
    e + 1 where it is any number. *)

Record solution := Solution {
  root_of : seq rational; low : rational; high : rational;
  root_values : seq (seq rational) }.

Section Solution.
Variables (p : program) (A : seq nat) (I : instance) (s : solution).
Let outs := size (outputs p).
Definition none : rational := (Z0, xH).
Definition solved (i : nat) : fraction :=
  if i \in A then powers (nth [::] (root_values s) (index i A)) (fvar N0) else frac (nth none (student I) i).
Definition taught (i : nat) : fraction := frac (nth none (teacher I) i).
Definition entry_variable (e : nat) : N := N.of_nat e.+1.

(** Whether the sign changes. *)
Definition numerator (t : rational) : Z := zval (fun=> Z0) (powers (root_of s) (frac t)).1.
Definition change_ok : bool :=
  Z.leb (Z.mul (low s).1 (Zpos (high s).2)) (Z.mul (high s).1 (Zpos (low s).2)) &&
  Z.leb (Z.mul (numerator (low s)) (numerator (high s))) Z0.

(** Division by the polynomial f, which begins with c times the d-th power. *)
Fixpoint reduce (fuel : nat) (c : Z) (d : nat) (f q : polynomial) : polynomial :=
  match fuel, q with
  | k.+1, (a, m) :: _ =>
    if (d <= count (N.eqb N0) m)%N then reduce k c d f (psub (pscale c q) (pterm (a, drop d m) f)) else q
  | _, _ => q
  end.
Definition fuel : nat := N.to_nat 20000.
Definition divisible (q : polynomial) : bool :=
  if (powers (root_of s) (fvar N0)).1 is (c, m) :: f' then
    if c is Z0 then false else nilp (reduce fuel c (size m) ((c, m) :: f') q)
  else false.
Definition equal_ok (x : nat -> fraction) : bool :=
  let ys := quick_labels (R := fractions) solved x p in let zs := quick_labels (R := fractions) taught x p in
  all (fun l => divisible (minus (n := fractions) (nth (integer fractions Z0) ys l) (nth (integer fractions Z0) zs l)).1) (iota 0 outs).
Definition solution_ok : bool := change_ok && all (fun x => equal_ok (fun e => frac (nth none x e))) (given I).
Definition solution_everywhere_ok : bool := change_ok && equal_ok (fun e => fvar (entry_variable e)).

Section Sound.
Variable R : rcfType.
Let c0 : [char R] =i pred0. Proof. exact: char_num. Qed.
Let at_ := polynomial_at (F := R).

Lemma ofZ_sign z : (Z.leb Z0 z -> 0 <= ofZ R z) /\ (Z.leb z Z0 -> ofZ R z <= 0).
Proof. by case: z => [|z|z]; split=> //= _; rewrite /ofZ ?oppr_le0 ?ler0n. Qed.
Lemma ofZ_leb a b : Z.leb a b -> ofZ R a <= ofZ R b.
Proof.
move=> /Z.leb_le le; rewrite -subr_ge0 -ofZ_sub; apply: (ofZ_sign _).1.
by apply/Z.leb_le; apply/Z.le_0_sub.
Qed.
Lemma pos_gt0 d : 0 < ofZ R (Zpos d).
Proof. by rewrite lt_def pos_neq0 //= /ofZ ler0n. Qed.
Lemma polyQ (qs : seq rational) : exists q : {poly R}, forall t, q.[t] = at_ qs t.
Proof.
elim: qs => [|q qs [f IH]]; first by exists 0 => t; rewrite horner0.
by exists (f * 'X + (ofQ R q)%:P) => t; rewrite hornerMXaddC IH.
Qed.
Lemma numerator_value t : exists2 d : R, 0 < d & at_ (root_of s) (ofQ R t) = ofZ R (numerator t) / d.
Proof.
exists (ofZ R (Zpos (powers (root_of s) (frac t)).2)); first exact: pos_gt0.
rewrite -(fval_frac (fun=> ofZ R Z0)) /at_ -fval_powers // /fval; congr (_ / _).
by rewrite /numerator ofZ_zval.
Qed.
Lemma a_root : change_ok -> exists t : R, at_ (root_of s) t = 0.
Proof.
case/andP => le sign; have [q eq] := polyQ (root_of s).
have le' : ofQ R (low s) <= ofQ R (high s).
  by rewrite /ofQ ler_pdivr_mulr ?pos_gt0 // mulrAC ler_pdivl_mulr ?pos_gt0 // -!ofZ_mul; exact: ofZ_leb.
have prod : q.[ofQ R (low s)] * q.[ofQ R (high s)] <= 0.
  rewrite !eq; have [d d0 ->] := numerator_value (low s); have [e e0 ->] := numerator_value (high s).
  rewrite mulrACA -invfM -ofZ_mul pmulr_lle0 ?invr_gt0 ?mulr_gt0 //; exact: (ofZ_sign _).2.
case: (lerP q.[ofQ R (low s)] 0) => [low0|low0].
  have [high0|high0] := lerP 0 q.[ofQ R (high s)].
    have [|t _ /rootP r] := poly_ivt (p := q) le'; first by rewrite low0 high0.
    by exists t; rewrite -eq.
  exists (ofQ R (low s)); rewrite -eq; apply/eqP; rewrite eq_le low0 /=.
  by move: prod; rewrite nmulr_lle0.
have high0 : q.[ofQ R (high s)] <= 0 by move: prod; rewrite pmulr_rle0.
have [|t _ /rootP r] := poly_ivt (p := - q) le'; first by rewrite !hornerN oppr_le0 oppr_ge0 (ltW low0) high0.
by exists t; apply/eqP; rewrite -eq -oppr_eq0 -hornerN r.
Qed.

Lemma reduce_sound (env : N -> R) k c d f : ofZ R c != 0 -> pval env f = 0 -> forall q,
  pval env (reduce k c d f q) = 0 -> pval env q = 0.
Proof.
move=> nz f0; elim: k => [|k IH] [|[a m] q] //=; case: ifP => // _ /IH.
rewrite /psub pval_add pval_neg pval_term f0 mulr0 subr0 pval_scale => /eqP.
by rewrite mulf_eq0 (negbTE nz) => /eqP.
Qed.

Section Root.
Variables (t : R) (root : at_ (root_of s) t = 0).
Definition solved_at (i : nat) : R :=
  if i \in A then at_ (nth [::] (root_values s) (index i A)) t else numbers_at R (student I) i.
Lemma equal_sound (x : nat -> fraction) (x' : nat -> R) (env : N -> R) : env N0 = t -> (forall e, fval env (x e) = x' e) ->
  equal_ok x -> equal_at p I solved_at x'.
Proof.
move=> et ex /allP ok; have hf := fval_hom c0 env.
have es i : fval env (solved i) = solved_at i.
  rewrite /solved /solved_at; case: ifP => _; last exact: fval_frac.
  by rewrite fval_powers // fval_var et.
have eu i : fval env (taught i) = numbers_at R (teacher I) i by exact: fval_frac.
rewrite /equal_at -(labels_f hf es ex) -(labels_f hf eu ex) -!quick_labels_e.
have sizes w : size (quick_labels (R := fractions) w x p) = outs by rewrite quick_labels_e size_map.
apply: (@eq_from_nth _ 0) => [|l]; rewrite !size_map !sizes // => lt.
rewrite !(nth_map (integer fractions Z0)) ?sizes //.
have /ok : l \in iota 0 outs by rewrite mem_iota.
move: (nth _ _ l) (nth _ _ l) => b a.
rewrite /divisible; case e : (powers (root_of s) (fvar N0)).1 => [|[c m] f] //.
case ec : c => [|z|z] // /nilP red; have nz : ofZ R c != 0 by apply/eqP => /(ofZ_eq0 c0); rewrite ec.
all: suff : fval env (minus (n := fractions) a b) = 0 by rewrite (hom_minus hf) => /subr0_eq.
all: apply/eqP; rewrite fval_eq0 //; apply/eqP; apply: (reduce_sound (k := fuel) (d := size m) nz (f := (c, m) :: f)); last by rewrite ec red pval_nil.
all: by apply/eqP; rewrite -e -fval_eq0 // fval_powers // fval_var et; apply/eqP.
Qed.
End Root.
End Sound.

Theorem solution_sound : solution_ok -> matched p A I.
Proof.
case/andP => change /(all_nthP [::]) ok R; have [t root] := a_root R change.
exists (solved_at t) => [i|k lt]; first by rewrite /solved_at => /negbTE ->.
apply: (equal_sound root (x := fun e => frac (nth none (nth [::] (given I) k) e)) (env := fun=> t)) => //.
  by move=> e; exact: fval_frac.
exact: ok lt.
Qed.
Theorem solution_everywhere_sound : solution_everywhere_ok -> matched_everywhere p A I.
Proof.
case/andP => change ok R; have [t root] := a_root R change.
exists (solved_at t) => [i|x]; first by rewrite /solved_at => /negbTE ->.
apply: (equal_sound root (env := fun v => if v is N0 then t else x (N.to_nat v).-1)) ok => // e.
by rewrite fval_var /entry_variable; case en : (N.of_nat e.+1) => [|v] //; rewrite -en Nnat.Nat2N.id.
Qed.
End Solution.

(** ** No root

    A polynomial without a change of sign in its coefficients has no positive root. Where there is one, the roots above 1 and those below
    are looked at apart: x = 1 + 2y, and x = 1 / (1 + y). *)

Fixpoint zadd (f g : seq Z) : seq Z :=
  match f, g with [::], _ => g | _, [::] => f | a :: f', b :: g' => Z.add a b :: zadd f' g' end.
Fixpoint shift (f : seq Z) : seq Z := if f is c :: f' then let g := shift f' in zadd (c :: g) g else [::].
Fixpoint doubled (z : Z) (f : seq Z) : seq Z := if f is c :: f' then Z.mul z c :: doubled (Z.double z) f' else [::].
Fixpoint no_root_above (fuel : nat) (f : seq Z) : bool :=
  if f is c :: _ then
    if Z.eqb c Z0 then false
    else if all (fun a => Z.leb Z0 (Z.mul c a)) f then true
    else if fuel is k.+1 then
      if no_root_above k (doubled (Zpos xH) (shift f)) then no_root_above k (shift (rev f)) else false
    else false
  else false.
Fixpoint mirrored (f : seq Z) : seq Z := if f is c :: f' then c :: map Z.opp (mirrored f') else [::].
Definition no_root (fuel : nat) (f : seq Z) : bool := no_root_above fuel f && no_root_above fuel (mirrored f).
Definition depth : nat := 200.

Section NoRoot.
Variable R : realFieldType.
Definition integral_at (f : seq Z) (t : R) : R := foldr (fun c r => r * t + ofZ R c) 0 f.
Lemma at_add f : forall g t, integral_at (zadd f g) t = integral_at f t + integral_at g t.
Proof.
elim: f => [|a f IH] [|b g] t /=; rewrite ?add0r ?addr0 //.
by rewrite IH ofZ_add mulrDl addrACA.
Qed.
Lemma at_shift f t : integral_at (shift f) t = integral_at f (t + 1).
Proof.
elim: f => //= c f IH; rewrite (at_add (c :: shift f)) /= IH mulrDr mulr1 addrAC -addrA.
by rewrite [ofZ R c + _]addrC addrA.
Qed.
Lemma at_doubled f t : forall z, integral_at (doubled z f) t = ofZ R z * integral_at f (2%:R * t).
Proof.
elim: f => [|c f IH] z /=; first by rewrite mulr0.
rewrite IH ofZ_mul mulrDr; congr (_ + _); have -> : ofZ R (Z.double z) = ofZ R z * 2%:R.
  by rewrite Z.double_spec Z.mul_comm ofZ_mul.
by rewrite -!mulrA; congr (_ * _); rewrite mulrCA.
Qed.
Lemma at_opp f t : integral_at (map Z.opp f) t = - integral_at f t.
Proof. by elim: f => [|c f IH] /=; rewrite ?oppr0 // IH ofZ_opp mulNr opprD. Qed.
Lemma at_mirrored f t : integral_at (mirrored f) t = integral_at f (- t).
Proof. by elim: f => //= c f IH; rewrite at_opp IH mulrN mulNr. Qed.
Lemma at_rcons f c t : integral_at (rcons f c) t = integral_at f t + ofZ R c * t ^+ size f.
Proof.
elim: f => [|a f IH] /=; first by rewrite mul0r !add0r mulr1.
by rewrite IH mulrDl exprSr mulrA addrAC.
Qed.
Lemma at_rev f t : t != 0 -> integral_at (rev f) t * t = t ^+ size f * integral_at f t^-1.
Proof.
move=> nz; elim: f => [|c f IH]; first by rewrite mul0r mulr0.
rewrite rev_cons at_rcons size_rev mulrDl IH /= mulrDr exprSr; congr (_ + _).
  by rewrite -!mulrA; congr (_ * _); rewrite [t * _]mulrCA mulfV // mulr1.
by rewrite [RHS]mulrC mulrA.
Qed.
Lemma ofZ_ge0 z : Z.leb Z0 z -> 0 <= ofZ R z.
Proof. by case: z => //= p _; rewrite /ofZ ler0n. Qed.
Lemma at_ge0 f t : 0 <= t -> all (Z.leb Z0) f -> 0 <= integral_at f t.
Proof.
move=> t0; elim: f => //= c f IH /andP [c0 /IH f0].
by rewrite addr_ge0 ?mulr_ge0 ?ofZ_ge0.
Qed.
Lemma at_times c f t : integral_at (map (Z.mul c) f) t = ofZ R c * integral_at f t.
Proof. by elim: f => [|a f IH] /=; rewrite ?mulr0 // IH ofZ_mul mulrDr mulrA. Qed.
Arguments shift : simpl never.
Arguments doubled : simpl never.
Lemma no_root_above_sound k : forall f t, no_root_above k f -> 0 <= t -> integral_at f t != 0.
Proof.
have c0 : [char R] =i pred0 by exact: char_num.
elim: k => [|k IH] [|c f] t //=; case: Z.eqb_spec => // nz; have {nz} nz : ofZ R c != 0 by apply/eqP => /(ofZ_eq0 c0).
all: case: ifP => [same _ t0|_ //].
1,2: have : 0 < ofZ R c * integral_at (c :: f) t; last by apply: contraTneq => /= ->; rewrite mulr0 ltxx.
1,2: rewrite -at_times /= ltr_spaddr ?ofZ_mul //; [by rewrite lt_def mulf_neq0 //= -expr2 sqr_ge0 | rewrite mulr_ge0 //].
1,2: by apply: at_ge0 => //; rewrite all_map; case/andP: same.
case: ifP => // above below t0; case: (ltrgtP t 0) t0 => // [t0|->] _; last first.
  by rewrite mulr0 add0r.
have ti : 0 < t^-1 by rewrite invr_gt0.
case: (lerP 1 t) => [le|lt].
  have e : 2%:R * ((t - 1) / 2%:R) + 1 = t by rewrite [2%:R * _]mulrC divfK ?subrK // ((charf0P R).1 c0).
  have := IH _ ((t - 1) / 2%:R) above; rewrite at_doubled at_shift e mul1r; apply.
  by rewrite divr_ge0 ?subr_ge0 ?ler0n.
have := IH _ (t^-1 - 1) below; rewrite at_shift subrK subr_ge0 invf_ge1 // (ltW lt) => /(_ isT).
apply: contra => /eqP e; have := at_rev (c :: f) (lt0r_neq0 ti).
by rewrite invrK /= e mulr0 => /eqP; rewrite mulf_eq0 (gt_eqF ti) orbF.
Qed.
Theorem no_root_sound k f t : no_root k f -> integral_at f t != 0.
Proof.
case/andP => above below; case: (lerP 0 t) => [|/ltW t0]; first exact: no_root_above_sound above.
by rewrite -[t]opprK -at_mirrored; apply: no_root_above_sound below _; rewrite oppr_ge0.
Qed.
End NoRoot.

(** ** No match *)

Record absence := Absence { multipliers : seq polynomial; form : polynomial; rootless : seq Z }.

Section Absence.
Variables (p : program) (A : seq nat) (I : instance) (a : absence).
Let outs := size (outputs p).
Definition unknown (i : nat) : fraction := if i \in A then fvar (weight_variable i) else frac (nth none (student I) i).
(** The numerator in lowest terms. *)
Definition cleared (q : fraction) : polynomial :=
  let g := foldr (fun t g => Z.gcd t.1 g) (Zpos q.2) q.1 in
  let r := [seq (Z.div t.1 g, t.2) | t <- q.1] in
  if g is Z0 then q.1 else if nilp (psub (pscale g r) q.1) then r else q.1.
Definition equations : seq polynomial :=
  flatten [seq (let ys := quick_labels (R := fractions) unknown (fun e => frac (nth none x e)) p in
    let zs := quick_labels (R := fractions) (taught I) (fun e => frac (nth none x e)) p in
    [seq cleared (minus (n := fractions) y.1 y.2) | y <- zip ys zs]) | x <- given I].
Definition combination : polynomial := foldr (fun t r => padd (pmul t.1 t.2) r) [::] (zip (multipliers a) equations).
Definition in_form : polynomial := foldr (fun c r => padd (pmul r (form a)) (pint c)) [::] (rootless a).
Definition absence_ok : bool := no_root depth (rootless a) && nilp (psub combination in_form).

Lemma all_of_flatten (S T : Type) (P : pred T) (g : S -> seq T) xs : all (fun x => all P (g x)) xs -> all P (flatten [seq g x | x <- xs]).
Proof. by elim: xs => //= x xs IH /andP [gx /IH]; rewrite all_cat gx. Qed.
Theorem absence_sound : absence_ok -> unmatched p A I.
Proof.
rewrite /absence_ok; move: depth => k /andP [none_ /nilP id] R w learned_ matches; have c0 : [char R] =i pred0 by exact: char_num.
pose env (v : N) : R := w (N.to_nat (N.div2 v)).
have envw i : env (weight_variable i) = w i.
  by rewrite /env /weight_variable N.div2_double Nnat.Nat2N.id.
have hf := fval_hom c0 env.
have cleared0 q : fval env q = 0 -> pval env (cleared q) = 0.
  move=> /eqP; rewrite fval_eq0 // => /eqP q0; rewrite /cleared; set g := foldr _ _ _; set r := [seq _ | _ <- _].
  case eg : g => [|z|z] //; rewrite -eg; case: ifP => // /nilP e.
  1,2: have : pval env (psub (pscale g r) q.1) = 0 by rewrite e pval_nil.
  1,2: rewrite /psub pval_add pval_neg q0 oppr0 addr0 pval_scale => /eqP; rewrite mulf_eq0 => /orP [/eqP /(ofZ_eq0 c0)|/eqP //].
  1,2: by rewrite eg.
have eqs0 : all (fun q => pval env q == 0) equations.
  apply: all_of_flatten; apply/(all_nthP [::]) => j lt /=; rewrite all_map.
  have := matches j lt; rewrite /equal_at; set x := nth _ _ _ => e.
  have ex e' : fval env (frac (nth none x e')) = numbers_at R x e' by exact: fval_frac.
  have ew i : fval env (unknown i) = w i.
    rewrite /unknown; case: ifP => iA; first by rewrite fval_var envw.
    by rewrite fval_frac learned_ ?iA.
  have eu i : fval env (taught I i) = numbers_at R (teacher I) i by exact: fval_frac.
  move: e; rewrite -(labels_f hf ew ex) -(labels_f hf eu ex) -!quick_labels_e.
  move: (quick_labels _ _ _) (quick_labels _ _ _) => ys zs; elim: ys zs => [|y ys IH] [|z zs] //= [yz /IH ->].
  by rewrite andbT; apply/eqP/cleared0; rewrite [LHS](hom_minus hf) /= yz subrr.
have combo : pval env combination = 0.
  rewrite /combination; elim: (multipliers a) (equations) eqs0 => [|m ms IH] [|q qs] //=; rewrite ?pval_nil //.
  by case/andP => /eqP q0 /IH e; rewrite pval_add pval_mul q0 mulr0 add0r.
have : pval env (psub combination in_form) = 0 by rewrite id pval_nil.
rewrite /psub pval_add pval_neg combo add0r => /eqP; rewrite oppr_eq0.
suff -> : pval env in_form = integral_at (rootless a) (pval env (form a)) by apply/negP; exact: no_root_sound none_.
by rewrite /in_form; elim: (rootless a) => [|c f IH] /=; rewrite ?pval_nil // pval_add pval_mul pval_int IH.
Qed.
End Absence.
