use proptest::prelude::*;
use rug::Rational;

use super::*;
use crate::allocation::Selection;
use crate::program::Signature;

/// Results that NumPy gives, a line each.
const NUMPY: &str = include_str!("numpy.txt");

fn shape(text: &str) -> Vec<usize> {
    if text == "-" { Vec::new() } else { text.split('x').map(|n| n.parse().unwrap()).collect() }
}

fn numbers(text: &str) -> Vec<i64> {
    text.split(',').filter(|n| !n.is_empty()).map(|n| n.parse().unwrap()).collect()
}

/// Operand s, from 1, as weights, and the value of every weight.
fn operand(recorder: &mut Recorder, shape: &[usize], s: i64, values: &mut Vec<Rational>) -> Tensor {
    let size = shape.iter().product::<usize>() as i64;
    let entries = (0..size).map(|i| {
        values.push(Rational::from((3 * i * i + s * i + 7 * s) % 13 - 6));
        recorder.weight(values.len() - 1).unwrap()
    });
    let entries = entries.collect();
    Tensor::new(shape.to_vec(), entries).unwrap()
}

fn apply(recorder: &mut Recorder, kind: &str, argument: &str, operands: &[Tensor]) -> Result<Tensor, TensorError> {
    let first = &operands[0];
    match kind {
        "add" => Tensor::elementwise(recorder, Elementwise::Add, first, &operands[1]),
        "sub" => Tensor::elementwise(recorder, Elementwise::Sub, first, &operands[1]),
        "mul" => Tensor::elementwise(recorder, Elementwise::Mul, first, &operands[1]),
        "dot" => Tensor::dot(recorder, first, &operands[1]),
        "einsum" => Tensor::einsum(recorder, argument, &operands.iter().collect::<Vec<_>>()),
        "transpose" => Ok(first.transpose()),
        "reshape" => first.reshape(&numbers(argument)),
        "sum" if argument.is_empty() => first.sum(recorder, None),
        "sum" => first.sum(recorder, Some(&numbers(argument))),
        "index" => first.index(&Index::read(argument)?),
        "concat" => Tensor::concat(operands, argument.parse().unwrap()),
        "stack" => Tensor::stack(operands, argument.parse().unwrap()),
        "power" => first.power(recorder, argument.parse().unwrap()),
        "conv" => {
            let (stride, padding) = argument.split_once('/').unwrap();
            Tensor::convolve(recorder, first, &operands[1], &numbers(stride), &numbers(padding))
        }
        other => panic!("{other}"),
    }
}

#[test]
fn every_operation_gives_what_numpy_gives() {
    let lines: Vec<&str> = NUMPY.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(lines.len() > 70);
    for line in lines {
        let [kind, argument, shapes, result, expected] = line.split('|').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let (mut recorder, mut values) = (Recorder::new(), Vec::new());
        let shapes = shapes.split(' ').map(shape).zip(1..);
        let operands: Vec<Tensor> = shapes.map(|(shape, s)| operand(&mut recorder, &shape, s, &mut values)).collect();
        let tensor = apply(&mut recorder, kind, argument, &operands).unwrap_or_else(|e| panic!("{line}: {e}"));
        assert_eq!(tensor.shape(), shape(result), "{line}");
        let program = recorder.finish(tensor.entries().to_vec(), 0, values.len()).unwrap();
        let labels = program.labels(&crate::number::Rationals, &values, &[]).unwrap();
        let labels: Vec<String> = labels.iter().map(Rational::to_string).collect();
        assert_eq!(labels.join(" "), expected, "{line}");
    }
}

/// Tensors of weights of these shapes.
fn weights(recorder: &mut Recorder, shapes: &[&[usize]]) -> Vec<Tensor> {
    let mut values = Vec::new();
    shapes.iter().map(|shape| operand(recorder, shape, 1, &mut values)).collect()
}

