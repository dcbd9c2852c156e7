"""Torch modules as networks: the dimensions are those of torch's own Jacobians in double precision."""

import pickle

import numpy as np
import pytest

import allocert

torch = pytest.importorskip("torch", reason="SKIPPED: torch is not installed; pip install torch")

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402, N812
from torch.nn.utils import prune  # noqa: E402

torch.set_num_threads(1)


def numeric_rank(module, allocation, shape, inputs=40, pinned=None, scale=1.0):
    """The rank of the Jacobian with respect to some parameters' entries, by torch at a random point in double precision."""
    torch.manual_seed(0)
    module = module.double().eval()
    parameters = {name: scale * torch.randn_like(p) for name, p in module.named_parameters()}
    for name, where in (pinned or {}).items():
        parameters[name][where] = 0
    xs = torch.randn(inputs, *shape, dtype=torch.double)

    def labels(given):
        return torch.cat([torch.func.functional_call(module, given, (x[None],)).reshape(-1) for x in xs])

    jacobian = torch.func.jacrev(labels)(parameters)
    columns = []
    for name, mask in allocation.items():
        matrix = jacobian[name].reshape(jacobian[name].shape[0], -1)
        columns.append(matrix[:, torch.as_tensor(np.asarray(mask)).reshape(-1)])
    matrix = torch.cat(columns, dim=1)
    values = torch.linalg.svdvals(matrix)
    return int((values > 1e-9 * values[0]).sum()) if values.numel() else 0


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.W = nn.Parameter(torch.randn(2, 4))

    def forward(self, x):
        return x @ self.W.T @ self.W


class Residual(nn.Module):
    def __init__(self, skip=True):
        super().__init__()
        self.skip = nn.Linear(3, 3, bias=False)
        self.skip.weight.requires_grad_(not skip)
        self.a, self.b = nn.Linear(3, 2, bias=False), nn.Linear(2, 3, bias=False)

    def forward(self, x):
        return self.skip(x) + self.b(torch.tanh(self.a(x)))


class LoraLinear(nn.Module):
    def __init__(self, inside, outside, rank):
        super().__init__()
        self.base = nn.Linear(inside, outside, bias=False)
        self.base.weight.requires_grad_(False)
        self.A, self.B = nn.Parameter(torch.randn(rank, inside)), nn.Parameter(torch.zeros(outside, rank))

    def forward(self, x):
        return self.base(x) + 0.5 * (x @ self.A.T @ self.B.T)


class Attention(nn.Module):
    def __init__(self, softmax):
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(3, n, bias=False) for n in (2, 2, 3))
        self.softmax = softmax

    def forward(self, x):
        scores = self.q(x) @ self.k(x).transpose(-1, -2)
        return (torch.softmax(scores, -1) if self.softmax else scores) @ self.v(x)


class LowRank(nn.Module):
    def __init__(self):
        super().__init__()
        self.u, self.v = nn.Parameter(torch.randn(3, 1)), nn.Parameter(torch.randn(3, 1))
        self.B, self.D = nn.Parameter(torch.randn(3, 1)), nn.Parameter(torch.randn(1, 3))

    def forward(self, x):
        h = x.new_zeros(x.shape[0], 3)
        for step in range(x.shape[1]):
            h = h @ (self.u @ self.v.T).T + x[:, step] @ self.B.T
        return h @ self.D.T


class Gains(nn.Module):
    def __init__(self):
        super().__init__()
        self.W1, self.W2 = nn.Linear(2, 3, bias=False), nn.Linear(3, 2, bias=False)
        self.gain = nn.Parameter(torch.ones(3))

    def forward(self, x):
        return self.W2(self.gain * torch.tanh(self.W1(x)))


class SoftHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True, bias=False)
        self.norm = nn.LayerNorm(4)

    def forward(self, x):
        h = self.norm(x)
        return x + self.attention(h, h, h, need_weights=False)[0]


class Recurrent(nn.Module):
    def __init__(self, kind=nn.RNN, width=2):
        super().__init__()
        self.rnn = kind(1, width, batch_first=True)
        self.out = nn.Linear(width, 1)

    def forward(self, x):
        return self.out(self.rnn(x)[0][:, -1])


def conv():
    return nn.Sequential(nn.Conv1d(1, 2, 2, bias=False), nn.SiLU(), nn.Flatten(), nn.Linear(6, 1, bias=False))


