//! Comparisons and arithmetic of the claim language: with what is not known, of what can never be equal, and exact.
//!
//! The language's own `==` says False of values of different types, and knows nothing of what is not known on its right; its own
//! `/` rounds. So every comparison in a claim file is a call of one of the functions here, and so is all arithmetic; places and texts
//! of the file stay as they are.
//! `max`, `min` and `sorted` are here, too: they compare, and they show the order of a list where equal values differ.

use std::cmp::Ordering;
use std::collections::HashMap;

use rug::{Integer, Rational};
use starlark::collections::SmallMap;
use starlark::environment::{Globals, GlobalsBuilder};
use starlark::eval::Evaluator;
use starlark::syntax::AstModule;
use starlark::values::dict::DictRef;
use starlark::values::list::{AllocList, ListRef};
use starlark::values::structs::StructRef;
use starlark::values::tuple::{TupleRef, UnpackTuple};
use starlark::values::{FrozenValue, Heap, Value};
use starlark_derive::starlark_module;

use super::limits::too_nested;
use super::slips::{Kind, check_verdict, never_equal, never_ordered};
use super::tied;
use super::unknown::lost;
use super::values::{AllocationValue, Sign, UnknownNumber, both, computed, elementwise, exact_value, failure, meant};
use allocert_core::program::Elementwise;

/// The signs that are replaced, and the functions that stand for them.
const SIGNS: [(&str, &str); 16] = [
    ("-", "minus"),
    ("/", "over"),
    ("//", "floor_over"),
    ("%", "modulo"),
    ("==", "equal"),
    ("!=", "unequal"),
    ("<", "less"),
    ("<=", "at_most"),
    (">", "greater"),
    (">=", "at_least"),
    ("in", "inside"),
    ("not in", "outside"),
    ("+", "plus"),
    ("*", "times"),
    ("<<", "shifted_up"),
    (">>", "shifted_down"),
];

/// Numbers are shifted by at most so many places.
const MOST_PLACES: u32 = 1 << 16;

/// No value is looked into more deeply than this.
const DEEPEST: usize = 400;

/// Puts our comparisons and our arithmetic in place of the language's. The functions are named by the signs themselves, which no
/// name in a file can hide.
pub(super) fn compute_by_function(ast: &mut AstModule) {
    let by_sign: HashMap<String, String> = SIGNS.iter().map(|(sign, _)| (sign.to_string(), sign.to_string())).collect();
    ast.replace_binary_operators(&by_sign);
}

/// The functions that stand for the signs.
pub(super) fn signs(builder: &mut GlobalsBuilder) {
    let functions: Globals = GlobalsBuilder::new().with(comparisons).build();
    let all: HashMap<&str, FrozenValue> = functions.iter().collect();
    builder.frozen_heap().add_reference(functions.heap());
    for (sign, name) in SIGNS {
        if let Some(function) = all.get(name) {
            builder.set(sign, *function);
        }
    }
}

/// An integer and the places to shift it by; nothing if one of both is no integer. The language's own shifts keep 32 bits.
///
/// # Errors
/// What is not known, and places that are negative or too many.
fn shifted<'v>(sign: &str, a: Value<'v>, b: Value<'v>) -> starlark::Result<Option<(Integer, u32)>> {
    if let Some(unknown) = [a, b].into_iter().find_map(UnknownNumber::from_value) {
        return Err(lost(unknown.doubt().clone()));
    }
    if a.get_type() != "int" || b.get_type() != "int" {
        return Ok(None);
    }
    let Some((number, by)) = both(a, b)? else { return Ok(None) };
    match by.numer().to_u32().filter(|places| *places <= MOST_PLACES) {
        Some(places) => Ok(Some((number.into_numer_denom().0, places))),
        None => Err(failure(format!("{a} {sign} {b}: a shift is by 0 to {MOST_PLACES} places"))),
    }
}

