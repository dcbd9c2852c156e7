(** * Ax's theorem, as a statement, and what it says of exponentials and logarithms that are taken one after the other

    The theorem (James Ax, On Schanuel's conjectures, Annals of Mathematics 93, 1971, theorem 3) is not proved here, and no axiom either: [Ax] is a
    proposition, and theorems that rest on it have it as their premise. *)

From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Allocert Require Import Network Polynomials Algebraic.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(** ** Fields with derivations D 0, …, D (k - 1) *)
Record derivation (K : fieldType) (D : K -> K) : Prop := Derivation {
  d_add : forall a b, D (a + b) = D a + D b;
  d_mul : forall a b, D (a * b) = D a * b + a * D b }.
Record differential (K : fieldType) (k : nat) (D : nat -> K -> K) : Prop := Differential {
  each_derives : forall d, (d < k)%N -> derivation (D d);
  commute : forall d e x, (d < k)%N -> (e < k)%N -> D d (D e x) = D e (D d x) }.
Definition constant (K : fieldType) (k : nat) (D : nat -> K -> K) (x : K) : Prop := forall d, (d < k)%N -> D d x = 0.
(** z is an exponential of y, or y a logarithm of z. *)
Definition exponential (K : fieldType) (k : nat) (D : nat -> K -> K) (y z : K) : Prop :=
  z != 0 /\ forall d, (d < k)%N -> D d z = z * D d y.
(** No combination with integers, not all zero, is a constant. *)
Definition combination (K : fieldType) (c : nat -> Z) (ys : seq K) : K := \sum_(i < size ys) ofZ K (c i) * nth 0 ys i.
Definition free (K : fieldType) (k : nat) (D : nat -> K -> K) (ys : seq K) : Prop :=
  forall c, (exists2 i, (i < size ys)%N & c i <> Z0) -> ~ constant k D (combination c ys).

(** tr.deg C(y, z) >= n + rank (D y) for y_1, …, y_n that are free, and exponentials z of them; C are the constants. *)
Definition Ax : Prop := forall (K : fieldType), [char K] =i pred0 -> forall k (D : nat -> K -> K), differential k D ->
  forall ys zs : seq K, size zs = size ys -> (forall i, (i < size ys)%N -> exponential k D (nth 0 ys i) (nth 0 zs i)) -> free k D ys ->
  trdeg_at_least (constant k D) (fun x => x \in ys ++ zs)
    (size ys + \rank (\matrix_(i < size ys, d < k) D d (nth 0 ys i))).

Section Derivation.
Variables (K : fieldType) (D : K -> K) (hD : derivation D).
Lemma d0 : D 0 = 0.
Proof. by apply: (addIr (D 0)); rewrite -(d_add hD) !add0r. Qed.
Lemma d1 : D 1 = 0.
Proof. by have := d_mul hD 1 1; rewrite !mulr1 mul1r => /eqP; rewrite -subr_eq subrr eq_sym => /eqP. Qed.
Lemma d_opp a : D (- a) = - D a.
Proof. by apply/eqP; rewrite -addr_eq0 -(d_add hD) addNr d0. Qed.
Lemma d_sub a b : D (a - b) = D a - D b.
Proof. by rewrite (d_add hD) d_opp. Qed.
Lemma d_nat n : D n%:R = 0.
Proof. by elim: n => [|n IH]; [exact: d0 | rewrite mulrS (d_add hD) IH d1 addr0]. Qed.
Lemma d_ofZ z : D (ofZ K z) = 0.
Proof. by case: z => [|n|n] /=; rewrite ?d_opp ?d_nat ?d0 ?oppr0. Qed.
Lemma d_scaled z a : D (ofZ K z * a) = ofZ K z * D a.
Proof. by rewrite (d_mul hD) d_ofZ mul0r add0r. Qed.
Lemma d_sum (I : Type) (r : seq I) (P : pred I) (f : I -> K) : D (\sum_(i <- r | P i) f i) = \sum_(i <- r | P i) D (f i).
Proof. by apply: (big_morph D (d_add hD)); exact: d0. Qed.
Lemma d_inv b : b != 0 -> D b^-1 = - (b^-1 * b^-1 * D b).
Proof.
move=> b0; have := d_mul hD b b^-1; rewrite mulfV // d1 => /esym/eqP; rewrite addrC addr_eq0 => /eqP e.
by apply: (mulfI b0); rewrite e mulrN !mulrA mulfV // mul1r mulrC.
Qed.
Lemma d_combination c ys : D (combination c ys) = \sum_(i < size ys) ofZ K (c i) * D (nth 0 ys i).
Proof. by rewrite /combination d_sum; apply: eq_bigr => i _; rewrite d_scaled. Qed.
End Derivation.

(** ** Rational numbers in a field of characteristic 0 *)
Section Rational.
Variables (K : fieldType) (c0 : [char K] =i pred0).
Lemma int_neq0 (d : int) : d != 0 -> d%:~R != 0 :> K.
Proof.
have c := (charf0P K).1 c0; case: d => n nz; first by rewrite -[_%:~R]/(n%:R) c; move: nz.
by rewrite -[_%:~R]/(- n.+1%:R) oppr_eq0 c.
Qed.
Definition emb (x : rat) : K := (numq x)%:~R / (denq x)%:~R.
Lemma emb_over (n d : int) : d != 0 -> emb (n%:~R / d%:~R) = n%:~R / d%:~R.
Proof.
move=> nz; set r := _ / _; have e : numq r * d = n * denq r.
  apply: (@intr_inj [numDomainType of rat]); rewrite !rmorphM /=.
  have := divq_num_den r; rewrite {3}/r => /eqP; rewrite eqr_div ?intr_eq0 ?denq_neq0 // => /eqP; exact.
by apply/eqP; rewrite /emb eqr_div ?int_neq0 ?denq_neq0 // -!rmorphM /= e.
Qed.
Lemma emb_is_rmorphism : rmorphism emb.
Proof.
have e1 : emb 1 = 1 by have := @emb_over 1 1 isT; rewrite !divr1.
have nz (x : rat) : (denq x)%:~R != 0 :> K by rewrite int_neq0 ?denq_neq0.
have nq (x : rat) : (denq x)%:~R != 0 :> rat by rewrite intr_eq0 denq_neq0.
have two (x y : rat) : denq x * denq y != 0 by rewrite mulf_neq0 ?denq_neq0.
have sub (F : fieldType) (a b c d : F) : b != 0 -> d != 0 -> a / b - c / d = (a * d - c * b) / (b * d).
  by move=> b0 d0; rewrite -mulNr addf_div // mulNr.
split; [move=> x y | split=> // x y].
  have -> : emb (x - y) = emb ((numq x)%:~R / (denq x)%:~R - (numq y)%:~R / (denq y)%:~R) by rewrite !divq_num_den.
  by rewrite !sub // -!intrM -!mulrzBr emb_over // /emb !sub // -!intrM -!mulrzBr.
have -> : emb (x * y) = emb ((numq x)%:~R / (denq x)%:~R * ((numq y)%:~R / (denq y)%:~R)) by rewrite !divq_num_den.
by rewrite !mulf_div -!intrM emb_over // /emb !mulf_div -!intrM.
Qed.
Canonical emb_additive := Additive emb_is_rmorphism.
Canonical emb_rmorphism := RMorphism emb_is_rmorphism.
End Rational.

(** ** A relation makes one of the elements algebraic over the others *)
Lemma pval_ext (R : comRingType) (e e' : N -> R) q : (forall v, e v = e' v) -> pval e q = pval e' q.
Proof. by move=> E; rewrite /pval; apply: eq_bigr => t _; congr (_ * _); apply: eq_bigr => v _; exact: E. Qed.
Section Dependent.
Variables (K : fieldType) (c0 : [char K] =i pred0) (gs : seq K).
Definition others (j : nat) : seq K := [seq nth 0 gs i | i <- iota 0 (size gs) & i != j].
Lemma size_others j : (j < size gs)%N -> (size (others j)).+1 = size gs.
Proof.
move=> lt; rewrite size_map size_filter; have := count_predC (pred1 j) (iota 0 (size gs)).
by rewrite size_iota count_uniq_mem ?iota_uniq // mem_iota lt /= add1n.
Qed.
Lemma mem_others i j : (i < size gs)%N -> i != j -> nth 0 gs i \in others j.
Proof. by move=> lt ne; apply: map_f; rewrite mem_filter ne mem_iota. Qed.
Lemma dependent q (rs : seq rat) : size rs = size gs -> pval (at_list gs) q = 0 -> pval (at_list rs) q != 0 ->
  exists2 j, (j < size gs)%N & algebraic_over (generated (fun g => g \in others j)) (nth 0 gs j).
Proof.
move=> sz zero nz; pose f := emb_rmorphism c0.
pose mix j (v : N) := if (N.to_nat v < j)%N then f (at_list rs v) else at_list gs v.
have last_ : pval (mix (size gs)) q != 0.
  suff -> : pval (mix (size gs)) q = f (pval (at_list rs) q) by rewrite fmorph_eq0.
  symmetry; apply: pval_f => v; rewrite /mix; case: ltnP => // ge.
  by rewrite /at_list !nth_default ?sz // rmorph0.
have [[|j] nzj least] := ex_minnP (ex_intro (fun j => pval (mix j) q != 0) _ last_).
  by move: nzj; rewrite (pval_ext (e' := at_list gs)) ?zero ?eqxx.
have lt : (j < size gs)%N by exact: least.
have zj : pval (mix j) q = 0 by apply/eqP; apply: contraTT (leqnn j.+1) => nj; rewrite -ltnNge ltnS; exact: least.
exists j => //; pose S := generated (fun g => g \in others j); have hS : subfield S by exact: generated_subfield.
pose env (v : N) : {poly K} := if N.to_nat v == j then 'X else (mix j v)%:P.
have ev x : (pval env q).[x] = pval (fun v => if N.to_nat v == j then x else mix j v) q.
  apply: (pval_f (f := horner_eval_rmorphism x)) => v; rewrite /env /= /horner_eval.
  by case: eqP => _; rewrite ?hornerX ?hornerC.
have S_int (z : int) : S z%:~R.
  by case: z => n; [exact: (in_nat hS) | rewrite NegzE mulrNz; apply: (in_opp hS); exact: (in_nat hS)].
have S_mix v : N.to_nat v != j -> S (mix j v).
  move=> ne; rewrite /mix; case: ifP => _; first by apply: (in_mul hS); [exact: S_int | apply: (in_inv hS); exact: S_int].
  rewrite /at_list; case: (ltnP (N.to_nat v) (size gs)) => le; last by rewrite nth_default //; exact: (in_zero hS).
  by apply: generated_in; exact: mem_others.
exists (pval env q); split.
- apply: contraNneq nzj => z; have := ev (f (nth 0 rs j)); rewrite z horner0 => /esym E; rewrite -[X in _ == X]E.
  apply/eqP; apply: pval_ext => v; rewrite /mix /at_list ltnS leq_eqVlt.
  by case: eqP => [->|_] //=.
- suff : poly_in S (pval env q) by [].
  rewrite /pval; apply: big_ind => [||t _]; first by apply: (poly_in_C hS (c := 0)); exact: (in_zero hS).
    exact: (poly_in_add hS).
  apply: (poly_in_mul hS).
    have -> : ofZ (poly_comRingType K) t.1 = (ofZ K t.1)%:P by rewrite -(ofZ_f (polyC_rmorphism K)).
    by apply: (poly_in_C hS); exact: (in_ofZ hS).
  rewrite /mval; apply: big_ind => [||v _]; [exact: (poly_in_1 hS) | exact: (poly_in_mul hS) |].
  rewrite /env; case: eqP => [_|/eqP ne]; first exact: (poly_in_X hS).
  by apply: (poly_in_C hS); exact: S_mix.
rewrite /root ev; apply/eqP; rewrite -[RHS]zj; apply: pval_ext => v.
by rewrite /mix /at_list; case: eqP => [->|//]; rewrite ltnn.
Qed.
End Dependent.

(** ** What Ax's theorem says of independent variables ts and functions gs of them *)
Section Tower.
Variables (K : fieldType) (c0 : [char K] =i pred0) (k : nat) (D : nat -> K -> K) (hD : differential k D) (ax : Ax) (ts : seq K).
Hypotheses (st : size ts = k) (dual_ : forall d i, (d < k)%N -> (i < k)%N -> D d (nth 0 ts i) = (d == i)%:R).
Hypothesis exps : forall i, (i < k)%N -> exists e, exponential k D (nth 0 ts i) e.

Lemma combination_ext (c c' : nat -> Z) (ys : seq K) : (forall i, (i < size ys)%N -> c i = c' i) -> combination c ys = combination c' ys.
Proof. by move=> E; apply: eq_bigr => i _; rewrite E. Qed.
Lemma combination_rcons c (ys : seq K) x : combination c (rcons ys x) = combination c ys + ofZ K (c (size ys)) * x.
Proof.
rewrite /combination size_rcons big_ord_recr /= nth_rcons ltnn eqxx; congr (_ + _).
by apply: eq_bigr => i _; rewrite nth_rcons ltn_ord.
Qed.
Definition related (ys : seq K) (t : K) : Prop := exists c a, a <> Z0 /\ constant k D (ofZ K a * t + combination c ys).
Lemma related_rcons ys x t : related ys t -> related (rcons ys x) t.
Proof.
case=> c [a [a0 H]]; exists (fun i => if (i < size ys)%N then c i else Z0), a; split=> //.
rewrite combination_rcons ltnn mul0r addr0.
by have -> : combination (fun i => if (i < size ys)%N then c i else Z0) ys = combination c ys by apply: combination_ext => i ->.
Qed.
Lemma free_rcons ys x : free k D ys -> ~ related ys x -> free k D (rcons ys x).
Proof.
move=> fr nr c [i]; rewrite size_rcons ltnS leq_eqVlt combination_rcons => lt ci H.
have [z|nz] : c (size ys) = Z0 \/ c (size ys) <> Z0 by case: (c (size ys)); [left | right | right].
  move: lt H; rewrite z mul0r addr0; case: eqP => [e|_ /= lt]; first by rewrite e in ci.
  by apply: fr; exists i.
by apply: nr; exists c, (c (size ys)); rewrite addrC.
Qed.
Definition exponentials (ys zs : seq K) : Prop :=
  size zs = size ys /\ forall i, (i < size ys)%N -> exponential k D (nth 0 ys i) (nth 0 zs i).
Lemma exponentials_rcons ys zs y z : exponentials ys zs -> exponential k D y z -> exponentials (rcons ys y) (rcons zs z).
Proof.
case=> sz H h; split=> [|i]; first by rewrite !size_rcons sz.
by rewrite size_rcons ltnS !nth_rcons sz; case: ltngtP => // lt _; exact: H.
Qed.

(** As many of the variables as can be are added to us. Which ones cannot be computed; but nothing is impossible that follows from some. *)
Lemma extension us vs (todo : seq nat) : exponentials us vs -> free k D us -> all (fun i => (i < k)%N) todo ->
  (forall sl es, let ys := us ++ [seq nth 0 ts i | i <- sl] in size es = size sl -> all (fun i => (i < k)%N) sl -> exponentials ys (vs ++ es) ->
    free k D ys -> (forall i, i \in todo -> i \in sl \/ related ys (nth 0 ts i)) -> False) -> False.
Proof.
move=> ex fr; elim: todo => [|i todo IH] /=; first by move=> _ H; apply: (H [::] [::]); rewrite /= ?cats0.
case/andP=> lt al H; apply: IH => // sl es ys ses asl exs frs done_.
have em : (related ys (nth 0 ts i) \/ ~ related ys (nth 0 ts i)) -> False; last by apply: (em); right=> r; apply: em; left.
case=> [r|nr].
  by apply: (H sl es) => // l; rewrite inE => /orP [/eqP ->|]; [right | exact: done_].
have [e he] := exps lt.
have E : us ++ [seq nth 0 ts l | l <- rcons sl i] = rcons ys (nth 0 ts i) by rewrite map_rcons -rcons_cat.
apply: (H (rcons sl i) (rcons es e)); rewrite ?E.
- by rewrite !size_rcons ses.
- by rewrite all_rcons lt asl.
- by rewrite -rcons_cat; exact: exponentials_rcons.
- exact: free_rcons.
move=> l; rewrite inE mem_rcons inE => /orP [->|/done_ [->|r]]; [by left | by left; rewrite orbT | by right; exact: related_rcons].
Qed.

Theorem tower us vs gs : exponentials us vs -> free k D us -> size gs = size us ->
  (forall S, subfield S -> (forall g, g \in ts ++ gs -> S g) -> forall x, x \in us ++ vs -> S x) -> algebraically_independent (ts ++ gs).
Proof.
move=> ex fr sg field_ q zero rs sz; apply/eqP; apply: contraT => nz; exfalso.
have [j lt alg] := dependent c0 sz zero nz.
apply: (extension (todo := iota 0 k) ex fr) => [|sl es ys ses asl exs frs done_]; first by apply/allP => i; rewrite mem_iota.
pose hs := others (ts ++ gs) j ++ es; have [sexs exs'] := exs.
pose B := generated (fun g => constant k D g \/ g \in hs); have hB : subfield B by exact: generated_subfield.
have hA := algebraic_subfield hB.
have inhs g : g \in hs -> algebraic_over B g by move=> gin; apply: algebraic_in => //; apply: generated_in; right.
have ingen g : g \in ts ++ gs -> algebraic_over B g.
  case/(nthP 0) => i lti <-; case: (i =P j) => [->|/eqP ne]; last by apply: inhs; rewrite mem_cat mem_others.
  case: alg => a [a0 ha r]; exists a; split=> // l S hS sub; apply: ha => // h hin; apply: sub; right.
  by rewrite mem_cat hin.
have inall x : x \in ys ++ vs ++ es -> algebraic_over B x.
  rewrite !mem_cat -orbA => /or3P [xin|xin|/orP [xin|xin]].
  - by apply: (field_ _ hA ingen); rewrite mem_cat xin.
  - case/mapP: xin => i isl ->; apply: ingen; rewrite mem_cat mem_nth // st; exact: (allP asl).
  - by apply: (field_ _ hA ingen); rewrite mem_cat xin orbT.
  - by apply: inhs; rewrite mem_cat xin orbT.
have := ax c0 hD sexs exs' frs inall.
set M := \matrix_(i, d) _ => le; have full : (k <= \rank M)%N.
  rewrite -[X in (X <= _)%N](mxrank1 K k); apply: mxrankS; apply/row_subP => i.
  have lti := ltn_ord i; have /done_ : val i \in iota 0 k by rewrite mem_iota.
  have hd d : (d < k)%N -> derivation (D d) by exact: (each_derives hD).
  case=> [isl|[c [a [a0 H]]]].
    have ly : (size us + index (val i) sl < size ys)%N by rewrite size_cat size_map ltn_add2l index_mem.
    have := row_sub (Ordinal ly) M; congr (_ <= _)%MS; apply/rowP => d; rewrite !mxE /= nth_cat ltnNge leq_addr /= addKn.
    by rewrite (nth_map 0%N) ?index_mem // nth_index // dual_ // eq_sym.
  have az : ofZ K a != 0 by apply/eqP => /(ofZ_eq0 c0).
  suff -> : row i 1%:M = \sum_(l < size ys) (- (ofZ K a)^-1 * ofZ K (c l)) *: row l M.
    by apply: summx_sub => l _; apply: scalemx_sub; exact: row_sub.
  apply/rowP => d; rewrite summxE !mxE; have := H d (ltn_ord d).
  rewrite (d_add (hd _ (ltn_ord d))) d_scaled ?d_combination ?dual_ //; try exact: hd.
  move/eqP; rewrite addr_eq0 => /eqP e; apply: (mulfI az); rewrite [in LHS]eq_sym e mulr_sumr -sumrN.
  by apply: eq_bigr => l _; rewrite !mxE !mulNr mulrN !mulrA mulfV // mul1r.
have := leq_trans (leq_add (leqnn (size ys)) full) le; have := size_others lt.
rewrite /hs /ys !size_cat !size_map st sg ses => so.
by rewrite addnAC leq_add2r addnC -so ltnn.
Qed.
End Tower.
