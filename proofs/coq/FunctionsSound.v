(** * What that checker says true of holds *)

From Coq Require Import ZArith NArith QArith_base Qreduction.
From mathcomp Require Import all_ssreflect all_algebra fraction.
From Allocert Require Import Network Recorded Polynomials Linear Checker Sound Answers Functions FunctionsRun FunctionsChecker.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Numbers.
Variables (F : fieldType) (c0 : [char F] =i pred0).
Notation den_neq0 := (den_neq0 c0).

(** ** Rational numbers *)
Definition is_q (v : F) (q : QArith_base.Q) : Prop := v * ofZ F (Zpos (Qden q)) = ofZ F (Qnum q).
Lemma is_q_int z : is_q (ofZ F z) (inject_Z z).
Proof. by rewrite /is_q /= mulr1. Qed.
Lemma is_q_eq v q q' : Qeq q q' -> is_q v q -> is_q v q'.
Proof.
rewrite /Qeq /is_q => /(congr1 (ofZ F)); rewrite !ofZ_mul => E H.
by apply: (mulIf (den_neq0 (Qden q))); rewrite -E -H mulrAC.
Qed.
Lemma is_q_red v q : is_q v q -> is_q v (Qred q).
Proof. by apply: is_q_eq; apply: Qeq_sym; exact: Qred_correct. Qed.
Lemma pos_mul a b : ofZ F (Zpos (Pos.mul a b)) = ofZ F (Zpos a) * ofZ F (Zpos b).
Proof. exact: (ofZ_mul F (Zpos a) (Zpos b)). Qed.
Lemma is_q_add v v' q q' : is_q v q -> is_q v' q' -> is_q (v + v') (Qplus q q').
Proof.
rewrite /is_q; have -> : Qden (Qplus q q') = Pos.mul (Qden q) (Qden q') by [].
have -> : Qnum (Qplus q q') = Z.add (Z.mul (Qnum q) (Zpos (Qden q'))) (Z.mul (Qnum q') (Zpos (Qden q))) by [].
rewrite pos_mul ofZ_add !ofZ_mul => <- <-; rewrite mulrDl !mulrA; congr (_ + _).
by rewrite mulrAC.
Qed.
Lemma is_q_opp v q : is_q v q -> is_q (- v) (Qopp q).
Proof.
rewrite /is_q; have -> : Qden (Qopp q) = Qden q by []. have -> : Qnum (Qopp q) = Z.opp (Qnum q) by [].
by rewrite ofZ_opp => <-; rewrite mulNr.
Qed.
Lemma is_q_mul v v' q q' : is_q v q -> is_q v' q' -> is_q (v * v') (Qmult q q').
Proof.
rewrite /is_q; have -> : Qden (Qmult q q') = Pos.mul (Qden q) (Qden q') by [].
have -> : Qnum (Qmult q q') = Z.mul (Qnum q) (Qnum q') by [].
by rewrite pos_mul ofZ_mul => <- <-; rewrite mulrACA.
Qed.
Lemma is_q_neq0 v q : is_q v q -> nonzero (Qnum q) -> v != 0.
Proof. by move=> H /(nonzeroP c0); rewrite -H; apply: contraNneq => ->; rewrite mul0r. Qed.
Lemma is_q_inv v q : is_q v q -> nonzero (Qnum q) -> is_q v^-1 (Qinv q).
Proof.
move=> H nz; have v0 := is_q_neq0 H nz; move: H nz; rewrite /is_q /Qinv; case: (Qnum q) => //= a H _.
  by rewrite -H mulrA mulVf // mul1r.
have -> : (Pos.to_nat a)%:R = - (v * (Pos.to_nat (Qden q))%:R) :> F by rewrite H opprK.
by rewrite mulrN mulrA mulVf // mul1r.
Qed.
Lemma rationals_kept : kept_by (I := unit) (R := field F) (S := rationals) (fun a q => is_q (a tt) q) (fun a q => is_q (a tt) q).
Proof.
split; try by move=> a a' b E; rewrite E.
- exact: is_q_int.
- exact: (is_q_int Z0).
- by move=> a b c d H H'; exact: (is_q_red (is_q_add H H')).
- by move=> a b c d H H'; exact: (is_q_red (is_q_add H (is_q_opp H'))).
- by move=> a b c d H H'; exact: (is_q_red (is_q_mul H H')).
- by move=> a b H nz []; exact: is_q_neq0 H nz.
- by move=> a b H nz; exact: is_q_inv.
- by [].
- by move=> a b c d H H'; exact: (is_q_red (is_q_add H H')).
- by move=> a b c d H H'; exact: (is_q_red (is_q_add H (is_q_opp H'))).
- by move=> a b c d H H'; exact: (is_q_red (is_q_mul H H')).
Qed.

