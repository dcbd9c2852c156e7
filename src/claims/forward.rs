//! Networks of one's own: `network(…)`, which records a forward pass, and the functions that it computes with.

use allocert_core::network::{Network, Samples, ShapeValue};
use allocert_core::program::{Signature, Smooth, Tensor, TensorError};
use allocert_core::text::quote;
use starlark::environment::GlobalsBuilder;
use starlark::eval::Evaluator;
use starlark::values::dict::UnpackDictEntries;
use starlark::values::list::ListRef;
use starlark::values::tuple::{TupleRef, UnpackTuple};
use starlark::values::{Heap, Value};
use starlark_derive::starlark_module;

use super::globals::host;
use super::values::{
    NetworkValue, Recording, TensorValue, exact_number, exact_value, failure, inexact, recording_of, tensor_of, whole,
};

/// Networks of one's own.
#[starlark_module]
pub(super) fn forward_functions(builder: &mut GlobalsBuilder) {
    /// A network of one's own. `forward` is called once, with symbolic tensors: the input, of the shape `inputs` (a number or a
    /// tuple), then one tensor for each entry of `weights` (a dictionary from names to shapes; `()` is one number), in that
    /// order. The entries of what it returns are the labels. The numbers in `shape` are attributes of the network.
    fn network<'v>(
        name: &str,
        forward: Value<'v>,
        inputs: Value<'v>,
        weights: UnpackDictEntries<String, Value<'v>>,
        shape: Option<UnpackDictEntries<String, Value<'v>>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<NetworkValue> {
        let tensors = weights.entries.iter().map(|(tensor, shape)| Ok((tensor.clone(), lengths(tensor, *shape)?)));
        let signature = Signature::new(lengths("inputs", inputs)?, tensors.collect::<starlark::Result<_>>()?);
        let signature = signature.map_err(failure)?;
        let names: Vec<&str> = weights.entries.iter().map(|(tensor, _)| tensor.as_str()).collect();
        in_order(forward, &names)?;
        let begun = signature.begin().map_err(failure)?;
        let recording = Recording::new(begun.recorder);
        let mut arguments: Vec<Value<'v>> = Vec::with_capacity(1 + names.len());
        for tensor in std::iter::once(begun.input).chain(begun.weights) {
            arguments.push(eval.heap().alloc(recording.tensor(|_| Ok(tensor))?));
        }
        let host = host(eval)?;
        host.recordings.borrow_mut().push(recording.clone());
        let output = eval.eval_function(forward, &arguments, &[]);
        host.recordings.borrow_mut().pop();
        let output = output?;
        let returned = tensor_of(&recording, output).map_err(|error| match output.is_none() {
            true => failure("forward returns nothing\n  end it with return and a tensor"),
            false => error,
        })?;
        let recorder = recording.finish().unwrap_or_default();
        let program = signature.finish(recorder, returned.tensor()).map_err(failure)?;
        let shape = described(shape)?;
        let text = call_text(name, &shape);
        let (layout, input) = (signature.layout(), signature.input().to_vec());
        let network = Network::program(name, text, layout, program, input, shape).map_err(failure)?;
        Ok(NetworkValue::new(host.session.lens(&network, Samples::Functional)))
    }

    /// The exact fraction `numerator / denominator`, as `numerator / denominator` is, too.
    fn rational<'v>(
        #[starlark(require = pos)] numerator: Value<'v>,
        #[starlark(require = pos)] denominator: Option<Value<'v>>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        let number = |value| exact_number(value).ok_or_else(|| inexact(value));
        let above = number(numerator)?;
        match denominator.map(number).transpose()? {
            Some(below) if below == 0 => Err(failure("rational: the denominator is 0")),
            Some(below) => Ok(exact_value(above / below, heap)),
            None => Ok(exact_value(above, heap)),
        }
    }

    /// NumPy's `matmul` of two tensors: rows by columns; of a matrix and a vector, a vector.
    fn dot<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        let recording = recording(eval, &[a, b])?;
        let (a, b) = (tensor_of(&recording, a)?, tensor_of(&recording, b)?);
        recording.tensor(|r| Tensor::dot(r, a.tensor(), b.tensor()))
    }

    /// Einstein's sum as NumPy writes it: `einsum("ij,jk->ik", A, B)`.
    fn einsum<'v>(
        #[starlark(require = pos)] subscripts: &str,
        #[starlark(args)] tensors: UnpackTuple<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        let recording = recording(eval, &tensors.items)?;
        let tensors = tensors.items.iter().map(|t| tensor_of(&recording, *t)).collect::<starlark::Result<Vec<_>>>()?;
        recording
            .tensor(|r| Tensor::einsum(r, subscripts, &tensors.iter().map(TensorValue::tensor).collect::<Vec<_>>()))
    }

    /// A natural power, entry by entry.
    fn power<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] exponent: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        let exponent = whole(exponent).ok_or_else(|| {
            failure(format!("power: the exponent is {exponent}\n  it is an integer, at least 0; sqrt(a) is a root"))
        })?;
        apply(eval, a, |t, r| t.power(r, exponent))
    }

    /// The same entries in another shape; one length may be -1, which means what is left.
    fn reshape<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] shape: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        let shape = integers("reshape", shape)?;
        apply(eval, a, |t, _| t.reshape(&shape))
    }

    /// Tensors one after the other along an axis that they have.
    fn concat<'v>(
        #[starlark(require = pos)] tensors: Value<'v>,
        #[starlark(default = 0)] axis: i64,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        let (recording, tensors) = several(eval, "concat", tensors)?;
        recording.tensor(|_| Tensor::concat(&tensors, axis))
    }

    /// Tensors of one shape side by side along a new axis.
    fn stack<'v>(
        #[starlark(require = pos)] tensors: Value<'v>,
        #[starlark(default = 0)] axis: i64,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        let (recording, tensors) = several(eval, "stack", tensors)?;
        recording.tensor(|_| Tensor::stack(&tensors, axis))
    }

    /// A convolution along the last axis; the kernel is not turned round. Without channels, `x` is (length) and `kernel`
    /// (length); with channels, `x` is (channels, length), `kernel` (channels out, channels in, length).
    fn conv1d<'v>(
        #[starlark(require = pos)] x: Value<'v>,
        #[starlark(require = pos)] kernel: Value<'v>,
        #[starlark(default = 1)] stride: i64,
        #[starlark(default = 0)] padding: i64,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        convolve(eval, x, kernel, &[stride], &[padding])
    }

    /// A convolution along the last two axes, as `conv1d`; `stride` and `padding` are a number or one for each of the two axes.
    fn conv2d<'v>(
        #[starlark(require = pos)] x: Value<'v>,
        #[starlark(require = pos)] kernel: Value<'v>,
        stride: Option<Value<'v>>,
        padding: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        let (stride, padding) = (two("stride", stride, 1)?, two("padding", padding, 0)?);
        convolve(eval, x, kernel, &stride, &padding)
    }

    /// e^a, entry by entry.
    fn exp<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        apply(eval, a, |t, r| t.smooth(r, Smooth::Exp))
    }

    /// The natural logarithm, entry by entry.
    fn log<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        apply(eval, a, |t, r| t.smooth(r, Smooth::Log))
    }

    /// The square root, entry by entry.
    fn sqrt<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        apply(eval, a, |t, r| t.smooth(r, Smooth::Sqrt))
    }

    /// The hyperbolic tangent, entry by entry.
    fn tanh<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        apply(eval, a, |t, r| t.smooth(r, Smooth::Tanh))
    }

    /// The logistic function 1 / (1 + e^-a), entry by entry.
    fn sigmoid<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        apply(eval, a, |t, r| t.smooth(r, Smooth::Sigmoid))
    }

    /// a · sigmoid(a), entry by entry.
    fn silu<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        apply(eval, a, |t, r| t.smooth(r, Smooth::Silu))
    }

    /// log(1 + e^a), entry by entry.
    fn softplus<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        apply(eval, a, |t, r| t.smooth(r, Smooth::Softplus))
    }

    /// e^x over the sum of all e^x along an axis.
    fn softmax<'v>(
        #[starlark(require = pos)] x: Value<'v>,
        #[starlark(default = -1)] axis: i64,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        apply(eval, x, |t, r| t.softmax(r, axis))
    }

    /// x / sqrt(mean of x² + eps) along an axis.
    fn rmsnorm<'v>(
        #[starlark(require = pos)] x: Value<'v>,
        #[starlark(default = -1)] axis: i64,
        eps: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        let eps = epsilon(eps)?;
        apply(eval, x, |t, r| t.rms_norm(r, axis, &eps))
    }

    /// (x - mean) / sqrt(variance + eps) along an axis.
    fn layernorm<'v>(
        #[starlark(require = pos)] x: Value<'v>,
        #[starlark(default = -1)] axis: i64,
        eps: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<TensorValue> {
        let eps = epsilon(eps)?;
        apply(eval, x, |t, r| t.layer_norm(r, axis, &eps))
    }
}

