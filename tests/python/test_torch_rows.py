"""One row of a batch stands for all only where rows are treated apart; parameters are apart only where their memory is."""

import pytest

import allocert
from allocert import NotSupported

torch = pytest.importorskip("torch", reason="SKIPPED: torch is not installed; pip install torch")

from torch import nn  # noqa: E402

from test_torch_operations import Written, linear, numeric_rank, weights  # noqa: E402


def attention(**options):
    return Written(lambda s, x: s.m(x, x, x, need_weights=False)[0], m=nn.MultiheadAttention(2, 1, bias=False, **options))


def of_rows(s, x):
    return (s.q(x) @ x.T).softmax(-1) @ s.v(x)


def turned(s, x):
    tokens = x.transpose(0, 1)
    return s.m(tokens, tokens, tokens, need_weights=False)[0].transpose(0, 1)


MIXED = {
    "time first": (Written(lambda s, x: s.r(x)[0], r=nn.RNN(1, 2)), (5, 1, 1)),
    "the last of time first": (Written(lambda s, x: s.r(x)[0][-1], r=nn.GRU(1, 2)), (5, 2, 1)),
    "states of time first": (nn.LSTM(1, 1), (3, 2, 1)),
    "attention with tokens first": (attention(), (3, 1, 2)),
    "attention without a batch": (Written(of_rows, q=linear(2, 2), v=linear(2, 2)), (3, 2)),
    "centred over the batch": (Written(lambda s, x: s.a(x - x.mean(0)) + s.b(x), a=linear(2, 2), b=linear(2, 2)), (4, 2)),
    "a mean loss": (Written(lambda s, x: (s.a(x) ** 2).mean(), a=linear(2, 2)), (4, 2)),
    "behind a gate of zero": (
        Written(lambda s, x: s.a(x) + s.g * x.sum(0, keepdim=True), a=linear(2, 2), g=nn.Parameter(torch.zeros(1))),
        (4, 2),
    ),
    "all pairs of rows": (Written(lambda s, x: s.a(x) @ s.a(x).T, a=linear(2, 2)), (4, 2)),
}


@pytest.mark.parametrize("name", MIXED)
def test_rows_that_are_mixed_are_refused(name):
    module, shape = MIXED[name]
    with pytest.raises(NotSupported, match="mixes the rows of its batch"):
        allocert.from_torch(module, torch.randn(*shape))


APART = {
    "tokens first within": (Written(turned, m=nn.MultiheadAttention(2, 1)), (3, 2)),
    "states": (nn.LSTM(1, 1, batch_first=True), (3, 1)),
    "squeezed": (Written(lambda s, x: s.a(x).squeeze(), a=linear(2, 3)), (2,)),
    "tokens of all rows": (Written(lambda s, x: s.a(x).reshape(-1, 2), a=linear(2, 2)), (3, 2)),
    "one output that is constant": (Written(lambda s, x: (s.a(x), s.b.sum()), a=linear(2, 2), b=weights(2)), (2,)),
    "chaos": (nn.Sequential(*(nn.Sequential(nn.Linear(3, 3), Written(lambda s, x: (9 * x).tanh())) for _ in range(40))), (3,)),
    "half precision": (nn.Sequential(nn.Linear(3, 3), nn.Tanh()).half(), (3,)),
    "one row and no other": (Written(lambda s, x: s.a(x.view(1, 2)), a=linear(2, 2)), (2,)),
}


@pytest.mark.parametrize("name", APART)
def test_rows_that_are_apart_are_not(name):
    module, shape = APART[name]
    state = torch.random.get_rng_state()
    training = [part.training for part in module.modules()]
    net = allocert.from_torch(module, torch.zeros(1, *shape, dtype=next(module.parameters()).dtype))
    assert net.inputs == shape
    assert torch.equal(torch.random.get_rng_state(), state) and [part.training for part in module.modules()] == training


