"""Allocations: text, positions and boolean arrays are the same."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import allocert

NET = allocert.Network("lffn([3, 2, 4], bias=True)")


@st.composite
def masks(draw):
    return {name: draw(arrays(bool, shape)) for name, shape in NET.shapes.items()}


@given(masks())
@settings(max_examples=60, deadline=None)
def test_masks_text_and_positions_agree(chosen):
    allocation = NET.allocation(chosen)
    flat = np.concatenate([chosen[name].ravel() for name in NET.shapes])
    assert allocation.indices == list(np.flatnonzero(flat)) and allocation.size == flat.sum() == len(allocation)
    assert NET.allocation(allocation.text) == allocation == NET.allocation(set(allocation.indices))
    back = NET.mask(allocation)
    assert all((back[name] == chosen[name]).all() and back[name].dtype == bool for name in NET.shapes)
    assert NET.allocation(~allocation) == NET.allocation({name: ~mask for name, mask in chosen.items()})


@given(masks(), masks())
@settings(max_examples=30, deadline=None)
def test_sets_are_sets(a, b):
    one, other = NET.allocation(a), NET.allocation(b)
    assert set((one | other).indices) == set(one.indices) | set(other.indices)
    assert set((one & other).indices) == set(one.indices) & set(other.indices)
    assert set((one - other).indices) == set(one.indices) - set(other.indices)


def test_orientation_is_numpys():
    net = allocert.lffn([3, 2])
    mask = np.zeros((2, 3), dtype=bool)
    mask[1, 2] = True
    assert net.allocation({"W1": mask}).text == "W1[1,2]"
    assert net.allocation({"W1": np.asfortranarray(mask)}).text == "W1[1,2]"
    assert net.allocation({"W1": np.array([[0, 0, 0], [0, 0, 1]])}).text == "W1[1,2]"


def test_requires_grad_and_unnamed_tensors():
    assert NET.allocation({"W1": True, "b2": np.bool_(False)}) == NET.allocation("W1")
    assert NET.allocation({}).text == "none"
    assert NET.allocation(range(3)).text == "W1[0,0] W1[0,1] W1[0,2]"


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"W1": np.ones((3, 2), dtype=bool)}, "shape \\(3, 2\\), and the tensor \\(2, 3\\); it looks transposed"),
        ({"W1": np.ones(2, dtype=bool)}, "shape \\(2,\\), and the tensor \\(2, 3\\)"),
        ({"W3": True}, "no tensor `W3`; did you mean W"),
        ({"W1": np.full((2, 3), 0.5)}, "not boolean"),
        ({0, 99}, "no weight 99"),
        ([-1], "no weight -1"),
        (np.array([0.0, 1.0]), "array of float64"),
        ("W1[5,0]", "row 5 is out of range"),
        ([True, False, True], "True names no weight\n  give truth values by tensor"),
        (list(np.array([False, True])), "names no weight\n  give truth values by tensor"),
        ([0, 1.5], "1.5 names no weight"),
        (np.array([1, 0, 0, 1]), "weight [01] is named twice: these are read as positions"),
        ([0, 1, 1], "weight 1 is named twice"),
        ([10**20], "no weight 100000000000000000000"),
        ({0: True}, "0 is no name of a tensor\n  it has W1, b1"),
        (np.array([[0, 1], [2, 3]]), "an array of shape \\(2, 2\\)"),
        ({"W1": np.ma.array(np.ones((2, 3), dtype=bool), mask=np.eye(2, 3))}, "entries that are missing"),
        ({"W1": np.array([[True, None, False]] * 2)}, "of object, not boolean"),
        ({"W1": [[True], [True, False]]}, "the mask of W1 is no array"),
    ],
)
def test_wrong_masks_are_refused_with_the_reason(weights, said):
    with pytest.raises(allocert.MaskError, match=said):
        NET.allocation(weights)


def test_frames_and_series_are_read_or_refused():
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    net, mask = allocert.lffn([3, 2]), np.array([[True, False, False], [False, False, True]])
    for frame in (
        pd.DataFrame(mask),
        pd.DataFrame(mask).astype(object),
        pd.DataFrame(mask).astype("boolean"),
        pd.DataFrame(mask.astype(int)),
        pl.DataFrame(mask),
    ):
        assert net.allocation({"W1": frame}).text == "W1[0,0] W1[1,2]"
    missing = pd.DataFrame(mask).astype("boolean")
    missing.iloc[0, 0] = None
    with pytest.raises(allocert.MaskError, match="not boolean"):
        net.allocation({"W1": missing})
    with pytest.raises(allocert.MaskError, match="a data frame names no weights"):
        net.allocation(pd.DataFrame({"W1": [1]}))
    for series in (pd.Series([0, 5]), pl.Series([0, 5]), pd.Index([0, 5])):
        assert net.allocation(series).text == "W1[0,0] W1[1,2]"
    for series in (pd.Series([True, False]), pl.Series([True, False])):
        with pytest.raises(allocert.MaskError, match="names no weights"):
            net.allocation(series)
    # A column of texts is a list of allocations.
    for series in (pd.Series(["W1", "none"]), pl.Series(["W1", "none"]), np.array(["W1", "none"])):
        assert [answer.size for answer in allocert.rank(net, series)] == [6, 0]


def test_tensors_of_torch_are_read_or_refused():
    torch = pytest.importorskip("torch", reason="SKIPPED: torch is not installed")
    net, mask = allocert.lffn([3, 2]), torch.tensor([[True, False, False], [False, False, True]])
    others = mask.to(torch.uint8), mask.bfloat16(), mask.half(), mask.float().to_sparse(), mask.float().requires_grad_()
    for same in (mask, *others):
        assert net.allocation({"W1": same}).text == "W1[0,0] W1[1,2]"
    assert net.allocation(torch.tensor([0, 5])).text == "W1[0,0] W1[1,2]"
    assert allocert.rank(net, torch.tensor([0, 5])).size == 2
    for wrong, words in [
        ({"W1": mask.to("meta")}, "the mask of W1 is on the meta device"),
        ({"W1": torch.quantize_per_tensor(mask.float(), 1.0, 0, torch.qint8)}, "which is not read"),
        (mask.ravel(), "an array of bool names no weights"),
        (list(mask.ravel()), "names no weight"),
    ]:
        with pytest.raises(allocert.MaskError, match=words):
            net.allocation(wrong)


def test_pinned_weights_are_no_weights():
    net = allocert.lffn([2, 2, 1])
    mask = np.array([[True, False], [False, True]])
    pinned = net.pin({"W1": (mask, 0), "W2[0,1]": 2})
    assert pinned.weights == net.weights - 3
    assert str(pinned) == str(allocert.Network('lffn([2, 2, 1]).pin({"W1[0,0]": 0, "W1[1,1]": 0, "W2[0,1]": 2})'))
    values = np.array([[0.5, 7], [7, -0.25]])
    halves = net.pin({"W1": (mask, values)})
    assert '"W1[0,0]": "1/2"' in str(halves) and '"W1[1,1]": "-1/4"' in str(halves)
    with pytest.raises(allocert.MaskError, match="names no weight"):
        net.pin({"none": 0})
    for wrong in ({"W1": mask}, {"W1": (mask, None)}):
        with pytest.raises(allocert.MaskError, match=r"a pin is a pair|None is no value"):
            net.pin(wrong)
    for wrong in ([True], [-1], [0.5]):
        with pytest.raises(allocert.MaskError, match="no label"):
            net.observe(wrong)
    with pytest.raises(allocert.MaskError, match="value has shape"):
        net.pin({"W1": (mask, np.zeros(3))})
    assert net.tie("W1[0,0] W1[1,1]").weights == net.weights - 1
    assert allocert.lffn([2, 2]).observe([0]).labels == 1


def test_frozen_weights_are_numbers_and_the_dimension_stays():
    net = allocert.lffn([2, 2, 2], bias=True)
    for text in ("W1[0,:] W2[:,0]", "W1", "W1[0,:] b1 W2[0,0]", "all"):
        small = net.freeze(text)
        assert small.weights == net.allocation(text).size
        assert allocert.rank(small, "all").dim == allocert.rank(net, text).dim
    assert net.freeze("W1").notes == ("8 weights are frozen at integers drawn with seed 1: dimensions are lower bounds",)
    assert str(net.freeze("W1")) == str(net.freeze("W1")) != str(net.freeze("W1", seed=2))
    with pytest.raises(allocert.MaskError, match="no weight is left"):
        net.freeze("none")


def test_a_large_network_of_ones_own_is_answered_frozen():
    net = allocert.network(lambda x, W, v: v @ np.tanh(W @ x), inputs=300, weights={"W": (100, 300), "v": 100})
    with pytest.raises(allocert.LimitReached, match=r"30,100 weights(.|\n)*net\.freeze\(allocation\)"):
        allocert.rank(net, "v")
    answer = allocert.rank(net.freeze("W[0,:5] v[:3]"), "all")
    assert (answer.dim, answer.evidence) == (8, "proved")


def test_a_hundred_thousand_weights_in_a_tenth_of_a_second():
    net = allocert.lffn([250, 200, 250])
    assert net.weights == 100_000
    rng = np.random.default_rng(0)
    chosen = {name: rng.random(shape) < 0.5 for name, shape in net.shapes.items()}

    def there_and_back():
        start = time.perf_counter()
        back = net.mask(chosen)
        assert all((back[name] == chosen[name]).all() for name in chosen)
        return time.perf_counter() - start

    best = min(there_and_back() for _ in range(5))
    print(f"100,000 weights in and out: {1e3 * best:.1f} ms")
    assert best < 0.1