#[test]
fn errors_say_both_shapes_and_the_mend() {
    for (kind, argument, shapes, said) in [
        (
            "add",
            "",
            &[&[2usize, 3][..], &[2]][..],
            "(2, 3) and (2,) do not fit: 3 against 2 along the last axis\n  for one number a row, make the second a column: reshape(b, (2, 1))",
        ),
        ("add", "", &[&[2, 3], &[3, 2]], "the transpose of the second, b.T, fits"),
        ("mul", "", &[&[4, 2, 3], &[5, 2, 3]], "4 against 5 along the 3rd from last axis"),
        (
            "dot",
            "",
            &[&[2, 3], &[2, 3]],
            "dot: shapes (2, 3) and (2, 3) do not fit: 3 columns of the first against 2 rows of the second\n  dot(a, b.T) fits",
        ),
        ("dot", "", &[&[2], &[3, 2]], "dot(a, b.T) fits"),
        ("dot", "", &[&[4, 5], &[2, 4]], "dot(b, a) fits"),
        ("dot", "", &[&[], &[2]], "a product with one number is a * b"),
        ("einsum", "ij,jk->ik", &[&[2, 3], &[2, 3]], "j of `ij,jk->ik` is 3 in one place and 2 in another"),
        ("einsum", "ij->ik", &[&[2, 3]], "keeps k, which is an axis of no tensor"),
        ("einsum", "i->i", &[&[2, 3]], "`i` has 1 letters for 2 axes"),
        ("einsum", "ij,j", &[&[2, 3]], "is about 2 tensors, and 1 are given"),
        ("einsum", "i1->i", &[&[2, 3]], "has '1' where a letter should be"),
        ("reshape", "4,2", &[&[2, 3]], "its 6 entries do not make (4, 2)"),
        ("reshape", "-1,-1", &[&[2, 3]], "one of them may be -1"),
        ("sum", "2", &[&[2, 3]], "there is no axis 2\n  its axes are 0 to 1"),
        ("sum", "0,-2", &[&[2, 3]], "axis -2 is given twice"),
        ("index", "2,0", &[&[2, 3]], "2 is out of range on axis 0\n  its places run from 0 to 1"),
        ("index", "2:1", &[&[2, 3]], "the slice of axis 0 selects nothing"),
        ("index", "0,0,0", &[&[2, 3]], "3 indices for 2 axes"),
        ("index", "x", &[&[2, 3]], "`x` cannot be read as an index"),
        ("concat", "0", &[&[2, 3], &[2, 2]], "(2, 3) and (2, 2) do not fit: they differ beside axis 0"),
        ("stack", "0", &[&[2], &[3]], "stack takes tensors of one shape"),
        ("stack", "2", &[&[2], &[2]], "the new axis is 0 to 1"),
        ("power", "-1", &[&[2]], "write 1 / power(a, 1)"),
        ("conv", "1/0", &[&[2], &[3]], "the kernel is larger than the padded input"),
        ("conv", "0/0", &[&[3], &[2]], "the stride is 0"),
        ("conv", "1/0", &[&[2, 3], &[4, 3, 2]], "2 channels in against 3 of the kernel"),
        ("conv", "1/0", &[&[2, 3], &[2]], "without channels both are (length)"),
    ] {
        let mut recorder = Recorder::new();
        let operands = weights(&mut recorder, shapes);
        let error = apply(&mut recorder, kind, argument, &operands).expect_err(kind).to_string();
        assert!(error.contains(said), "{kind} {argument}: {error}");
    }
}

#[test]
fn large_results_are_refused_before_they_are_made() {
    let mut recorder = Recorder::new();
    let wide: Vec<&[usize]> = vec![&[4096, 1], &[1, 4096]];
    let operands = weights(&mut recorder, &wide);
    for kind in ["add", "dot"] {
        let error = apply(&mut recorder, kind, "", &operands).unwrap_err().to_string();
        assert!(error.contains("(4096, 4096) is over the limit of 4194304 entries"), "{error}");
    }
    let error = apply(&mut recorder, "einsum", "ia,bj->", &operands).unwrap_err().to_string();
    assert!(error.contains("products"), "{error}");
}

/// An operation on the tensor x of `numpy_floats.txt`.
fn apply_smooth(r: &mut Recorder, kind: &str, argument: &str, operands: &[Tensor]) -> Result<Tensor, TensorError> {
    let x = &operands[0];
    let eighth = Rational::from((1, 8));
    let one = Tensor::constant(r, vec![], &[1.into()])?;
    let positive = x.power(r, 2)?;
    let positive = Tensor::elementwise(r, Elementwise::Add, &positive, &one)?;
    let axis = argument.parse().unwrap_or(0);
    match kind {
        "exp" => x.smooth(r, Smooth::Exp),
        "log" => positive.smooth(r, Smooth::Log),
        "sqrt" => positive.smooth(r, Smooth::Sqrt),
        "tanh" => x.smooth(r, Smooth::Tanh),
        "sigmoid" => x.smooth(r, Smooth::Sigmoid),
        "silu" => x.smooth(r, Smooth::Silu),
        "softplus" => x.smooth(r, Smooth::Softplus),
        "softmax" => x.softmax(r, axis),
        "rmsnorm" => x.rms_norm(r, axis, &eighth),
        "layernorm" => x.layer_norm(r, axis, &eighth),
        "div" => Tensor::elementwise(r, Elementwise::Div, x, &operands[1]),
        other => panic!("{other}"),
    }
}

