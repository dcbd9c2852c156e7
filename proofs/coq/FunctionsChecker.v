(** * The checker for networks with quotients, exponentials and logarithms *)

From Coq Require Import ZArith NArith QArith_base Qreduction.
From mathcomp Require Import all_ssreflect all_algebra.
From Allocert Require Import Network Recorded Polynomials Linear Checker Functions.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Local Close Scope Q_scope.
Local Open Scope nat_scope.

(** ** Numbers that compute: rational ones, and quotients of polynomials, not reduced *)
Definition rationals : quotients := Quotients
  (whole := Numbers inject_Z (fun a b => Qred (Qplus a b)) (fun a b => Qred (Qminus a b)) (fun a b => Qred (Qmult a b)))
  Qinv (fun q => nonzero (Qnum q)).
Definition pquotient := (polynomial * polynomial)%type.
Definition same_polynomial (p q : polynomial) : bool := nilp (padd p (pneg q)).
Definition pq_zero : pquotient := ([::], pint 1).
Definition pq_over (n d : polynomial) : pquotient := if nilp n then pq_zero else (n, d).
Definition pq_sum (op : polynomial -> polynomial -> polynomial) (a b : pquotient) : pquotient :=
  if nilp a.1 then pq_over (op [::] b.1) b.2 else if nilp b.1 then pq_over (op a.1 [::]) a.2
  else if same_polynomial a.2 b.2 then pq_over (op a.1 b.1) a.2 else pq_over (op (pmul a.1 b.2) (pmul b.1 a.2)) (pmul a.2 b.2).
Definition pq_times (a b : pquotient) : pquotient :=
  if nilp a.1 then pq_zero else if nilp b.1 then pq_zero else (pmul a.1 b.1, pmul a.2 b.2).
Definition pquotients : quotients := Quotients
  (whole := Numbers (fun z => (pint z, pint 1)) (pq_sum padd) (pq_sum (fun p q => padd p (pneg q))) pq_times)
  (fun a => (a.2, a.1)) (fun=> true).
Definition over1 (p : polynomial) : pquotient := (p, pint 1).

(** ** Points of one input: weights, entries of the input, and numbers for exponentials and logarithms by their lines *)
Record sample := Sample { at_weights : seq Z; at_input : seq Z; at_functions : seq (nat * Z) }.
Definition nthz (zs : seq Z) (i : nat) : Z := nth Z0 zs i.
Definition function_at (fs : seq (nat * Z)) (k : nat) : Z := if [seq f <- fs | f.1 == k] is f :: _ then f.2 else Z0.
Definition qw (P : sample) (i : nat) : rationals := inject_Z (nthz (at_weights P) i).
Definition qx (P : sample) (i : nat) : rationals := inject_Z (nthz (at_input P) i).
Definition qe (P : sample) (k : nat) : rationals := inject_Z (function_at (at_functions P) k).
Definition q0 (i : nat) : rationals := inject_Z 0.
Definition qunit (a i : nat) : rationals := inject_Z (zunit a i).

(** Integers in place of the rational numbers of a row, all multiplied by one positive integer. *)
Definition lcm_den (qs : seq QArith_base.Q) : positive :=
  foldr (fun q d => let g := Pos.ggcd (Qden q) d in Pos.mul g.2.1 d) xH qs.
Definition cleared (d : positive) (q : QArith_base.Q) : Z := Z.mul (Qnum q) (Z.div (Zpos d) (Zpos (Qden q))).
Definition divides (d : positive) (q : QArith_base.Q) : bool := Z.eqb (Z.modulo (Zpos d) (Zpos (Qden q))) Z0.
Definition clear (row : seq QArith_base.Q) : seq Z :=
  let d := lcm_den row in if all (divides d) row then [seq cleared d q | q <- row] else [seq Z0 | q <- row].
(** A lower bound for the rank of rows of rational numbers. *)
Definition qrank (width : nat) (rows : seq (seq QArith_base.Q)) : nat :=
  if all (fun row => size row == width) rows then zrank (size rows) [seq clear row | row <- rows] else 0.

