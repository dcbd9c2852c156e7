"""Every answer is the one of the command of its name."""

import json
import os
import shutil
import subprocess
import sys
import threading

import pytest

import allocert

NET = "lffn([2, 2, 2])"
DIAGONALS = "W1[0,0] W1[1,1] W2[0,0] W2[1,1]"


def command(*arguments):
    """The JSON of a command, run as a user of the package would."""
    done = subprocess.run([sys.executable, "-m", "allocert", *arguments, "--json"], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout.splitlines()[0])


@pytest.mark.parametrize(
    ("ours", "arguments"),
    [
        (lambda: allocert.rank(NET, "W1[0,:] W2[:,0]"), ["rank", NET, "W1[0,:] W2[:,0]"]),
        (lambda: allocert.rank(NET, "W1", samples=1, seed=5), ["rank", NET, "W1", "--samples", "1", "--seed", "5"]),
        (lambda: allocert.rank("relu([2, 2, 1])", "all"), ["rank", "relu([2, 2, 1])", "all"]),
        (
            lambda: allocert.rank("mlp([2, 3, 1], activation='tanh')", "W1"),
            ["rank", "mlp([2, 3, 1], activation='tanh')", "W1"],
        ),
        (lambda: allocert.scan(NET, sizes=(2, 4)), ["scan", NET, "--sizes", "2..4"]),
        (lambda: allocert.scan(NET, within="W1"), ["scan", NET, "--within", "W1"]),
        (lambda: allocert.law(NET), ["law", NET]),
        (lambda: allocert.match(NET, DIAGONALS, trials=50), ["match", NET, DIAGONALS, "--trials", "50"]),
        (lambda: allocert.match(NET, "W1"), ["match", NET, "W1"]),
        (
            lambda: allocert.match(NET, "W1", samples=1, teacher="labels", trials=20),
            ["match", NET, "W1", "--samples", "1", "--teacher", "labels", "--trials", "20"],
        ),
        (
            lambda: allocert.match(NET, "W1", teacher=allocert.lffn([2, 1, 2]), trials=20),
            ["match", NET, "W1", "--teacher", "lffn([2, 1, 2])", "--trials", "20"],
        ),
        (
            lambda: allocert.train(NET, "W1", teacher="lffn([2, 1, 2])", trials=5),
            ["train", NET, "W1", "--teacher", "lffn([2, 1, 2])", "--trials", "5"],
        ),
        (lambda: allocert.classify("lffn([1, 2, 1])"), ["classify", "lffn([1, 2, 1])"]),
        (lambda: allocert.classify("lffn([1, 2, 1])", maximal=True), ["classify", "lffn([1, 2, 1])", "--maximal"]),
        (lambda: allocert.design(NET, 4, avoid="W1[0,0]"), ["design", NET, "--size", "4", "--avoid", "W1[0,0]"]),
        (lambda: allocert.train(NET, DIAGONALS, trials=10), ["train", NET, DIAGONALS, "--trials", "10"]),
        (lambda: allocert.symmetries(NET), ["symmetries", NET]),
    ],
)
def test_answers_are_those_of_the_commands(ours, arguments):
    assert ours().to_dict() == command(*arguments)


def test_many_are_as_one_by_one():
    net = allocert.lffn([2, 3, 2])
    texts = ["none", "W1", "W2[0,:]", "W1[:,0] W2[:,1]", "all"]
    many = allocert.rank(net, texts)
    assert [answer.dim for answer in many] == [allocert.rank(net, text).dim for text in texts]
    assert [answer.allocation for answer in many] == [net.allocation(text).text for text in texts]
    verdicts = [answer.verdict for answer in allocert.match(net, ["W1", "none"])]
    assert verdicts == [allocert.match(net, text).verdict for text in ["W1", "none"]]


def test_published_values():
    # The two obstructions of lffn([2, 2, 2]): 8 allocations of 4 weights have dimension 3, 62 span.
    assert allocert.scan(NET, sizes=4).counts == [[4, 3, "8"], [4, 4, "62"]]
    orbits = allocert.orbits(NET, sizes=4, trials=20)
    assert sum(row["orbit"] for row in orbits.rows()) == 70
    assert sum(row["orbit"] for row in orbits.rows() if row["degree"] == 2) == 4
    # 2^35 allocations of a recurrent network, counted.
    counts = allocert.scan("lrnn(1, 5, 1, 11)", sizes=10).counts
    assert counts[-1] == [10, 10, "148667127"]


