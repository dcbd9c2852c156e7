(** * Runs of programs with quotients, exponentials and logarithms that are related to each other *)

From Coq Require Import ZArith NArith QArith_base Qreduction.
From mathcomp Require Import all_ssreflect all_algebra fraction.
From Allocert Require Import Network Recorded Polynomials Linear Functions.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(** ** A family of runs beside one: where that has values, they have, and relations that the operations keep are kept. *)
Record kept_by (I : Type) (R S : quotients) (r1 r2 : (I -> R) -> S -> Prop) : Prop := KeptBy {
  k_ext1 : forall a a' b, (forall j, a j = a' j) -> r1 a b -> r1 a' b;
  k_ext2 : forall a a' b, (forall j, a j = a' j) -> r2 a b -> r2 a' b;
  k_int : forall z, r1 (fun=> integer R z) (integer S z);
  k_zero : r2 (fun=> integer R Z0) (integer S Z0);
  k_plus : forall a b c d, r1 a b -> r1 c d -> r1 (fun j => plus (a j) (c j)) (plus b d);
  k_minus : forall a b c d, r1 a b -> r1 c d -> r1 (fun j => minus (a j) (c j)) (minus b d);
  k_times : forall a b c d, r1 a b -> r1 c d -> r1 (fun j => times (a j) (c j)) (times b d);
  k_ok : forall a b, r1 a b -> invertible b -> forall j, invertible (a j);
  k_inverse : forall a b, r1 a b -> invertible b -> r1 (fun j => inverse (a j)) (inverse b);
  k_den : forall d, invertible (integer S (Zpos d));
  k_plus2 : forall a b c d, r2 a b -> r2 c d -> r2 (fun j => plus (a j) (c j)) (plus b d);
  k_minus2 : forall a b c d, r2 a b -> r2 c d -> r2 (fun j => minus (a j) (c j)) (minus b d);
  k_times2 : forall a b c d, r1 a b -> r2 c d -> r2 (fun j => times (a j) (c j)) (times b d) }.

