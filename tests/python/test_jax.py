"""JAX functions as networks: the dimensions are those of JAX's own Jacobians at random points, in floating point."""

import pickle

import numpy as np
import pytest

import allocert
from allocert import NotSupported, ShapeError, from_jax, named_leaves

jax = pytest.importorskip("jax", reason="SKIPPED: JAX is not installed")
jnp = jax.numpy


@pytest.fixture(autouse=True)
def in_double_precision():
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_platforms", "cpu")


def normal(*shape):
    return np.random.default_rng(len(shape) + sum(shape)).normal(size=shape)


def dense(p, x):
    return jnp.tanh(x @ p["hidden"]["kernel"] + p["hidden"]["bias"]) @ p["out"]


DENSE = {"hidden": {"kernel": normal(2, 3), "bias": normal(3)}, "out": normal(3, 2)}


def smooth(p, x):
    h = x @ p[0]
    return jax.nn.silu(h) @ p[1] + jax.nn.softplus(h) @ p[1] + jax.nn.gelu(h) @ p[1] + jax.nn.sigmoid(h) @ p[1]


def attention(p, x):
    query, key, value = x @ p["q"], x @ p["k"], x @ p["v"]
    scores = jnp.einsum("bid,bjd->bij", query, key) / jnp.sqrt(2.0)
    return jax.nn.softmax(scores, axis=-1) @ value


def recurrent(p, x):
    def step(h, row):
        return jnp.tanh(h @ p["W"] + row @ p["B"]), h

    start = jnp.zeros((x.shape[0], 2))
    last, before = jax.lax.scan(step, start, jnp.swapaxes(x, 0, 1))
    return (last + before[1]) @ p["D"]


def normed(p, x):
    h = x @ p["W"]
    centred = (h - h.mean(-1, keepdims=True)) / jnp.sqrt(h.var(-1, keepdims=True) + 1e-5)
    return jnp.concatenate([centred * p["g"] + p["b"], h[:, 1:] ** 2], axis=1)


def convolved(p, x):
    dims = ("NWC", "WIO", "NWC")
    h = jax.lax.conv_general_dilated(x, p["k"], (2,), [(1, 1)], dimension_numbers=dims)
    return jnp.tanh(h).reshape(x.shape[0], -1) @ p["out"]


def low_rank(p, x):
    return x @ (p["W"] + p["A"] @ p["B"])


LOWER = np.tril(np.ones((3, 3), bool))


def hiding(value):
    def forward(p, x):
        scores = jnp.einsum("bid,bjd->bij", x @ p["q"], x) / 2
        return jax.nn.softmax(jnp.where(LOWER, scores, value), axis=-1) @ x

    return forward


def with_numbers_added(p, x):
    scores = jnp.einsum("bid,bjd->bij", x @ p["q"], x)
    return jax.nn.softmax(scores + jnp.where(LOWER, 0.5, -jnp.inf), axis=-1) @ x


def moved(p, x):
    h = x @ p["W"]
    picked = h[:, np.array([0, 2, 2, -1])] + jnp.flip(h, 1)[:, :1]
    padded = jnp.pad(picked[..., 1], ((0, 0),)) + jnp.cumsum(h, axis=1)[:, 1]
    return jnp.concatenate([picked * h.at[:, 0].set(p["g"])[:, :1], padded[:, None]], axis=1)