/// The recording that an operation belongs to: that of a tensor among its operands, else the innermost forward pass.
fn recording(eval: &Evaluator<'_, '_, '_>, operands: &[Value<'_>]) -> starlark::Result<Recording> {
    if let Some(recording) = recording_of(operands) {
        return Ok(recording);
    }
    let innermost = host(eval)?.recordings.borrow().last().cloned();
    innermost.ok_or_else(|| failure("there is no tensor here\n  call this inside a forward pass, on what it is given"))
}

/// An operation on one tensor.
pub(super) fn apply<'v>(
    eval: &Evaluator<'v, '_, '_>,
    value: Value<'v>,
    operation: impl FnOnce(&Tensor, &mut allocert_core::program::Recorder) -> Result<Tensor, TensorError>,
) -> starlark::Result<TensorValue> {
    let recording = recording(eval, &[value])?;
    let value = tensor_of(&recording, value)?;
    recording.tensor(|recorder| operation(value.tensor(), recorder))
}

fn several<'v>(
    eval: &Evaluator<'v, '_, '_>,
    function: &str,
    tensors: Value<'v>,
) -> starlark::Result<(Recording, Vec<Tensor>)> {
    let recording = recording(eval, &[tensors])?;
    let wrong = |_| failure(format!("{function} takes a list of tensors\n  write {function}([a, b])"));
    let tensors = tensors.iterate(eval.heap()).map_err(wrong)?;
    let tensors = tensors.map(|t| Ok(tensor_of(&recording, t)?.tensor().clone())).collect::<starlark::Result<_>>()?;
    Ok((recording, tensors))
}