Section Kept.
Variables (I : Type) (R S : quotients) (r1 r2 : (I -> R) -> S -> Prop) (K : kept_by r1 r2).
Variables (w dw x dx e : I -> nat -> R) (w' dw' x' dx' e' : nat -> S).
Hypotheses (hw : forall i, r1 (fun j => w j i) (w' i)) (hdw : forall i, r2 (fun j => dw j i) (dw' i)).
Hypotheses (hx : forall i, r1 (fun j => x j i) (x' i)) (hdx : forall i, r2 (fun j => dx j i) (dx' i)).
Hypothesis he : forall i, r1 (fun j => e j i) (e' i).
Let z := integer R Z0.
Let z' := integer S Z0.
Definition beside (v : I -> R * R) (v' : S * S) : Prop := r1 (fun j => (v j).1) v'.1 /\ r2 (fun j => (v j).2) v'.2.
Definition alike (vs : I -> seq (R * R)) (vs' : seq (S * S)) : Prop :=
  (forall j, size (vs j) = size vs') /\ forall i, beside (fun j => nth (z, z) (vs j) i) (nth (z', z') vs' i).
Notation look j := (flook (w j) (dw j) (x j) (dx j)).
Notation look' := (flook w' dw' x' dx').

Lemma beside_ext v u v' : (forall j, v j = u j) -> beside v v' -> beside u v'.
Proof. by move=> E [a b]; split; [apply: (k_ext1 K) a | apply: (k_ext2 K) b] => j; rewrite E. Qed.
Lemma beside0 : beside (fun=> (z, z)) (z', z').
Proof. by split; [exact: (k_int K) | exact: (k_zero K)]. Qed.
Lemma look_beside vs vs' o : alike vs vs' -> beside (fun j => look j (vs j) o) (look' vs' o).
Proof.
case=> _ H; case: o => [i|i|k|n d] /=; rewrite /beside /=; first by split.
- by split.
- exact: H.
split; last exact: (k_zero K).
by apply: (k_times K); [exact: (k_int K) | apply: (k_inverse K (k_int K _)); exact: (k_den K)].
Qed.
Lemma value_beside vs vs' l : alike vs vs' -> has_value w' dw' x' dx' e' vs' l ->
  (forall j, has_value (w j) (dw j) (x j) (dx j) (e j) (vs j) l) /\
  beside (fun j => fvalue (w j) (dw j) (x j) (dx j) (e j) (vs j) l) (fvalue w' dw' x' dx' e' vs' l).
Proof.
move=> H; have [sz _] := H; have L o := look_beside o H.
have E : r1 (fun j => e j (size (vs j))) (e' (size vs')) by apply: (k_ext1 K) (he _) => j; rewrite sz.
case: l => [[a b|a b|a b]|a b|a|a] /=; rewrite /beside /=.
- by move=> _; have [[a1 a2] [b1 b2]] := (L a, L b); split=> //; split; [exact: (k_plus K) | exact: (k_plus2 K)].
- by move=> _; have [[a1 a2] [b1 b2]] := (L a, L b); split=> //; split; [exact: (k_minus K) | exact: (k_minus2 K)].
- move=> _; have [[a1 a2] [b1 b2]] := (L a, L b); split=> //; split; first exact: (k_times K).
  by apply: (k_plus2 K); apply: (k_times2 K).
- move=> ok; have [[a1 a2] [b1 b2]] := (L a, L b); split; first exact: (k_ok K b1 ok).
  have q := k_times K a1 (k_inverse K b1 ok); split=> //.
  apply: (k_times2 K); first exact: (k_inverse K b1 ok).
  by apply: (k_minus2 K) => //; apply: (k_times2 K).
- move=> ok; have [a1 a2] := L a; split; first exact: (k_ok K E ok).
  by split=> //; apply: (k_times2 K).
- move=> ok; have [a1 a2] := L a; split; first exact: (k_ok K a1 ok).
  by split=> //; apply: (k_times2 K) => //; exact: (k_inverse K a1 ok).
Qed.
Lemma rcons_alike vs vs' v v' : alike vs vs' -> beside v v' -> alike (fun j => rcons (vs j) (v j)) (rcons vs' v').
Proof.
case=> sz H B; split=> [j|i]; first by rewrite !size_rcons sz.
rewrite nth_rcons.
have B' : beside (fun j => if (i < size vs')%N then nth (z, z) (vs j) i else if i == size vs' then v j else (z, z))
    (if (i < size vs')%N then nth (z', z') vs' i else if i == size vs' then v' else (z', z')).
  by case: ifP => _; [exact: H | case: ifP => _; [exact: B | exact: beside0]].
by apply: beside_ext B' => j; rewrite nth_rcons sz.
Qed.
Lemma run_alike ls : forall vs vs', alike vs vs' -> defined w' dw' x' dx' e' ls vs' ->
  (forall j, defined (w j) (dw j) (x j) (dx j) (e j) ls (vs j)) /\
  alike (fun j => frun (w j) (dw j) (x j) (dx j) (e j) ls (vs j)) (frun w' dw' x' dx' e' ls vs').
Proof.
elim: ls => [|l ls IH] vs vs' H /=; first by split.
case/andP=> ok rest; have [oks B] := value_beside H ok.
by have [IH1 IH2] := IH _ _ (rcons_alike H B) rest; split=> // j; rewrite oks IH1.
Qed.
Lemma alike_nil : alike (fun=> [::]) [::].
Proof. by split=> // i; rewrite !nth_nil; exact: beside0. Qed.
Lemma defined_kept ls : defined w' dw' x' dx' e' ls [::] -> forall j, defined (w j) (dw j) (x j) (dx j) (e j) ls [::].
Proof. by move=> D; have [] := run_alike alike_nil D. Qed.
Lemma changes_kept p l : defined w' dw' x' dx' e' (flines p) [::] ->
  r2 (fun j => nth z (changes (w j) (dw j) (x j) (dx j) (e j) p) l) (nth z' (changes w' dw' x' dx' e' p) l).
Proof.
move=> D; have [_ H] := run_alike alike_nil D; rewrite /changes.
case: (ltnP l (size (fresults p))) => lt.
  rewrite (nth_map (X 0)) //; have [_ B] := look_beside (nth (X 0) (fresults p) l) H.
  by apply: (k_ext2 K) B => j; rewrite (nth_map (X 0)).
rewrite nth_default ?size_map //; apply: (k_ext2 K) (k_zero K) => j.
by rewrite nth_default ?size_map.
Qed.
Lemma defined_take ls k : forall vs, defined w' dw' x' dx' e' ls vs -> defined w' dw' x' dx' e' (take k ls) vs.
Proof. by elim: ls k => [|l ls IH] [|k] vs //= /andP [-> /IH ->]. Qed.
Lemma defined_nth ls k : forall vs, (k < size ls)%N -> defined w' dw' x' dx' e' ls vs ->
  has_value w' dw' x' dx' e' (frun w' dw' x' dx' e' (take k ls) vs) (nth (Basic (Sum (X 0) (X 0))) ls k).
Proof. by elim: ls k => [|l ls IH] [|k] vs //= lt /andP [a b]; [rewrite a | exact: IH]. Qed.
Lemma slope_kept p k : defined w' dw' x' dx' e' (flines p) [::] ->
  r2 (fun j => slope (w j) (dw j) (x j) (dx j) (e j) p k) (slope w' dw' x' dx' e' p k).
Proof.
move=> D; have [_ H] := run_alike alike_nil (defined_take k D); rewrite /slope.
case: (ltnP k (size (flines p))) => lt; last by rewrite nth_default //=; exact: (k_zero K).
have := defined_nth lt D; case: (nth _ _ k) => [l|a b|a|a] ok; try exact: (k_zero K).
  by have [_ B] := look_beside a H.
by have [_ [_ B]] := value_beside H ok.
Qed.
End Kept.

(** ** Directions *)
Section Direction.
Variable F : fieldType.
Hypothesis c0 : [char F] =i pred0.
Notation R := (field F).
Lemma den_neq0 d : ofZ F (Zpos d) != 0.
Proof. by apply/eqP => /(ofZ_eq0 c0). Qed.

(** What one relation of derivatives needs, where values are the same. *)
Lemma same_kept (I : Type) (r2 : (I -> F) -> F -> Prop) :
  (forall a a' b, (forall j, a j = a' j) -> r2 a b -> r2 a' b) -> r2 (fun=> 0) 0 ->
  (forall a b c d, r2 a b -> r2 c d -> r2 (fun j => a j + c j) (b + d)) ->
  (forall a b c d, r2 a b -> r2 c d -> r2 (fun j => a j - c j) (b - d)) ->
  (forall u a b, r2 a b -> r2 (fun j => u * a j) (u * b)) ->
  kept_by (I := I) (R := R) (S := R) (fun a b => forall j, a j = b) r2.
Proof.
move=> ext zero add sub mul; split=> //=.
- by move=> a a' b E H j; rewrite -E.
- by move=> a b c d H H' j; rewrite H H'.
- by move=> a b c d H H' j; rewrite H H'.
- by move=> a b c d H H' j; rewrite H H'.
- by move=> a b H ok j; rewrite H.
- by move=> a b H ok j; rewrite H.
- exact: den_neq0.
- by move=> a b c d H H'; apply: ext (mul b _ _ H') => j; rewrite H.
Qed.

(** Where a program has values does not depend on the direction. *)
Lemma defined_dir w dw dw' x dx dx' e ls :
  defined (R := R) w dw x dx e ls [::] -> defined (R := R) w dw' x dx' e ls [::].
Proof.
move=> D; have K := @same_kept unit (fun _ _ => True).
have := defined_kept (K _ _ _ _ _) (w := fun=> w) (dw := fun=> dw') (x := fun=> x) (dx := fun=> dx') (e := fun=> e)
  (w' := w) (dw' := dw) (x' := x) (dx' := dx) (e' := e).
by move=> H; apply: H D tt.
Qed.

(** A derivative is linear in the direction. *)
Lemma changes_linear k (c : 'I_k -> F) w dw (dws : 'I_k -> nat -> F) x e p l :
  (forall i, dw i = \sum_j c j * dws j i) -> defined (R := R) w (fun=> 0) x (fun=> 0) e (flines p) [::] ->
  nth 0 (changes (R := R) w dw x (fun=> 0) e p) l = \sum_j c j * nth 0 (changes (R := R) w (dws j) x (fun=> 0) e p) l.
Proof.
move=> E D; have K : kept_by (I := 'I_k) (R := R) (S := R) (fun a b => forall j, a j = b) (fun a b => b = \sum_j c j * a j).
  apply: same_kept.
  - by move=> a a' b H ->; apply: eq_bigr => j _; rewrite H.
  - by rewrite big1 // => j _; rewrite mulr0.
  - by move=> a b a' b' -> ->; rewrite -big_split; apply: eq_bigr => j _; rewrite mulrDr.
  - by move=> a b a' b' -> ->; rewrite -sumrB; apply: eq_bigr => j _; rewrite mulrBr.
  - by move=> u a b ->; rewrite mulr_sumr; apply: eq_bigr => j _; rewrite mulrCA.
apply: (changes_kept K (w := fun=> w) (dw := dws) (x := fun=> x) (dx := fun _ _ => 0) (e := fun=> e)) => //=.
- by move=> _; rewrite big1 // => j _; rewrite mulr0.
exact: defined_dir D.
Qed.

(** In no direction nothing changes. *)
Lemma slope_zero w dw x dx e p k : (forall i, dw i = 0) -> (forall i, dx i = 0) ->
  defined (R := R) w (fun=> 0) x (fun=> 0) e (flines p) [::] -> slope (R := R) w dw x dx e p k = 0.
Proof.
move=> W0 X0 D; have K : kept_by (I := unit) (R := R) (S := R) (fun a b => forall j, a j = b) (fun a b => b = 0).
  apply: same_kept => //.
  - by move=> a b c d -> ->; rewrite addr0.
  - by move=> a b c d -> ->; rewrite subr0.
  - by move=> u a b ->; rewrite mulr0.
have := slope_kept K (w := fun=> w) (dw := fun=> dw) (x := fun=> x) (dx := fun=> dx) (e := fun=> e)
  (w' := w) (dw' := dw) (x' := x) (dx' := dx) (e' := e).
by apply=> //; exact: defined_dir D.
Qed.

(** Along inputs, what does not see them does not change. *)
Section Blind.
Variables (w x dx e : nat -> F).
Notation run_ := (frun (R := R) w (fun=> 0) x dx e).
Definition blind (vs : seq (F * F)) (bs : seq bool) : Prop := size vs = size bs /\ forall i, ~~ nth false bs i -> (nth (0, 0) vs i).2 = 0.
Lemma look_blind vs bs o : blind vs bs -> ~~ sees_operand bs o -> (flook (R := R) w (fun=> 0) x dx vs o).2 = 0.
Proof. by case=> _ H; case: o => //= k; exact: H. Qed.
Lemma value_blind vs bs l : blind vs bs -> ~~ sees_line bs l -> (fvalue (R := R) w (fun=> 0) x dx e vs l).2 = 0.
Proof.
move=> H; have L o := look_blind (o := o) H.
case: l => [[a b|a b|a b]|a b|a|a] /=; rewrite ?negb_or.
- by case/andP=> /L -> /L ->; rewrite addr0.
- by case/andP=> /L -> /L ->; rewrite subr0.
- by case/andP=> /L -> /L ->; rewrite !mulr0 addr0.
- by case/andP=> /L -> /L ->; rewrite mulr0 subr0 mulr0.
- by move/L => ->; rewrite mulr0.
- by move/L => ->; rewrite mulr0.
Qed.
Lemma run_blind ls : forall vs bs, blind vs bs -> blind (run_ ls vs) (sees_all ls bs).
Proof.
elim: ls => //= l ls IH vs bs H; apply: IH; have [sz H'] := H; split=> [|i]; first by rewrite !size_rcons sz.
rewrite !nth_rcons sz; case: ifP => _; first exact: H'.
by case: ifP => // _; exact: value_blind.
Qed.
End Blind.
Lemma sees_all_take ls : forall bs k, (k < size ls)%N ->
  nth false (sees_all ls bs) (size bs + k) = sees_line (sees_all (take k ls) bs) (nth (Basic (Sum (X 0) (X 0))) ls k).
Proof.
have pre ls' : forall bs i, (i < size bs)%N -> nth false (sees_all ls' bs) i = nth false bs i.
  elim: ls' => //= l ls' IH bs i lt; rewrite IH ?size_rcons ?nth_rcons ?lt //.
  exact: leq_trans lt (leqnSn _).
elim: ls => // l ls IH bs [|k] /= lt.
  by rewrite ?take0 addn0 pre ?size_rcons //= nth_rcons ltnn eqxx.
by rewrite -IH // size_rcons addSnnS.
Qed.
Lemma slope_blind w x dx e p k : ~~ sees p k -> slope (R := R) w (fun=> 0) x dx e p k = 0.
Proof.
case: (ltnP k (size (flines p))) => lt; last by rewrite /slope nth_default.
rewrite /sees -[k in nth _ _ k]add0n (sees_all_take [::] lt) /slope.
have B : blind (frun (R := R) w (fun=> 0) x dx e (take k (flines p)) [::]) (sees_all (take k (flines p)) [::]).
  by apply: run_blind; split=> // i; rewrite !nth_nil.
case: (nth _ _ k) => [l|a b|a|a] ns.
- by [].
- by [].
- exact: (look_blind w x dx B ns).
- exact: (value_blind w x dx e (l := Log a) B ns).
Qed.
End Direction.

(** ** One line after the other *)
Definition is_fun (l : fline) : bool := match l with Exp _ | Log _ => true | _ => false end.
Notation line_at ls k := (nth (Basic (Sum (X 0) (X 0))) ls k).
Section Runs.
Variables (R : quotients) (w dw x dx e : nat -> R).
Notation run_ := (frun w dw x dx e).
Lemma size_run ls known : size (run_ ls known) = (size known + size ls)%N.
Proof. by elim: ls known => [|l ls IH] known /=; rewrite ?addn0 // IH size_rcons addSnnS. Qed.
Lemma run_take ls k : (k < size ls)%N -> run_ (take k.+1 ls) [::] = rcons (run_ (take k ls) [::]) (fvalue w dw x dx e (run_ (take k ls) [::]) (line_at ls k)).
Proof. by move=> lt; rewrite (take_nth (Basic (Sum (X 0) (X 0))) lt) /frun foldl_rcons. Qed.
Lemma defined_rcons ls l : forall known, defined w dw x dx e (rcons ls l) known = defined w dw x dx e ls known && has_value w dw x dx e (run_ ls known) l.
Proof. by elim: ls => [|l' ls IH] known /=; rewrite ?andbT // IH andbA. Qed.
Let z : R := integer R Z0.
Lemma run_prefix ls : forall known i, (i < size known)%N -> nth (z, z) (run_ ls known) i = nth (z, z) known i.
Proof.
elim: ls => //= l ls IH known i lt; rewrite IH ?size_rcons ?nth_rcons ?lt //.
exact: leq_trans lt (leqnSn _).
Qed.
Lemma nth_run ls k : (k < size ls)%N -> nth (z, z) (run_ ls [::]) k = fvalue w dw x dx e (run_ (take k ls) [::]) (line_at ls k).
Proof.
move=> lt; have sk : size (run_ (take k ls) [::]) = k by rewrite size_run add0n size_take lt.
have {1}-> : run_ ls [::] = run_ (drop k.+1 ls) (run_ (take k.+1 ls) [::]) by rewrite -{1}(cat_take_drop k.+1 ls) /frun foldl_cat.
by rewrite run_take // run_prefix; rewrite ?size_rcons ?nth_rcons sk ?ltnn ?eqxx.
Qed.
End Runs.

(** Only values of exponentials and logarithms matter. *)
Lemma run_functions (R : quotients) (w dw x dx e e' : nat -> R) ls : forall known,
  (forall k, (k < size ls)%N -> is_fun (line_at ls k) -> e (size known + k)%N = e' (size known + k)%N) ->
  frun w dw x dx e ls known = frun w dw x dx e' ls known /\ defined w dw x dx e ls known = defined w dw x dx e' ls known.
Proof.
elim: ls => //= l ls IH known E.
have [ev eh] : fvalue w dw x dx e known l = fvalue w dw x dx e' known l /\ has_value w dw x dx e known l = has_value w dw x dx e' known l.
  by have := E 0%N (ltn0Sn _); rewrite addn0; case: l {E} => //= a ->.
rewrite ev eh; have [|-> ->] := IH (rcons known (fvalue w dw x dx e' known l)); last by [].
by move=> k lt f; rewrite size_rcons addSnnS; exact: (E k.+1).
Qed.
(** The values do not depend on directions. *)
Lemma run_values (F : fieldType) (c0 : [char F] =i pred0) w dw dw' x dx dx' e ls o :
  defined (R := field F) w dw x dx e ls [::] ->
  (flook (R := field F) w dw x dx (frun (R := field F) w dw x dx e ls [::]) o).1 =
  (flook (R := field F) w dw' x dx' (frun (R := field F) w dw' x dx' e ls [::]) o).1.
Proof.
move=> D; have K : kept_by (I := unit) (R := field F) (S := field F) (fun a b => forall j, a j = b) (fun _ _ => True) by exact: same_kept.
have [_ A] := run_alike K (w := fun=> w) (dw := fun=> dw') (x := fun=> x) (dx := fun=> dx') (e := fun=> e) (w' := w) (dw' := dw) (x' := x)
  (dx' := dx) (e' := e) (fun i j => erefl) (fun i => I) (fun i j => erefl) (fun i => I) (fun i j => erefl) (alike_nil K) D.
have [B _] := look_beside K (w := fun=> w) (dw := fun=> dw') (x := fun=> x) (dx := fun=> dx') (w' := w) (dw' := dw) (x' := x)
  (dx' := dx) (fun i j => erefl) (fun i => I) (fun i j => erefl) (fun i => I) o A.
by rewrite -(B tt).
Qed.

(** ** Points that come near each other: a rank does not grow where a parameter becomes 0 *)
Section Near.
Variables (F : fieldType) (c0 : [char F] =i pred0).
Let L := [fieldType of {fraction {poly F}}].
Definition becomes (q : L) (a : F) : Prop := exists nd : {poly F} * {poly F}, [/\ nd.2.[0] != 0, q = fr F nd.1 / fr F nd.2 & a = nd.1.[0] / nd.2.[0]].
Lemma den_fr (d : {poly F}) : d.[0] != 0 -> fr F d != 0.
Proof. by move=> H; rewrite fr_eq0; apply: contraNneq H => ->; rewrite horner0. Qed.
Lemma becomes_poly (n : {poly F}) : becomes (fr F n) n.[0].
Proof. by exists (n, 1); split; rewrite /= ?hornerC ?oner_eq0 // ?rmorph1 divr1. Qed.
Lemma becomes_kept : kept_by (I := unit) (R := field L) (S := field F) (fun a b => becomes (a tt) b) (fun a b => becomes (a tt) b).
Proof.
have add a b c d : becomes a b -> becomes c d -> becomes (a + c) (b + d).
  case=> [[n m]] [/= m0 -> ->] [[n' m']] [/= m0' -> ->]; exists (n * m' + n' * m, m * m'); rewrite /= hornerD !hornerM.
  by split; [exact: mulf_neq0 | rewrite rmorphD !rmorphM addf_div ?den_fr | rewrite addf_div].
have opp a b : becomes a b -> becomes (- a) (- b).
  by case=> [[n m]] [/= m0 -> ->]; exists (- n, m); rewrite /= hornerN; split; rewrite ?rmorphN ?mulNr.
have mul a b c d : becomes a b -> becomes c d -> becomes (a * c) (b * d).
  case=> [[n m]] [/= m0 -> ->] [[n' m']] [/= m0' -> ->]; exists (n * n', m * m'); rewrite /= !hornerM.
  by split; [exact: mulf_neq0 | rewrite !rmorphM mulf_div | rewrite mulf_div].
have int z : becomes (ofZ L z) (ofZ F z).
  have e : (ofZ (poly_comRingType F) z).[0] = ofZ F z by exact: (ofZ_f (horner_eval_rmorphism 0) z).
  have e' : fr F (ofZ (poly_comRingType F) z) = ofZ L z by exact: (ofZ_f (fr F) z).
  by have := becomes_poly (ofZ (poly_comRingType F) z); rewrite e e'.
split=> //=; try by move=> a a' b E; rewrite E.
- exact: (int Z0).
- by move=> a b c d; exact: add.
- by move=> a b c d; move=> H /opp; exact: add.
- by move=> a b c d; exact: mul.
- move=> a b H ok []; case: H ok => [[n m] [/= m0 -> ->]] ok; have n0 : n.[0] != 0 by apply: contraNneq ok => ->; rewrite mul0r.
  by apply: mulf_neq0; rewrite ?invr_eq0 den_fr.
- move=> a b H ok; case: H ok => [[n m] [/= m0 -> ->]] ok; have n0 : n.[0] != 0 by apply: contraNneq ok => ->; rewrite mul0r.
  by exists (m, n); rewrite /= !invfM !invrK; split=> //; rewrite mulrC.
- by move=> d; exact: den_neq0.
- by move=> a b c d; exact: add.
- by move=> a b c d; move=> H /opp; exact: add.
- by move=> a b c d; exact: mul.
Qed.
Lemma rank_becomes m n (M : 'M[L]_(m, n)) (N : 'M[F]_(m, n)) : (forall i j, becomes (M i j) (N i j)) -> (\rank N <= \rank M)%N.
Proof.
move=> H; have /fin_all_exists [f Hf] : forall ij : 'I_m * 'I_n, exists nd : {poly F} * {poly F},
    [/\ nd.2.[0] != 0, M ij.1 ij.2 = fr F nd.1 / fr F nd.2 & N ij.1 ij.2 = nd.1.[0] / nd.2.[0]].
  by case=> i j; exact: H.
pose D := \prod_ij (f ij).2.
pose P : 'M[{poly F}]_(m, n) := \matrix_(i, j) ((f (i, j)).1 * \prod_(ij | ij != (i, j)) (f ij).2).
have D0 : D.[0] != 0 by rewrite horner_prod; apply/prodf_neq0 => ij _; have [] := Hf ij.
have eD i j : D = (\prod_(ij | ij != (i, j)) (f ij).2) * (f (i, j)).2 by rewrite /D (bigD1 (i, j)) //= mulrC.
have eM : map_mx (fr F) P = fr F D *: M.
  apply/matrixP => i j; rewrite !mxE (eD i j); have [/= d0 -> _] := Hf (i, j).
  set Q := \prod_(ij | _) _; rewrite !(rmorphM (fr F)) [RHS]mulrACA (mulfV (den_fr d0)) mulr1 mulrC //.
have eN : map_mx (horner_eval 0) P = D.[0] *: N.
  apply/matrixP => i j; rewrite !mxE (eD i j) /horner_eval; have [/= d0 _ ->] := Hf (i, j).
  set Q := \prod_(ij | _) _; rewrite !hornerM [RHS]mulrACA (mulfV d0) mulr1 mulrC //.
have := special_rank P 0; rewrite /frank eM eN !mxrank_scale_nz //; exact: den_fr.
Qed.
End Near.
