"""Operations of torch, one by one: dimensions are those of torch's own Jacobians in double precision."""

import numpy as np
import pytest

import allocert

torch = pytest.importorskip("torch", reason="SKIPPED: torch is not installed; pip install torch")

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402, N812
from torch.nn.utils import parametrizations, prune  # noqa: E402

torch.set_num_threads(1)
ALL = slice(None)


class Written(nn.Module):
    """A module whose forward pass is a function, with parts, parameters and buffers by name."""

    def __init__(self, forward, **parts):
        super().__init__()
        self.function = forward
        for name, part in parts.items():
            if isinstance(part, torch.Tensor) and not isinstance(part, nn.Parameter):
                self.register_buffer(name, part)
            else:
                setattr(self, name, part)

    def forward(self, x):
        return self.function(self, x)


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False)


def weights(*shape):
    return nn.Parameter(torch.randn(shape))


def of_view(s, x):
    y = s.a(x)
    nn.SiLU(inplace=True)(y[:, :1])
    return s.b(y)


def relu_of_view(s, x):
    y = s.a(x)
    F.relu(y[:, :1], inplace=True)
    return s.b(y)


def times_in_a_column(s, x):
    y = s.a(x)
    y[:, 0].mul_(s.g)
    return y


def old_view(s, x):
    y = s.a(x)
    first = y[:, :1]
    y.mul_(s.g)
    return first + x


def filled_zeros(s, x):
    z = torch.zeros_like(x)
    z[:, :1].add_(s.a(x))
    z[:, 1] = s.g * x[:, 0]
    return torch.tanh(z)


def counting(s, x):
    s.count.add_(1)
    return s.a(x) * s.count


def causal(s, x):
    scores = F.linear(x, s.q) @ x.transpose(-2, -1)
    return scores.masked_fill(s.mask == 0, float("-inf")).softmax(-1) @ F.linear(x, s.v)


def minus_infinity(s, x):
    return (F.linear(x, s.q) @ x.transpose(-2, -1) + s.mask).softmax(-1) @ x


def biased_attention(s, x):
    return F.scaled_dot_product_attention(F.linear(x, s.q), x, F.linear(x, s.v), attn_mask=s.mask)


def sums_and_products(s, x):
    y = s.a(x)
    return torch.cat([y.cumsum(1), y.prod(1, keepdim=True), y.var(1, keepdim=True)], 1)


def of_norm(s, x):
    matrix = s.w + s.u @ s.v
    return F.linear(x, s.m * matrix / torch.linalg.norm(matrix, dim=1, keepdim=True))


LOWER = torch.tril(torch.ones(3, 3))
HIDING = torch.tensor([[0.0, -np.inf], [0.0, 0.0]])
CASES = {
    "in place on a view": (Written(of_view, a=linear(1, 1), b=linear(1, 1)), (1,)),
    "relu in place on a view": (Written(relu_of_view, a=linear(3, 2), b=linear(2, 1)), (3,)),
    "a column in place": (Written(times_in_a_column, a=linear(2, 2), g=weights()), (2,)),
    "an old view": (Written(old_view, a=linear(1, 1), g=weights()), (1,)),
    "zeros that are filled": (Written(filled_zeros, a=linear(2, 1), g=weights()), (2,)),
    "a buffer that changes": (Written(counting, a=linear(2, 2), count=torch.ones(())), (2,)),
    "a causal mask": (Written(causal, q=weights(2, 2), v=weights(2, 2), mask=LOWER), (3, 2)),
    "minus infinity": (Written(minus_infinity, q=weights(2, 2), mask=HIDING), (2, 2)),
    "numbers on scores": (Written(biased_attention, q=weights(2, 2), v=weights(2, 2), mask=-torch.eye(2)), (2, 2)),
    "glu": (nn.Sequential(nn.Linear(2, 4), nn.GLU()), (2,)),
    "log sigmoid": (nn.Sequential(nn.Linear(2, 3), nn.LogSigmoid()), (2,)),
    "mish": (nn.Sequential(nn.Linear(1, 2), nn.Mish()), (1,)),
    "log softmax": (nn.Sequential(nn.Linear(2, 3), nn.LogSoftmax(-1)), (2,)),
    "hard tanh": (nn.Sequential(nn.Linear(2, 2), nn.Hardtanh(), nn.Linear(2, 1)), (2,)),
    "prelu": (nn.Sequential(nn.Linear(2, 2), nn.PReLU(), nn.Linear(2, 1)), (2,)),
    "means": (nn.Sequential(nn.Conv1d(1, 2, 2), nn.AvgPool1d(2), nn.Flatten(), nn.Linear(4, 1)), (1, 5)),
    "means in the plane": (nn.Sequential(nn.Conv2d(1, 1, 2), nn.AvgPool2d(2, 1), nn.Flatten()), (1, 4, 4)),
    "one mean": (nn.Sequential(nn.Conv1d(1, 2, 2), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(2, 1)), (1, 5)),
    "group norm": (nn.Sequential(nn.Linear(2, 4), nn.GroupNorm(2, 4), nn.Linear(4, 1)), (2,)),
    "bilinear": (Written(lambda s, x: s.b(x, s.a(x)), a=linear(2, 2), b=nn.Bilinear(2, 2, 2)), (2,)),
    "gru cell": (Written(lambda s, x: s.c(x[:, 1], s.c(x[:, 0])), c=nn.GRUCell(1, 1)), (2, 1)),
    "rnn cell": (Written(lambda s, x: s.c(x[:, 1], s.c(x[:, 0])), c=nn.RNNCell(2, 2)), (2, 2)),
    "both directions": (Written(lambda s, x: s.c(x)[0], c=nn.RNN(1, 1, bidirectional=True, batch_first=True)), (3, 1)),
    "dilation": (nn.Sequential(nn.Conv1d(1, 1, 2, dilation=2), nn.Conv1d(1, 1, 2)), (1, 6)),
    "the same length": (nn.Sequential(nn.Conv1d(1, 2, 4, padding="same"), nn.Tanh()), (1, 5)),
    "a circle": (nn.Conv1d(1, 1, 3, padding=1, padding_mode="circular"), (1, 4)),
    "turned round": (nn.ConvTranspose1d(2, 3, 3, stride=2, padding=1, output_padding=1), (2, 3)),
    "turned round, dilated": (nn.ConvTranspose2d(1, 1, 2, dilation=2), (1, 3, 3)),
    "weight norm": (parametrizations.weight_norm(linear(2, 2)), (2,)),
    "positions": (Written(lambda s, x: s.a(x + s.e(torch.arange(3))), a=linear(2, 2), e=nn.Embedding(3, 2)), (3, 2)),
    "flipped": (Written(lambda s, x: s.a(s.a(x).flip(1) + x.roll(1, 1)), a=linear(2, 2)), (2,)),
    "upper triangle": (Written(lambda s, x: F.linear(x, torch.triu(s.w @ s.w)), w=weights(2, 2)), (2,)),
    "sums, products": (Written(sums_and_products, a=linear(2, 2)), (2,)),
    "a matrix over its norm": (
        Written(of_norm, w=weights(2, 2), u=weights(2, 1), v=weights(1, 2), m=weights(2, 1)),
        (2,),
    ),
    "cosh": (Written(lambda s, x: s.a(x).cosh() + s.b(x).expm1(), a=linear(1, 1), b=linear(1, 1)), (1,)),
    "addcmul": (Written(lambda s, x: torch.addcmul(s.a(x), s.g, x, value=2), a=linear(2, 2), g=weights(2)), (2,)),
    "lerp": (Written(lambda s, x: torch.lerp(x, s.g, 0.5) * s.h, g=weights(2), h=weights()), (2,)),
    "indices": (
        Written(lambda s, x: s.a(x)[:, s.i] * s.g, a=linear(2, 2), g=weights(3), i=torch.tensor([0, 1, 1])),
        (2,),
    ),
    "kron": (Written(lambda s, x: F.linear(x, torch.kron(s.a, s.b)), a=weights(1, 2), b=weights(2, 1)), (2,)),
}


