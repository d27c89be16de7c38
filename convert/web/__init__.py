"""The web app as static files: the page of ``runtime/web/app``, and networks in WebAssembly.

``models.json`` tells the page of the networks, ``version.js`` its service worker of the files, each
with the sha256 that the browser holds it to. The names of the networks' files carry their sha256,
so that any host may let them be cached for ever.
"""

import base64
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from convert import feed, tflite, wasm
from convert.compiler.arithmetic.match import Match
from convert.web import icon
from runtime import classifier, contract, ink
from runtime import image as preprocessing
from runtime.errors import ModelError
from runtime.tasks.digits import Digits
from runtime.tasks.meaning import Classes
from train import data

APP = Path(classifier.__file__).parent / "web" / "app"
"""The page's own files."""


@dataclass(frozen=True)
class Network:
    """A network that the page offers."""

    name: str
    path: Path  # of the .tflite
    labels: tuple[str, ...]
    modules: Mapping[str, wasm.Module]  # by "simd" and "plain"

    def files(self) -> Iterator[tuple[str, str, bytes]]:
        """Kind, name and content of its files."""
        for kind, module in self.modules.items():
            digest = hashlib.sha256(module.content).hexdigest()
            yield kind, f"{self.name}.{kind}.{digest[:8]}.wasm", module.content

    def about(self) -> dict[str, Any]:
        """What the page must know, for models.json."""
        module = self.modules["simd"]
        found: dict[str, Any] = {
            "name": self.name,
            "sha256": module.compiled.unit.network.sha256,
            "labels": self.labels,
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
    labels = _labels(path, content)
    modules = {
        kind: wasm.build(content, simd=kind == "simd", match=match) for kind in ("simd", "plain")
    }
    compiled = modules["plain"].compiled
    compiled.require_plain("the web app")
    _check(path, compiled.unit.network.input)
    name = model if model in classifier.bundled() else path.stem
    return Network(name, path, labels, modules)


def _labels(path: Path, model: tflite.Model) -> tuple[str, ...]:
    """The classes of a network for digits; raises ModelError for one that is for anything else."""
    what = ""
    if (len(model.inputs), len(model.outputs)) != (1, 1):
        what = f"has {len(model.inputs)} inputs and {len(model.outputs)} outputs"
    else:
        given, answer = (
            feed.as_runtime(model.tensors[number]) for number in (*model.inputs, *model.outputs)
        )
        found = contract.of(path, given, [answer])
        first = found.outputs[0]
        if isinstance(found.task, Digits) and isinstance(first, Classes):
            if first.scores == "logits":
                return first.labels
            what = f"gives {first.scores}"
        elif isinstance(found.task, Digits):
            what = f"gives {first.describe()['kind']}"
        else:
            what = f"is for {found.task.title} {list(found.task.shape)}"
    raise ModelError(
        f"{path} {what}: the app reads digits alone, by one output of logits; bundle.zip is for "
        "pages of your own"
    )


def _check(path: Path, tensor: Any) -> None:
    """Raise ModelError when the input is not ``pixel - 128`` of 28x28 pixels."""
    pixels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    values = preprocessing.to_float(pixels)
    steps = preprocessing.quantize(values, float(tensor.scale), tensor.zero_point, np.int8)
    same = np.array_equal(steps.ravel(), np.arange(-128, 128))
    if tensor.shape[1:] != (ink.SIDE, ink.SIDE, 1) or not same:
        raise ModelError(
            f"{path} does not take 28x28 pixels as pixel - 128: export it with thimble"
        )


def application(networks: Sequence[Network], first: str) -> dict[str, bytes]:
    """All files of the app by name; ``first`` is the network that is shown first."""
    files = {path.name: path.read_bytes() for path in sorted(APP.iterdir()) if path.is_file()}
    files |= {f"icon-{size}.png": icon.draw(size) for size in (192, 512)}
    files["examples.png"] = _examples()
    files["manifest.webmanifest"] = json.dumps(_MANIFEST, indent=1).encode()
    largest_first = sorted(networks, key=lambda one: -one.path.stat().st_size)
    about = {"first": first, "models": [network.about() for network in largest_first]}
    files["models.json"] = json.dumps(about, ensure_ascii=False).encode()
    later: dict[str, bytes] = {}
    for network in networks:
        for _, name, content in network.files():
            (files if network.name == first else later)[name] = content
    return files | later | _worker(files, later)


def _worker(files: Mapping[str, bytes], later: Mapping[str, bytes]) -> dict[str, bytes]:
    """What the service worker must know: ``files`` are kept at once, ``later`` when asked for."""

    def hashes(contents: Mapping[str, bytes]) -> str:
        kept = {name: integrity(content) for name, content in contents.items() if name != "sw.js"}
        if "index.html" in kept:
            kept["./"] = kept.pop("index.html")
        return json.dumps(kept, indent=1)

    lists = f"const FILES = {hashes(files)};\nconst LATER = {hashes(later)};\n"
    version = hashlib.sha256(lists.encode() + files["sw.js"]).hexdigest()[:12]
    return {"version.js": f'const VERSION = "{version}";\n{lists}'.encode()}


_MANIFEST = {
    "name": "thimble",
    "short_name": "thimble",
    "description": "Reads handwritten digits on your own device.",
    "start_url": "./",
    "scope": "./",
    "display": "standalone",
    "background_color": icon.PAPER,
    "theme_color": icon.PAPER,
    "icons": [
        {"src": f"icon-{size}.png", "sizes": f"{size}x{size}", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ],
}


def _examples() -> bytes:
    """A PNG of 28x28 digits side by side, 0 to 9."""
    digits = data.embedded()
    chosen = [int(np.flatnonzero(digits.labels == digit)[0]) for digit in range(10)]
    sink = io.BytesIO()
    Image.fromarray(np.hstack(list(digits.inputs[chosen]))).save(sink, "PNG", optimize=True)
    return sink.getvalue()