def grad(module):
    return {name: np.full(tuple(p.shape), p.requires_grad) for name, p in module.named_parameters()}


def everything(module):
    return {name: np.ones(tuple(p.shape), dtype=bool) for name, p in module.named_parameters()}


def only(*names):
    return lambda module: {n: np.full(tuple(p.shape), n in names) for n, p in module.named_parameters()}


PLAIN = lambda: nn.Sequential(nn.Linear(2, 3, bias=False), nn.Linear(3, 2, bias=False))  # noqa: E731
CASES = {
    "plain": (PLAIN, (2,), everything),
    "biased": (lambda: nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)), (2,), everything),
    "tied": (Tied, (4,), everything),
    "residual": (lambda: Residual(skip=False), (3,), everything),
    "frozen skip": (Residual, (3,), grad),
    "two LoRA layers": (lambda: nn.Sequential(LoraLinear(3, 3, 1), LoraLinear(3, 3, 1)), (3,), grad),
    "linear attention": (lambda: Attention(False), (3, 3), everything),
    "softmax attention": (lambda: Attention(True), (3, 3), everything),
    "conv with sharing": (conv, (1, 4), everything),
    "low-rank RNN": (LowRank, (4, 1), everything),
    "gains only": (Gains, (2,), only("gain")),
    "heads and norm": (SoftHeads, (3, 4), everything),
    "tanh RNN": (Recurrent, (3, 1), everything),
    "GRU": (lambda: Recurrent(nn.GRU, 1), (3, 1), everything),
    "LSTM": (lambda: Recurrent(nn.LSTM, 1), (3, 1), everything),
    "sigmoid": (lambda: nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 1)), (2,), everything),
    "rms norm": (
        lambda: nn.Sequential(nn.Linear(2, 3, bias=False), nn.RMSNorm(3, eps=0.1), nn.Linear(3, 1)),
        (2,),
        everything,
    ),
    "relu": (lambda: nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1)), (2,), everything),
    "conv2d": (
        lambda: nn.Sequential(nn.Conv2d(1, 2, 2), nn.Flatten(), nn.Linear(8, 1, bias=False)),
        (1, 3, 3),
        everything,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_dimensions_are_those_of_torchs_jacobian(case):
    make, shape, allocation = CASES[case]
    module = make()
    net = allocert.from_torch(module, torch.randn(1, *shape))
    assert net.shapes == {name: tuple(p.shape) for name, p in module.named_parameters()}
    answer = allocert.rank(net, allocation(module))
    assert answer.dim == numeric_rank(module, allocation(module), shape)


def test_published_values():
    assert allocert.rank(allocert.from_torch(Tied(), torch.randn(1, 4)), "all").dim == 7
    # Softmax attention (3, 2, one layer): 21 weights, dimension 17; without softmax the same with one layer.
    assert allocert.rank(allocert.from_torch(Attention(True), torch.randn(1, 3, 3)), "all").dim == 17


def test_a_network_of_a_module_can_be_pickled():
    module = PLAIN()
    prune.custom_from_mask(module[0], "weight", torch.tensor([[1, 0], [0, 1], [1, 1]]))
    net = allocert.from_torch(module, torch.randn(1, 2))
    again = pickle.loads(pickle.dumps(net))
    assert again == net and again.notes == net.notes


def test_requires_grad_is_an_allocation():
    module = Residual()
    net = allocert.from_torch(module, torch.randn(5, 3))
    assert net.allocation(allocert.trainable(module)) == net.allocation("a.weight b.weight")
    assert net.allocation({"a.weight": module.a.weight > 9}).size == 0


def test_pruned_entries_are_pinned_and_said():
    module = PLAIN()
    mask = torch.tensor([[1, 0], [0, 1], [1, 1]])
    prune.custom_from_mask(module[0], "weight", mask)
    net = allocert.from_torch(module, torch.randn(1, 2))
    assert net.notes == ("0.weight_orig: 2 pruned entries are pinned at 0",)
    assert net.weights == 12 - 2
    plain = allocert.lffn([2, 3, 2]).pin({"W1[0,1]": 0, "W1[1,0]": 0})
    assert allocert.rank(net, "all").dim == allocert.rank(plain, "all").dim
    fixed = allocert.from_torch(PLAIN(), torch.randn(1, 2), fixed={"0.weight": (mask == 0, 0)})
    assert fixed.weights == 10 and allocert.rank(fixed, "all").dim == allocert.rank(plain, "all").dim
    prune.l1_unstructured(module[1], "weight", 1)
    assert len(allocert.from_torch(module, torch.randn(1, 2)).notes) == 2


def test_causal_attention_is_masked():
    class Causal(Attention):
        def forward(self, x):
            return F.scaled_dot_product_attention(self.q(x), self.k(x), self.v(x), is_causal=True)

    module = Causal(True)
    net = allocert.from_torch(module, torch.randn(1, 3, 3))
    assert allocert.rank(net, "all").dim == numeric_rank(module, everything(module), (3, 3))


def test_refusals_name_the_layer():
    module = nn.Sequential(nn.Linear(2, 2), nn.GELU())
    with pytest.raises(allocert.NotSupported, match="layer 1, GELU: gelu is not recorded"):
        allocert.from_torch(module, torch.randn(1, 2))
    with pytest.raises(allocert.NotSupported, match="layer 0, LSTM: a recurrent layer with a projection"):
        allocert.from_torch(nn.Sequential(nn.LSTM(2, 2, proj_size=1, batch_first=True)), torch.randn(1, 3, 2))
    with pytest.raises(allocert.AllocertError, match="no parameters"):
        allocert.from_torch(nn.Tanh(), torch.randn(1, 2))
    module = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5)).train()
    allocert.from_torch(module, torch.randn(1, 2))
    assert module.training and module[1].training


