"""The folders depend on each other in one direction only."""

import ast
from pathlib import Path

import pytest

from convert.compiler.operators import registry

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "runtime": set(),
    "train": {"runtime"},
    "convert": {"runtime", "train"},
    "firmware": {"runtime", "convert"},
    "thimble": {"runtime", "train", "convert", "firmware"},
}
ENTRIES = {"train/search/__main__.py": {"convert"}}
"""Commands in which parts meet that know nothing of each other: a search of networks, which is
training, and the compiler that judges their costs. Nothing imports an entry."""
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
    more = ENTRIES.get(path.relative_to(ROOT).as_posix(), set())
    assert ours <= ALLOWED[package] | {package} | more


def test_nothing_imports_an_entry() -> None:
    """What may import upwards is only ever run."""
    names = [entry.removesuffix(".py").replace("/", ".") for entry in ENTRIES]
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            assert not (isinstance(node, ast.ImportFrom) and node.module in names), path
            assert not (isinstance(node, ast.Import) and {a.name for a in node.names} & set(names))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_tensorflow_is_imported_in_one_place(path: Path) -> None:
    """Legacy Keras must be chosen before TensorFlow is imported, so train.tf alone imports it."""
    if path.relative_to(ROOT).as_posix() in ("train/tf.py", "runtime/interpreter.py"):
        return
    assert "tensorflow" not in imported(path)


STAGES = (
    ("ir",),
    ("program",),
    ("arithmetic",),
    ("memory",),
    ("operators",),
    ("targets",),
    ("frontend",),
    ("bands",),
    ("choice", "limits", "select"),
    ("channels", "resident"),
    ("lower", "simulate"),
    ("golden",),
    ("emit",),
    ("build",),
    ("toolchain", "estimate", "samples", "check", "survey"),
    ("command", "__main__"),
)
"""The parts of the compiler; each may import from those before it, and from its own line."""
LEVEL = {part: level for level, parts in enumerate(STAGES) for part in parts}
COMPILER = ROOT / "convert" / "compiler"
COMPILER_FILES = [
    path
    for path in sorted(COMPILER.rglob("*.py"))
    if path.parent != COMPILER or path.stem != "__init__"
]


def part_of(path: Path) -> str:
    """The part of the compiler that a file belongs to."""
    return path.relative_to(COMPILER).parts[0].removesuffix(".py")


def imported_parts(path: Path) -> set[str]:
    """The parts of the compiler that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            words = node.module.split(".")
            if words[:2] == ["convert", "compiler"]:
                found |= {words[2]} if words[2:] else {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("path", COMPILER_FILES, ids=lambda path: str(path.relative_to(COMPILER)))
def test_stages_of_the_compiler_point_one_way(path: Path) -> None:
    """Reading knows nothing of targets, operators nothing of the text, and so on."""
    own = LEVEL[part_of(path)]
    assert all(LEVEL[part] <= own for part in imported_parts(path))


@pytest.mark.parametrize("path", COMPILER_FILES, ids=lambda path: str(path.relative_to(COMPILER)))
def test_stages_know_no_operator_by_name(path: Path) -> None:
    """Only an operator's own module, and kernels made for it, have its name."""
    if part_of(path) in ("operators", "targets", "arithmetic"):  # activations have these names too
        return
    texts = {
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert not texts & set(registry())