def numeric_rank(module, shape, inputs=40):
    """The rank of torch's Jacobian at a random point, with a gap of at least four digits."""
    torch.manual_seed(1)
    buffers = {name: value.clone() for name, value in module.named_buffers()}
    module = module.double().eval()
    parameters = {name: torch.randn_like(p) for name, p in module.named_parameters()}
    points = 3 * torch.randn(inputs, *shape, dtype=torch.double)

    def labels(given):
        outputs = []
        for x in points:
            fresh = {n: v.double() if v.is_floating_point() else v.clone() for n, v in buffers.items()}
            outputs.append(torch.func.functional_call(module, (given, fresh), (x[None],)).reshape(-1))
        return torch.cat(outputs)

    jacobian = torch.func.jacrev(labels)(parameters)
    matrix = torch.cat([part.reshape(part.shape[0], -1) for part in jacobian.values()], dim=1)
    values = torch.linalg.svdvals(matrix) / torch.linalg.matrix_norm(matrix, 2)
    rank = int((values > 1e-9).sum())
    assert rank == len(values) or values[rank] < 1e-4 * values[rank - 1]
    return rank


@pytest.mark.parametrize("name", CASES)
def test_dimensions_are_those_of_torchs_jacobian(name):
    module, shape = CASES[name]
    before = {key: value.clone() for key, value in module.named_buffers()}
    net = allocert.from_torch(module, torch.randn(2, *shape), name="module")
    assert all(torch.equal(value, before[key]) for key, value in module.named_buffers())
    assert allocert.rank(net, "all").dim == numeric_rank(module, shape)


def test_a_mask_takes_out_only_what_it_masks_everywhere():
    def tied(masks):
        a, b = linear(2, 2), linear(2, 2)
        b.weight = a.weight
        for module, mask in zip((a, b), masks, strict=False):
            prune.custom_from_mask(module, "weight", torch.tensor(mask))
        module = Written(lambda s, x: s.b(torch.tanh(s.a(x))), a=a, b=b)
        return allocert.from_torch(module, torch.randn(1, 2), name="tied")

    one, both = tied([[[1.0, 0], [1, 1]]]), tied([[[1.0, 0], [1, 1]], [[1.0, 0], [0, 1]]])
    assert (one.weights, one.notes, allocert.rank(one, "all").dim) == (4, (), 4)
    assert (both.weights, allocert.rank(both, "all").dim) == (3, 3)
    assert both.notes == ("a.weight_orig: 1 pruned entry is pinned at 0",)


def test_a_constant_beside_weights_is_no_mask_by_its_name():
    def forward(s, x):
        return (x * (s.w_orig * s.w_mask)).sum(-1, keepdim=True) + (x * s.w_orig).sum(-1, keepdim=True)

    module = Written(forward, w_orig=weights(2), w_mask=torch.tensor([1.0, -1.0]))
    net = allocert.from_torch(module, torch.randn(1, 2))
    # The second weight cancels.
    assert (net.weights, net.notes, allocert.rank(net, "all").dim) == (2, (), 1)