fn convolve<'v>(
    eval: &Evaluator<'v, '_, '_>,
    x: Value<'v>,
    kernel: Value<'v>,
    stride: &[i64],
    padding: &[i64],
) -> starlark::Result<TensorValue> {
    let recording = recording(eval, &[x, kernel])?;
    let (x, kernel) = (tensor_of(&recording, x)?, tensor_of(&recording, kernel)?);
    recording.tensor(|r| Tensor::convolve(r, x.tensor(), kernel.tensor(), stride, padding))
}

fn epsilon(given: Option<Value<'_>>) -> starlark::Result<rug::Rational> {
    given.map_or_else(|| Ok(rug::Rational::new()), |value| exact_number(value).ok_or_else(|| inexact(value)))
}

/// A list or tuple of integers, or one integer.
pub(super) fn integers(what: &str, value: Value<'_>) -> starlark::Result<Vec<i64>> {
    let wrong = || failure(format!("{what}: {value} is not a tuple of integers\n  write one as in (2, 3)"));
    if let Some(one) = whole(value) {
        return Ok(vec![one]);
    }
    let items = ListRef::from_value(value).map(ListRef::content);
    let items = items.or_else(|| TupleRef::from_value(value).map(TupleRef::content)).ok_or_else(wrong)?;
    items.iter().map(|item| whole(*item).ok_or_else(wrong)).collect()
}

/// One number for both axes, or two.
fn two(what: &str, value: Option<Value<'_>>, otherwise: i64) -> starlark::Result<[i64; 2]> {
    let given = value.map_or_else(|| Ok(vec![otherwise]), |v| integers(what, v))?;
    match given[..] {
        [one] => Ok([one, one]),
        [rows, columns] => Ok([rows, columns]),
        _ => {
            Err(failure(format!("conv2d: {what} has {} numbers\n  give one, or one for each of two axes", given.len())))
        }
    }
}

