(** * Polynomials with integer coefficients that compute, and programs run on them *)

From Coq Require Import ZArith NArith Ring_theory InitialRing Setoid.
From mathcomp Require Import all_ssreflect all_algebra.
From Allocert Require Import Network.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(** ** Sums of terms, in lexicographic order, the largest first *)

(** A monomial is a list of variables, smallest first, each as often as its exponent says. *)
Definition monomial := seq N.
Definition polynomial := seq (Z * monomial).

Fixpoint order (a b : monomial) : comparison :=
  match a, b with
  | [::], [::] => Eq | [::], _ => Lt | _, [::] => Gt
  | x :: a', y :: b' => match N.compare x y with Eq => order a' b' | Lt => Gt | Gt => Lt end
  end.
Lemma order_eq a : forall b, order a b = Eq -> a = b.
Proof.
elim: a => [|x a IH] [|y b] //=; case E: (N.compare x y) => //.
by move/N.compare_eq: E => -> /IH ->.
Qed.

Fixpoint merge_monomials (a : monomial) : monomial -> monomial :=
  match a with
  | [::] => id
  | x :: a' => fix inner b := match b with
    | [::] => x :: a'
    | y :: b' => if N.leb x y then x :: merge_monomials a' b else y :: inner b' end
  end.

Fixpoint padd (p : polynomial) : polynomial -> polynomial :=
  match p with
  | [::] => id
  | (c, m) :: p' => fix inner q := match q with
    | [::] => (c, m) :: p'
    | (d, n) :: q' => match order m n with
      | Gt => (c, m) :: padd p' q
      | Lt => (d, n) :: inner q'
      | Eq => match Z.add c d with Z0 => padd p' q' | s => (s, m) :: padd p' q' end end end
  end.
Definition pterm (t : Z * monomial) (q : polynomial) : polynomial :=
  [seq (Z.mul t.1 u.1, merge_monomials t.2 u.2) | u <- q].
Definition pneg (p : polynomial) : polynomial := [seq (Z.opp t.1, t.2) | t <- p].
Fixpoint shorter (p q : polynomial) : bool :=
  match p, q with [::], _ => true | _, [::] => false | _ :: p', _ :: q' => shorter p' q' end.
(** Sums of many polynomials, of about as many terms each time: entry i of the list is a sum of 2^i of them, or nothing. *)
Fixpoint push (p : polynomial) (ps : seq polynomial) : seq polynomial :=
  match ps with
  | [::] => [:: p]
  | [::] :: ps' => p :: ps'
  | q :: ps' => [::] :: push (padd p q) ps'
  end.
Definition products (p q : polynomial) : polynomial :=
  foldl (fun r s => padd s r) [::] (foldr (fun t ps => push (pterm t q) ps) [::] p).
Definition pmul (p q : polynomial) : polynomial := if shorter p q then products p q else products q p.
Definition pint (z : Z) : polynomial := if z is Z0 then [::] else [:: (z, [::])].
Definition pvar (v : N) : polynomial := [:: (Zpos xH, [:: v])].
Definition polynomials : numbers := Numbers pint padd (fun p q => padd p (pneg q)) pmul.
Definition integers : numbers := Numbers (fun z => z) Z.add Z.sub Z.mul.

(** ** Programs, run with the numbers of earlier steps in a list that begins with the last one *)

Section Quick.
Variables (R : numbers) (w x : nat -> R).
Definition recall (n : nat) (known : seq R) (i : nat) : R := if (n - i)%N is d.+1 then nth (integer R Z0) known d else integer R Z0.
Definition quick_value (n : nat) (known : seq R) (s : step) : R :=
  match s with
  | Weight i => w i | Input e => x e | Constant z => integer R z
  | Add a b => plus (recall n known a) (recall n known b)
  | Sub a b => minus (recall n known a) (recall n known b)
  | Mul a b => times (recall n known a) (recall n known b)
  end.
Fixpoint quick_run (n : nat) (ss : seq step) (known : seq R) : nat * seq R :=
  if ss is s :: ss' then quick_run n.+1 ss' (quick_value n known s :: known) else (n, known).
Definition quick_labels (p : program) : seq R :=
  let: (n, known) := quick_run 0 (steps p) [::] in [seq recall n known o | o <- outputs p].
