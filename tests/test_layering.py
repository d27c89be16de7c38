"""The folders depend on each other in one direction only."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "runtime": set(),
    "train": {"runtime"},
    "convert": {"runtime", "train"},
    "firmware": {"runtime", "convert"},
}
FILES = [path for package in ALLOWED for path in sorted((ROOT / package).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    """Top-level packages that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_downwards(path: Path) -> None:
    """A file imports only from its own folder and those below it."""
    package = path.relative_to(ROOT).parts[0]
    ours = imported(path) & set(ALLOWED)
    assert ours <= ALLOWED[package] | {package}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_tensorflow_is_imported_in_one_place(path: Path) -> None:
    """Legacy Keras must be chosen before TensorFlow is imported, so train.tf alone imports it."""
    if path.relative_to(ROOT).as_posix() in ("train/tf.py", "runtime/interpreter.py"):
        return
    assert "tensorflow" not in imported(path)
