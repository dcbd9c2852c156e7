"""What the documentation shows is what Python prints."""

import contextlib
import doctest
import importlib
import importlib.util
import inspect
import io
import re
from pathlib import Path

import pytest

import allocert

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


def test_methods_as_modules_of_torch():
    pytest.importorskip("torch", reason="SKIPPED: torch is not installed")
    text = (ROOT / "docs/methods.md").read_text(encoding="utf-8")
    blocks = [b for b in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if not b.startswith("# file:")]
    assert len(blocks) == 9
    names = {}
    exec("import torch, allocert\nfrom torch import nn", names)
    for block in blocks:
        if "from peft" in block and not importlib.util.find_spec("peft"):
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block, "docs/methods.md", "exec"), names)
        # What is printed stands behind the last line.
        assert block.rstrip().endswith("  # " + printed.getvalue().strip()), printed.getvalue()


EXAMPLES = [f"allocert.{name}" for name in "claims cluster errors jax networks plots questions results tensors torch".split()]
MODULES = ["allocert", *EXAMPLES]


def test_the_example_of_what_is_native():
    run(allocert.Allocation.__doc__, "Allocation", {})


def public(module):
    """The functions and classes of a module, and what their users call on them, with their documentation."""
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        # Answers are what the questions give; the functions beside them are the package's own.
        if inspect.isclass(value) or (inspect.isfunction(value) and module.__name__ != "allocert.results"):
            yield f"{module.__name__}.{name}", value
        for own, member in vars(value).items() if inspect.isclass(value) and name in SHOWN else ():
            if not own.startswith("_") and (isinstance(member, property) or inspect.isfunction(member)):
                yield f"{module.__name__}.{name}.{own}", member


SHOWN = {"Network", "Result", "Table"}
"""Classes whose methods and properties have examples of their own; the others are shown by that of the class."""
WITHOUT = {"Check", "Verify", "Result", "Tabular", "as_network", "as_tensor"}
"""What is shown elsewhere, or is for the package."""


def test_what_is_public_has_an_example():
    package = importlib.import_module("allocert")
    named = [(name, getattr(package, name)) for name in package.__all__]
    modules = [importlib.import_module(module) for module in EXAMPLES if module not in ("allocert.jax", "allocert.torch")]
    found = [*named, *(pair for module in modules for pair in public(module))]
    shown = [(name, inspect.getdoc(one) or "") for name, one in found if callable(one) or isinstance(one, property)]
    without = [name for name, text in shown if ">>>" not in text]
    assert [name for name in without if name.rsplit(".", 1)[-1] not in WITHOUT] == []


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