#[starlark_module]
fn comparisons(builder: &mut GlobalsBuilder) {
    fn plus<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        computed(Sign::Plus, a, b, heap).unwrap_or_else(|| a.add(b, heap))
    }

    fn minus<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        if let Some(result) = elementwise(Elementwise::Sub, a, b) {
            return Ok(heap.alloc(result?));
        }
        computed(Sign::Minus, a, b, heap).unwrap_or_else(|| a.sub(b, heap))
    }

    fn times<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        computed(Sign::Times, a, b, heap).unwrap_or_else(|| a.mul(b, heap))
    }

    fn over<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        if let Some(result) = elementwise(Elementwise::Div, a, b) {
            return Ok(heap.alloc(result?));
        }
        computed(Sign::Over, a, b, heap).unwrap_or_else(|| a.div(b, heap))
    }

    fn floor_over<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        computed(Sign::FloorOver, a, b, heap).unwrap_or_else(|| a.floor_div(b, heap))
    }

    fn modulo<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        computed(Sign::Modulo, a, b, heap).unwrap_or_else(|| a.percent(b, heap))
    }

    fn shifted_up<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        match shifted("<<", a, b)? {
            Some((number, places)) => Ok(exact_value(Rational::from(number << places), heap)),
            None => a.left_shift(b, heap),
        }
    }

    fn shifted_down<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        match shifted(">>", a, b)? {
            // Towards minus infinity, as in Python.
            Some((number, places)) => Ok(exact_value(Rational::from(number >> places), heap)),
            None => a.right_shift(b, heap),
        }
    }

    fn equal<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<bool> {
        equals(a, b, heap)
    }

    fn unequal<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<bool> {
        equals(a, b, heap).map(|same| !same)
    }

    fn less<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<bool> {
        order(a, b, "<", heap).map(Ordering::is_lt)
    }

    fn at_most<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<bool> {
        order(a, b, "<=", heap).map(Ordering::is_le)
    }

    fn greater<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<bool> {
        order(a, b, ">", heap).map(Ordering::is_gt)
    }

    fn at_least<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<bool> {
        order(a, b, ">=", heap).map(Ordering::is_ge)
    }

    fn inside<'v>(
        #[starlark(require = pos)] item: Value<'v>,
        #[starlark(require = pos)] all: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<bool> {
        contains(item, all, heap)
    }

    fn outside<'v>(
        #[starlark(require = pos)] item: Value<'v>,
        #[starlark(require = pos)] all: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<bool> {
        contains(item, all, heap).map(|inside| !inside)
    }
}

/// `a == b`.
fn equals<'v>(a: Value<'v>, b: Value<'v>, heap: Heap<'v>) -> starlark::Result<bool> {
    if let (Some(a), Some(b)) = (a.unpack_i32(), b.unpack_i32()) {
        return Ok(a == b);
    }
    let (one, other) = (Kind::of(a), Kind::of(b));
    if let Some(slip) = never_equal(a, one, b, other) {
        return Err(slip);
    }
    if let (Some(one), Some(other)) = (AllocationValue::from_value(a), AllocationValue::from_value(b))
        && let Some(slip) = one.of_another_network(other)
    {
        return Err(slip);
    }
    same(a, b, heap, 0)
}

/// Whether two values are equal; what is inside them may be of different types.
fn same<'v>(a: Value<'v>, b: Value<'v>, heap: Heap<'v>, depth: usize) -> starlark::Result<bool> {
    if a.ptr_eq(b) {
        return Ok(true);
    }
    if depth > DEEPEST {
        return Err(too_nested(DEEPEST));
    }
    if let Some(unknown) = UnknownNumber::from_value(a) {
        let number = matches!(Kind::of(b), Kind::Number);
        return if number { unknown.order(b, heap).map(Ordering::is_eq) } else { Ok(false) };
    }
    if let Some(unknown) = UnknownNumber::from_value(b) {
        let number = matches!(Kind::of(a), Kind::Number);
        return if number { unknown.order(a, heap).map(Ordering::is_eq) } else { Ok(false) };
    }
    let all_same = |xs: &[Value<'v>], ys: &[Value<'v>]| {
        let mut pairs = xs.iter().zip(ys);
        let equal = |(x, y): (&Value<'v>, &Value<'v>)| same(*x, *y, heap, depth + 1);
        // All are looked at: a difference decides, whatever is not known before it.
        Ok(xs.len() == ys.len() && pairs.try_fold(true, |all, pair| equal(pair).map(|one| all && one))?)
    };
    match (Kind::of(a), Kind::of(b)) {
        (Kind::List, Kind::List) => match (ListRef::from_value(a), ListRef::from_value(b)) {
            (Some(x), Some(y)) => all_same(x.content(), y.content()),
            _ => a.equals(b),
        },
        (Kind::Tuple, Kind::Tuple) => match (TupleRef::from_value(a), TupleRef::from_value(b)) {
            (Some(x), Some(y)) => all_same(x.content(), y.content()),
            _ => a.equals(b),
        },
        (Kind::Dict, Kind::Dict) => match (DictRef::from_value(a), DictRef::from_value(b)) {
            (Some(x), Some(y)) => {
                let (xs, ys): (Vec<_>, Vec<_>) = (x.iter().collect(), y.iter().collect());
                drop((x, y));
                same_entries(&xs, &ys, heap, depth + 1)
            }
            _ => a.equals(b),
        },
        (Kind::Struct, Kind::Struct) => match (StructRef::from_value(a), StructRef::from_value(b)) {
            (Some(x), Some(y)) => {
                let fields: SmallMap<&str, Value<'v>> = y.iter().map(|(name, v)| (name.as_str(), v)).collect();
                let mut all = x.iter().count() == fields.len();
                for (name, value) in x.iter() {
                    let other = fields.get(name.as_str()).copied();
                    all &= other.map_or(Ok(false), |other| same(value, other, heap, depth + 1))?;
                }
                Ok(all)
            }
            _ => a.equals(b),
        },
        (Kind::Text, Kind::Text) => {
            check_verdict(a, b)?;
            a.equals(b)
        }
        // The language's own numbers do not know ours, and round.
        (Kind::Number, Kind::Number) => Ok(both(a, b)?.is_some_and(|(a, b)| a == b)),
        (x, y) if x == y || x.is_plain() && y.is_plain() => a.equals(b),
        (one, other) => {
            never_equal(a, one, b, other).filter(|_| !one.is_plain() || !other.is_plain()).map_or(Ok(false), Err)
        }
    }
}

