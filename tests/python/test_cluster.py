"""Runs in parts: the merge is the run in one go, whatever the parts went through, and wrong parts are refused."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

import allocert
from allocert import AllocertError, NotSupported, merge, shards

CLAIMS = """
claim(name = "a", statement = "s", networks = [lffn([2, 2, 2])], holds = lambda net, a: a.dim <= a.size)
claim(name = "b", statement = "s", networks = [lffn([2, 2])], holds = lambda net, a: a.dim < a.size, expect = "refuted")
"""


def there_and_back(tasks):
    """As on other machines, in whatever order."""
    parts = [pickle.loads(pickle.dumps(task))() for task in pickle.loads(pickle.dumps(tasks))]
    return pickle.loads(pickle.dumps(parts[::-1]))


def forward(x, W, v):
    return v @ (W @ x) ** 2


def test_scans():
    tasks = shards(allocert.scan, "lrnn(1, 2, 1, 5)", parts=3, sizes=(2, 5), seed=7)
    joined = merge(there_and_back(tasks))
    assert joined.to_dict() == allocert.scan("lrnn(1, 2, 1, 5)", sizes=(2, 5), seed=7, progress=False).to_dict()
    assert len(shards("scan", "lffn([2, 2])", parts=5)) == 5


def test_claims_travel_with_their_tasks(tmp_path):
    file = tmp_path / "mine.star"
    file.write_text(CLAIMS)
    tasks = shards(allocert.verify, file, parts=3)
    file.unlink()
    joined = merge(there_and_back(tasks))
    assert [(one.claim, one.outcome) for one in joined] == [("a", "verified"), ("b", "refuted")]


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_lists(parts):
    net = allocert.network(forward, inputs=2, weights={"W": (2, 2), "v": 2}).pin({"v[0]": 1})
    chosen = ["W", "W[0,:]", "all", "none", "v"]
    joined = merge(there_and_back(shards(allocert.rank, net, chosen, parts=parts)))
    assert [one.to_dict() for one in joined] == [one.to_dict() for one in allocert.rank(net, chosen)]
    joined = merge(there_and_back(shards(allocert.match, "lffn([2, 2, 2])", ["W1", "none"], parts=2, trials=10)))
    assert [one.verdict for one in joined] == ["one", "zero"]


def test_wrong_parts_are_refused():
    parts = [task() for task in shards(allocert.rank, "lffn([2, 2, 2])", ["W1", "W1[0,:] W2[:,0]", "all"], parts=3)]
    with pytest.raises(AllocertError, match=r"parts \[2\] of 3 are missing"):
        merge([parts[0], parts[2]])
    with pytest.raises(AllocertError, match="twice"):
        merge([*parts, parts[0]])
    with pytest.raises(AllocertError, match="no part"):
        merge([])
    other = [task() for task in shards(allocert.rank, "lffn([2, 2, 2])", ["W1", "W2", "all"], parts=3)]
    with pytest.raises(AllocertError, match="not of one run"):
        merge([parts[0], other[1], parts[2]])
    lied = replace(parts[1], answers=tuple(text.replace('"dim":3', '"dim":4') for text in parts[1].answers))
    with pytest.raises(AllocertError, match="here it has 3"):
        merge([parts[0], lied, parts[2]])
    with pytest.raises(AllocertError, match="damaged"):
        merge([parts[0], replace(parts[1], answers=()), parts[2]])
    tables = [task() for task in shards(allocert.scan, "lrnn(1, 2, 1, 5)", parts=2)]
    name = max(tables[0].files, key=lambda file: len(file[1]))[0]
    damaged = replace(tables[0], files=tuple((n, c[:-3] if n == name else c) for n, c in tables[0].files))
    with pytest.raises(AllocertError):
        merge([damaged, tables[1]])


def test_a_verdict_is_asked_again():
    parts = [task() for task in shards(allocert.match, "lffn([2, 2, 2])", ["W1", "none"], parts=2, trials=10)]
    assert [one.verdict for one in merge(parts)] == ["one", "zero"]
    wrong = [("one", "zero", "verdict zero, and here it has one"), ('"degree":1', '"degree":2', "matching degree 2")]
    for old, new, word in wrong:
        lied = replace(parts[0], answers=tuple(text.replace(old, new) for text in parts[0].answers))
        with pytest.raises(AllocertError, match=word):
            merge([lied, parts[1]])


def test_answers_of_another_task_are_refused():
    first = shards(allocert.rank, "lffn([2, 2, 2])", ["W1", "W1[0,0]", "all", "none"], parts=2)
    parts = [task() for task in first]
    other = shards(allocert.rank, "lffn([2, 1, 2])", ["W1", "W1[0,0]"], parts=1)[0]()
    for wrong in (
        replace(parts[0], answers=parts[0].answers[::-1]),
        replace(parts[0], answers=other.answers, task=other.task),
        replace(parts[0], answers=parts[1].answers, task=parts[1].task),
    ):
        with pytest.raises(AllocertError, match="damaged"):
            merge([wrong, parts[1]])
    # With kinks another seed may see less, and that is no fault of a part.
    few = [task() for task in shards(allocert.rank, "relu([2, 2, 1])", ["all"], parts=1, draws=1, seed=2)]
    assert merge(few)[0].seed == 2


def test_a_network_that_has_changed_is_not_made_again(tmp_path):
    net = allocert.lffn([2, 2])
    mask = np.array([[True, False], [False, False]])
    pinned = net.pin({"W1": (mask, 0)})
    mask[:] = True
    assert pickle.loads(pickle.dumps(pinned)) == pinned and pinned.weights == 3
    scale = {"by": 1}
    changing = allocert.network(lambda x, w: scale["by"] * w * x, inputs=2, weights={"w": 2})
    make, arguments = changing.__reduce__()
    assert make(*arguments) == changing
    scale["by"] = 2
    with pytest.raises(AllocertError, match="has changed"):
        make(*arguments)
    file = tmp_path / "mine.star"
    file.write_text("def mine(n):\n    return lffn([n, n])\n")
    used = allocert.Network("mine(2)", use=[file])
    kept = pickle.dumps(used)
    file.unlink()
    assert pickle.loads(kept) == used


def test_what_is_not_cut_is_said():
    with pytest.raises(AllocertError, match="scan in parts has no option draws"):
        shards(allocert.scan, "lffn([2, 2])", parts=2, draws=5)
    with pytest.raises(NotSupported, match="law is not cut"):
        shards(allocert.law, "lffn([2, 2])", parts=2)
    net = allocert.network(forward, inputs=2, weights={"W": (2, 2), "v": 2})
    with pytest.raises(NotSupported, match="the commands cannot read forward"):
        shards(allocert.scan, net, parts=2)
    with pytest.raises(AllocertError, match="0 parts"):
        shards(allocert.scan, "lffn([2, 2])", parts=0)


def test_a_cluster_of_two_workers():
    distributed = pytest.importorskip("distributed", reason="SKIPPED: dask's distributed is not installed")
    tasks = shards(allocert.scan, "lrnn(1, 2, 1, 5)", parts=4)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        parts = client.gather([client.submit(task, pure=False) for task in tasks])
    assert merge(parts).counts == allocert.scan("lrnn(1, 2, 1, 5)", progress=False).counts
