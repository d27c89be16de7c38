"""The preprocessing in Java and in Swift: ``ports/``, the same steps as ``contract.json`` tells.

Kotlin calls the Java. The tests compile and run it; of the Swift they know the grammar alone.
"""

from collections.abc import Sequence
from importlib import resources

PLACES = {"java": "java/thimble/{}.java", "swift": "swift/{}.swift"}
"""Where a bundle keeps a source, by its language."""


def written(names: Sequence[str]) -> dict[str, bytes]:
    """The sources ``names`` in each language, by their places in the bundle."""
    folder = resources.files("convert.bundle") / "ports"
    return {
        place.format(name): (folder / language / f"{name}.{language}").read_bytes()
        for language, place in PLACES.items()
        for name in names
    }