CASES = {
    "a mask of scores": (hiding(-jnp.inf), {"q": normal(2, 2)}, (3, 2)),
    "the least float": (hiding(-1e38), {"q": normal(2, 2)}, (3, 2)),
    "numbers on scores": (with_numbers_added, {"q": normal(2, 2)}, (3, 2)),
    "moved": (moved, {"W": normal(2, 3), "g": normal(1)}, (2,)),
    "powers by entry": (lambda p, x: (x @ p) ** np.array([1.0, 2, 3]), normal(2, 3), (2,)),
    "called": (lambda p, x: jax.checkpoint(jax.jit(lambda h: jnp.tanh(h) @ p))(x @ p), normal(2, 2), (2,)),
    "half the bits": (lambda p, x: x @ p * jnp.array([0.5, 2], dtype=jnp.bfloat16), normal(2, 2), (2,)),
    "dense": (dense, DENSE, (2,)),
    "smooth": (smooth, [normal(2, 2), normal(2, 1)], (2,)),
    "attention": (attention, {"q": normal(2, 2), "k": normal(2, 2), "v": normal(2, 1)}, (3, 2)),
    "recurrent": (recurrent, {"W": normal(2, 2), "B": normal(1, 2), "D": normal(2, 1)}, (3, 1)),
    "normed": (normed, {"W": normal(2, 3), "g": normal(3), "b": normal(3)}, (2,)),
    "convolved": (convolved, {"k": normal(3, 1, 2), "out": normal(6, 1)}, (5, 1)),
    "low rank": (low_rank, {"W": normal(3, 3), "A": normal(3, 1), "B": normal(1, 3)}, (3,)),
}


