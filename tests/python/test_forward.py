"""Forward passes in plain Python, recorded on symbolic tensors that follow NumPy."""

import numpy as np
import pytest

import allocert
from allocert import tensors


def dims(net, allocations=("all",)):
    return [answer.dim for answer in allocert.rank(net, list(allocations))]


def test_a_network_of_ones_own_is_that_of_the_family():
    def forward(x, W1, W2):
        return W2 @ (W1 @ x)

    own = allocert.network(forward, inputs=2, weights={"W1": (2, 2), "W2": (2, 2)})
    texts = ["W1", "W2[0,:]", "W1[0,:] W2[:,0]", "all"]
    assert dims(own, texts) == dims(allocert.lffn([2, 2, 2]), texts)
    assert own.shapes == {"W1": (2, 2), "W2": (2, 2)} and own.labels == 2 and own.inputs == (2,)


def test_numpys_functions_are_recorded():
    def forward(x, W1, b1, W2):
        hidden = np.tanh(W1 @ x + b1)
        return np.concatenate([W2 @ hidden, np.exp(-hidden)]) ** 2

    own = allocert.network(forward, inputs=2, weights={"W1": (3, 2), "b1": 3, "W2": (1, 3)})
    assert own.kind == "analytic" and own.labels == 4 and own.weights == 12
    mlp = allocert.network(
        lambda x, W1, b1, W2: W2 @ np.tanh(W1 @ x + b1),
        inputs=2,
        weights={"W1": (3, 2), "b1": 3, "W2": (1, 3)},
        name="mlp_",
    )
    assert dims(mlp) == dims(allocert.family("mlp", [2, 3, 1], activation="tanh", bias=True).pin({"b2": 0}))


def evaluated(function, *shapes):
    """The value of a function on numbers, and of the recorded one with the same numbers as weights' constants."""
    rng = np.random.default_rng(1)
    arrays = [rng.integers(-3, 4, size=shape) for shape in shapes]
    truth = np.asarray(function(*arrays))
    recorded = {}

    def forward(x, w):
        values = [tensors.as_tensor(w, array) for array in arrays]
        recorded["tensor"] = function(*values)
        return recorded["tensor"] + w * x

    net = allocert.network(forward, inputs=(), weights={"w": ()})
    return truth, recorded["tensor"].shape, net.program


CASES = {
    "matmul": (lambda a, b: a @ b, (2, 3), (3, 4)),
    "matvec": (lambda a, b: a @ b, (2, 3), (3,)),
    "vecmat": (lambda a, b: a @ b, (2,), (2, 3)),
    "batched": (lambda a, b: np.matmul(a, b), (5, 2, 3), (3, 4)),
    "batched both": (lambda a, b: np.matmul(a, b), (2, 1, 2, 3), (3, 3, 4)),
    "batched vector": (lambda a, b: np.matmul(a, b), (4, 2, 3), (3,)),
    "broadcast": (lambda a, b: a * b - b, (2, 3), (3,)),
    "power": (lambda a: a**3, (2, 2)),
    "sum": (lambda a: np.sum(a, axis=(0, 2)), (2, 3, 4)),
    "sum keepdims": (lambda a: a.sum(axis=1, keepdims=True), (2, 3, 4)),
    "transpose": (lambda a: np.transpose(a, (2, 0, 1)), (2, 3, 4)),
    "swapaxes": (lambda a: np.swapaxes(a, 0, -1), (2, 3, 4)),
    "moveaxis": (lambda a: np.moveaxis(a, 0, 2), (2, 3, 4)),
    "reshape": (lambda a: a.reshape(3, -1), (2, 3)),
    "index": (lambda a: a[1, ..., None, ::2], (2, 3, 4)),
    "negative index": (lambda a: a[-1][::-1], (2, 3)),
    "einsum": (lambda a, b: np.einsum("ij,kj->ik", a, b), (2, 3), (4, 3)),
    "outer": (lambda a, b: np.outer(a, b), (2,), (3,)),
    "concatenate": (lambda a, b: np.concatenate([a, b], axis=1), (2, 3), (2, 1)),
    "stack": (lambda a, b: np.stack([a, b], axis=-1), (2, 3), (2, 3)),
    "hstack": (lambda a, b: np.hstack([a, b]), (2,), (3,)),
    "maximum": (lambda a, b: np.maximum(a, b), (2, 3), (2, 3)),
    "minimum": (lambda a: np.minimum(a, 1), (2, 3)),
    "abs": (lambda a: np.abs(a), (5,)),
    "squeeze": (lambda a: np.squeeze(a), (2, 1, 3)),
    "expand_dims": (lambda a: np.expand_dims(a, 1), (2, 3)),
    "array on the left": (lambda a: np.arange(3) - a, (2, 3)),
    "iteration": (lambda a: sum(row for row in a), (3, 2)),
}


@pytest.mark.parametrize("case", CASES)
def test_shapes_and_values_are_numpys(case):
    function, *shapes = CASES[case]
    truth, shape, program = evaluated(function, *shapes)
    assert shape == truth.shape
    # Constants are folded while they are recorded: each output is its number plus w x.
    printed = program.replace("−", "-")
    for value in np.unique(truth):
        assert value == 0 or str(abs(int(value))) in printed