Lemma recall_rev known i : recall (size known) (rev known) i = nth (integer R Z0) known i.
Proof.
rewrite /recall; case: (ltnP i (size known)) => lt; last by rewrite (eqP lt) nth_default.
rewrite -(subnSK lt) nth_rev; last by rewrite ltn_subrL (leq_ltn_trans _ lt).
by rewrite (subnSK lt) subKn // ltnW.
Qed.
Lemma quick_run_e ss : forall known,
  quick_run (size known) ss (rev known) = (size (run w x ss known), rev (run w x ss known)).
Proof.
elim: ss => //= s ss IH known; rewrite -IH size_rcons rev_rcons; congr (quick_run _ _ (_ :: _)).
by case: s => //= a b; rewrite !recall_rev.
Qed.
Lemma quick_labels_e p : quick_labels p = labels w x p.
Proof. by rewrite /quick_labels (quick_run_e _ [::]); apply: eq_map => o; exact: recall_rev. Qed.
End Quick.
Definition quick_derivative (R : numbers) (p : program) (w x d : nat -> R) : seq R :=
  [seq y.2 | y <- quick_labels (R := dual R) (fun i => (w i, d i)) (fun e => (x e, integer R Z0)) p].
Lemma quick_derivative_e R p w x d : @quick_derivative R p w x d = derivative p w x d.
Proof. by rewrite /quick_derivative quick_labels_e. Qed.

(** ** Programs commute with homomorphisms *)

Record hom (R S : numbers) (f : R -> S) : Prop := Hom {
  hom_integer : forall z, f (integer R z) = integer S z;
  hom_plus : forall a b, f (plus a b) = plus (f a) (f b);
  hom_minus : forall a b, f (minus a b) = minus (f a) (f b);
  hom_times : forall a b, f (times a b) = times (f a) (f b) }.

Lemma hom_dual R S f : @hom R S f -> @hom (dual R) (dual S) (fun a => (f a.1, f a.2)).
Proof. by case=> a b c d; split=> /= *; rewrite ?a ?b ?c ?d ?b. Qed.

Lemma nth_f (T U : Type) (f : T -> U) x y s i : f x = y -> nth y [seq f z | z <- s] i = f (nth x s i).
Proof. by move=> <-; elim: s i => [|z s IH] [|i] //=. Qed.

Section Morphism.
Variables (R S : numbers) (f : R -> S) (hf : hom f) (w x : nat -> R) (w' x' : nat -> S).
Hypotheses (ew : forall i, f (w i) = w' i) (ex : forall i, f (x i) = x' i).
Lemma value_f vs s : f (value w x vs s) = value w' x' [seq f v | v <- vs] s.
Proof.
case: hf => hi hp hm ht.
by case: s => //= *; rewrite ?hi ?hp ?hm ?ht // !(nth_f _ _ (hi Z0)).
Qed.
Lemma run_f ss : forall vs, [seq f v | v <- run w x ss vs] = run w' x' ss [seq f v | v <- vs].
Proof. by elim: ss => //= s ss IH vs; rewrite IH map_rcons value_f. Qed.
Lemma labels_f p : [seq f v | v <- labels w x p] = labels w' x' p.
Proof.
rewrite /labels -map_comp; apply: eq_map => o /=.
by rewrite -(nth_f _ _ (hom_integer hf Z0)) run_f.
Qed.
End Morphism.