/// A shape: a number, or a tuple of numbers.
fn lengths(what: &str, shape: Value<'_>) -> starlark::Result<Vec<usize>> {
    let length = |length: i64| {
        usize::try_from(length)
            .map_err(|_| failure(format!("{what} has a length of {length}\n  lengths are at least 1")))
    };
    integers(what, shape)?.into_iter().map(length).collect()
}

/// Refuses a `forward` that cannot be called with the input and the tensors, and parameters that are called like tensors but stand
/// in another order: they are given by position.
fn in_order(forward: Value<'_>, tensors: &[&str]) -> starlark::Result<()> {
    let Some(parameters) = forward.parameters_spec().map(|p| p.parameters_str()) else {
        let kind = forward.get_type();
        return Err(failure(format!("forward is a {kind}, not a function\n  write def forward(x, W): …")));
    };
    let parameters: Vec<&str> = parameters.split(',').map(str::trim).filter(|p| !p.is_empty()).collect();
    let mend = format!("write forward(x, {})", tensors.join(", "));
    let needed = parameters.iter().filter(|p| !p.contains('=')).count();
    let open = parameters.iter().any(|p| p.contains(['*', '/']));
    if !open && (parameters.len() < tensors.len() + 1 || needed > tensors.len() + 1) {
        let (takes, given) = (parameters.len(), tensors.len());
        return Err(failure(format!(
            "forward takes {takes} parameters, and is called with the input and {given} tensors\n  {mend}"
        )));
    }
    let names = parameters.iter().map(|p| p.split([' ', '=', ':']).next().unwrap_or_default());
    for (place, parameter) in names.skip(1).enumerate() {
        if tensors.contains(&parameter) && tensors.get(place) != Some(&parameter) {
            let message = format!("parameter {parameter} of forward stands at another place than tensor {parameter}");
            return Err(failure(format!("{message}\n  {mend}")));
        }
    }
    Ok(())
}

/// What a network says of its shape.
fn described(shape: Option<UnpackDictEntries<String, Value<'_>>>) -> starlark::Result<Vec<(String, ShapeValue)>> {
    let entries = shape.map(|s| s.entries).unwrap_or_default();
    entries.into_iter().map(|(name, value)| Ok((name.clone(), shape_value(&name, value)?))).collect()
}

fn shape_value(name: &str, value: Value<'_>) -> starlark::Result<ShapeValue> {
    if let Some(truth) = value.unpack_bool() {
        return Ok(ShapeValue::Truth(truth));
    }
    if let Some(number) = whole(value) {
        return Ok(ShapeValue::Integer(number));
    }
    if let Some(text) = value.unpack_str() {
        return Ok(ShapeValue::Text(text.to_owned()));
    }
    let items = ListRef::from_value(value).map(ListRef::content);
    let items = items.or_else(|| TupleRef::from_value(value).map(TupleRef::content)).ok_or_else(|| {
        let mend = "give integers, truth values, strings, or lists of them";
        failure(format!("shape: {} is a {}\n  {mend}", quote(name), value.get_type()))
    })?;
    Ok(ShapeValue::List(items.iter().map(|item| shape_value(name, *item)).collect::<starlark::Result<_>>()?))
}

/// `lora(d=4, r=1)`.
fn call_text(name: &str, shape: &[(String, ShapeValue)]) -> String {
    if shape.is_empty() {
        return name.to_owned();
    }
    let arguments: Vec<String> = shape.iter().map(|(name, value)| format!("{name}={}", literal(value))).collect();
    format!("{name}({})", arguments.join(", "))
}

fn literal(value: &ShapeValue) -> String {
    match value {
        ShapeValue::Integer(number) => number.to_string(),
        ShapeValue::Truth(true) => "True".to_owned(),
        ShapeValue::Truth(false) => "False".to_owned(),
        ShapeValue::Text(text) => format!("{text:?}"),
        ShapeValue::List(values) => format!("[{}]", values.iter().map(literal).collect::<Vec<_>>().join(", ")),
    }
}
