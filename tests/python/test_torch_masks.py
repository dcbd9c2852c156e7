"""Masks on weights and on scores, and what torch's graphs hold that is no number of the module: pinned, recorded or refused."""

import numpy as np
import pytest

import allocert
from allocert import NotSupported

torch = pytest.importorskip("torch", reason="SKIPPED: torch is not installed; pip install torch")

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402, N812
from torch.nn.utils import prune  # noqa: E402

from test_torch_operations import Written, linear, numeric_rank, weights  # noqa: E402

LEFT = torch.tensor([[1.0, 0], [1, 1]])


def read(forward, shape=(2,), fixed=None, **parts):
    return allocert.from_torch(Written(forward, **parts), torch.randn(1, *shape), name="module", fixed=fixed)


def test_dead_entries_stay_at_0_whatever_else_is_pinned():
    module = nn.Sequential(linear(2, 2), nn.Tanh(), linear(2, 1))
    prune.custom_from_mask(module[0], "weight", LEFT)
    fixed = {"0.weight_orig": (np.array([[True, True], [False, False]]), 1)}
    net = allocert.from_torch(module, torch.randn(1, 2), fixed=fixed)
    assert net.notes == ("0.weight_orig: 1 pruned entry is pinned at 0", "0.weight_orig: pinned as asked")
    own = allocert.network(lambda x, W, v: v @ np.tanh(W @ x), inputs=2, weights={"W": (2, 2), "v": (1, 2)})
    own = own.pin({"W[0,1]": 0, "W[0,0]": 1})
    assert net.weights == 4 and allocert.rank(net, "all").dim == allocert.rank(own, "all").dim
    assert net.program == own.program


SHARED = {
    "one mask for two weights": lambda s, x: F.linear(torch.tanh(F.linear(x, s.w * s.mask)), s.v * s.mask),
    "a mask that is also an input": lambda s, x: F.linear(torch.tanh(F.linear(x, s.w * s.mask)), s.v) @ s.mask,
    "a mask of booleans": lambda s, x: F.linear(torch.tanh(F.linear(x, s.w * (s.mask > 0))), s.v),
    "a weight that is turned": lambda s, x: torch.tanh(x @ (s.w.T * s.mask.T)) @ s.v,
    "a mask that is computed": lambda s, x: torch.tanh(F.linear(x, (1 - (1 - s.mask)) * s.w)) @ s.v,
    "a weight used twice": lambda s, x: F.linear(torch.tanh(F.linear(x, s.w * s.mask)), s.w * (s.mask * 2)) @ s.v,
    "filled with 0": lambda s, x: torch.tanh(F.linear(x, s.w.masked_fill(s.mask == 0, 0.0))) @ s.v,
    "a choice": lambda s, x: torch.tanh(F.linear(x, torch.where(s.mask > 0, s.w, 0.0))) @ s.v,
}


@pytest.mark.parametrize("name", SHARED)
def test_masks_are_recognised_by_what_they_do(name):
    net = read(SHARED[name], w=weights(2, 2), v=weights(2, 2), mask=LEFT)
    both = name == "one mask for two weights"
    assert net.weights == (6 if both else 7)
    assert net.notes == tuple(f"{key}: 1 pruned entry is pinned at 0" for key in ("wv" if both else "w"))
    module = Written(SHARED[name], w=weights(2, 2), v=weights(2, 2), mask=LEFT)
    assert allocert.rank(net, "all").dim == numeric_rank(module, (2,))


def test_a_mask_of_rows_takes_out_rows():
    net = read(lambda s, x: torch.tanh(F.linear(x, s.w * s.mask)), w=weights(3, 2), mask=torch.tensor([[1.0], [1], [0]]))
    assert net.weights == 4 and net.notes == ("w: 2 pruned entries are pinned at 0",)


def test_weights_that_nothing_depends_on_can_be_pinned():
    def forward(s, x):
        return s.a(x) + F.linear(x, torch.tril(s.w))

    with pytest.raises(allocert.AllocertError, match=r"no output depends on w\[0,1\](.|\n)*pin them with fixed="):
        read(forward, a=linear(2, 2), w=weights(2, 2))
    net = read(forward, a=linear(2, 2), w=weights(2, 2), fixed={"w": (np.triu(np.ones((2, 2), bool), 1), 0)})
    assert (net.weights, net.labels, allocert.rank(net, "all").dim) == (7, 2, 4)


@pytest.mark.parametrize(
    "forward, words",
    [
        (lambda s, x: s.a(x).to(torch.int64).to(x.dtype) + s.a(x), "to gives torch.int64|_to_copy gives torch.int64"),
        (lambda s, x: s.a(x).type_as(s.whole).to(x.dtype) * s.a(x), "gives torch.int64"),
        (lambda s, x: s.a(x).bool() * s.a(x), "gives torch.bool"),
        (lambda s, x: s.a(x).sum(dtype=torch.int64) + s.a(x), "sum gives torch.int64"),
        (lambda s, x: s.a(x).cumsum(1, dtype=torch.int64) + s.a(x), "cumsum gives torch.int64"),
        (lambda s, x: s.a(x).prod(1, dtype=torch.int64) + s.a(x), "prod gives torch.int64"),
        (lambda s, x: s.a(x) + torch.randn(2), "randn draws at random"),
        (lambda s, x: torch.index_put(s.a(x).T, (s.whole,), x.T, accumulate=True).T, "index_put that adds up"),
        (lambda s, x: s.a(x) ** s.a(x), "write torch.exp"),
        (lambda s, x: 2 ** s.a(x), "write torch.exp"),
        (lambda s, x: torch.as_strided(s.a(x), (len(x), 2), (2, 1)), "as_strided is not recorded"),
    ],
)
def test_what_is_refused_is_named(forward, words):
    with pytest.raises(NotSupported, match=words):
        read(forward, a=linear(2, 2), whole=torch.tensor([0, 1]))