def test_several_inputs_are_one():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.f = nn.Bilinear(2, 3, 1, bias=False) if False else nn.Linear(2, 3, bias=False)

        def forward(self, x, y):
            return (self.f(x) * y).sum(-1)

    net = allocert.from_torch(Two(), (torch.randn(1, 2), torch.randn(1, 3)))
    assert net.inputs == (5,) and allocert.rank(net, "all").dim == 6


def test_peft_adapters():
    peft = pytest.importorskip("peft")
    base = nn.Sequential(nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False))
    config = peft.LoraConfig(r=1, lora_alpha=2, target_modules=["0", "1"], lora_dropout=0.0)
    model = peft.get_peft_model(base, config)
    net = allocert.from_torch(model, torch.randn(1, 3))
    chosen = net.allocation(allocert.from_peft(model))
    # Two LoRA layers with one rank each: 6 weights a layer, one scale of each is a gauge direction.
    own = allocert.network(
        lambda x, W1, A1, B1, W2, A2, B2: (W2 + B2 @ A2) @ ((W1 + B1 @ A1) @ x),
        inputs=3,
        weights={"W1": (3, 3), "A1": (1, 3), "B1": (3, 1), "W2": (3, 3), "A2": (1, 3), "B2": (3, 1)},
    )
    assert chosen.size == 12 and allocert.rank(net, chosen).dim == allocert.rank(own, "A1 B1 A2 B2").dim
    with pytest.raises(allocert.AllocertError, match="no model of peft"):
        allocert.from_peft(PLAIN())


def test_zeros_that_pruning_leaves_behind_are_said_to_be_weights():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    prune.random_unstructured(module[0], "weight", 6)
    prune.remove(module[0], "weight")
    net = allocert.from_torch(module, torch.randn(1, 3))
    assert net.weights == 26
    assert net.notes == (
        "0.weight: 6 entries are 0 and counted among the weights; "
        "where that is pruning, pin it with fixed={'0.weight': (mask, 0)}",
    )
    zeros = module[0].weight.detach().numpy() == 0
    pinned = allocert.from_torch(module, torch.randn(1, 3), fixed={"0.weight": (zeros, 0)})
    assert (pinned.weights, pinned.notes) == (20, ("0.weight: pinned as asked",))


@pytest.mark.parametrize("wrong", [torch.randn(2), torch.randn(1, 3)])
def test_an_input_that_the_module_does_not_run_on_is_said(wrong):
    with pytest.raises(allocert.NotSupported, match="it does not run on an input of shape"):
        allocert.from_torch(nn.Linear(2, 2), wrong)


def test_what_is_no_network_or_input_is_said():
    with pytest.raises(allocert.NotSupported, match=r"call allocert\.from_torch"):
        allocert.rank(nn.Linear(2, 2), "all")
    with pytest.raises(allocert.AllocertError, match="the example input is a NoneType"):
        allocert.from_torch(nn.Linear(2, 2), None)
