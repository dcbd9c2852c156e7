"""The workflow for GitHub Actions: its structure, and that its steps name what is there."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
# YAML reads `on` as a truth value.
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]
COMMANDS = "\n".join(step["run"] for step in STEPS if "run" in step)


def test_its_structure():
    assert set(WORKFLOW) <= {"name", True, "permissions", "jobs", "env", "concurrency"} and WORKFLOW["permissions"]
    for job in WORKFLOW["jobs"].values():
        assert {"runs-on", "steps", "timeout-minutes"} <= set(job) <= {"runs-on", "steps", "timeout-minutes", "env", "needs"}
    for step in STEPS:
        assert ("uses" in step) != ("run" in step) and set(step) <= {"uses", "run", "name", "with", "env"}, step
        assert "uses" not in step or re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]), step


def test_its_steps_name_what_is_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([\w-]+):", makefile, re.MULTILINE)
    asked = re.findall(r"\bmake ([\w-]+)", COMMANDS)
    assert {"test", "verify", "book"} <= set(asked) <= set(targets)
    written = [step["with"]["path"] for step in STEPS if "upload-artifact" in step.get("uses", "")]
    assert all(path in makefile for path in written)


def test_the_oldest_rust_is_the_one_that_the_manifest_names():
    manifest = (ROOT / "Cargo.toml").read_text(encoding="utf-8")
    oldest = re.search(r'rust-version = "([\d.]+)"', manifest)
    named = set(re.findall(r"cargo \+([\d.]+)|toolchain install ([\d.]+)", COMMANDS))
    assert oldest and {f"{oldest[1]}.0"} == {one or other for one, other in named}
    assert re.search(rf"Rust\]\(https://rustup.rs\) \({re.escape(oldest[1])} or newer\)", (ROOT / "README.md").read_text())
