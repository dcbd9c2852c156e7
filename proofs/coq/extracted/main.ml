(* allocert-extracted FILE…: checks certificates in the plain form that `allocert coq --plain` writes, with the checker extracted from Coq.

   A file is a list of words and numbers between spaces and line breaks; every list begins with its length. *)

open Checker

exception Bad of string

(* The words of a file, in order. *)
let words name =
  let channel = open_in_bin name in
  let text = really_input_string channel (in_channel_length channel) in
  close_in channel;
  let rest = ref (Seq.filter (fun w -> w <> "") (List.to_seq (String.split_on_char ' ' (String.map (fun c -> if c = '\n' then ' ' else c) text)))) in
  fun () ->
    match !rest () with
    | Seq.Nil -> raise (Bad "the file ends too early")
    | Seq.Cons (word, more) -> rest := more; word

let nat next =
  let word = next () in
  match int_of_string_opt word with
  | Some n when n >= 0 && n <= 1_000_000_000 && String.for_all (fun c -> c >= '0' && c <= '9') word -> n
  | _ -> raise (Bad ("`" ^ word ^ "` is not a natural number"))

let integer next =
  let word = next () in
  try Big_int_Z.big_int_of_string word with _ -> raise (Bad ("`" ^ word ^ "` is not an integer"))

let rec times n f = if n = 0 then [] else let x = f () in x :: times (n - 1) f
let list next item = let n = nat next in times n (fun () -> item next)
let bool next = match next () with "true" -> true | "false" -> false | w -> raise (Bad ("`" ^ w ^ "` is not true or false"))
let expect next word = let w = next () in if w <> word then raise (Bad ("`" ^ w ^ "` stands where `" ^ word ^ "` is expected"))

let numbers l = String.concat " " (List.map string_of_int l)

let operand next = match next () with
  | "w" -> W (nat next)
  | "x" -> X (nat next)
  | "line" -> Line (nat next)
  | "q" -> let n = integer next in let d = integer next in
    if Big_int_Z.sign_big_int d <= 0 then raise (Bad "a denominator is not positive"); Q (n, d)
  | w -> raise (Bad ("`" ^ w ^ "` is not an operand"))

let function_line next =
  let word = next () in
  let both make = let a = operand next in make a (operand next) in
  match word with
  | "sum" -> both (fun a b -> Basic (Sum (a, b)))
  | "difference" -> both (fun a b -> Basic (Difference (a, b)))
  | "product" -> both (fun a b -> Basic (Product (a, b)))
  | "quotient" -> both (fun a b -> Quotient (a, b))
  | "exp" -> Exp (operand next)
  | "log" -> Log (operand next)
  | w -> raise (Bad ("`" ^ w ^ "` is not a line of a program"))
let line next = match function_line next with
  | Basic line -> line
  | _ -> raise (Bad "quotients, exponentials and logarithms are no lines of this program")

(* A program as certificates carry it, so that it can be compared. *)
let shown lines results =
  let number n d =
    let text = Big_int_Z.string_of_big_int in
    if Big_int_Z.eq_big_int d Big_int_Z.unit_big_int then text n else text n ^ "/" ^ text d in
  let operand = function
    | W i -> "w" ^ string_of_int i | X e -> "x" ^ string_of_int e | Line k -> "s" ^ string_of_int k | Q (n, d) -> number n d in
  let term = function
    | Basic (Sum (a, b)) -> operand a ^ " + " ^ operand b
    | Basic (Difference (a, b)) -> operand a ^ " - " ^ operand b
    | Basic (Product (a, b)) -> operand a ^ " * " ^ operand b
    | Quotient (a, b) -> operand a ^ " / " ^ operand b
    | Exp a -> "exp(" ^ operand a ^ ")"
    | Log a -> "log(" ^ operand a ^ ")" in
  String.concat "\n    " ("the program"
    :: List.mapi (fun k l -> Printf.sprintf "s%d = %s" k (term l)) lines
    @ [String.concat " " ("outputs" :: List.map operand results)])

