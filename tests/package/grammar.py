"""The syntax of Swift and Kotlin by tree-sitter's grammars, which tests/tools.sh fetches."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "build/tree-sitter"
LANGUAGES = {
    ".swift": "tree_sitter_swift",
    ".kts": "tree_sitter_kotlin",
    ".kt": "tree_sitter_kotlin",
}


def errors(path: Path) -> list[str]:
    """What a file has that the grammar does not know, each with its line; [] is the aim."""
    if not FOLDER.is_dir():
        pytest.skip("needs build/tree-sitter: run tests/tools.sh, connected")
    sys.path.insert(0, str(FOLDER))
    try:
        import tree_sitter

        grammar = __import__(LANGUAGES[path.suffix])
    finally:
        sys.path.remove(str(FOLDER))
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    return list(_wrong(parser.parse(path.read_bytes()).root_node))


def _wrong(node: Any) -> Iterator[str]:
    if node.is_error or node.is_missing:
        yield f"line {node.start_point[0] + 1}: {node.type}"
    for child in node.children:
        yield from _wrong(child)
