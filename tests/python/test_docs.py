"""What the documentation shows is what Python prints."""

import doctest
import importlib
import importlib.util
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLAGS = doctest.ELLIPSIS


def run(text, name, namespace):
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    runner.run(doctest.DocTestParser().get_doctest(text, namespace, name, name, 0))
    assert runner.summarize(verbose=False).failed == 0


def test_the_page_about_python():
    text = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(?:<!-- needs (torch|jax) -->\n)?```pycon\n(.*?)```", text, re.DOTALL)
    assert len(blocks) >= 4 and {needed for needed, _ in blocks} == {"", "torch", "jax"}
    kept = [block for needed, block in blocks if not needed or importlib.util.find_spec(needed)]
    run("\n".join(kept), "docs/python.md", {})


def test_the_readme():
    pytest.importorskip("torch", reason="SKIPPED: torch is not installed")
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "from_torch" in block]
    assert len(blocks) == 1
    exec(compile(blocks[0], "README.md", "exec"), {})


MODULES = ["allocert", *("allocert." + name for name in "claims cluster jax networks plots questions tensors torch".split())]


def test_every_public_function_has_an_example():
    package = importlib.import_module("allocert")
    functions = [getattr(package, name) for name in package.__all__]
    without = [one.__name__ for one in functions if inspect.isfunction(one) and ">>>" not in (inspect.getdoc(one) or "")]
    assert without == []


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_functions(module):
    other = module.removeprefix("allocert.")
    if other in ("jax", "torch"):
        pytest.importorskip(other, reason=f"SKIPPED: {other} is not installed")
    loaded = importlib.import_module(module)
    package = importlib.import_module("allocert")
    # What is called like something of the package is that of the module.
    others = {name: value for name, value in vars(package).items() if not hasattr(loaded, name)}
    results = doctest.testmod(loaded, extraglobs=others)
    assert results.failed == 0 and results.attempted
