(** * The checker: what is computed, with integers and polynomials only

    A certificate states upper bounds of dimensions, each with its reason, and an integer point from which lower bounds are read.
    [Sound.v] proves what follows when these functions say true. *)

From Coq Require Import ZArith NArith.
From mathcomp Require Import all_ssreflect.
From Allocert Require Import Network Polynomials Linear.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.

(** Why a set A has at most k dimensions. Facts are named by their position in the list, from 0. *)
Inductive reason :=
  | Size                                      (* it has no more weights *)
  | Coordinates                               (* no more labels, or coordinates of the function, depend on it *)
  | Kernel (vectors : seq (seq polynomial))   (* |A| - k independent vectors along which no label changes *)
  | Inclusion (fact : nat)                    (* rho(A) <= rho(F) + |A \ F| *)
  | Submodular (f g : nat) (common : seq nat) (* rho(F u G) <= rho(F) + rho(G) - rho(F n G) *)
  | Image (fact symmetry : nat).              (* a symmetry takes F to A *)

(** A symmetry: the program with weight i replaced by weight [on_weights i], and so for the entries of inputs, has the labels of
    the program, in another order. *)
Record symmetry := Symmetry { on_weights : seq nat; on_inputs : seq nat; on_labels : seq nat }.

Record certificate := Certificate {
  network : program;
  asked : samples;
  weights_at : seq Z; inputs_at : seq (seq Z);   (* the point *)
  symmetries : seq symmetry;
  bounds : seq (seq nat * nat * reason) }.

(** ** Variables

    Weight i is the variable 2i; entry e of sample t, of M, is 2(eM + t) + 1. *)
Definition weight_variable (i : nat) : N := N.double (N.of_nat i).
Definition input_variable (M t e : nat) : N := N.succ_double (N.of_nat (e * M + t)).
Definition is_weight (v : N) : bool := ~~ N.odd v.
Definition symbolic_weight (i : nat) : polynomial := pvar (weight_variable i).
Definition symbolic_input (M t e : nat) : polynomial := pvar (input_variable M t e).

Section Rules.
Variable C : certificate.
Let p := network C.
Let outs := size (outputs p).

(** The point. Its inputs may be fewer than the samples; the others are zero. *)
Definition zw (i : nat) : Z := nth Z0 (weights_at C) i.
Definition zx (s e : nat) : Z := nth Z0 (nth [::] (inputs_at C) s) e.
Definition inputs_ok : bool := if asked C is Samples m then size (inputs_at C) <= m else true.
Definition zunit (a i : nat) : Z := if i == a then Zpos xH else Z0.
(** The column of weight a of the Jacobian at the point. *)
Definition zcolumn (a : nat) : seq Z :=
  flatten [seq quick_derivative (R := integers) p zw (zx s) (zunit a) | s <- iota 0 (size (inputs_at C))].
Definition zcolumns (A : seq nat) : seq (seq Z) := [seq zcolumn a | a <- A].

(** *** Kernel vectors *)
Definition along (A : seq nat) (v : seq polynomial) (i : nat) : polynomial :=
  foldr (fun t r => if i == t.1 then padd t.2 r else r) [::] (zip A v).
Definition symbolic_samples : nat := if asked C is Samples m then m else 1.
Definition vanishes (M t : nat) (A : seq nat) (v : seq polynomial) : bool :=
  all (fun q => nilp q) (quick_derivative (R := polynomials) p symbolic_weight (symbolic_input M t) (along A v)).
Definition in_kernel (A : seq nat) (v : seq polynomial) : bool :=
  (size v == size A) &&
  if all (only is_weight) v then vanishes 1 0 A v
  else if asked C is Samples m then all (fun t => vanishes m t A v) (iota 0 m) else false.
(** The values of the variables at the point. *)
Definition zenv (M : nat) (v : N) : Z :=
  let k := N.to_nat (N.div2 v) in if N.odd v then zx (k %% M) (k %/ M) else zw k.
Definition kernel_ok (A : seq nat) (k : nat) (vectors : seq (seq polynomial)) : bool :=
  [&& all (in_kernel A) vectors, size A <= k + size vectors &
      size vectors <= zrank (size vectors) [seq [seq zval (zenv symbolic_samples) q | q <- v] | v <- vectors]].

(** *** Coordinates *)
Definition punit (a i : nat) : polynomial := if i == a then pint (Zpos xH) else [::].
Definition symbolic_columns (A : seq nat) : seq (seq polynomial) :=
  [seq quick_derivative (R := polynomials) p symbolic_weight (symbolic_input 1 0) (punit a) | a <- A].