def rank_by_jax(forward, params, shape, chosen):
    """The rank of the columns that are chosen, at more inputs than there are weights."""
    flat, back = jax.flatten_util.ravel_pytree(params)
    inputs = np.random.default_rng(7).normal(size=(2 * flat.size, *shape))
    columns = jax.jacobian(lambda w: jnp.ravel(forward(back(w), inputs)))(flat)
    return np.linalg.matrix_rank(np.asarray(columns)[:, chosen], tol=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_dimensions_are_those_of_jax(name):
    import jax.flatten_util

    forward, params, shape = CASES[name]
    net = from_jax(forward, params, np.ones((1, *shape)))
    leaves = named_leaves(params)
    assert {key: value.shape for key, value in leaves.items()} == net.shapes
    assert net.weights == sum(leaf.size for leaf in leaves.values())
    random = np.random.default_rng(3)
    for share in (1.0, 0.5, 0.3):
        tree = jax.tree_util.tree_map(lambda leaf, share=share: random.random(leaf.shape) <= share, params)
        chosen = np.concatenate([mask.ravel() for mask in named_leaves(tree).values()])
        answer = allocert.rank(net, named_leaves(tree))
        assert answer.dim == rank_by_jax(forward, params, shape, chosen), (share, answer)


def test_kernels_keep_their_orientation():
    net = from_jax(dense, DENSE, np.ones((1, 2)))
    assert list(net.shapes.items()) == [("hidden.bias", (3,)), ("hidden.kernel", (2, 3)), ("out", (3, 2))]
    # What leaves the first input is a row here.
    one = named_leaves({"hidden": {"kernel": np.array([[True] * 3, [False] * 3])}})
    assert net.allocation(one).text == "hidden.kernel[0,0] hidden.kernel[0,1] hidden.kernel[0,2]"


def test_relu_choices_and_pins():
    def forward(p, x):
        h = x @ p["W"]
        return jnp.where(np.array([True, False]), jax.nn.relu(h), h) @ p["v"]

    params = {"W": normal(2, 2), "v": normal(2, 1)}
    net = from_jax(forward, params, np.ones((1, 2)), fixed={"v": (np.array([[False], [True]]), 1)})
    assert (net.weights, net.notes) == (5, ("v: pinned as asked",))
    assert allocert.rank(net, "all", samples=6).dim == 4
    assert pickle.loads(pickle.dumps(from_jax(dense, DENSE, np.ones((1, 2))))).weights == 15


@pytest.mark.parametrize(
    "forward, word",
    [
        (lambda p, x: jnp.max(x @ p, axis=-1), "softmax"),
        (lambda p, x: x @ p / jnp.max(x @ p, axis=-1, keepdims=True), "div of a part of a softmax"),
        (lambda p, x: jnp.where(x @ p > 0, x @ p, 0), "gt is not recorded"),
        (lambda p, x: jax.scipy.special.erf(x @ p), "erf is not recorded"),
        (lambda p, x: jnp.sort(x @ p), "sort is not recorded"),
        (lambda p, x: (x @ p).astype(int) * x, "convert_element_type gives int"),
        (lambda p, x: jax.lax.reduce(x @ p, 0.0, jax.lax.max, (1,)), "reduce_max|reduce is not recorded"),
        (lambda p, x: jax.lax.reduce_window(x @ p, 1.0, jax.lax.mul, (1, 2), (1, 1), "VALID"), "reduce_window"),
        (lambda p, x: jax.lax.reduce(x @ p, 0.0, lambda a, b: a * b + b, (1,)), "reduce is not recorded"),
        (lambda p, x: (x @ p) ** (x @ p), "in an exponent"),
        (lambda p, x: jnp.take(x @ p, np.array([5]), axis=1, mode="fill"), "beyond the end"),
        (lambda p, x: (x @ p).at[:, 0].add(1.0), "scatter-add is not recorded|scatter_add is not recorded"),
        (lambda p, x: x @ p - jnp.inf, "is no number|inf"),
    ],
)
def test_what_cannot_be_recorded_is_named(forward, word):
    with pytest.raises((NotSupported, ShapeError), match=word):
        from_jax(forward, normal(2, 2), np.ones((1, 2)))


def test_a_function_of_the_same_steps_as_logaddexp_is_itself():
    @jax.jit
    def mine(u, v):
        # v + log1p(exp(−|v|)): u matters only where u − v is no number, and the maximum nowhere.
        difference, _ = jax.lax.sub(u, v), jax.lax.max(u, v)
        log = jax.lax.log1p(jax.lax.exp(jax.lax.neg(jax.lax.abs(v))))
        return jax.lax.select_n(jax.lax.ne(difference, difference), jax.lax.add(v, log), jax.lax.add(u, v))

    def forward(p, x):
        return mine(x @ p["u"], x @ p["v"])

    with pytest.raises(NotSupported):
        from_jax(forward, {"u": normal(2, 1), "v": normal(2, 1)}, np.ones((1, 2)))


def test_log_of_a_sum_of_exponentials_is_recorded():
    def forward(p, x):
        return jnp.logaddexp(x @ p["u"], x @ p["v"])

    net = from_jax(forward, {"u": normal(2, 1), "v": normal(2, 1)}, np.ones((1, 2)))
    assert allocert.rank(net, "all").dim == 4


def test_weights_that_nothing_depends_on_can_be_pinned():
    params = {"W": normal(2, 2), "unused": normal(2)}
    with pytest.raises(ShapeError, match="pin them with fixed="):
        from_jax(lambda p, x: x @ p["W"], params, np.ones((1, 2)))
    net = from_jax(lambda p, x: x @ p["W"], params, np.ones((1, 2)), fixed={"unused": (np.ones(2, bool), 0)})
    assert (net.weights, net.labels, allocert.rank(net, "all").dim) == (4, 2, 4)


def test_examples_without_a_batch_are_said():
    with pytest.raises(ShapeError, match="batched=False"):
        from_jax(dense, DENSE, np.ones(2))
    assert from_jax(dense, DENSE, np.ones(2), batched=False).labels == 2
    with pytest.raises(NotSupported, match="jax cannot trace"):
        from_jax(dense, DENSE, np.ones((1, 5)))


def test_flax():
    linen = pytest.importorskip("flax.linen", reason="SKIPPED: Flax is not installed")

    class Net(linen.Module):
        @linen.compact
        def __call__(self, x):
            x = linen.LayerNorm(use_fast_variance=False)(linen.Dense(4)(x))
            return linen.Dense(2)(linen.tanh(x))

    model = Net()
    params = model.init(jax.random.PRNGKey(0), jnp.ones((1, 3)))
    net = from_jax(model.apply, params, np.ones((1, 3)), name="flax")
    assert net.shapes["params.Dense_0.kernel"] == (3, 4)
    biases = jax.tree_util.tree_map_with_path(lambda path, _: path[-1].key == "bias", params)
    answer = allocert.rank(net, named_leaves(biases))
    assert (answer.size, answer.dim) == (10, 9)
