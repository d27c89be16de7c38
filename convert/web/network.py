"""A network that the page offers: compiled, with all that the page must know of it."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert import feed, tflite, wasm
from convert.compiler.arithmetic.match import Match
from runtime import classifier
from runtime.contract import Contract
from runtime.errors import ModelError


@dataclass(frozen=True)
class Network:
    """A network that the page offers."""

    name: str
    path: Path  # of the .tflite
    contract: Contract
    modules: Mapping[str, wasm.Module]  # by "simd" and "plain"

    def files(self) -> Iterator[tuple[str, str, bytes]]:
        """Kind, name and content of its files."""
        for kind, module in self.modules.items():
            digest = hashlib.sha256(module.content).hexdigest()
            yield kind, f"{self.name}.{kind}.{digest[:8]}.wasm", module.content

    def about(self) -> dict[str, Any]:
        """What the page must know, for models.json."""
        module = self.modules["simd"]
        sha256 = module.compiled.unit.network.sha256
        found: dict[str, Any] = {
            "name": self.name,
            "sha256": sha256,
            "accuracy": _accuracy(self.path, sha256),
            "contract": self.contract.describe(),
            "apart": self.contract.apart,
            **module.about(),
        }
        for kind, name, content in self.files():
            found[kind] = {"file": name, "integrity": integrity(content), "bytes": len(content)}
        return found


def integrity(content: bytes) -> str:
    """The sha256 of a file as browsers want it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode()


def load(model: str, match: Match = Match.XNNPACK) -> Network:
    """A bundled model by its name, or a ``.tflite``, compiled to the bytes of ``match``.

    Raises ModelError when it cannot be compiled or is not one that the page can use, ToolError when
    clang or lld is missing.
    """
    path = classifier.find(model)
    content = tflite.read(path)
    _require_one_input(path, content)
    modules = {
        kind: wasm.build(content, simd=kind == "simd", match=match) for kind in ("simd", "plain")
    }
    known = feed.contract_of(path, modules["plain"].compiled.unit.network)
    if known is None:
        given = content.tensors[content.inputs[0]]
        raise ModelError(
            f"{path} takes {given.dtype.lower()} {list(given.shape)}, which is no list of real "
            "numbers with a batch of 1 in front: the app cannot say how the world becomes that; "
            "`thimble package --for npm` makes a module for a page of your own"
        )
    return Network(_name(model, path), path, known, modules)


def _name(model: str, path: Path) -> str:
    """What the page calls it: the file's name, or its folder's where all files are called so."""
    if model in classifier.bundled():
        return model
    return path.resolve().parent.name if path.name == "model.tflite" else path.stem


def _require_one_input(path: Path, content: tflite.Model) -> None:
    if len(content.inputs) != 1:
        raise ModelError(
            f"{path} has {len(content.inputs)} inputs: the app shows networks of one, because no "
            "task says how the world becomes several; `thimble package --for npm` makes a module "
            "for a page of your own"
        )


def _accuracy(path: Path, sha256: str) -> float | None:
    """Of the int8 network on its test data, 0..1, from the export's manifest; None: not told.

    A manifest of another model that came to lie beside it says nothing of this one.
    """
    try:
        found = json.loads((path.parent / "manifest.json").read_text(encoding="utf-8"))
        is_its = found["files"][path.name]["sha256"] == sha256
        figure = found["accuracy"]["int8"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return float(figure) if is_its and isinstance(figure, int | float) else None