def test_frames():
    pd = pytest.importorskip("pandas")
    ranks = allocert.rank(NET, ["W1", "W2[0,0]"]).to_frame()
    assert list(ranks["dim"]) == [4, 1] and str(ranks["dim"].dtype) == "Int64"
    assert str(ranks["samples"].dtype) == "Int64" and ranks["samples"].isna().all()
    assert isinstance(ranks["evidence"].dtype, pd.CategoricalDtype)
    assert ranks.attrs["seed"] == 1 and ranks.attrs["version"] == allocert.__version__
    assert list(allocert.scan(NET).to_frame().columns) == ["size", "dim", "allocations"]
    matched = allocert.match(NET, DIAGONALS, trials=40).to_frame()
    assert 0.8955 < matched["enclosure_low"][0] < matched["enclosure_high"][0] < 0.8957
    assert matched["probability"].isna().all() and matched["ci95_low"].isna().all()
    sampled = allocert.match("lrnn(1, 2, 1, 4)", "D[0,0] B[0,0] W[0,0] W[1,1]", trials=40, progress=False).to_frame()
    assert sampled["ci95_low"][0] <= sampled["probability"][0] <= sampled["ci95_high"][0]
    polars = pytest.importorskip("polars")
    assert polars.DataFrame(allocert.scan(NET).rows()).height == len(allocert.scan(NET).rows())


def test_html_draws_and_escapes():
    for answer in [
        allocert.rank(NET, "W1[0,:] W2[:,0]"),
        allocert.rank(NET, ["W1", "W2"]),
        allocert.scan(NET),
        allocert.law(NET),
        allocert.match(NET, "W1"),
        allocert.classify("lffn([1, 2, 1])"),
        allocert.design(NET, 4),
    ]:
        page = answer._repr_html_()
        assert ("<table" in page and "lffn" in page) or "size" in page
    assert "&lt;" in allocert.results.table([{"a": "<b>"}])


def test_errors_are_one_family():
    with pytest.raises(allocert.MaskError, match=r"(?s)no tensor `W9`.*this network has W1 \(2, 2\)"):
        allocert.rank(NET, "W9[0,0]")
    with pytest.raises(allocert.ShapeError):
        allocert.lffn([2, 0, 2])
    with pytest.raises(allocert.NotSupported):
        allocert.law("relu([2, 2, 1])")
    with pytest.raises(allocert.AllocertError, match=r"nowhere\.star: No such file") as missing:
        allocert.Network("mine(2)", use=["nowhere.star"])
    assert type(missing.value) is allocert.AllocertError
    with pytest.raises(allocert.AllocertError, match="negative"):
        allocert.rank(NET, "W1", error_log2=3)
    with pytest.raises(allocert.AllocertError, match="did you mean"):
        allocert.Network("lfnn([2, 2])")
    with pytest.raises(allocert.MaskError, match="for lffn"):
        allocert.rank(NET, allocert.lffn([3, 3]).allocation("all"))
    with pytest.raises(allocert.LimitReached) as limit:
        allocert.scan("lffn([4, 4, 4, 3])", time_limit=0.3, progress=False)
    assert limit.value.partial is None or limit.value.partial["partial"]
    assert "--" not in str(limit.value)


def test_check_and_verify(tmp_path):
    certificate = tmp_path / "rank.cert"
    command("rank", NET, "W1", "--certificate", str(certificate))
    assert [report.verdict for report in allocert.check(certificate)] == ["valid"]
    certificate.write_text(certificate.read_text().replace('"value":4', '"value":3'))
    claims = tmp_path / "claims.star"
    claims.write_text(
        'claim(name = "right", statement = "s", networks = [lffn([2, 2])], holds = lambda net, a: a.dim == a.size)\n'
        'claim(name = "wrong", statement = "s", networks = [lffn([2, 2])], holds = lambda net, a: a.dim < 2)\n'
    )
    outcomes = allocert.verify(claims)
    assert [(claim.claim, claim.outcome) for claim in outcomes] == [("right", "verified"), ("wrong", "refuted")]
    assert outcomes[1].counterexample["network"] == "lffn([2, 2])" and not outcomes[1].as_expected
    with pytest.raises(allocert.AllocertError):
        allocert.verify(tmp_path / "absent.star")


