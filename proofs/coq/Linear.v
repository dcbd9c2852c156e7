(** * Ranks of lists of vectors, and of polynomial matrices at special points *)

From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra fraction.
From Allocert Require Import Network Polynomials.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(** ** The matroid of a family of vectors *)

Section Vectors.
Variables (F : fieldType) (r : nat) (v : nat -> 'rV[F]_r).
Definition span (A : seq nat) : 'M[F]_(size A, r) := \matrix_(j < size A) v (nth 0%N A j).
Definition rk (A : seq nat) : nat := \rank (span A).

Lemma span_sub A k (B : 'M[F]_(k, r)) : reflect (forall a, a \in A -> (v a <= B)%MS) (span A <= B)%MS.
Proof.
apply: (iffP row_subP) => H => [a aA|j].
  have lt : (index a A < size A)%N by rewrite index_mem.
  by have := H (Ordinal lt); rewrite rowK /= nth_index.
by rewrite rowK; apply: H; rewrite mem_nth.
Qed.
Lemma in_span a A : a \in A -> (v a <= span A)%MS.
Proof. by move=> aA; apply: (elimT (span_sub A (span A))). Qed.
Lemma span_mono A B : {subset A <= B} -> (span A <= span B)%MS.
Proof. by move=> AB; apply/span_sub => a /AB; exact: in_span. Qed.
Lemma span_cat A B : (span (A ++ B) <= span A + span B)%MS.
Proof.
apply/span_sub => a; rewrite mem_cat => /orP [] /in_span H.
  exact: submx_trans H (addsmxSl _ _).
exact: submx_trans H (addsmxSr _ _).
Qed.

Lemma rk_mono A B : {subset A <= B} -> (rk A <= rk B)%N.
Proof. by move=> AB; apply: mxrankS; exact: span_mono. Qed.
Lemma rk_size A : (rk A <= size A)%N. Proof. exact: rank_leq_row. Qed.
Lemma rk_cat A B : (rk (A ++ B) <= rk A + rk B)%N.
Proof. exact: leq_trans (mxrankS (span_cat A B)) (mxrank_adds_leqif _ _). Qed.
Lemma rk_submodular A B C : {subset C <= A} -> {subset C <= B} -> (rk (A ++ B) + rk C <= rk A + rk B)%N.
Proof.
move=> CA CB; rewrite -[X in (_ <= X)%N](mxrank_sum_cap (span A) (span B)) leq_add ?mxrankS ?span_cat //.
by rewrite sub_capmx !span_mono.
Qed.
(** What lies in the span of a part adds no rank. *)
Lemma rk_absorb e A B : (v e <= span A)%MS -> {subset A <= B} -> (rk (e :: B) <= rk B)%N.
Proof.
move=> eA AB; apply: mxrankS; apply/span_sub => a; rewrite inE => /predU1P [->|]; last exact: in_span.
exact: submx_trans eA (span_mono AB).
Qed.
Lemma rk_uniq_sub A B : (rk (A ++ B) = size (A ++ B) -> rk A = size A)%N.
Proof.
move=> e; apply/eqP; rewrite eqn_leq rk_size -(leq_add2r (size B)) -size_cat -e.
exact: leq_trans (rk_cat _ _) (leq_add (leqnn _) (rk_size _)).
Qed.
(** Weights of a bounded set that contains as many independent weights as its bound lie in the span of these. *)
Lemma closure e A C : {subset C <= A} -> e \in A -> (rk A <= rk C)%N -> (v e <= span C)%MS.
Proof.
move=> CA eA le; have CsA := span_mono CA.
have := mxrank_leqif_sup CsA; rewrite /leqif -/(rk C) -/(rk A) => -[le' eq].
apply: submx_trans (in_span eA) _; rewrite -eq eqn_leq le' //=.
Qed.
End Vectors.

(** Ranks only depend on the vectors named. *)
Lemma rk_e (F : fieldType) r (v v' : nat -> 'rV[F]_r) A : (forall a, a \in A -> v a = v' a) -> rk v A = rk v' A.
Proof. by move=> e; congr (\rank _); apply/matrixP => i j; rewrite !mxE e // mem_nth. Qed.

(** ** Contraction of integer vectors by a pivot *)

Definition divided (u : seq Z) : seq Z :=
  let g := foldr Z.gcd Z0 u in
  match g with
  | Zpos xH => u
  | Zpos _ => let q := [seq Z.div x g | x <- u] in if all2 (fun x y => Z.eqb (Z.mul g y) x) u q then q else u
  | _ => u
  end.
Definition contract (v : seq Z) (p : nat) (u : seq Z) : seq Z :=
  match nth Z0 u p with
  | Z0 => u
  | b => let a := nth Z0 v p in divided [seq Z.sub (Z.mul a t.2) (Z.mul b t.1) | t <- zip v u]
  end.
Definition nonzero (z : Z) : bool := if z is Z0 then false else true.
Fixpoint zrank (fuel : nat) (vs : seq (seq Z)) : nat :=
  match fuel, vs with
  | k.+1, v :: vs => if has nonzero v then (zrank k [seq contract v (find nonzero v) u | u <- vs]).+1 else zrank k vs
  | _, _ => 0%N
  end.

Section Contract.
Variables (F : fieldType) (c0 : [char F] =i pred0) (r : nat).
Definition row_of (v : seq Z) : 'rV[F]_r := \row_j ofZ F (nth Z0 v j).
Definition rows_of (vs : seq (seq Z)) : 'M[F]_(size vs, r) := \matrix_(i < size vs) row_of (nth [::] vs i).

Lemma nonzeroP z : nonzero z -> ofZ F z != 0.
Proof. by move=> nz; apply/eqP => z0; rewrite (ofZ_eq0 c0 z0) in nz. Qed.

Lemma divided_row u : size (divided u) = size u /\ exists2 g : F, g != 0 & g *: row_of (divided u) = row_of u.
Proof.
have triv : size u = size u /\ exists2 g : F, g != 0 & g *: row_of u = row_of u.
  by split=> //; exists 1; rewrite ?oner_eq0 ?scale1r.
rewrite /divided; case E: (foldr _ _ _) => [|[g|g|]|] //; rewrite -E; set G := foldr _ _ _ in E *.
all: case: ifP => // H; rewrite size_map; split=> //; exists (ofZ F G); first by apply: nonzeroP; rewrite E.
all: apply/matrixP => i j; rewrite !mxE -ofZ_mul; congr ofZ.
all: case: (ltnP j (size u)) => lt; last by rewrite !nth_default ?size_map // Z.mul_0_r.
all: move: H; rewrite all2E => /andP [_ /(all_nthP (Z0, Z0)) H]; apply/Z.eqb_eq.
all: by have := H j; rewrite size_zip size_map minnn nth_zip ?size_map //; apply.
Qed.

Lemma contract_row v p u : (p < r)%N -> size v = r -> size u = r -> nonzero (nth Z0 v p) ->
  size (contract v p u) = r /\
  (exists a b : F, [/\ a != 0, a *: row_of (contract v p u) = row_of u + b *: row_of v &
    forall lt : (p < r)%N, row_of (contract v p u) 0 (Ordinal lt) = 0]).
Proof.
move=> pr sv su nz; set t := [seq Z.sub (Z.mul (nth Z0 v p) t.2) (Z.mul (nth Z0 u p) t.1) | t <- zip v u].
have main : size (divided t) = r /\
  (exists a b : F, [/\ a != 0, a *: row_of (divided t) = row_of u + b *: row_of v &
    forall lt : (p < r)%N, row_of (divided t) 0 (Ordinal lt) = 0]).
  have [st [g g0 eg]] := divided_row t.
  have st' : size t = r by rewrite size_map size_zip sv su minnn.
  have et (j : 'I_r) : nth Z0 t j = Z.sub (Z.mul (nth Z0 v p) (nth Z0 u j)) (Z.mul (nth Z0 u p) (nth Z0 v j)).
    by rewrite (nth_map (Z0, Z0)) ?size_zip ?sv ?su ?minnn // nth_zip ?sv ?su.
  have a0 := nonzeroP nz; split; first by rewrite st.
  exists ((ofZ F (nth Z0 v p))^-1 * g), (- (ofZ F (nth Z0 v p))^-1 * ofZ F (nth Z0 u p)); split=> [||lt].
  - by rewrite mulf_neq0 ?invr_eq0.
  - rewrite -scalerA eg; apply/rowP => j; rewrite !mxE et ofZ_sub !ofZ_mul mulrBr mulKf //.
    by rewrite -!mulrA mulNr.
  have : (g *: row_of (divided t)) 0 (Ordinal lt) = 0.
    by rewrite eg mxE et /= ofZ_sub !ofZ_mul mulrC subrr.
  by rewrite mxE => /eqP; rewrite mulf_eq0 (negbTE g0) => /eqP.
rewrite /contract; move: main; rewrite /t; case E: (nth Z0 u p) => [|b|b] // _.
split=> //; exists 1, 0; split=> [||lt]; rewrite ?oner_eq0 ?scale1r ?scale0r ?addr0 //.
by rewrite mxE /= E.
Qed.

(** The vectors v, S have at least one rank more than S contracted by v. *)
Lemma rank_pivot k l (S : 'M[F]_(l, r)) (S' : 'M[F]_(k, r)) (v : 'rV[F]_r) (p : 'I_r) : v 0 p != 0 ->
  (S' <= v + S)%MS -> (forall i, S' i p = 0) -> (\rank S' < \rank (v + S)%MS)%N.
Proof.
move=> vp sub zero.
have cap : (v :&: S' == (0 : 'M_r))%MS.
  apply/eqmx0P/eqP; apply/rowV0P => u; rewrite sub_capmx => /andP [/sub_rVP [a ->] /submxP [D eD]].
  have : (a *: v) 0 p = 0 by rewrite eD mxE big1 // => i _; rewrite zero mulr0.
  by rewrite mxE => /eqP; rewrite mulf_eq0 (negbTE vp) orbF => /eqP ->; rewrite scale0r.
have v0 : \rank v = 1%N by rewrite rank_rV; case: (v =P 0) => // e; rewrite e mxE eqxx in vp.
have := mxrank_sum_cap v S'; rewrite v0 (eqmxP cap) mxrank0 addn0 add1n => <-.
by apply: mxrankS; rewrite addsmx_sub addsmxSl.
Qed.

Lemma contract_rank v vs p : (p < r)%N -> size v = r -> all (fun u => size u == r) vs -> nonzero (nth Z0 v p) ->
  (\rank (rows_of [seq contract v p u | u <- vs]) < \rank (rows_of (v :: vs)))%N.
Proof.
move=> pr sv svs nz; have nv := nonzeroP nz.
set S' := rows_of _; pose T := rows_of (v :: vs).
have sz (i : 'I_(size [seq contract v p u | u <- vs])) : (i < size vs)%N by have := ltn_ord i; rewrite [X in (_ < X)%N]size_map.
have sub : (row_of v + T <= T)%MS.
  by rewrite addsmx_sub submx_refl andbT; have := row_sub ord0 T; rewrite rowK.
apply: leq_trans (mxrankS sub); apply: (@rank_pivot _ _ T _ _ (Ordinal pr)); first by rewrite mxE.
  apply/row_subP => i; rewrite rowK (nth_map [::]) // ; set u := nth _ _ _.
  have su : size u = r by apply/eqP; exact: (all_nthP [::] svs).
  have [_ [a [b [a0 e _]]]] := contract_row pr sv su nz.
  have -> : row_of (contract v p u) = a^-1 *: (a *: row_of (contract v p u)) by rewrite scalerA mulVf // scale1r.
  rewrite e scalemx_sub // addrC addmx_sub_adds ?scalemx_sub //.
  have lt : (i.+1 < size (v :: vs))%N by rewrite ltnS.
  by have := row_sub (Ordinal lt) T; rewrite rowK.
move=> i; rewrite mxE (nth_map [::]) //; set u := nth _ _ _.
have su : size u = r by apply/eqP; exact: (all_nthP [::] svs).
by have [_ [a [b [_ _ ->]]]] := contract_row pr sv su nz.
Qed.

Lemma contract_size v vs p : (p < r)%N -> size v = r -> all (fun u => size u == r) vs -> nonzero (nth Z0 v p) ->
  all (fun u => size u == r) [seq contract v p u | u <- vs].
Proof.
move=> pr sv /(all_nthP [::]) svs nz; rewrite all_map; apply/(all_nthP [::]) => i /svs /eqP su /=.
by have [-> _] := contract_row pr sv su nz.
Qed.

Lemma pivot_ok v : size v = r -> has nonzero v -> (find nonzero v < r)%N /\ nonzero (nth Z0 v (find nonzero v)).
Proof. by move=> <- h; split; [rewrite -has_find | exact: nth_find]. Qed.

Lemma zrank_sound fuel : forall vs, all (fun u => size u == r) vs -> (zrank fuel vs <= \rank (rows_of vs))%N.
Proof.
elim: fuel => [|k IH] [|v vs] //= /andP [/eqP sv svs]; case: ifP => [h|_].
  have [pr nz] := pivot_ok sv h.
  exact: leq_ltn_trans (IH _ (contract_size pr sv svs nz)) (contract_rank pr sv svs nz).
apply: leq_trans (IH _ svs) _; apply: mxrankS; apply/row_subP => i; rewrite rowK.
have lt : (i.+1 < size (v :: vs))%N by rewrite ltnS.
by have := row_sub (Ordinal lt) (rows_of (v :: vs)); rewrite rowK.
Qed.
End Contract.

(** ** Ranks at special points are not larger than over the rational functions *)

Section Special.
Variable F : fieldType.
Definition rational : Type := {fraction {poly F}}.
Definition fr : {rmorphism {poly F} -> {fraction {poly F}}} := tofrac_rmorphism [idomainType of {poly F}].
Lemma fr_eq0 x : (fr x == 0) = (x == 0). Proof. exact: tofrac_eq0. Qed.
Lemma fr_char : [char F] =i pred0 -> [char {fraction {poly F}}] =i pred0.
Proof.
move=> /(charf0P F).1 c; apply/charf0P => n.
by rewrite -(rmorph_nat fr) fr_eq0 -(rmorph_nat (polyC_rmorphism F)) polyC_eq0 c.
Qed.
Definition frank m n (M : 'M[{poly F}]_(m, n)) : nat := \rank (map_mx fr M).
Lemma special_rank m n (M : 'M[{poly F}]_(m, n)) (a : F) :
  (\rank (map_mx (horner_eval a) M) <= frank M)%N.
Proof.
set M1 := map_mx _ M; set r := \rank M1.
pose P : 'M[F]_(r, m) := pid_mx r *m invmx (col_ebase M1).
pose Q : 'M[F]_(n, r) := invmx (row_ebase M1) *m pid_mx r.
have one : P *m M1 *m Q = 1%:M.
  rewrite -{1}(mulmx_ebase M1) /P /Q !mulmxA mulmxKV ?col_ebase_unit //.
  rewrite -!mulmxA mulKVmx ?row_ebase_unit // -/r.
  by rewrite !pid_mx_id ?rank_leq_row ?rank_leq_col // pid_mx_1.
have hp k l (B : 'M[F]_(k, l)) : map_mx (horner_eval a) (map_mx polyC B) = B.
  by apply/matrixP=> i j; rewrite !mxE /horner_eval hornerC.
pose D := map_mx polyC P *m M *m map_mx polyC Q.
have Da : map_mx (horner_eval a) D = 1%:M.
  by rewrite !map_mxM -one !hp.
have nz : \det (map_mx fr D) != 0.
  rewrite det_map_mx fr_eq0; apply: contraTneq (oner_neq0 F) => d0.
  by rewrite -(det1 F r) -Da det_map_mx d0 rmorph0 eqxx.
have : (\rank (map_mx fr D) = r)%N by apply: mxrank_unit; rewrite unitmxE unitfE.
rewrite !map_mxM => {1}<-.
exact: leq_trans (mxrankM_maxl _ _) (mxrankM_maxr _ _).
Qed.
End Special.