Definition depends (columns : seq (seq polynomial)) (l : nat) : bool := has (fun c => ~~ nilp (nth [::] c l)) columns.
Definition input_part (m : monomial) : monomial := [seq v <- m | ~~ is_weight v].
Definition weight_part (m : monomial) : monomial := [seq v <- m | is_weight v].
Definition keys (columns : seq (seq polynomial)) (l : nat) : seq monomial :=
  undup (flatten [seq [seq input_part t.2 | t <- nth [::] c l] | c <- columns]).
(** The same without the coefficients, whatever cancels: the monomials in the input that a number may have. *)
Definition supports : numbers := Numbers
  (fun z => if z is Z0 then [::] else [:: [::]])
  (fun s t => undup (s ++ t)) (fun s t => undup (s ++ t))
  (fun s t => undup [seq merge_monomials a b | a <- s, b <- t]).
Definition one_support : supports := [:: [::]].
Definition moved_supports (A : seq nat) : seq (seq monomial) :=
  quick_derivative (R := supports) p (fun=> one_support) (fun e => [:: [:: input_variable 1 0 e]])
    (fun i => if i \in A then one_support else [::]).
Definition supports_ok (A : seq nat) (k : nat) : bool :=
  let moved := moved_supports A in
  if asked C is Samples m then (if m * count (fun s => ~~ nilp s) moved <= k then true else sumn [seq size s | s <- moved] <= k)
  else sumn [seq size s | s <- moved] <= k.
Definition coordinates_ok (A : seq nat) (k : nat) : bool :=
  if supports_ok A k then true else
  let columns := symbolic_columns A in
  (if asked C is Samples m then m * count (depends columns) (iota 0 outs) <= k else false) ||
  (sumn [seq size (keys columns l) | l <- iota 0 outs] <= k).

(** *** Symmetries *)
Definition renamed (s : seq nat) (i : nat) : nat := nth i s i.
Definition symmetry_ok (y : symmetry) : bool :=
  let before := quick_labels (R := polynomials) symbolic_weight (symbolic_input 1 0) p in
  let after := quick_labels (R := polynomials) (fun i => symbolic_weight (renamed (on_weights y) i))
    (fun e => symbolic_input 1 0 (renamed (on_inputs y) e)) p in
  [&& uniq (on_weights y), all (fun i => i < size (on_weights y)) (on_weights y) &
    all (fun l => (nth outs (on_labels y) l < outs) &&
      nilp (padd (nth [::] before l) (pneg (nth [::] after (nth outs (on_labels y) l))))) (iota 0 outs)].

(** *** One bound, from those before it *)
Definition known := (seq nat * nat)%type.
Definition bound_ok (before : seq known) (A : seq nat) (k : nat) (why : reason) : bool :=
  match why with
  | Size => size A <= k
  | Coordinates => coordinates_ok A k
  | Kernel vectors => inputs_ok && kernel_ok A k vectors
  | Inclusion f =>
    (f < size before) && let: (F, b) := nth ([::], 0) before f in b + count (fun a => a \notin F) A <= k
  | Submodular f g common =>
    [&& inputs_ok, f < size before, g < size before &
      let: (F, b) := nth ([::], 0) before f in let: (G, c) := nth ([::], 0) before g in
      [&& all (fun a => (a \in F) || (a \in G)) A, all (fun a => (a \in F) && (a \in G)) common &
        b + c <= k + zrank (size common) (zcolumns common)]]
  | Image f y =>
    [&& f < size before, y < size (symmetries C) &
      let: (F, b) := nth ([::], 0) before f in
      let s := nth (Symmetry [::] [::] [::]) (symmetries C) y in
      (b <= k) && all (fun a => a \in [seq renamed (on_weights s) i | i <- F]) A]
  end.
Fixpoint bounds_ok (before : seq known) (bs : seq (known * reason)) : bool :=
  match bs with
  | [::] => true
  | (A, k, why) :: bs' => bound_ok before A k why && bounds_ok (rcons before (A, k)) bs'
  end.
Definition knowns : seq known := [seq b.1 | b <- bounds C].
Definition certificate_ok : bool := all symmetry_ok (symmetries C) && bounds_ok [::] (bounds C).

(** ** Answers *)

(** The dimension of A is k: the columns [basis] are independent at the point, and a bound holds. *)
Definition at_most_ok (A : seq nat) (k : nat) : bool :=
  if size A <= k then true else has (fun f => f.2 + count (fun a => a \notin f.1) A <= k) knowns.
