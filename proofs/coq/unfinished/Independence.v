(** Not finished, and compiled by nobody: what belongs at the end of FunctionsSound.v, that the checker is right about independence. *)

(** ** Independence *)
Lemma shown_sound along (f : sample * nat -> nat -> rat) (ts : seq (sample * nat)) (ks : seq nat) (u : nat -> rat) :
  (forall t k, qdefined C t.1 -> is_q (f t k) (along t k)) -> all (fun t => qdefined C t.1) ts -> shown_by along ts ks -> has (fun k => u k != 0) ks ->
  exists2 t, qdefined C t.1 & \sum_(k <- ks) u k * f t k != 0.
Proof.
move=> H good_ sh /(has_nthP 0%N) [i0 lt0 u0].
have [z0 | [t0 _]] : ts = [::] \/ exists t : sample * nat, True by case: ts {H sh good_} => [|t ts]; [left | right; exists t].
  move: sh; rewrite z0 /shown_by => le; suff : (size ks <= 0)%N by rewrite leqNgt (leq_ltn_trans _ lt0).
  apply: leq_trans le _; rewrite [size [::]]/=.
  have Z : (qrank 0 [seq [::] | _ <- ks] <= \rank (0%R : 'M[rat]_(size [seq ([::] : seq QArith_base.Q) | _ <- ks], 0)))%N.
    by apply: (qrank_sound rat0) => i [].
  by rewrite mxrank0 in Z.
pose rows := [seq [seq along t k | t <- ts] | k <- ks].
have sr : size rows = size ks by rewrite size_map.
pose M : 'M[rat]_(size rows, size ts) := \matrix_(i, j) f (nth t0 ts j) (nth 0%N ks i).
have full : row_free M.
  rewrite /row_free eqn_leq rank_leq_row /= {1}sr; apply: leq_trans sh _; apply: (qrank_sound rat0) => i j.
  have lt : (i < size ks)%N by rewrite -sr.
  by rewrite mxE (nth_map 0%N) // (nth_map t0) //; apply: H; exact: (all_nthP t0 good_).
pose U : 'rV[rat]_(size rows) := \row_i u (nth 0%N ks i).
have U0 : U != 0.
  have lt0' : (i0 < size rows)%N by rewrite sr.
  apply: contraNneq u0 => /rowP /(_ (Ordinal lt0')); rewrite !mxE /= => ->; exact: eqxx.
have UM0 : U *m M != 0 by rewrite -(inj_eq (row_free_inj full)) mul0mx in U0.
have /existsP [j nz] : [exists j, (U *m M) 0 j != 0].
  apply: contraNT UM0; rewrite negb_exists => /forallP all0; apply/eqP/rowP => j; rewrite mxE.
  by apply/eqP; have := all0 j; rewrite negbK.
exists (nth t0 ts j); first exact: (all_nthP t0 good_).
apply: contraNneq nz => z; rewrite -[X in _ == X]z mxE; apply/eqP.
rewrite (big_nth 0%N) -sr big_mkord; apply: eq_bigr => i _; by rewrite !mxE.
Qed.

Definition copies (P : sample) : point rat := Point (Fw rat P) (fun=> Fx rat P) (fun=> Fe rat P).
Lemma copies_good P m : qdefined C P -> good p m (copies P).
Proof. by move=> H; split=> // s _; exact: (is_defined rat0). Qed.
Lemma in_directions width : all (qdefined C) (fshown C) -> all (fun t => qdefined C t.1) (directions C width).
Proof.
rewrite /directions; elim: (fshown C) => //= P Ps IH /andP [ok /IH oks]; rewrite all_cat oks andbT all_map.
by apply/allP => j _ /=.
Qed.
(** If no combination shows a direction, none exists: the whole of what is to be shown, on any number of inputs. *)
Theorem independent_sound : independent_ok C -> forall s, independent_functions p s.
Proof.
case/and3P=> good_ see blindly s m _ c [t0 [k0 [lt0 ltk cnt c0_]]].
have nzc z : z <> Z0 -> ofZ rat z != 0 by move=> nz; apply/eqP => /(ofZ_eq0 rat0).
have inks b k : (k < size (flines p))%N -> is_function p k -> sees p k = b -> k \in functions_of C b.
  by move=> lt fk <-; rewrite mem_filter mem_iota lt fk eqxx.
have sum_ks b (G : nat -> rat) : \sum_(k <- functions_of C b) G k = \sum_(k < size (flines p) | is_function p k && (sees p k == b)) G k.
  by rewrite big_filter -[X in iota 0 X]subn0 big_mkord.
case E : [exists t : 'I_m, exists k : 'I_(size (flines p)), [&& is_function p k, sees p k & ofZ rat (c t k) != 0]].
  case/existsP: E => t /existsP [k /and3P [fk sk nz]].
  have H : has (fun k => ofZ rat (c t k) != 0) (functions_of C true).
    by apply/hasP; exists (val k) => //; exact: inks.
  have S : forall u k, qdefined C u.1 -> is_q (slope (R := field rat) (Fw rat u.1) (fun=> 0) (Fx rat u.1) (unit_vector rat u.2) (Fe rat u.1) p k) (by_input C u k).
    by move=> u k' uin; apply: (is_slope rat0) uin => i; [exact: is_q_zero | exact: is_q_unit].
  have [u uin U] := shown_sound S (in_directions at_input good_) see H.
  exists (copies u.1); first exact: copies_good uin.
  exists (fun=> 0), (fun s' => if s' == val t then unit_vector rat u.2 else fun=> 0).
  rewrite (bigD1 t) //= [X in _ + X]big1 ?addr0 => [|s' ne]; last first.
    rewrite big1 // => k' _; rewrite /moves (negbTE (_ : val s' != val t)) //.
    by rewrite (slope_zero rat0) ?mulr0 //; exact: (is_defined rat0) uin.
  rewrite eqxx; move: U; rewrite sum_ks; congr (_ != 0); rewrite [LHS]big_mkcond [RHS]big_mkcond.
  apply: eq_bigr => k' _; rewrite /counts /moves; case: (is_function p k') => //=.
  case sk' : (sees p k') => //=; case: ifP => // _; rewrite slope_blind ?mulr0 ?sk' //.
have noc t k : (t < m)%N -> (k < size (flines p))%N -> is_function p k -> sees p k -> ofZ rat (c t k) = 0.
  move=> lt lk fk sk; apply/eqP; apply: contraFT E => nz; apply/existsP; exists (Ordinal lt); apply/existsP; exists (Ordinal lk).
  by rewrite fk sk.
have nsk0 : ~~ sees p k0.
  case/andP: cnt => fk _; apply/negP => sk; have := noc _ _ lt0 ltk fk sk; by move/eqP; rewrite (negbTE (nzc _ c0_)).
have t00 : t0 = 0%N by move: cnt; rewrite /counts (negbTE nsk0) => /andP [_ /eqP].
have H : has (fun k => ofZ rat (c 0%N k) != 0) (functions_of C false).
  apply/hasP; exists k0; last by rewrite -t00; exact: nzc.
  by apply: inks; [exact: ltk | by case/andP: cnt | exact/negbTE].
have S : forall u k, qdefined C u.1 -> is_q (slope (R := field rat) (Fw rat u.1) (unit_vector rat u.2) (Fx rat u.1) (fun=> 0) (Fe rat u.1) p k) (by_weights C u k).
  by move=> u k' uin; apply: (is_slope rat0) uin => i; [exact: is_q_unit | exact: is_q_zero].
have [u uin U] := shown_sound S (in_directions at_weights good_) blindly H.
exists (copies u.1); first exact: copies_good uin.
exists (unit_vector rat u.2), (fun _ _ => 0).
have m0 : (0 < m)%N by rewrite -t00.
rewrite (bigD1 (Ordinal m0)) //= [X in _ + X]big1 ?addr0 => [|s' ne]; last first.
  rewrite big1 // => k'; rewrite /counts => /andP [fk /orP [sk|/eqP s0]]; first by rewrite noc ?mul0r.
  by case/eqP: ne; apply: val_inj.
move: U; rewrite sum_ks; congr (_ != 0); rewrite [LHS]big_mkcond [RHS]big_mkcond.
apply: eq_bigr => k' _; rewrite /counts /moves; case fk : (is_function p k') => //=.
case sk' : (sees p k') => //=; by rewrite noc ?mul0r.
Qed.
End Answers.