def test_without_a_batch_all_rows_are_the_input():
    module = Written(of_rows, q=linear(2, 2), v=linear(2, 2))
    net = allocert.from_torch(module, torch.randn(3, 2), batched=False)
    tokens = Written(lambda s, x: of_rows(s, x[0]), q=linear(2, 2), v=linear(2, 2))
    assert net.inputs == (3, 2) and allocert.rank(net, "all").dim == numeric_rank(tokens, (3, 2)) == 8


def test_inputs_whose_first_axes_differ_are_refused():
    module = Written(lambda s, x: x, a=linear(2, 2))
    module.forward = lambda x, adjacent: adjacent @ module.a(x)
    with pytest.raises(NotSupported, match="first axes of the example inputs have lengths 1 and 3"):
        allocert.from_torch(module, (torch.randn(1, 3, 2), torch.randn(3, 3)))
    assert allocert.from_torch(module, (torch.randn(1, 3, 2), torch.randn(1, 3, 3))).inputs == (15,)


def test_parameters_that_share_memory_are_refused():
    def pair():
        return nn.Sequential(linear(4, 2), linear(2, 4))

    views, data, one = pair(), pair(), linear(2, 2)
    views[1].weight = nn.Parameter(views[0].weight.t())
    data[1].weight.data = data[0].weight.data.t()
    for module in (views, data):
        with pytest.raises(NotSupported, match=r"0\.weight and 1\.weight share memory"):
            allocert.from_torch(module, torch.randn(1, 4))
    one.weight = nn.Parameter(torch.randn(1).expand(2, 2))
    with pytest.raises(NotSupported, match="entries of the parameter weight are one number"):
        allocert.from_torch(one, torch.randn(1, 2))
    # Parts of one piece of memory that do not overlap are apart.
    flat, apart = torch.randn(16), pair()
    apart[0].weight, apart[1].weight = nn.Parameter(flat[:8].view(2, 4)), nn.Parameter(flat[8:].view(2, 4).t())
    assert allocert.from_torch(apart, torch.randn(1, 4)).weights == 16


@pytest.mark.parametrize(
    ("module", "example", "words"),
    [
        (lambda x: x, torch.randn(1, 2), "a function is no module"),
        (nn.Linear, torch.randn(1, 2), "the class Linear is no module"),
        (nn.Linear(2, 2).state_dict(), torch.randn(1, 2), "OrderedDict is no module"),
        (nn.LazyLinear(2), torch.randn(1, 2), "the parameter weight has no shape yet"),
        (nn.Linear(2, 2), torch.randn(1, 2).numpy(), "the example input is a ndarray"),
        (nn.Linear(2, 2), torch.randn(0, 2), "the example input has no row"),
        (nn.BatchNorm1d(2).to("meta"), torch.randn(1, 2, device="meta"), "the buffer running_mean is on the meta device"),
        (
            Written(lambda s, x: s.a(x)[:, s.m], a=linear(2, 2), m=torch.tensor([True, False])),
            torch.randn(1, 2),
            "a shape that depends on values",
        ),
    ],
)
def test_what_cannot_be_read_is_said(module, example, words, capfd):
    with pytest.raises(allocert.AllocertError, match=words):
        allocert.from_torch(module, example)
    assert capfd.readouterr().err == ""


def test_a_wrong_shape_is_said_once(capfd):
    with pytest.raises(NotSupported, match="does not run on an input of shape"):
        allocert.from_torch(linear(3, 2), torch.randn(3))
    assert capfd.readouterr().err == ""


def test_parameters_without_values_are_weights():
    module = nn.Sequential(linear(2, 2), nn.Tanh(), linear(2, 1)).to("meta")
    assert allocert.from_torch(module, torch.randn(1, 2, device="meta")).weights == 6


def test_padding_is_said():
    module = Written(lambda s, x: s.a(x + s.e(torch.tensor([0, 1]))), a=linear(2, 2), e=nn.Embedding(2, 2, padding_idx=0))
    note = allocert.from_torch(module, torch.randn(1, 2, 2), name="module").notes[0]
    assert note.startswith("e.weight[0,:] is padding, which torch never trains")
