"""The notebooks of the book run from top to bottom."""

from pathlib import Path

import pytest

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")

NOTEBOOKS = sorted((Path(__file__).parents[2] / "docs/notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run(path):
    book = nbformat.read(path, as_version=4)
    if any("import" in cell.source and "torch" in cell.source for cell in book.cells):
        pytest.importorskip("torch", reason="SKIPPED: torch is not installed")
    nbclient.NotebookClient(book, timeout=300, kernel_name="python3").execute()


def test_there_are_two():
    assert len(NOTEBOOKS) == 2