/// The order of two values.
fn order<'v>(a: Value<'v>, b: Value<'v>, sign: &str, heap: Heap<'v>) -> starlark::Result<Ordering> {
    if let (Some(a), Some(b)) = (a.unpack_i32(), b.unpack_i32()) {
        return Ok(a.cmp(&b));
    }
    compare(a, b, heap, 0).map_err(|error| never_ordered(a, b, sign).unwrap_or(error))
}

fn compare<'v>(a: Value<'v>, b: Value<'v>, heap: Heap<'v>, depth: usize) -> starlark::Result<Ordering> {
    if depth > DEEPEST {
        return Err(too_nested(DEEPEST));
    }
    if let Some(unknown) = UnknownNumber::from_value(a) {
        return unknown.order(b, heap);
    }
    if let Some(unknown) = UnknownNumber::from_value(b) {
        return unknown.order(a, heap).map(Ordering::reverse);
    }
    let lists = ListRef::from_value(a).zip(ListRef::from_value(b)).map(|(x, y)| (x.content(), y.content()));
    let tuples = || TupleRef::from_value(a).zip(TupleRef::from_value(b)).map(|(x, y)| (x.content(), y.content()));
    let Some((x, y)) = lists.or_else(tuples) else {
        return match both(a, b)? {
            Some((a, b)) => Ok(a.cmp(&b)),
            None => a.compare(b),
        };
    };
    for (x, y) in x.iter().zip(y) {
        let order = compare(*x, *y, heap, depth + 1)?;
        if order.is_ne() {
            return Ok(order);
        }
    }
    Ok(x.len().cmp(&y.len()))
}

/// Whether dictionaries are equal. Keys that hold numbers are compared as numbers are: exactly.
fn same_entries<'v>(
    xs: &[(Value<'v>, Value<'v>)],
    ys: &[(Value<'v>, Value<'v>)],
    heap: Heap<'v>,
    depth: usize,
) -> starlark::Result<bool> {
    let mut all = xs.len() == ys.len();
    for (place, (key, value)) in xs.iter().enumerate() {
        // Most often it stands in the same place.
        let mut found = false;
        for (other, theirs) in ys.iter().skip(place).chain(ys.iter().take(place)) {
            if same(*key, *other, heap, depth)? {
                found = same(*value, *theirs, heap, depth)?;
                break;
            }
        }
        all &= found;
    }
    Ok(all)
}