def test_compare_takes_files_frames_and_rows(tmp_path):
    pd = pytest.importorskip("pandas")
    rows = [
        {"network": NET, "allocation": "W1", "samples": None, "trials": 100, "successes": 100},
        {"network": NET, "allocation": "W1[0,0]", "samples": None, "trials": 100, "successes": 90},
    ]
    findings = ["consistent", "contradiction"]
    assert [row["finding"] for row in allocert.compare(rows).rows()] == findings
    frame = pd.DataFrame(rows)
    assert [row["finding"] for row in allocert.compare(frame).rows()] == findings
    polars = pytest.importorskip("polars")
    assert [row["finding"] for row in allocert.compare(polars.DataFrame(rows)).rows()] == findings
    net = allocert.Network(NET)
    objects = pd.DataFrame([row | {"network": net, "allocation": net.allocation(row["allocation"])} for row in rows])
    assert [row["finding"] for row in allocert.compare(objects).rows()] == findings
    # A column of counts, some missing, holds floats.
    some = pd.DataFrame([rows[0] | {"samples": 1.0, "successes": 100.0}, rows[0]])
    assert list(some["samples"].isna()) == [False, True]
    assert [row.get("samples") for row in allocert.compare(some).rows()] == [1, None]
    masks = rows[0] | {"allocation": {"W1": [[True, True], [True, True]]}}
    assert [row["finding"] for row in allocert.compare([masks]).rows()] == findings[:1]
    for wrong in ({"network": [NET]}, ["x"], 3, []):
        with pytest.raises(allocert.AllocertError, match=r"no table of results|is no row|there is no row"):
            allocert.compare(wrong)
    frame.to_csv(tmp_path / "rows.csv", index=False)
    assert [row["finding"] for row in allocert.compare(tmp_path / "rows.csv").rows()] == findings


def test_two_threads_at_once():
    answers = {}

    def ask(seed):
        answers[seed] = [allocert.rank("lffn([3, 3, 3])", "W1", seed=seed).dim for _ in range(20)]

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert answers == {seed: [9] * 20 for seed in range(4)}


