"""Claims that Python evaluates, and drawings."""

import pytest

import allocert
from allocert import results
from allocert.claims import _Worst


def test_claims_are_verified_supported_or_refuted():
    @allocert.claim(["lffn([2, 2])", "lffn([1, 2, 1])"])
    def bounded(net, a):
        return a.dim <= min(a.size, a.teacher_dim)

    assert (bounded.outcome, bounded.instances, bounded.exhaustive) == ("verified", 32, True)
    assert "evaluated by Python" in str(bounded)

    @allocert.claim("lffn([2, 2, 2])")
    def spans(net, a):
        return a.size < 4 or a.spans

    assert spans.outcome == "refuted" and spans.counterexample.dim == 3

    @allocert.claim("lffn([3, 3, 3])", most=300)
    def sampled(net, a):
        return a.dim <= a.size

    assert (sampled.outcome, sampled.instances, sampled.exhaustive) == ("supported", 300, False)


def test_a_claim_about_nothing_or_without_truth_is_an_error():
    with pytest.raises(allocert.AllocertError, match="about nothing"):
        allocert.claim("lffn([2, 2])", sizes=[9])(lambda net, a: True)
    with pytest.raises(allocert.AllocertError, match="not True or False"):
        allocert.claim("lffn([2, 2])")(lambda net, a: a.dim)
    with pytest.raises(allocert.AllocertError, match="3 is no condition"):
        allocert.claim("lffn([2, 2])")(3)
    with pytest.raises(allocert.AllocertError, match="sizes is -1"):
        allocert.claim("lffn([2, 2])", sizes=[-1])(lambda net, a: True)


def test_conditions_on_masks_are_truth_values():
    # What NumPy says of masks is its own kind of truth.
    both = allocert.claim("lffn([2, 2, 2])", sizes=8)(lambda net, a: net.mask(a.allocation)["W1"].all())
    assert (both.outcome, both.instances) == ("verified", 1)


def test_a_dimension_that_is_largest_over_draws_is_never_verified():
    # One draw of a deep network shows less than there is, and nothing bounds it: a claim about it is not known.
    few = allocert.rank("relu([1, 1, 1, 1, 1], bias=True)", "W4 b4 b3", draws=20)
    assert few.teacher_evidence == "statistical"
    worst = _Worst()
    for answer in (allocert.rank("lffn([2, 2])", "W1"), results.Rank({"evidence": "statistical", "error_log2": None})):
        worst.add(answer)
    assert worst.evidence == "statistical" and worst.error_log2 is None


def test_sizes_are_looked_at_once_and_smallest_first():
    outcome = allocert.claim("lffn([2, 2, 2])", sizes=[6, 5, 4, 4])(lambda net, a: a.spans)
    assert (outcome.outcome, outcome.counterexample.size) == ("refuted", 4)
    assert allocert.claim("lffn([2, 2, 2])", sizes=[2, 2])(lambda net, a: a.dim <= 2).instances == 28


def test_plots():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    net = "lffn([2, 2, 2])"
    axes = allocert.plots.allocation(net, "W1[0,:] W2")
    assert [ax.get_title() for ax in axes] == ["W1", "W2"]
    assert allocert.plots.dimensions(allocert.scan(net, progress=False)).get_ylabel() == "reachable dimension"
    assert "proved" in allocert.plots.flats(allocert.law(net)).get_title()
    chosen = "W1[0,0] W1[1,1] W2[0,0] W2[1,1]"
    answers = [allocert.match(net, chosen, trials=30, progress=False), allocert.match(net, "W1")]
    assert allocert.plots.matches(answers).get_xlabel() == "samples"