/// `item in all`.
fn contains<'v>(item: Value<'v>, all: Value<'v>, heap: Heap<'v>) -> starlark::Result<bool> {
    let items: Vec<Value<'v>> = match Kind::of(all) {
        Kind::List | Kind::Tuple => all.iterate(heap)?.collect(),
        Kind::Dict => {
            let keys: Vec<Value<'v>> = all.iterate(heap)?.collect();
            if Kind::of(item) == Kind::Text {
                never_inside(item, &keys)?;
                return all.is_in(item);
            }
            keys
        }
        Kind::Other if all.get_type() == "range" && UnknownNumber::from_value(item).is_none() => {
            // A range may be long, and has integers only.
            return match meant(item)?.filter(rug::Rational::is_integer) {
                Some(whole) => all.is_in(exact_value(whole, heap)),
                None => Ok(false),
            };
        }
        _ => match (UnknownNumber::from_value(item), all.iterate(heap)) {
            (_, Ok(items)) => items.collect(),
            (Some(unknown), Err(_)) => return Err(lost(unknown.doubt().clone())),
            (None, Err(_)) => return all.is_in(item),
        },
    };
    never_inside(item, &items)?;
    let mut found = false;
    for one in items {
        found |= same(one, item, heap, 0)?;
    }
    Ok(found)
}

/// Refuses the question whether a value is among others to none of which it can ever be equal.
fn never_inside<'v>(item: Value<'v>, items: &[Value<'v>]) -> starlark::Result<()> {
    let kind = Kind::of(item);
    let mut slips = items.iter().map(|one| never_equal(item, kind, *one, Kind::of(*one)));
    match slips.next() {
        Some(Some(slip)) if slips.all(|s| s.is_some()) => Err(slip),
        _ => {
            items.iter().try_for_each(|one| check_verdict(item, *one))?;
            Ok(())
        }
    }
}

/// `max`, `min` and `sorted`, as the language has them, by our comparisons.
#[starlark_module]
pub(super) fn orders(builder: &mut GlobalsBuilder) {
    fn max<'v>(
        #[starlark(args)] args: UnpackTuple<Value<'v>>,
        key: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        extreme(args.items, key, Ordering::Greater, eval)
    }

    fn min<'v>(
        #[starlark(args)] args: UnpackTuple<Value<'v>>,
        key: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        extreme(args.items, key, Ordering::Less, eval)
    }

    fn sorted<'v>(
        #[starlark(require = pos)] x: Value<'v>,
        #[starlark(require = named)] key: Option<Value<'v>>,
        #[starlark(require = named, default = false)] reverse: bool,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<AllocList<Vec<Value<'v>>>> {
        let items: Vec<Value<'v>> = x.iterate(eval.heap())?.collect();
        let items = keyed(items, key, eval)?;
        let heap = eval.heap();
        // One after the other, each behind those that it is not before: whatever orders are chosen for what is not known, this
        // comes to an end, and equal items stay as they are.
        let mut placed: Vec<(Value<'v>, Value<'v>)> = Vec::with_capacity(items.len());
        for item in items {
            let before = if reverse { Ordering::Greater } else { Ordering::Less };
            let (mut low, mut high) = (0, placed.len());
            while low < high {
                let middle = (low + high) / 2;
                let is_before = order(item.1, placed[middle].1, "<", heap)? == before;
                (low, high) = if is_before { (low, middle) } else { (middle + 1, high) };
            }
            placed.insert(low, item);
        }
        Ok(AllocList(placed.into_iter().map(|(item, _)| item).collect()))
    }
}

/// Items and what they are compared by.
fn keyed<'v>(
    items: Vec<Value<'v>>,
    key: Option<Value<'v>>,
    eval: &mut Evaluator<'v, '_, '_>,
) -> starlark::Result<Vec<(Value<'v>, Value<'v>)>> {
    tied::compared(&items, key.is_some());
    let mut with_keys = Vec::with_capacity(items.len());
    for item in items {
        let by = key.map_or(Ok(item), |key| eval.eval_function(key, &[item], &[]))?;
        with_keys.push((item, by));
    }
    Ok(with_keys)
}

/// The first item that no other is beyond.
fn extreme<'v>(
    arguments: Vec<Value<'v>>,
    key: Option<Value<'v>>,
    wanted: Ordering,
    eval: &mut Evaluator<'v, '_, '_>,
) -> starlark::Result<Value<'v>> {
    let heap = eval.heap();
    let items = match arguments.as_slice() {
        [list] => list.iterate(heap)?.collect(),
        _ => arguments,
    };
    let mut items = keyed(items, key, eval)?.into_iter();
    let name = if wanted.is_lt() { "min" } else { "max" };
    let Some((mut best, mut by)) = items.next() else {
        return Err(super::values::failure(format!(
            "{name} of nothing\n  is a list empty? Add a first value: {name}(list + [0])"
        )));
    };
    for (item, other) in items {
        if order(other, by, "<", heap)? == wanted {
            (best, by) = (item, other);
        }
    }
    Ok(best)
}
