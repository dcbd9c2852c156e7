"""What the documentation shows is what Python prints."""

import doctest
import importlib
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
    blocks = re.findall(r"(<!-- needs torch -->\n)?```pycon\n(.*?)```", text, re.DOTALL)
    assert len(blocks) >= 4
    try:
        import torch  # noqa: F401
    except ImportError:
        blocks = [block for block in blocks if not block[0]]
    run("\n".join(block for _, block in blocks), "docs/python.md", {})


def test_the_readme():
    pytest.importorskip("torch", reason="SKIPPED: torch is not installed")
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "from_torch" in block]
    assert len(blocks) == 1
    exec(compile(blocks[0], "README.md", "exec"), {})


@pytest.mark.parametrize("module", ["allocert", "allocert.claims", "allocert.cluster", "allocert.networks", "allocert.questions"])
def test_the_examples_of_functions(module):
    loaded = importlib.import_module(module)
    results = doctest.testmod(loaded, extraglobs=vars(importlib.import_module("allocert")))
    assert results.failed == 0 and results.attempted