Inductive freason := FSize | FLabels | FKernel (vectors : seq (seq polynomial)) | FInclusion (i : nat).
Record fcertificate := FCertificate {
  fnetwork : fprogram;
  fasked : samples;
  fshown : seq sample;    (* points of one input, where exponentials are seen to be independent *)
  fpoint : seq sample;    (* one point, input after input *)
  fbounds : seq (seq nat * nat * freason) }.

Section Check.
Variable C : fcertificate.
Let p := fnetwork C.
Let outs := size (fresults p).

(** ** Exponentials are independent: on single inputs, by the input those that see it, by the weights the others *)
Definition qdefined (P : sample) : bool := defined (R := rationals) (qw P) q0 (qx P) q0 (qe P) (flines p) [::].
Definition by_input (t : sample * nat) (k : nat) : QArith_base.Q :=
  slope (R := rationals) (qw t.1) q0 (qx t.1) (qunit t.2) (qe t.1) p k.
Definition by_weights (t : sample * nat) (k : nat) : QArith_base.Q :=
  slope (R := rationals) (qw t.1) (qunit t.2) (qx t.1) q0 (qe t.1) p k.
Definition functions_of (see : bool) : seq nat := [seq k <- iota 0 (size (flines p)) | is_function p k && (sees p k == see)].
Definition directions (width : sample -> seq Z) : seq (sample * nat) :=
  flatten [seq [seq (P, j) | j <- iota 0 (size (width P))] | P <- fshown C].
Definition shown_by (along : sample * nat -> nat -> QArith_base.Q) (ts : seq (sample * nat)) (ks : seq nat) : bool :=
  size ks <= qrank (size ts) [seq [seq along t k | t <- ts] | k <- ks].
Definition singly_ok : bool :=
  [&& all qdefined (fshown C), shown_by by_input (directions at_input) (functions_of true) & shown_by by_weights (directions at_weights) (functions_of false)].

(** Inputs that make one point together. *)
Definition together (Ps : seq sample) : bool :=
  let first := nth (Sample [::] [::] [::]) Ps 0 in
  [&& all qdefined Ps, all (fun P => all2 Z.eqb (at_weights P) (at_weights first)) Ps &
    all (fun P => all (fun k => sees p k || Z.eqb (function_at (at_functions P) k) (function_at (at_functions first) k)) (iota 0 (size (flines p)))) Ps].

(** ** Or they are independent on m inputs together: at several points of m inputs, in all directions *)
Fixpoint groups (m fuel : nat) (Ps : seq sample) : seq (seq sample) :=
  if fuel is f.+1 then if m <= size Ps then take m Ps :: groups m f (drop m Ps) else [::] else [::].
Definition some_points (m : nat) : seq (seq sample) :=
  [seq Ps <- fpoint C :: groups m (size (fshown C)) (fshown C) | (size Ps == m) && together Ps].
(** A direction: a weight, or an entry of one input. *)
Definition all_directions (m : nat) : seq (seq sample * (nat + nat * nat)) :=
  flatten [seq let first := nth (Sample [::] [::] [::]) Ps 0 in
    [seq (Ps, inl i) | i <- iota 0 (size (at_weights first))] ++
    [seq (Ps, inr (s, j)) | s <- iota 0 m, j <- iota 0 (size (at_input first))] | Ps <- some_points m].
Definition jointly_by (t : seq sample * (nat + nat * nat)) (f : nat * nat) : QArith_base.Q :=
  let P := nth (nth (Sample [::] [::] [::]) t.1 0) t.1 f.1 in
  match t.2 with
  | inl i => by_weights (P, i) f.2
  | inr (s, j) => if s == f.1 then by_input (P, j) f.2 else inject_Z 0
  end.
Definition all_functions (m : nat) : seq (nat * nat) :=
  [seq (s, k) | s <- iota 0 m, k <- [seq k <- iota 0 (size (flines p)) | is_function p k && (sees p k || (s == 0))]].
Definition jointly_ok (m : nat) : bool :=
  let ts := all_directions m in let fs := all_functions m in
  size fs <= qrank (size ts) [seq [seq jointly_by t f | t <- ts] | f <- fs].
Definition independent_ok : bool := if singly_ok then true else if fasked C is Samples m then jointly_ok m else false.