Lemma cleared_ok d q v : divides d q -> is_q v q -> ofZ F (cleared d q) = ofZ F (Zpos d) * v.
Proof.
move=> /Z.eqb_eq /Z_div_exact_full_2 H E; have {}H : Zpos d = Z.mul (Zpos (Qden q)) (Z.div (Zpos d) (Zpos (Qden q))) by apply: H.
have -> : ofZ F (Zpos d) = ofZ F (Zpos (Qden q)) * ofZ F (Z.div (Zpos d) (Zpos (Qden q))) by rewrite -ofZ_mul -H.
have -> : ofZ F (cleared d q) = ofZ F (Qnum q) * ofZ F (Z.div (Zpos d) (Zpos (Qden q))) by exact: ofZ_mul.
have <- : v * ofZ F (Zpos (Qden q)) = ofZ F (Qnum q) by exact: E.
by rewrite [RHS]mulrC mulrA.
Qed.
Lemma size_clear row : size (clear row) = size row.
Proof. by rewrite /clear; case: ifP; rewrite size_map. Qed.
Lemma clear_row width row (u : 'rV[F]_width) : size row = width -> (forall j, is_q (u 0 j) (nth (inject_Z Z0) row j)) ->
  exists c : F, row_of F width (clear row) = c *: u.
Proof.
move=> sz H; rewrite /clear; set d := lcm_den _; case: ifP => [/all_nthP dv|_].
  exists (ofZ F (Zpos d)); apply/rowP => j; have lt : (j < size row)%N by rewrite sz.
  rewrite !mxE (nth_map (inject_Z Z0)) //; apply: cleared_ok; [exact: dv | exact: H].
exists 0; rewrite scale0r; apply/rowP => j; have lt : (j < size row)%N by rewrite sz.
by rewrite !mxE (nth_map (inject_Z Z0)).
Qed.
Lemma qrank_sound width rows (M : 'M[F]_(size rows, width)) :
  (forall i j, is_q (M i j) (nth (inject_Z Z0) (nth [::] rows i) j)) -> (qrank width rows <= \rank M)%N.
Proof.
move=> H; rewrite /qrank; case: ifP => // /(all_nthP [::]) sz; set zs := [seq clear row | row <- rows].
have szs : all (fun u => size u == width) zs.
  by rewrite all_map; apply/(all_nthP [::]) => i lt /=; rewrite size_clear; exact: sz.
apply: leq_trans (zrank_sound c0 _ szs) _; apply: mxrankS; apply/row_subP => i; rewrite rowK.
have lt : (i < size rows)%N by have := ltn_ord i; rewrite [X in (_ < X)%N]size_map.
have [|c ec] := @clear_row width (nth [::] rows i) (row (Ordinal lt) M) (eqP (sz i lt)).
  by move=> j; rewrite mxE; exact: H.
by rewrite (nth_map [::]) // ec; apply: scalemx_sub; exact: row_sub.
Qed.

(** ** Quotients of polynomials *)
Section Polynomial.
Variable env : N -> F.
Definition is_p (v : F) (q : pquotient) : Prop := pval env q.2 != 0 /\ v * pval env q.2 = pval env q.1.
Lemma same_polynomial_ok a b : same_polynomial a b -> pval env a = pval env b.
Proof. by move/nilP/(congr1 (pval env)); rewrite pval_add pval_neg pval_nil => /eqP; rewrite subr_eq0 => /eqP. Qed.
Lemma is_p_over1 q : is_p (pval env q) (over1 q).
Proof. by split; rewrite /= pval_cons pval_nil addr0 /mval big_nil mulr1 ?oner_eq0 // mulr1. Qed.
Lemma is_p_over v n d : is_p v (n, d) -> is_p v (pq_over n d).
Proof.
case=> /= d0 E; rewrite /pq_over; case: nilP => [n0|_]; last by [].
have -> : v = 0 by move: E; rewrite n0 pval_nil => /eqP; rewrite mulf_eq0 (negbTE d0) orbF => /eqP.
by have := is_p_over1 [::]; rewrite pval_nil.
Qed.
Lemma is_p_nil v q : is_p v q -> nilp q.1 -> v = 0.
Proof. by case=> d0 E /nilP n0; move: E; rewrite n0 pval_nil => /eqP; rewrite mulf_eq0 (negbTE d0) orbF => /eqP. Qed.
Lemma is_p_sum op (s : F -> F -> F) a b u v : (forall p q, pval env (op p q) = s (pval env p) (pval env q)) ->
  (forall x y c, s (x * c) (y * c) = s x y * c) -> is_p u a -> is_p v b -> is_p (s u v) (pq_sum op a b).
Proof.
move=> E lin ha hb; rewrite /pq_sum; have [[a0 ea] [b0 eb]] := (ha, hb).
case: ifP => [na|_].
  by apply: is_p_over; split=> //=; rewrite E pval_nil -eb (is_p_nil ha na) -lin mul0r.
case: ifP => [nb|_].
  by apply: is_p_over; split=> //=; rewrite E pval_nil -ea (is_p_nil hb nb) -lin mul0r.
case: ifP => [/same_polynomial_ok same|_]; apply: is_p_over; split=> //=.
- by rewrite E -ea -eb -same lin.
- by rewrite pval_mul mulf_neq0.
by rewrite E !pval_mul -ea -eb -lin !mulrA; congr s; rewrite mulrAC.
Qed.
Lemma pquotients_kept : kept_by (I := unit) (R := pquotients) (S := field F) (fun q v => is_p v (q tt)) (fun q v => is_p v (q tt)).
Proof.
have sum a b c d : is_p b a -> is_p d c -> is_p (b + d) (pq_sum padd a c).
  by apply: (is_p_sum (s := +%R)) => [p q|x y e]; [exact: pval_add | rewrite mulrDl].
have difference a b c d : is_p b a -> is_p d c -> is_p (b - d) (pq_sum (fun p q => padd p (pneg q)) a c).
  by apply: (is_p_sum (s := fun x y => x - y)) => [p q|x y e]; [rewrite pval_add pval_neg | rewrite mulrBl].
have product a b c d : is_p b a -> is_p d c -> is_p (b * d) (pq_times a c).
  have z : is_p 0 pq_zero by have := is_p_over1 [::]; rewrite pval_nil.
  move=> ha hc; rewrite /pq_times; case: ifP => [/(is_p_nil ha) ->|_]; first by rewrite mul0r.
  case: ifP => [/(is_p_nil hc) ->|_]; first by rewrite mulr0.
  by case: ha hc => a0 ea [c0' ec]; rewrite /is_p /= !pval_mul mulf_neq0 // -ea -ec mulrACA.
split=> /=; try by move=> a a' b E; rewrite E.
- by move=> z; have := is_p_over1 (pint z); rewrite pval_int.
- by have := is_p_over1 (pint Z0); rewrite pval_int.
- by move=> a b c d; exact: sum.
- by move=> a b c d; exact: difference.
- by move=> a b c d; exact: product.
- by [].
- move=> a b [a0 ea] ok; have n0 : pval env (a tt).1 != 0 by rewrite -ea mulf_neq0.
  by split=> //=; rewrite -ea mulrA mulVf // mul1r.
- exact: den_neq0.
- by move=> a b c d; exact: sum.
- by move=> a b c d; exact: difference.
- by move=> a b c d; exact: product.
Qed.
End Polynomial.
End Numbers.

Section Answers.
Variable C : fcertificate.
Let p := fnetwork C.
Let outs := size (fresults p).
Let D := defined_dir.

(** A point of one input over any field, with one value for all inputs. *)
Section Sample.
Variables (F : fieldType) (c0 : [char F] =i pred0) (P : sample).
Definition Fw (i : nat) : F := ofZ F (nthz (at_weights P) i).
Definition Fx (i : nat) : F := ofZ F (nthz (at_input P) i).
Definition Fe (k : nat) : F := ofZ F (function_at (at_functions P) k).
Lemma is_q_zero i : is_q (0 : F) (q0 i).
Proof. exact: (is_q_int F Z0). Qed.
Lemma is_q_unit a i : is_q (unit_vector F a i) (qunit a i).
Proof.
rewrite /unit_vector /qunit /zunit; case: eqP => _; [exact: (is_q_int F (Zpos xH)) | exact: (is_q_int F Z0)].
Qed.
Lemma is_defined : qdefined C P -> defined (R := field F) Fw (fun=> 0) Fx (fun=> 0) Fe (flines p) [::].
Proof.
move=> H; apply: (defined_kept (rationals_kept c0) (w := fun=> Fw) (dw := fun _ _ => 0) (x := fun=> Fx) (dx := fun _ _ => 0)
  (e := fun=> Fe) (w' := qw P) (dw' := q0) (x' := qx P) (dx' := q0) (e' := qe P) _ _ _ _ _ H tt) => i;
  [exact: is_q_int | exact: is_q_zero | exact: is_q_int | exact: is_q_zero | exact: is_q_int].
Qed.
Lemma qdefined_dir dw dx : qdefined C P -> defined (R := rationals) (qw P) dw (qx P) dx (qe P) (flines p) [::].
Proof.
move=> H; have K : kept_by (I := unit) (R := rationals) (S := rationals) (fun a b => a tt = b) (fun _ _ => True).
  split=> //=.
  - by move=> a a' b E <-; rewrite E.
  - by move=> a b c d <- <-.
  - by move=> a b c d <- <-.
  - by move=> a b c d <- <-.
  - by move=> a b <- ok [].
  - by move=> a b <-.
by apply: (defined_kept K (w := fun=> qw P) (dw := fun=> dw) (x := fun=> qx P) (dx := fun=> dx) (e := fun=> qe P)
  (w' := qw P) (dw' := q0) (x' := qx P) (dx' := q0) (e' := qe P) _ _ _ _ _ H tt).
Qed.
Lemma is_change a l : qdefined C P -> is_q (nth 0 (changes (R := field F) Fw (unit_vector F a) Fx (fun=> 0) Fe p) l)
  (nth (inject_Z Z0) (changes (R := rationals) (qw P) (qunit a) (qx P) q0 (qe P) p) l).
Proof.
move=> H; apply: (changes_kept (rationals_kept c0) (w := fun=> Fw) (dw := fun=> unit_vector F a) (x := fun=> Fx) (dx := fun _ _ => 0)
  (e := fun=> Fe)) => [i|i|i|i|i|]; try exact: is_q_int; [exact: is_q_unit | exact: is_q_zero | exact: qdefined_dir].
Qed.
Lemma is_slope dw dx dw' dx' k : (forall i, is_q (dw i) (dw' i)) -> (forall i, is_q (dx i) (dx' i)) -> qdefined C P ->
  is_q (slope (R := field F) Fw dw Fx dx Fe p k) (slope (R := rationals) (qw P) dw' (qx P) dx' (qe P) p k).
Proof.
move=> hw hx H; apply: (slope_kept (rationals_kept c0) (w := fun=> Fw) (dw := fun=> dw) (x := fun=> Fx) (dx := fun=> dx)
  (e := fun=> Fe)) => [i|i|i|i|i|]; try exact: is_q_int; [exact: hw | exact: hx | exact: qdefined_dir].
Qed.
End Sample.

(** ** Independence *)
Lemma shown_sound (T : Type) (I : eqType) (g : pred T) (along : T -> I -> QArith_base.Q) (f : T -> I -> rat) (ts : seq T) (ks : seq I) (u : I -> rat) :
  (forall t k, g t -> k \in ks -> is_q (f t k) (along t k)) -> all g ts -> (size ks <= qrank (size ts) [seq [seq along t k | t <- ts] | k <- ks])%N ->
  has (fun k => u k != 0) ks -> exists2 t, g t & \sum_(k <- ks) u k * f t k != 0.
Proof.
move=> H good_ sh hk; have [k1 _ _] := hasP hk; move: hk => /(has_nthP k1) [i0 lt0 u0].
have [z0 | [t0 _]] : ts = [::] \/ exists t : T, True by case: ts {H sh good_} => [|t ts]; [left | right; exists t].
  move: sh; rewrite z0 => le; suff : (size ks <= 0)%N by rewrite leqNgt (leq_ltn_trans _ lt0).
  apply: leq_trans le _; rewrite [size [::]]/=.
  have Z : (qrank 0 [seq [::] | _ <- ks] <= \rank (0%R : 'M[rat]_(size [seq ([::] : seq QArith_base.Q) | _ <- ks], 0)))%N.
    by apply: (qrank_sound rat0) => i [].
  by rewrite mxrank0 in Z.
pose rows := [seq [seq along t k | t <- ts] | k <- ks].
have sr : size rows = size ks by rewrite size_map.
pose M : 'M[rat]_(size rows, size ts) := \matrix_(i, j) f (nth t0 ts j) (nth k1 ks i).
have full : row_free M.
  rewrite /row_free eqn_leq rank_leq_row /= {1}sr; apply: leq_trans sh _; apply: (qrank_sound rat0) => i j.
  have lt : (i < size ks)%N by rewrite -sr.
  by rewrite mxE (nth_map k1) // (nth_map t0) //; apply: H; [exact: (all_nthP t0 good_) | exact: mem_nth].
pose U : 'rV[rat]_(size rows) := \row_i u (nth k1 ks i).
have U0 : U != 0.
  have lt0' : (i0 < size rows)%N by rewrite sr.
  apply: contraNneq u0 => /rowP /(_ (Ordinal lt0')); rewrite !mxE /= => ->; exact: eqxx.
have UM0 : U *m M != 0 by rewrite -(inj_eq (row_free_inj full)) mul0mx in U0.
have /existsP [j nz] : [exists j, (U *m M) 0 j != 0].
  apply: contraNT UM0; rewrite negb_exists => /forallP all0; apply/eqP/rowP => j; rewrite [RHS]mxE.
  by apply/eqP; have := all0 j; rewrite negbK.
exists (nth t0 ts j); first exact: (all_nthP t0 good_).
apply: contraNneq nz => z; apply/eqP; rewrite -[RHS]z mxE.
rewrite (big_nth k1) -sr big_mkord; apply: eq_bigr => i _; by rewrite !mxE.
Qed.

Definition copies (P : sample) : point rat := Point (Fw [fieldType of rat] P) (fun=> Fx [fieldType of rat] P) (fun=> Fe [fieldType of rat] P).
Lemma copies_good P m : qdefined C P -> good p m (copies P).
Proof. by move=> H; split=> // s _; exact: (is_defined rat0). Qed.
Lemma in_directions width : all (qdefined C) (fshown C) -> all (fun t => qdefined C t.1) (directions C width).
Proof.
rewrite /directions; elim: (fshown C) => //= P Ps IH /andP [ok /IH oks]; rewrite all_cat oks andbT all_map.
by apply/allP => j _ /=.
Qed.
(** If no combination shows a direction, none exists: the whole of what is to be shown, on any number of inputs. *)
Lemma singly_sound : singly_ok C -> forall s, independent_functions p s.
Proof.
case/and3P=> good_ see blindly s m _ c [t0 [k0 [lt0 ltk cnt c0_]]].
have nzc z : z <> Z0 -> ofZ [fieldType of rat] z != 0 by move=> nz; apply/eqP => /(ofZ_eq0 rat0).
have inks b k : (k < size (flines p))%N -> is_function p k -> sees p k = b -> k \in functions_of C b.
  by move=> lt fk <-; rewrite mem_filter mem_iota lt fk eqxx.
have sum_ks b (G : nat -> rat) : \sum_(k <- functions_of C b) G k = \sum_(k < size (flines p) | is_function p k && (sees p k == b)) G k.
  by rewrite big_filter -[X in iota 0 X]subn0 big_mkord.
case E : [exists t : 'I_m, exists k : 'I_(size (flines p)), [&& is_function p k, sees p k & ofZ [fieldType of rat] (c t k) != 0]].
  case/existsP: E => t /existsP [k /and3P [fk sk nz]].
  have H : has (fun k => ofZ [fieldType of rat] (c t k) != 0) (functions_of C true).
    by apply/hasP; exists (val k) => //; apply: inks; [exact: ltn_ord | exact: fk | exact: sk].
  have S : forall u k, qdefined C u.1 -> k \in functions_of C true -> is_q (slope (R := field [fieldType of rat]) (Fw [fieldType of rat] u.1) (fun=> 0) (Fx [fieldType of rat] u.1) (unit_vector [fieldType of rat] u.2) (Fe [fieldType of rat] u.1) p k) (by_input C u k).
    by move=> u k' uin _; apply: (is_slope rat0) uin => i; [exact: is_q_zero | exact: is_q_unit].
  have [u uin U] := shown_sound (g := fun t => qdefined C t.1) S (in_directions at_input good_) see H.
  exists (copies u.1); first exact: copies_good uin.
  exists (fun=> 0), (fun s' => if s' == val t then unit_vector [fieldType of rat] u.2 else fun=> 0).
  rewrite (bigD1 t) //= [X in _ + X]big1 ?addr0 => [|s' ne]; last first.
    rewrite big1 // => k' _; rewrite /moves (negbTE (_ : val s' != val t)) //.
    by rewrite (slope_zero rat0) ?mulr0 //; exact: (is_defined rat0) uin.
  move: U; rewrite sum_ks; congr (_ != 0); rewrite [LHS]big_mkcond [RHS]big_mkcond.
  apply: eq_bigr => k' _; rewrite /counts /moves eqxx; case: (is_function p k') => //=.
  case sk' : (sees p k') => //=; case: ifP => // _; rewrite slope_blind ?mulr0 ?sk' //.
have noc t k : (t < m)%N -> (k < size (flines p))%N -> is_function p k -> sees p k -> ofZ [fieldType of rat] (c t k) = 0.
  move=> lt lk fk sk; apply/eqP; apply: contraFT E => nz; apply/existsP; exists (Ordinal lt); apply/existsP; exists (Ordinal lk).
  by rewrite fk sk.
have nsk0 : ~~ sees p k0.
  case/andP: cnt => fk _; apply/negP => sk; have := noc _ _ lt0 ltk fk sk; by move/eqP; rewrite (negbTE (nzc _ c0_)).
have t00 : t0 = 0%N by move: cnt; rewrite /counts (negbTE nsk0) => /andP [_ /eqP].
have H : has (fun k => ofZ [fieldType of rat] (c 0%N k) != 0) (functions_of C false).
  apply/hasP; exists k0; last by rewrite -t00; exact: nzc.
  by apply: inks; [exact: ltk | by case/andP: cnt | exact/negbTE].
have S : forall u k, qdefined C u.1 -> k \in functions_of C false -> is_q (slope (R := field [fieldType of rat]) (Fw [fieldType of rat] u.1) (unit_vector [fieldType of rat] u.2) (Fx [fieldType of rat] u.1) (fun=> 0) (Fe [fieldType of rat] u.1) p k) (by_weights C u k).
  by move=> u k' uin _; apply: (is_slope rat0) uin => i; [exact: is_q_unit | exact: is_q_zero].
have [u uin U] := shown_sound (g := fun t => qdefined C t.1) S (in_directions at_weights good_) blindly H.
exists (copies u.1); first exact: copies_good uin.
exists (unit_vector [fieldType of rat] u.2), (fun _ _ => 0).
have m0 : (0 < m)%N by rewrite -t00.
rewrite (bigD1 (Ordinal m0)) //= [X in _ + X]big1 ?addr0 => [|s' ne]; last first.
  rewrite big1 // => k'; rewrite /counts => /andP [fk /orP [sk|/eqP s0]]; first by rewrite noc ?mul0r.
  by case/eqP: ne; apply: val_inj.
move: U; rewrite sum_ks; congr (_ != 0); rewrite [LHS]big_mkcond [RHS]big_mkcond.
apply: eq_bigr => k' _; rewrite /counts /moves; case fk : (is_function p k') => //=.
case sk' : (sees p k') => //=; by rewrite noc ?mul0r.
Qed.

(** ** Several inputs together *)
Section Together.
Variable Ps : seq sample.
Let first := nth (Sample [::] [::] [::]) Ps 0.
Definition at_once : point rat := Point (Fw [fieldType of rat] first) (fun s => Fx [fieldType of rat] (nth first Ps s))
  (fun s => Fe [fieldType of rat] (nth first Ps s)).
Hypothesis ok : together C Ps.
Lemma all2_eq (s t : seq Z) : all2 Z.eqb s t -> s = t.
Proof. by elim: s t => [|a s IH] [|b t] //= /andP [/Z.eqb_eq -> /IH ->]. Qed.
Lemma first_weights s : (s < size Ps)%N -> Fw [fieldType of rat] (nth first Ps s) = Fw [fieldType of rat] first.
Proof. by have /and3P [_ /(all_nthP first) H _] := ok => /H /all2_eq E; rewrite /Fw E. Qed.
Lemma sample_ok s : (s < size Ps)%N -> qdefined C (nth first Ps s).
Proof. by have /and3P [/(all_nthP first) H _ _] := ok => /H. Qed.
Lemma at_once_good : good p (size Ps) at_once.
Proof.
split=> [s lt|s k lt lk ns]; first by have := is_defined rat0 (sample_ok lt); rewrite first_weights.
have /and3P [_ _ /(all_nthP first) E] := ok.
have at0 : nth first Ps 0 = first by rewrite /first; case: (Ps).
by have := allP (E s lt) k; rewrite mem_iota lk (negbTE ns) => /(_ isT) /Z.eqb_eq e; rewrite /= at0 /Fe e.
Qed.
End Together.

Definition dw_of (t : seq sample * (nat + nat * nat)) : nat -> rat := if t.2 is inl i then unit_vector [comRingType of rat] i else fun=> 0.
Definition dX_of (t : seq sample * (nat + nat * nat)) (s : nat) : nat -> rat :=
  if t.2 is inr (s', j) then (if s' == s then unit_vector [comRingType of rat] j else fun=> 0) else fun=> 0.
Lemma jointly_by_ok m t f : size t.1 = m -> together C t.1 -> (f.1 < m)%N ->
  is_q (moves p (at_once t.1) (dw_of t) (dX_of t) f.1 f.2) (jointly_by C t f).
Proof.
case: t => Ps dir /= sz ok lt; rewrite -sz in lt; have D_ := sample_ok ok lt.
have e := first_weights ok lt; rewrite /moves /jointly_by /dw_of /dX_of /=; set Q := nth _ Ps f.1 in D_ e *.
case: dir => [i|[s j]] /=; rewrite -e.
  by apply: (is_slope rat0) => [l|l|]; [exact: is_q_unit | exact: is_q_zero | exact: D_].
case: ifP => _; first by apply: (is_slope rat0) => [l|l|]; [exact: is_q_zero | exact: is_q_unit | exact: D_].
by rewrite (slope_zero rat0) //; try exact: (is_defined rat0); exact: (is_q_int _ Z0).
Qed.
Lemma in_all_directions m : all (fun t => (size t.1 == m) && together C t.1) (all_directions C m).
Proof.
rewrite /all_directions; have := filter_all (fun Ps => (size Ps == m) && together C Ps) (fpoint C :: groups m (size (fshown C)) (fshown C)).
rewrite -/(some_points C m); elim: (some_points C m) => //= Ps l IH /andP [ok /IH oks]; rewrite all_cat oks andbT all_cat !all_map.
apply/andP; split; first by apply/allP => i _ /=.
by apply/all_allpairsP => s j _ _ /=.
Qed.
Lemma jointly_sound m c : jointly_ok C m -> (exists t k, [/\ (t < m)%N, (k < size (flines p))%N, counts p t k & c t k <> Z0]) -> not_constant p m c.
Proof.
move=> le [t0 [k0 [lt0 lk0 cnt nz]]].
have H : has (fun f => ofZ [fieldType of rat] (c f.1 f.2) != 0) (all_functions C m).
  apply/hasP; exists (t0, k0); last by apply/eqP => /(ofZ_eq0 rat0).
  apply/allpairsPdep; exists t0, k0; split=> //; first by rewrite mem_iota.
  by rewrite mem_filter mem_iota; apply/andP; split; [exact: cnt | exact: lk0].
have S t f : (size t.1 == m) && together C t.1 -> f \in all_functions C m ->
    is_q (moves p (at_once t.1) (dw_of t) (dX_of t) f.1 f.2) (jointly_by C t f).
  by case/andP => /eqP sz ok /allpairsPdep [s [k [sin _ ->]]]; apply: (jointly_by_ok sz ok); move: sin; rewrite mem_iota => /andP [_].
have [t /andP [/eqP sz ok] U] := shown_sound (g := fun t => (size t.1 == m) && together C t.1) S (in_all_directions m) le H.
exists (at_once t.1); first by rewrite -sz; exact: at_once_good.
exists (dw_of t), (dX_of t); move: U; rewrite big_allpairs_dep /= -[m in iota 0 m]subn0 -/(index_iota 0 m) big_mkord.
congr (_ != 0); apply: eq_bigr => s _; rewrite big_filter -[X in iota 0 X]subn0 -/(index_iota 0 _) big_mkord; exact: eq_bigl (fun _ => erefl).
Qed.
Theorem independent_sound : independent_ok C -> independent_functions p (fasked C).
Proof.
rewrite /independent_ok; case: ifP => [ok _|_]; first exact: singly_sound.
by case: (fasked C) => // m ok m' /eqP -> c; exact: jointly_sound.
Qed.
End Answers.