Lemma derivative_f R S f : @hom R S f -> forall p w x d w' x' d',
  (forall i, f (w i) = w' i) -> (forall i, f (x i) = x' i) -> (forall i, f (d i) = d' i) ->
  [seq f v | v <- derivative p w x d] = derivative p w' x' d'.
Proof.
move=> hf p w x d w' x' d' ew ex ed; rewrite /derivative -map_comp.
rewrite -(labels_f (hom_dual hf) (w := fun i => (w i, d i)) (x := fun e => (x e, integer R Z0))) => [|i|i].
- by rewrite -[RHS]map_comp; apply: eq_map.
- by rewrite /= ew ed.
- by rewrite /= ex (hom_integer hf).
Qed.

Lemma hom_id R : @hom R R id. Proof. by split. Qed.
Lemma derivative_e (R : numbers) p w x d w' x' d' :
  (forall i, w i = w' i) -> (forall i, x i = x' i) -> (forall i, d i = d' i :> R) ->
  derivative p w x d = derivative p w' x' d'.
Proof. by move=> ew ex ed; rewrite -(derivative_f (hom_id R) p ew ex ed) map_id. Qed.

(** ** Programs keep relations that the operations keep *)

Record kept (R S : numbers) (rel : R -> S -> Prop) : Prop := Kept {
  kept_integer : forall z, rel (integer R z) (integer S z);
  kept_plus : forall a b c d, rel a b -> rel c d -> rel (plus a c) (plus b d);
  kept_minus : forall a b c d, rel a b -> rel c d -> rel (minus a c) (minus b d);
  kept_times : forall a b c d, rel a b -> rel c d -> rel (times a c) (times b d) }.
Definition both (R S : numbers) (rel : R -> S -> Prop) (a : dual R) (b : dual S) : Prop := rel a.1 b.1 /\ rel a.2 b.2.
Lemma kept_dual R S rel : @kept R S rel -> @kept (dual R) (dual S) (both rel).
Proof. by case=> i p m t; split=> [z|a b c d|a b c d|a b c d]; rewrite /both /=; auto; move=> [? ?] [? ?]; auto. Qed.

Section Relation.
Variables (R S : numbers) (rel : R -> S -> Prop) (hr : kept rel) (w x : nat -> R) (w' x' : nat -> S).
Hypotheses (ew : forall i, rel (w i) (w' i)) (ex : forall i, rel (x i) (x' i)).
Let related (vs : seq R) (vs' : seq S) := size vs = size vs' /\ forall i, rel (nth (integer R Z0) vs i) (nth (integer S Z0) vs' i).
Lemma value_kept vs vs' s : related vs vs' -> rel (value w x vs s) (value w' x' vs' s).
Proof. by case: hr => hi hp hm ht [_ H]; case: s => /= *; auto. Qed.
Lemma run_kept ss : forall vs vs', related vs vs' -> related (run w x ss vs) (run w' x' ss vs').
Proof.
elim: ss => //= s ss IH vs vs' H; apply: IH; have [sz H'] := H; split=> [|i]; first by rewrite !size_rcons sz.
rewrite !nth_rcons -sz; case: ltngtP => // _; last exact: value_kept.
exact: kept_integer hr Z0.
Qed.
Lemma labels_kept p l : rel (nth (integer R Z0) (labels w x p) l) (nth (integer S Z0) (labels w' x' p) l).
Proof.
have [|_ H] := run_kept (steps p) (vs := [::]) (vs' := [::]).
  by split=> // i; rewrite !nth_nil; exact: kept_integer hr Z0.
rewrite /labels; case: (ltnP l (size (outputs p))) => lt; first by rewrite !(nth_map 0%N) //; exact: H.
by rewrite !nth_default ?size_map //; exact: kept_integer hr Z0.
Qed.
End Relation.
Lemma derivative_kept R S rel : @kept R S rel -> forall p w x d w' x' d' l,
  (forall i, rel (w i) (w' i)) -> (forall i, rel (x i) (x' i)) -> (forall i, rel (d i) (d' i)) ->
  rel (nth (integer R Z0) (derivative p w x d) l) (nth (integer S Z0) (derivative p w' x' d') l).
Proof.
move=> hr p w x d w' x' d' l ew ex ed; have hz := kept_integer hr Z0.
have [_] := labels_kept (kept_dual hr) (w := fun i => (w i, d i)) (x := fun e => (x e, integer R Z0))
  (w' := fun i => (w' i, d' i)) (x' := fun e => (x' e, integer S Z0)) (fun i => conj (ew i) (ed i)) (fun i => conj (ex i) hz) p l.
rewrite /derivative (nth_f (f := snd) (x := integer (dual R) Z0)) //.
by rewrite (nth_f (f := snd) (x := integer (dual S) Z0)).
Qed.

(** ** Integers in any commutative ring *)

Section OfZ.
Variable R : comRingType.
Lemma ring_laws : ring_theory (0 : R) 1 +%R *%R (fun a b => a - b) -%R eq.
Proof. by split=> *; rewrite ?add0r ?mul1r ?addrA ?mulrA ?mulrDl ?subrr //; [exact: addrC | exact: mulrC]. Qed.
Definition phi : Z -> R := @gen_phiZ R 0 1 +%R *%R -%R.
Let ext : ring_eq_ext +%R *%R -%R (@eq R).
Proof. by split; [move=> ? ? -> ? ? -> | move=> ? ? -> ? ? -> | move=> ? ? ->]. Qed.
Let morph := gen_phiZ_morph (Eqsth R) ext ring_laws.
Lemma phi_add a b : phi (Z.add a b) = phi a + phi b. Proof. exact: (morph_add morph). Qed.
Lemma phi_pos p : phi (Zpos p) = (Pos.to_nat p)%:R.
Proof.
elim/Pos.peano_ind: p => [|p IH] //.
by rewrite Pos2Z.inj_succ -Z.add_1_l phi_add IH Pos2Nat.inj_succ mulrS.
Qed.
Lemma phi_ofZ z : phi z = ofZ R z.
Proof. by case: z => [|p|p] //=; rewrite -phi_pos. Qed.
Lemma ofZ_add a b : ofZ R (Z.add a b) = ofZ R a + ofZ R b. Proof. by rewrite -!phi_ofZ phi_add. Qed.
Lemma ofZ_mul a b : ofZ R (Z.mul a b) = ofZ R a * ofZ R b.
Proof. by rewrite -!phi_ofZ; exact: (morph_mul morph). Qed.
Lemma ofZ_sub a b : ofZ R (Z.sub a b) = ofZ R a - ofZ R b.
Proof. by rewrite -!phi_ofZ; exact: (morph_sub morph). Qed.
Lemma ofZ_opp a : ofZ R (Z.opp a) = - ofZ R a.
Proof. by rewrite -!phi_ofZ; exact: (morph_opp morph). Qed.
Lemma ofZ_hom : @hom integers (ring R) (ofZ R).
Proof. by split=> // a b; [exact: ofZ_add | exact: ofZ_sub | exact: ofZ_mul]. Qed.
End OfZ.

Lemma ofZ_f (R S : comRingType) (f : {rmorphism R -> S}) z : f (ofZ R z) = ofZ S z.
Proof. by case: z => [|p|p] /=; rewrite ?rmorphN ?rmorph_nat ?rmorph0. Qed.
Lemma rmorphism_hom (R S : comRingType) (f : {rmorphism R -> S}) : @hom (ring R) (ring S) f.
Proof. by split=> *; [exact: ofZ_f | exact: rmorphD | exact: rmorphB | exact: rmorphM]. Qed.
Lemma ofZ_eq0 (F : fieldType) z : [char F] =i pred0 -> ofZ F z = 0 -> z = Z0.
Proof.
move=> c0; have c := (charf0P F).1 c0; case: z => //= p /eqP; rewrite ?oppr_eq0 c => /eqP H;
by have := Pos2Nat.is_pos p; rewrite H => /PeanoNat.Nat.lt_irrefl.
Qed.

(** ** Values of polynomials *)

Section Eval.
Variables (R : comRingType) (env : N -> R).
Definition mval (m : monomial) : R := \prod_(i <- m) env i.
Definition pval (p : polynomial) : R := \sum_(t <- p) ofZ R t.1 * mval t.2.
Lemma mval_merge a : forall b, mval (merge_monomials a b) = mval a * mval b.
Proof.
elim: a => [|x a IH] b; first by rewrite /mval big_nil mul1r.
elim: b => [|y b IHb]; first by rewrite /mval big_nil mulr1.
rewrite /=; case: N.leb; rewrite /mval !big_cons -!/(mval _).
  by rewrite IH /mval big_cons mulrA.
by move: IHb => /= ->; rewrite /mval big_cons mulrCA !mulrA.
Qed.
Lemma pval_nil : pval [::] = 0. Proof. by rewrite /pval big_nil. Qed.
Lemma pval_cons c m p : pval ((c, m) :: p) = ofZ R c * mval m + pval p. Proof. by rewrite /pval big_cons. Qed.
Lemma pval_add p : forall q, pval (padd p q) = pval p + pval q.
Proof.
elim: p => [|[c m] p IH] q; first by rewrite pval_nil add0r.
elim: q => [|[d n] q IHq]; first by rewrite pval_nil addr0.
rewrite /=; case E: (order m n).
- rewrite -(order_eq E) !pval_cons addrACA -mulrDl -ofZ_add.
  by case: (Z.add c d) => [|s|s]; rewrite ?pval_cons IH //= mul0r add0r.
- by rewrite pval_cons; move: IHq => /= ->; rewrite (pval_cons d) addrCA.
- by rewrite !pval_cons IH addrA pval_cons.
Qed.
Lemma pval_term t q : pval (pterm t q) = ofZ R t.1 * mval t.2 * pval q.
Proof.
rewrite /pval big_map mulr_sumr; apply: eq_bigr => u _ /=.
by rewrite ofZ_mul mval_merge mulrACA.
Qed.
Lemma pval_push p ps : \sum_(q <- push p ps) pval q = pval p + \sum_(q <- ps) pval q.
Proof.
elim: ps p => [|[|t q] ps IH] p; first by rewrite big_seq1 big_nil addr0.
  by rewrite /= !big_cons pval_nil add0r.
by rewrite [push _ _]/= !big_cons IH pval_add pval_nil add0r addrA.
Qed.
Lemma pval_products p q : pval (products p q) = pval p * pval q.
Proof.
have all_ ps r : pval (foldl (fun r s => padd s r) r ps) = pval r + \sum_(s <- ps) pval s.
  elim: ps r => [|s ps IH] r /=; first by rewrite big_nil addr0.
  by rewrite IH big_cons pval_add addrA [pval s + _]addrC.
rewrite /products all_ pval_nil add0r; elim: p => [|[c m] p IH] /=; first by rewrite big_nil pval_nil mul0r.
by rewrite pval_push IH pval_term pval_cons mulrDl.
Qed.
Lemma pval_mul p q : pval (pmul p q) = pval p * pval q.
Proof. by rewrite /pmul; case: shorter; rewrite pval_products // mulrC. Qed.
Lemma pval_neg p : pval (pneg p) = - pval p.
Proof. by rewrite /pval big_map -sumrN; apply: eq_bigr => t _ /=; rewrite ofZ_opp mulNr. Qed.
Lemma pval_int z : pval (pint z) = ofZ R z.
Proof. by case: z => [|z|z]; rewrite /= ?pval_nil // pval_cons pval_nil addr0 /mval big_nil mulr1. Qed.
Lemma pval_var v : pval (pvar v) = env v.
Proof. by rewrite pval_cons pval_nil addr0 /mval big_cons big_nil mulr1 mul1r. Qed.
Lemma pval_hom : @hom polynomials (ring R) pval.
Proof.
split=> *; [exact: pval_int | exact: pval_add | | exact: pval_mul].
by rewrite /= pval_add pval_neg.
Qed.
End Eval.

Lemma pval_f (R S : comRingType) (f : {rmorphism R -> S}) env env' p :
  (forall v, f (env v) = env' v) -> f (pval env p) = pval env' p.
Proof.
move=> e; rewrite /pval rmorph_sum; apply: eq_bigr => t _; rewrite rmorphM ofZ_f; congr (_ * _).
by rewrite /mval rmorph_prod; apply: eq_bigr.
Qed.

(** Polynomials in variables that satisfy a condition. *)
Definition only (c : N -> bool) (p : polynomial) : bool := all (fun t => all c t.2) p.
Lemma pval_e (R : comRingType) (c : N -> bool) (e e' : N -> R) p :
  only c p -> (forall v, c v -> e v = e' v) -> pval e p = pval e' p.
Proof.
elim: p => [|t p IH] /=; first by rewrite !pval_nil.
case/andP=> /allP Ht Hp E; rewrite /pval !big_cons -!/(pval _ _) IH //; congr (_ * _ + _).
by rewrite /mval !big_seq; apply: eq_bigr => i ti; apply: E; exact: Ht.
Qed.

(** Values at integers, that compute. *)
Definition zval (env : N -> Z) (p : polynomial) : Z :=
  foldr (fun t r => Z.add (Z.mul t.1 (foldr (fun v r => Z.mul (env v) r) (Zpos xH) t.2)) r) Z0 p.
Lemma ofZ_zval (R : comRingType) env p : ofZ R (zval env p) = pval (fun v => ofZ R (env v)) p.
Proof.
elim: p => [|[c m] p IH] /=; first by rewrite pval_nil.
rewrite ofZ_add ofZ_mul IH pval_cons; congr (_ * _ + _).
by elim: m => [|v m IHm] /=; rewrite /mval ?big_nil ?big_cons // ofZ_mul IHm.
Qed.