let network first next = match first with
  | "lffn" -> let widths = list next nat in let bias = bool next in
    lffn widths bias, Printf.sprintf "lffn [%s] bias %b" (numbers widths) bias
  | "pnn" -> let widths = list next nat in let degree = nat next in let bias = bool next in
    pnn widths degree bias, Printf.sprintf "pnn [%s] degree %d bias %b" (numbers widths) degree bias
  | "pnn_degrees" -> let widths = list next nat in let degrees = list next nat in let bias = bool next in
    pnn_degrees widths degrees bias,
    Printf.sprintf "pnn [%s] degrees [%s] bias %b" (numbers widths) (numbers degrees) bias
  | "recorded" -> let lines = list next line in let results = list next operand in
    recorded { lines; results }, shown (List.map (fun l -> Basic l) lines) results
  | "lrnn" -> let q = nat next in let n = nat next in let p = nat next in let t = nat next in let every = bool next in
    lrnn q n p t every, Printf.sprintf "lrnn inputs %d hidden %d outputs %d steps %d every %b" q n p t every
  | w -> raise (Bad ("`" ^ w ^ "` is not a family"))

let polynomial next = list next (fun next -> let c = integer next in c, list next integer)

let reason next = match next () with
  | "size" -> Size
  | "coordinates" -> Coordinates
  | "kernel" -> Kernel (list next (fun next -> list next polynomial))
  | "inclusion" -> Inclusion (nat next)
  | "submodular" -> let f = nat next in let g = nat next in Submodular (f, g, list next nat)
  | "image" -> let f = nat next in Image (f, nat next)
  | w -> raise (Bad ("`" ^ w ^ "` is not a rule"))

let bound next =
  let set = list next nat in
  let k = nat next in
  (set, k), reason next

let symmetry next =
  let on_weights = list next nat in
  let on_inputs = list next nat in
  let on_labels = list next nat in
  { on_weights; on_inputs; on_labels }

let rational next =
  let n = integer next in
  let d = integer next in
  if Big_int_Z.sign_big_int d <= 0 then raise (Bad "a denominator is not positive"); n, d
let instance next =
  let student = list next rational in
  let teacher = list next rational in
  let given = list next (fun next -> list next rational) in
  { student; teacher; given }
let solution next =
  let root_of = list next rational in
  let low = rational next in
  let high = rational next in
  let root_values = list next (fun next -> list next rational) in
  { root_of; low; high; root_values }
let absence next =
  let multipliers = list next polynomial in
  let form = polynomial next in
  let rootless = list next integer in
  { multipliers; form; rootless }

let say valid statement = Printf.printf "  %s: %s\n%!" (if valid then "valid" else "INVALID") statement; valid

let samples next = match next () with
  | "functional" -> Functional, "functional"
  | "samples" -> let m = nat next in Samples m, Printf.sprintf "%d samples" m
  | w -> raise (Bad ("`" ^ w ^ "` stands where `samples` or `functional` is expected"))
let dimension (set, k) = Printf.sprintf "the dimension of weights %s is %d" (numbers set) k
let at_most set k = Printf.sprintf "the dimension of weights %s is at most %d" (numbers set) k
let at_least set k = Printf.sprintf "the dimension of weights %s is at least %d" (numbers set) k

(* One network with quotients, exponentials and logarithms. *)
let functions next =
  let flines = list next function_line in
  let fresults = list next operand in
  let fasked, on = samples next in
  let sample next =
    let at_weights = list next integer in
    let at_input = list next integer in
    let at_functions = list next (fun next -> let line = nat next in line, integer next) in
    { at_weights; at_input; at_functions } in
  let fshown = list next sample in
  let fpoint = list next sample in
  let bound next =
    let set = list next nat in
    let k = nat next in
    let reason = match next () with
      | "size" -> FSize
      | "labels" -> FLabels
      | "kernel" -> FKernel (list next (fun next -> list next polynomial))
      | "inclusion" -> FInclusion (nat next)
      | w -> raise (Bad ("`" ^ w ^ "` is not a rule")) in
    (set, k), reason in
  let fbounds = list next bound in
  let c = { fnetwork = { flines; fresults }; fasked; fshown; fpoint; fbounds } in
  Printf.printf "  %s, %s\n" (shown flines fresults) on;
  let whole = lazy (fcertificate_ok c) and upper = lazy (fupper_ok c) in
  let answer next =
    let word = next () in
    let set = list next nat in
    let k = nat next in
    match word with
    | "dimension" -> say (Lazy.force whole && fdimension_ok c set k) (dimension (set, k))
    | "at_least" -> say (Lazy.force whole && fat_least_ok c set k) (at_least set k)
    | "at_most" -> say (Lazy.force upper && fat_most_ok c set k) (at_most set k)
    | w -> raise (Bad ("`" ^ w ^ "` is not an answer")) in
  List.for_all (fun valid -> valid) (list next answer)