@pytest.mark.parametrize(
    "call",
    [
        "allocert.scan('lffn([4, 4, 4, 3])', progress=False)",
        f"allocert.match({NET!r}, {DIAGONALS!r}, trials=10**8, progress=False)",
        "allocert.train('lffn([3, 3, 3])', 'W1[0,0] W1[1,1] W2', trials=10**7, progress=False)",
        "allocert.law('lffn([4, 4, 4])')",
    ],
)
def test_ctrl_c_within_a_second(call, tmp_path):
    script = tmp_path / "long.py"
    script.write_text(
        "import allocert, os, signal, sys, threading, time\n"
        "def press():\n    global pressed\n    pressed = time.monotonic()\n    os.kill(os.getpid(), signal.SIGINT)\n"
        "threading.Timer(1.0, press).start()\n"
        f"try:\n    {call}\n    print('ended')\n"
        "except KeyboardInterrupt:\n    print('interrupted', time.monotonic() - pressed)\n"
        "sys.stdout.flush()\nos._exit(0)\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60)
    word, seconds = done.stdout.split()
    assert word == "interrupted" and float(seconds) < 1.0


def test_import_is_lean():
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, allocert; print(sorted({'torch', 'pandas', 'numpy'} & set(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.strip() == "[]"


def test_memory_is_flat():
    resource = pytest.importorskip("resource")
    net, calls = allocert.lffn([2, 2, 2]), 20

    def pages():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()

    if not os.path.exists("/proc/self/statm"):
        pytest.skip("there is no /proc")
    chosen = [net.allocation({i % 8, (3 * i + 1) % 8}) for i in range(1000)]
    texts = [f"W1[{i % 2},:]" for i in range(100)]

    def ask():
        allocert.rank(net, chosen)
        for text in texts:
            allocert.rank(NET, text)
            net.mask(text)

    ask()
    before = pages()
    for _ in range(calls):
        ask()
    assert pages() - before < 4 << 20


def test_commands_are_installed():
    for name in ("allocert", "allocert-check"):
        path = shutil.which(name, path=os.path.dirname(sys.executable))
        if path is None:
            pytest.skip("the package is not installed, only on the path")
        done = subprocess.run([path, "--help"], capture_output=True, text=True)
        assert done.returncode == 0 and "certificate" in done.stdout
    assert subprocess.run([sys.executable, "-m", "allocert", "rank"], capture_output=True).returncode == 2


def test_what_is_printed_says_the_answer():
    assert "for every allocation A: " in str(allocert.law(NET)) and "complete: proved" in str(allocert.law(NET))
    printed = str(allocert.scan(NET, sizes=4, progress=False))
    assert "size  dim  allocations" in printed and "   4    4           62" in printed
    assert "permutation: transposition" in str(allocert.symmetries(NET))
    assert (
        str(allocert.rank(NET, "W1")).splitlines()[1]
        == "  reachable dimension: 4 of 4 weights (proved: a non-zero minor; no more weights)"
    )


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: allocert.rank(3, "all"), "int is not a network"),
        (lambda: allocert.rank(NET, None), "None is no allocation"),
        (lambda: allocert.rank(NET, "all", samples="x"), "samples is 'x'"),
        (lambda: allocert.rank(NET, "all", samples=1.5), "samples is 1.5"),
        (lambda: allocert.rank(NET, "all", samples=-1), "samples is -1"),
        (lambda: allocert.rank(NET, "all", seed=-1), "seed is -1"),
        (lambda: allocert.match(NET, "all", trials=-1), "trials is -1"),
        (lambda: allocert.scan(NET, sizes="x"), "sizes is 'x'"),
        (lambda: allocert.design(NET, -1), "size is -1"),
        (lambda: allocert.rank(NET, "all", seed=2**70), "seed is 1180591620717411303424"),
        (lambda: allocert.rank(NET, "all", error_log2=-10.5), "error_log2 is -10.5"),
        (lambda: allocert.rank("relu([2, 2, 1])", "all", draws=0), "draws is 0"),
        (lambda: allocert.scan(NET, time_limit="x"), "time_limit is 'x'"),
        (lambda: allocert.scan(NET, time_limit=float("nan")), "time_limit is nan"),
        (lambda: allocert.scan(NET, sizes=-1), "sizes is -1"),
        (lambda: allocert.match(NET, "W1", precision="x"), "precision is 'x'"),
        (lambda: allocert.match(NET, "W1", teacher="labels", ensemble="orthogonal"), "leave out one of them"),
        (lambda: allocert.train(NET, "W1", teacher="lffn([2, 2])", ensemble="labels"), "leave out one of them"),
        (lambda: allocert.match(NET, "W1", teacher=3), "int is not a network"),
        (lambda: allocert.law(NET, most_flats=-1), "most_flats is -1"),
        (lambda: allocert.design(NET, 2, per_row=-1), "per_row is -1"),
        (lambda: allocert.design(NET, 2, alternatives="x"), "alternatives is 'x'"),
        (lambda: allocert.train(NET, "W1", tolerance=-1), "tolerance is -1"),
        (lambda: allocert.train(NET, "W1", learning_rate=float("nan")), "learning_rate is nan"),
        (lambda: allocert.train(NET, "W1", iterations=1.5), "iterations is 1.5"),
        (lambda: allocert.train(NET, "W1", restarts=-1), "restarts is -1"),
        (lambda: allocert.check(None), "None is not the name of a file"),
        (lambda: allocert.verify(3), "3 is not the name of a file"),
        (lambda: allocert.verify("--help"), "--help: No such file"),
        (lambda: allocert.merge([1]), "a int is no part"),
        (lambda: allocert.shards(allocert.scan, NET, parts="x"), "parts is 'x'"),
        (lambda: allocert.check("nowhere.cert"), "cannot read nowhere.cert: No such file"),
    ],
)
def test_every_slip_is_an_error_of_the_family(ask, says):
    with pytest.raises(allocert.AllocertError, match=says):
        ask()


def test_what_is_not_known_is_nothing_and_no_error():
    # Of so many weights the teacher's dimension is not computed.
    answer = allocert.rank("lora(96, 3)", "U V")
    assert answer.teacher_dim is None and answer.spans is False and answer.teacher_at_least >= answer.dim
    assert "teacher dimension: at least 575" in str(answer)
    open_one = type(answer)({name: value for name, value in answer.to_dict().items() if name != "spans"})
    assert open_one.spans is None and "not known" in str(open_one)
    with pytest.raises(AttributeError, match="no 'teacher_dimension'"):
        _ = answer.teacher_dimension


def test_a_match_probability_is_said_as_it_is_known():
    def said(net, weights):
        return str(allocert.match(net, weights, trials=50, progress=False))

    assert "probability: 3/8 = 0.375" in said("pnn([3, 2, 1], 2)", "W1") and "probability: 1\n" in said(NET, "W1")
    diagonals = allocert.match(NET, "W1[0,0] W1[1,1] W2[0,0] W2[1,1]", trials=50, progress=False)
    assert diagonals.probability is None and diagonals.ci95 is None
    low, high = diagonals.enclosure
    assert 0.8955 < low < high < 0.8957 and "(proved)" in str(diagonals)