(** ** From below: independent columns at the point *)
Definition point_ok : bool := together (fpoint C) && allowed (fasked C) (size (fpoint C)).
Definition qrows (A : seq nat) (P : sample) : seq (seq QArith_base.Q) :=
  let columns := [seq changes (R := rationals) (qw P) (qunit a) (qx P) q0 (qe P) p | a <- A] in
  [seq [seq nth (inject_Z 0) c l | c <- columns] | l <- iota 0 outs].
Definition fminor (A : seq nat) (k : nat) : bool := k <= qrank (size A) (flatten [seq qrows A P | P <- fpoint C]).

(** ** From above *)
Definition variable_w (i : nat) : pquotients := over1 (symbolic_weight i).
Definition variable_x (j : nat) : pquotients := over1 (pvar (input_variable 2 0 j)).
Definition variable_e (k : nat) : pquotients := over1 (pvar (input_variable 2 1 k)).
Definition p0 (i : nat) : pquotients := over1 [::].
(** What does not move along a vector may be anything: in place of a quotient a variable is put. *)
Definition is_polynomial (a : pquotient) : bool := if a.2 is [:: (Zpos xH, [::])] then true else false.
Definition short (k : nat) (v : pquotients * pquotients) : pquotients * pquotients :=
  if nilp v.2.1 then (if is_polynomial v.1 then v.1 else variable_e k, pq_zero : pquotients) else v.
Definition short_run (dw : nat -> pquotients) (ls : seq fline) (known : seq (pquotients * pquotients)) : seq (pquotients * pquotients) :=
  foldl (fun known l => rcons known (short (size known) (fvalue variable_w dw variable_x p0 variable_e known l))) known ls.
Definition fvanishes (A : seq nat) (v : seq polynomial) : bool :=
  let dw i := over1 (along A v i) in
  let known := short_run dw (flines p) [::] in
  all (fun o => nilp (flook variable_w dw variable_x p0 known o).2.1) (fresults p).
Definition fkernel_ok (A : seq nat) (k : nat) (vs : seq (seq polynomial)) : bool :=
  let z v := nthz (at_weights (nth (Sample [::] [::] [::]) (fpoint C) 0)) (N.to_nat (N.div2 v)) in
  [&& all (fun v => [&& size v == size A, all (only is_weight) v & fvanishes A v]) vs, size A <= k + size vs
    & size vs <= zrank (size vs) [seq [seq zval z q | q <- v] | v <- vs]].
Definition fincluded (F : seq nat) (b : nat) (A : seq nat) (k : nat) : bool := b + count (fun a => a \notin F) A <= k.
Definition fbound_ok (before : seq (seq nat * nat * freason)) (t : seq nat * nat * freason) : bool :=
  let: (A, k, why) := t in
  match why with
  | FSize => size A <= k
  | FLabels => if fasked C is Samples m then m * outs <= k else false
  | FKernel vs => fkernel_ok A k vs
  | FInclusion i => if i < size before then let b := nth t before i in fincluded b.1.1 b.1.2 A k else false
  end.
Fixpoint fbounds_ok (before ts : seq (seq nat * nat * freason)) : bool :=
  if ts is t :: ts' then fbound_ok before t && fbounds_ok (rcons before t) ts' else true.
Definition fupper_ok : bool := fbounds_ok [::] (fbounds C).
Definition fcertificate_ok : bool := [&& independent_ok, point_ok & fupper_ok].
Definition fat_most_ok (A : seq nat) (k : nat) : bool := has (fun t => fincluded t.1.1 t.1.2 A k) (fbounds C).
Definition fat_least_ok (A : seq nat) (k : nat) : bool := fminor A k.
Definition fdimension_ok (A : seq nat) (k : nat) : bool := fminor A k && fat_most_ok A k.
(** Many dimensions of parts of E, whose columns are computed once. *)
Definition part (E A : seq nat) (row : seq QArith_base.Q) : seq QArith_base.Q := [seq nth (inject_Z 0) row (index a E) | a <- A].
Definition fdimensions_ok (E : seq nat) (dimensions : seq (seq nat * nat)) : bool :=
  let rows := flatten [seq qrows E P | P <- fpoint C] in
  all (fun d => if all (fun a => a \in E) d.1 then if d.2 <= qrank (size d.1) [seq part E d.1 row | row <- rows] then fat_most_ok d.1 d.2 else false
    else false) dimensions.
End Check.