(* One other network: a certificate, then what it proves. *)
let polynomials first next =
  let program, name = network first next in
  let asked, samples = samples next in
  let weights_at = list next integer in
  let inputs_at = list next (fun next -> list next integer) in
  let symmetries = list next symmetry in
  let bounds = list next bound in
  let c = { network = program; asked; weights_at; inputs_at; symmetries; bounds } in
  Printf.printf "  %s, %s\n" name samples;
  let ok = say (certificate_ok c) (Printf.sprintf "%d bounds" (List.length bounds)) in
  let answer next = match next () with
    | "dimensions" ->
      let within = list next nat in
      let all = list next (fun next -> let set = list next nat in set, nat next) in
      say (ok && dimensions_ok c within all) (String.concat "\n    " (List.map dimension all))
    | "at_most" ->
      let set = list next nat in
      let k = nat next in
      say (ok && at_most_ok c set k) (at_most set k)
    | "at_least" ->
      let set = list next nat in
      let k = nat next in
      say (ok && at_least_ok c set k) (at_least set k)
    | "census" ->
      let set = list next nat in
      let table = list next (fun next -> list next integer) in
      let row d r = Printf.sprintf "%d: %s" d (String.concat " " (List.map Big_int_Z.string_of_big_int r)) in
      say (ok && count_ok c set table)
        (Printf.sprintf "census of weights %s, by dimension and size: %s" (numbers set) (String.concat "; " (List.mapi row table)))
    | "match" | "match_everywhere" | "no_match" as kind ->
      let set = list next nat in
      let i = instance next in
      let valid = match kind with
        | "match" -> solution_ok program set i (solution next)
        | "match_everywhere" -> solution_everywhere_ok program set i (solution next)
        | _ -> absence_ok program set i (absence next) in
      let all l = String.concat " " (List.map (fun (n, d) -> Big_int_Z.(string_of_big_int n ^ "/" ^ string_of_big_int d)) l) in
      let found = if kind = "no_match" then "no real match" else "a real match" in
      let where = if kind = "match_everywhere" then "any inputs" else "inputs " ^ String.concat "; " (List.map all i.given) in
      say valid (Printf.sprintf "%s of weights %s\n    student %s\n    teacher %s\n    %s" found (numbers set) (all i.student) (all i.teacher) where)
    | w -> raise (Bad ("`" ^ w ^ "` is not an answer")) in
  List.for_all (fun valid -> valid) (ok :: list next answer)

let section next = match next () with
  | "functions" -> functions next
  | first -> polynomials first next

(* 0: all valid; 1: something is not; 2: a file was not read; 3: one is too large to be decided. *)
let check name =
  Printf.printf "%s\n" name;
  try
    let next = words name in
    expect next "allocert-plain"; expect next "1";
    let valid = List.for_all (fun valid -> valid) (list next section) in
    expect next "end";
    if valid then 0 else 1
  with
  | Bad why -> Printf.printf "  INVALID: %s\n" why; 1
  | Sys_error why -> Printf.printf "  NOT READ: %s\n" why; 2
  | Stack_overflow | Out_of_memory -> Printf.printf "  NOT DECIDED: too large\n"; 3

(* A file that was not read weighs more than one that is rejected, and that more than one too large. *)
let weight status = List.nth [0; 2; 3; 1] status

let () =
  let files = List.tl (Array.to_list Sys.argv) in
  if files = [] then (prerr_endline "allocert-extracted FILE…"; exit 2);
  exit (List.fold_left (fun a b -> if weight b > weight a then b else a) 0 (List.map check files))
