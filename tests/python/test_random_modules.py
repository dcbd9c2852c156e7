"""Random modules of operations that are recorded, with frozen and pruned weights: dimensions are those of torch's Jacobians."""

import numpy as np
import pytest

import allocert

torch = pytest.importorskip("torch", reason="SKIPPED: torch is not installed; pip install torch")

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402, N812
from torch.nn.utils import prune  # noqa: E402

from test_torch_operations import Written, weights  # noqa: E402

torch.set_num_threads(1)
BELOW = torch.ones(3, 3).tril().bool()
FIRST = torch.tensor([True, False])


def hidden_scores(s, x):
    return (F.linear(x, s.q) @ x.transpose(-2, -1)).masked_fill(~BELOW, -torch.inf).softmax(-1) @ F.linear(x, s.v)


def with_bias(s, x):
    return F.scaled_dot_product_attention(F.linear(x, s.q), x, x, attn_mask=s.b)


def gated(s, x):
    first, second = F.linear(x, s.w).chunk(2, -1)
    return first * torch.sigmoid(second)


# Each takes rows of two numbers to rows of two numbers.
STEPS = {
    "linear": lambda: nn.Linear(2, 2, bias=False),
    "biased": lambda: nn.Linear(2, 2),
    "low rank": lambda: Written(lambda s, x: F.linear(x, s.f + s.b @ s.a), f=weights(2, 2), a=weights(1, 2), b=weights(2, 1)),
    "tied": lambda: Written(lambda s, x: F.linear(torch.tanh(F.linear(x, s.w)), s.w.T), w=weights(2, 2)),
    "residual": lambda: Written(lambda s, x: x + torch.tanh(F.linear(x, s.w)), w=weights(2, 2)),
    "gated": lambda: Written(gated, w=weights(4, 2)),
    "gains": lambda: Written(lambda s, x: x.flip(-1) * s.g, g=weights(2)),
    "quotient": lambda: Written(lambda s, x: x / (1 + s.g**2), g=weights(2)),
    "chosen": lambda: Written(lambda s, x: torch.where(FIRST, x * s.g, 1.5 * x), g=weights()),
    "filled": lambda: Written(lambda s, x: (x * s.g).masked_fill(FIRST, 0.5) + x.flip(-1), g=weights()),
    "sums": lambda: Written(lambda s, x: torch.addcmul(x.cumsum(-1), s.g, s.g, value=0.5), g=weights(2)),
    "mixed": lambda: Written(lambda s, x: torch.lerp(x, s.g, 0.25) * s.g, g=weights(2)),
}
OF_TOKENS = {
    "hidden scores": lambda: Written(hidden_scores, q=weights(2, 2), v=weights(2, 2)),
    "scores with a bias": lambda: Written(with_bias, q=weights(2, 2), b=weights(3, 3)),
}
BETWEEN = [nn.Tanh, nn.Sigmoid, nn.SiLU, nn.Softplus, lambda: Written(lambda s, x: x * x), nn.Identity]


def random_module(random):
    """Three or four steps, functions between them, and perhaps a mask on the last linear map; and the shape of its input."""
    tokens = random.random() < 0.3
    steps = []
    for _ in range(random.integers(2, 4)):
        steps.append(STEPS[random.choice(list(STEPS))]())
        if tokens:
            steps.append(OF_TOKENS[random.choice(list(OF_TOKENS))]())
        steps.append(BETWEEN[random.integers(len(BETWEEN))]())
    last = nn.Linear(2, 2, bias=bool(random.integers(2)))
    if random.random() < 0.5:
        prune.custom_from_mask(last, "weight", torch.tensor([[1.0, 0], [1, 1]]))
    return nn.Sequential(*steps, last), (3, 2) if tokens else (2,)


def numeric_rank(module, shape, chosen):
    """The largest rank of the columns that are chosen at some random points, and the gap behind it."""
    module = module.double().eval()
    names = [name for name, _ in module.named_parameters()]
    buffers = {name: value.double() for name, value in module.named_buffers()}
    masks = [torch.as_tensor(chosen[name]).reshape(-1) for name in names]
    found = []
    for scale in (1.0, 0.7, 0.5):
        values = tuple(scale * torch.randn_like(p) for p in module.parameters())
        inputs = 1.5 * torch.randn(50, *shape, dtype=torch.double)

        def labels(*given, inputs=inputs):
            named = dict(zip(names, given, strict=True))
            return torch.func.functional_call(module, (named, buffers), (inputs,)).reshape(-1)

        parts = torch.autograd.functional.jacobian(labels, values)
        matrix = torch.cat([p.reshape(len(p), -1)[:, mask] for p, mask in zip(parts, masks, strict=True)], dim=1)
        # Rows and columns of like sizes.
        matrix = matrix / matrix.abs().amax(1, keepdim=True).clamp_min(1e-30)
        matrix = matrix / matrix.norm(dim=0, keepdim=True).clamp_min(1e-12)
        sizes = torch.cat([torch.linalg.svdvals(matrix), torch.zeros(1)])
        rank = int((sizes > 1e-13 * sizes[0]).sum())
        found.append((rank, float(sizes[rank - 1] / sizes[rank].clamp_min(1e-300))))
    return max(found)


@pytest.mark.parametrize("seed", range(12))
def test_dimensions_are_those_of_torchs_jacobian(seed):
    random = np.random.default_rng(seed)
    torch.manual_seed(seed)
    module, shape = random_module(random)
    net = allocert.from_torch(module, torch.randn(1, *shape), name="module")
    for share in (1.0, 0.6):
        chosen = {name: random.random(tuple(p.shape)) <= share for name, p in module.named_parameters()}
        rank, gap = numeric_rank(module, shape, chosen)
        # Where floats cannot tell, nothing is said.
        if gap > 100:
            assert allocert.rank(net, chosen).dim == rank, (module, share)