def test_what_is_not_recorded_is_said():
    def refused(forward, said, error=allocert.AllocertError):
        with pytest.raises(error, match=said):
            allocert.network(forward, inputs=2, weights={"W": (2, 2)})

    refused(lambda x, W: np.sin(W @ x), "np.sin is not recorded", allocert.NotSupported)
    refused(lambda x, W: W @ x if (W > 0) else x, "not recorded|cannot decide")
    refused(lambda x, W: np.linalg.inv(W) @ x, "np.inv is not recorded")
    refused(lambda x, W: W @ x[:1], "shapes \\(2, 2\\) and \\(1,\\) do not fit", allocert.ShapeError)
    refused(lambda x, W: None, "forward returns nothing")
    refused(lambda x, W: (W @ x) ** W, "exponent")
    refused(lambda x, W: W @ x + float("nan"), "not a number")
    with pytest.raises(allocert.AllocertError, match="no output depends on v"):
        allocert.network(lambda x, W, v: W @ x, inputs=2, weights={"W": (2, 2), "v": 2})
    with pytest.raises(allocert.AllocertError, match="none for v"):
        allocert.network(lambda x, W, u: W @ x, inputs=2, weights={"W": (2, 2), "v": 2})
    kept = []
    allocert.network(lambda x, W: kept.append(W) or W @ x, inputs=2, weights={"W": (2, 2)})
    with pytest.raises(allocert.AllocertError, match="a forward pass that is over"):
        kept[0] + 1


def test_names_with_dots_are_kept():
    net = allocert.network(
        lambda x, *w: w[1] @ (w[0] @ x), inputs=2, weights={"enc.0.weight": (1, 2), "dec.weight": (2, 1)}
    )
    assert (
        net.allocation("enc.0.weight[0,:] dec.weight[1,0]").text
        == "enc.0.weight[0,0] enc.0.weight[0,1] dec.weight[1,0]"
    )
    assert allocert.rank(net, "all").dim == 3
    assert allocert.rank(net.pin({"enc.0.weight[0,0]": 0}), "all").dim == 2


def test_published_dimensions():
    # Softmax attention, one head, no residual, three tokens (d, a, layers): 8 → 7, 21 → 17.
    def attention(x, Q, K, V):
        return np.stack([tensors.softmax((x @ K.T) @ (Q @ token)) @ (x @ V.T) for token in x])

    for d, a, dim in [(2, 1, 7), (3, 2, 17)]:
        net = allocert.network(attention, inputs=(3, d), weights={"Q": (a, d), "K": (a, d), "V": (d, d)})
        assert dims(net) == [dim]
    # RMSNorm beside RMSNorm of twice the same: whether the second root depends on the first is not decided, and said.
    twice = allocert.network(
        lambda x, a, b: a * tensors.rms_norm(x) + b * tensors.rms_norm(2 * x), inputs=3, weights={"a": (), "b": ()}
    )
    with pytest.raises(allocert.NotSupported, match="its dimensions are open"):
        dims(twice)


def test_dot_is_numpys():
    a, b = np.zeros((2, 1, 2)), np.zeros((2, 2, 1))
    net = allocert.network(lambda x, A, B: np.dot(A, B) * x[0], inputs=1, weights={"A": a.shape, "B": b.shape})
    assert net.labels == np.dot(a, b).size == 4 and allocert.rank(net, "all").dim == 4
    net = allocert.network(lambda x, A: np.dot(A, 3) * x[0], inputs=1, weights={"A": 2})
    assert net.labels == 2


def test_what_changes_arrays_in_place_is_refused_with_a_mend():
    def forward(x, A):
        h = A * x[0]
        h += A
        return h

    with pytest.raises(allocert.NotSupported, match=r"write h = h \+ a"):
        allocert.network(forward, inputs=1, weights={"A": 2})
    with pytest.raises(allocert.NotSupported, match=r"np\.var with these options"):
        allocert.network(lambda x, A: np.var(A, ddof=1) * x, inputs=1, weights={"A": 2})


@pytest.mark.parametrize("wrong", [2.7, "2", (2, 1.5), -1, None])
def test_lengths_are_integers(wrong):
    with pytest.raises(allocert.ShapeError, match="is no shape"):
        allocert.network(lambda x, W: W @ x, inputs=wrong, weights={"W": (2, 2)})
    with pytest.raises(allocert.ShapeError, match="is no shape"):
        allocert.network(lambda x, W: W @ x, inputs=2, weights={"W": wrong})


def test_shapes_of_numpy_are_read():
    net = allocert.network(lambda x, W: W @ x, inputs=np.int64(2), weights={"W": np.array([3, 2])})
    assert net.shapes == {"W": (3, 2)}


def test_functions_of_other_libraries_are_refused_with_what_to_write():
    import math

    with pytest.raises(allocert.NotSupported, match=r"write np\.tanh"):
        allocert.network(lambda x, W: math.tanh(W[0, 0]) * x, inputs=2, weights={"W": (2, 2)})
    torch = pytest.importorskip("torch", reason="SKIPPED: torch is not installed")
    with pytest.raises(allocert.NotSupported, match=r"torch's tanh .*\n  write np\.tanh"):
        allocert.network(lambda x, W: torch.tanh(W @ x), inputs=2, weights={"W": (2, 2)})