#[test]
fn functions_beyond_polynomials_give_what_numpy_gives() {
    let lines: Vec<&str> = include_str!("numpy_floats.txt").lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines.len(), 14);
    for line in lines {
        let [kind, argument, shapes, result, expected] = line.split('|').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let (mut recorder, mut values) = (Recorder::new(), Vec::new());
        let shapes = shapes.split(' ').map(shape).zip(1..);
        let operands: Vec<Tensor> = shapes.map(|(shape, s)| operand(&mut recorder, &shape, s, &mut values)).collect();
        let tensor = apply_smooth(&mut recorder, kind, argument, &operands).unwrap();
        assert_eq!(tensor.shape(), shape(result), "{line}");
        let program = recorder.finish(tensor.entries().to_vec(), 0, values.len()).unwrap();
        let values: Vec<f64> = values.iter().map(Rational::to_f64).collect();
        let labels = program.labels(&crate::number::Floats, &values, &[]).unwrap();
        for (label, expected) in labels.iter().zip(expected.split(' ')) {
            let expected: f64 = expected.parse().unwrap();
            assert!((label - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{line}: {label}");
        }
    }
}

#[test]
fn division_by_the_constant_zero_is_refused() {
    let mut recorder = Recorder::new();
    let tensors = weights(&mut recorder, &[&[2]]);
    let zero = Tensor::constant(&mut recorder, vec![], &[0.into()]).unwrap();
    let error = Tensor::elementwise(&mut recorder, Elementwise::Div, &tensors[0], &zero).unwrap_err();
    assert!(error.to_string().contains("division"), "{error}");
}

#[test]
fn a_signature_finds_what_is_no_network() {
    let name = |name: &str, shape: &[usize]| (name.to_owned(), shape.to_vec());
    let refused = |input: &[usize], weights: Vec<(String, Vec<usize>)>| {
        Signature::new(input.to_vec(), weights).unwrap_err().to_string()
    };
    assert!(refused(&[2], vec![]).contains("at least one tensor of weights"));
    assert!(refused(&[2], vec![name("W 1", &[2])]).contains("`W 1` cannot be the name of a tensor"));
    assert!(refused(&[2], vec![name("all", &[2])]).contains("all and none are taken"));
    assert!(refused(&[2], vec![name("W", &[2]), name("W", &[3])]).contains("two tensors of weights are called W"));
    assert!(refused(&[2], vec![name("W", &[2, 0])]).contains("W has shape (2, 0)"));
    assert!(refused(&[0], vec![name("W", &[2])]).contains("the input has shape (0,)"));
    assert!(refused(&[2], vec![name("W", &[1 << 12, 1 << 12])]).contains("the weights has more than"));

    let signature = Signature::new(vec![2], vec![name("W", &[2, 2]), name("g", &[])]).unwrap();
    assert_eq!(signature.layout().weight(4).to_string(), "g");
    let mut begun = signature.begin().unwrap();
    let product = Tensor::dot(&mut begun.recorder, &begun.weights[0], &begun.input).unwrap();
    let scaled = Tensor::elementwise(&mut begun.recorder, Elementwise::Mul, &begun.weights[1], &product).unwrap();
    let program = signature.finish(begun.recorder, &scaled).unwrap();
    assert_eq!((program.weights(), program.inputs(), program.outputs().len()), (5, 2, 2));
}

proptest! {
    /// An Einstein sum is a product of matrices, and `dot` of a transpose is the transpose of `dot`.
    #[test]
    fn products_agree(m in 1usize..4, k in 1usize..4, n in 1usize..4) {
        let mut recorder = Recorder::new();
        let t = weights(&mut recorder, &[&[m, k], &[k, n]]);
        let dot = Tensor::dot(&mut recorder, &t[0], &t[1]).unwrap();
        prop_assert_eq!(&dot, &Tensor::einsum(&mut recorder, "ij,jk", &[&t[0], &t[1]]).unwrap());
        let turned = Tensor::dot(&mut recorder, &t[1].transpose(), &t[0].transpose()).unwrap();
        prop_assert_eq!(dot.transpose(), turned);
    }

    /// A slice of a slice is what Python's ranges say.
    #[test]
    fn slices_are_ranges(length in 1usize..9, start in -10i64..10, stop in -10i64..10, step in -3i64..4) {
        let mut recorder = Recorder::new();
        let t = weights(&mut recorder, &[&[length]]).remove(0);
        let slice = Selection::Slice { start: Some(start), stop: Some(stop), step: Some(step) };
        let size = length as i64;
        let bound = |v: i64| {
            let v = if v < 0 { v + size } else { v };
            if step > 0 { v.clamp(0, size) } else { v.clamp(-1, size - 1) }
        };
        let (mut at, mut expected) = (bound(start), Vec::new());
        while step != 0 && (if step > 0 { at < bound(stop) } else { at > bound(stop) }) {
            expected.push(t.entries()[at as usize]);
            at += step;
        }
        match t.index(&[Index::Axis(slice)]) {
            Ok(part) => prop_assert_eq!(part.entries(), &expected[..]),
            Err(_) => prop_assert!(expected.is_empty()),
        }
    }
}