def masked(value):
    def forward(s, x):
        scores = F.linear(x, s.q) @ x.transpose(-2, -1)
        return scores.masked_fill(s.mask == 0, value).softmax(-1) @ F.linear(x, s.v)

    return forward


def twice_masked(s, x):
    scores = (F.linear(x, s.q) @ x.transpose(-2, -1)).masked_fill(s.mask == 0, float("-inf"))
    scores = scores[:, None] / 2 + s.bias
    return scores.masked_fill(s.other, float("-inf")).squeeze(1).softmax(-1) @ x


def learned_bias(s, x):
    return F.scaled_dot_product_attention(F.linear(x, s.q), x, x, attn_mask=s.b)


def learned_masked_bias(s, x):
    return F.scaled_dot_product_attention(F.linear(x, s.q), x, x, attn_mask=s.b.masked_fill(s.mask == 0, -torch.inf))


def along_columns(s, x):
    return (F.linear(x, s.q) @ x.transpose(-2, -1)).masked_fill(s.mask.T == 0, -torch.inf).softmax(-2) @ x


class Heads(nn.Module):
    def __init__(self, **options):
        super().__init__()
        self.attention = nn.MultiheadAttention(2, 1, batch_first=True, bias=False)
        self.options = options

    def forward(self, x):
        return self.attention(x, x, x, **self.options)[0]


CAUSAL = torch.ones(3, 3).tril()
ABOVE = CAUSAL == 0
NEVER = torch.tensor([False, False, True])
TWO = {"q": weights(2, 2), "v": weights(2, 2), "mask": CAUSAL}
RECORDED = {
    "filled with a number": (Written(masked(1.5), **TWO), (3, 2)),
    "filled with the least float": (Written(masked(torch.finfo(torch.float32).min), **TWO), (3, 2)),
    "masked twice": (
        Written(twice_masked, q=weights(2, 2), bias=weights(3, 3), mask=CAUSAL, other=NEVER.expand(3, 3)),
        (3, 2),
    ),
    "a learned bias": (Written(learned_bias, q=weights(2, 2), b=weights(3, 3)), (3, 2)),
    "along columns": (Written(along_columns, q=weights(2, 2), mask=CAUSAL), (3, 2)),
    "heads with their weights": (Heads(attn_mask=ABOVE, need_weights=True), (3, 2)),
    "heads that pad": (Heads(key_padding_mask=NEVER[None], need_weights=True), (3, 2)),
    "a choice of numbers": (
        Written(lambda s, x: s.a(x) * torch.where(s.m, 2.0, 3.0), a=linear(2, 2), m=torch.tensor([True, False])),
        (2,),
    ),
    "addcmul of numbers": (
        Written(lambda s, x: torch.addcmul(s.a(x), s.m, s.m, value=0.5), a=linear(2, 2), m=torch.ones(2)),
        (2,),
    ),
    "a sum and a product of numbers": (
        Written(lambda s, x: torch.baddbmm(s.w, s.m, s.m) @ x[:, :, None], w=weights(1, 2, 2), m=torch.ones(1, 2, 2)),
        (2,),
    ),
    "between two numbers": (Written(lambda s, x: torch.lerp(s.m, 3 * s.m, s.a(x)), a=linear(2, 2), m=torch.ones(2)), (2,)),
    "the variance of all": (Written(lambda s, x: torch.var(s.a(x), unbiased=False) + s.a(x), a=linear(2, 2)), (2,)),
    "a number less": (Written(lambda s, x: torch.rsub(s.a(x), 1.0, alpha=3) ** 2, a=linear(2, 2)), (2,)),
    "powers by entry": (Written(lambda s, x: s.a(x) ** s.p, a=linear(2, 3), p=torch.tensor([1.0, 2, 3])), (2,)),
}


@pytest.mark.parametrize("name", RECORDED)
def test_dimensions_are_those_of_torchs_jacobian(name):
    module, shape = RECORDED[name]
    # What is hidden depends on no bias.
    fixed = {"bias": ((ABOVE | NEVER).numpy(), 0)} if name == "masked twice" else None
    # A variance of all entries is one of all rows, so there is no batch.
    batch = () if name == "the variance of all" else (1,)
    net = allocert.from_torch(module, torch.randn(*batch, *shape), name="module", fixed=fixed, batched=bool(batch))
    assert allocert.rank(net, "all").dim == numeric_rank(module, shape)


def test_sixteen_bits_are_the_numbers_that_they_are():
    module = Written(lambda s, x: s.a(x) * s.m, a=linear(2, 2), m=torch.tensor([1.0, 0.5])).to(torch.bfloat16)
    net = allocert.from_torch(module, torch.randn(1, 2, dtype=torch.bfloat16), name="module")
    assert "1/2" in net.program and allocert.rank(net, "all").dim == 4
