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
    ],
)
def test_wrong_masks_are_refused_with_the_reason(weights, said):
    with pytest.raises(allocert.MaskError, match=said):
        NET.allocation(weights)


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
    with pytest.raises(allocert.MaskError, match="value has shape"):
        net.pin({"W1": (mask, np.zeros(3))})
    assert net.tie("W1[0,0] W1[1,1]").weights == net.weights - 1
    assert allocert.lffn([2, 2]).observe([0]).labels == 1


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