Definition at_least_ok (A : seq nat) (k : nat) : bool := inputs_ok && (k <= zrank (size A) (zcolumns A)).
Definition dimension_ok (A : seq nat) (k : nat) : bool :=
  [&& inputs_ok, zrank (size A) (zcolumns A) == k & at_most_ok A k].
(** The rank of A at the point, from the columns of the weights E. *)
Definition rank_at_point (E : seq nat) (columns : seq (seq Z)) (A : seq nat) : nat :=
  zrank (size A) [seq nth [::] columns (index a E) | a <- A].
(** Many dimensions of parts of E, whose columns are computed once. *)
Definition dimensions_ok (E : seq nat) (dimensions : seq known) : bool :=
  let columns := zcolumns E in
  inputs_ok && all (fun d =>
    if all (fun a => a \in E) d.1 then if rank_at_point E columns d.1 == d.2 then at_most_ok d.1 d.2 else false else false) dimensions.

(** ** Tables

    How many parts S of the weights that are left have each size and raise the rank by how much, beside independent weights I.
    A fact that is still open allows so many more weights among those left that it marks. *)
Definition open_fact := (nat * seq bool)%type.
Definition table := seq (seq N).   (* row d, entry s: how many of size s have dimension d *)
Fixpoint add_row (a b : seq N) : seq N :=
  match a, b with [::], _ => b | _, [::] => a | x :: a', y :: b' => N.add x y :: add_row a' b' end.
Fixpoint add_table (a b : table) : table :=
  match a, b with [::], _ => b | _, [::] => a | x :: a', y :: b' => add_row x y :: add_table a' b' end.
Definition larger (t : table) : table := [seq N0 :: row | row <- t].
Definition marks (f : open_fact) : bool := head false f.2.
Definition skip (f : open_fact) : open_fact := (f.1, behead f.2).
Definition take_one (f : open_fact) : open_fact := (if marks f then f.1.-1 else f.1, behead f.2).
Definition closes (f : open_fact) : bool := (f.1 == 0) && marks f.
(** Of n weights that add nothing: one row of binomial coefficients. *)
Fixpoint free_row (n : nat) : seq N := if n is m.+1 then let r := free_row m in add_row r (N0 :: r) else [:: Npos xH].
Definition closes_all (n : nat) (f : open_fact) : bool := [&& f.1 == 0, size f.2 == n & all id f.2].
(** What lies in the span of I, as far as bounds say: a bounded set does if what is known of it to lie there has as large a rank at the
    point. [columns] are those of the weights E. *)
Section Count.
Variables (E : seq nat) (columns : seq (seq Z)).
Definition fills (inside : seq nat) (f : known) : bool :=
  if all (fun a => a \in inside) f.1 then false
  else f.2 <= rank_at_point E columns [seq a <- E | if a \in f.1 then a \in inside else false].
Fixpoint grow (fuel : nat) (inside : seq nat) : seq nat :=
  if fuel is k.+1 then
    let new := [seq f.1 | f <- knowns & fills inside f] in
    if nilp new then inside else grow k (undup (flatten new ++ inside))
  else inside.
(** Whether the first weight e of those that are left, with the column v, adds no rank to I. *)
Definition adds_nothing (facts : seq open_fact) (I : seq nat) (e : nat) (v : seq Z) : bool :=
  if has closes facts then true else if has nonzero v then false else e \in grow (size E) I.
(** The weights [rest], their columns after contraction of I, and what bounds allow them. *)
Fixpoint count_from (I rest : seq nat) (facts : seq open_fact) (vs : seq (seq Z)) : option table :=
  match rest, vs with
  | [::], _ | _, [::] => Some [:: [:: Npos xH]]
  | e :: rest', v :: vs' =>
    if has (closes_all (size vs)) facts then Some [:: free_row (size vs)]
    else if adds_nothing facts I e v then
      if count_from I rest' [seq skip f | f <- facts] vs' is Some t then Some (add_table t (larger t)) else None
    else if has nonzero v then
      let p := find nonzero v in
      if count_from I rest' [seq skip f | f <- facts] vs' is Some t then
        if count_from (rcons I e) rest' [seq take_one f | f <- facts] [seq contract v p u | u <- vs'] is Some t' then
          Some (add_table t ([::] :: larger t'))
        else None
      else None
    else None
  end.
End Count.
(** The table of all parts of the weights E. *)
Definition count_ok (E : seq nat) (t : table) : bool :=
  [&& inputs_ok, uniq E &
    if count_from E (zcolumns E) [::] E [seq (f.2, [seq e \in f.1 | e <- E]) | f <- knowns] (zcolumns E) is Some t'
    then t == t' else false].
End Rules.
