"""``bundle.zip``: what an Android, iOS or web developer needs to ship the model, proven.

model.tflite     the int8 network behind the chosen type, with TensorFlow Lite metadata
labels.txt       one class per line
contract.json    what the model takes and answers, and how a picture becomes that
vectors.json     pixels and outputs that a port has to reach, for the pictures in vectors/
README.md, android.md, ios.md, web.md
"""

import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import resources
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt

from convert import parity, tflite
from convert.bundle import archive, border, contract, metadata, pictures
from runtime import worker
from runtime.contract import Contract
from runtime.dataset import Examples
from runtime.errors import GateError
from runtime.ink import SIDE
from runtime.tasks.digits import Digits

NAME = "bundle.zip"
MODEL = "model.tflite"
NOTES = ("README.md", "android.md", "ios.md", "web.md")
PROOFS = ((parity.NAMED, None), (("litert", "reference"), 1_000))
"""Runtimes that have to see no difference, and on how many images; None: on all."""


def files(
    graph: tflite.Model, name: str, io: str, contract_: Contract, test: Examples
) -> dict[str, bytes]:
    """The bundle as a file of an export, for the tasks that have one."""
    return {NAME: bundle(graph, name, io, test)} if isinstance(contract_.task, Digits) else {}


def bundle(graph: tflite.Model, name: str, io: str, test: Examples) -> bytes:
    """The archive for the int8 network ``graph``, which takes and gives ``io`` in it.

    The same input gives the same bytes. Raises GateError when the bundled model's outputs are not
    those of ``graph`` on the images of ``test``, ModelError for an unknown ``io``.
    """
    labels = test.names
    about = metadata.About(
        name=name,
        description=f"Reads one {SIDE}x{SIDE} greyscale picture as one of {len(labels)} classes.",
        version=version("thimble"),
        io=io,
        side=SIDE,
    )
    model = metadata.described(border.with_io(graph, io), about, labels)
    drawn = pictures.draw(test)
    with _folder({"int8.tflite": graph.content, MODEL: model, **drawn}) as folder:
        prove(graph, folder / "int8.tflite", folder / MODEL, test.inputs)
        vectors = contract.vectors(folder / MODEL, [folder / file for file in drawn], labels)
    described = contract.describe(tflite.parse(model), name, labels)
    files = {
        MODEL: model,
        metadata.LABELS: metadata.label_file(labels),
        "contract.json": contract.as_json(described, indent=2),
        "vectors.json": contract.as_json(vectors),
    }
    shown = {f"{contract.FOLDER}/{file}": content for file, content in drawn.items()}
    return archive.packed(files | shown | _notes())


def prove(graph: tflite.Model, int8: Path, bundled: Path, images: npt.NDArray[np.uint8]) -> None:
    """Raise GateError unless ``bundled`` answers what ``int8``, a file of ``graph``, does."""
    output = graph.tensors[graph.outputs[0]]
    for who, count in PROOFS:
        with ThreadPoolExecutor(2) as pool:
            jobs = [
                pool.submit(worker.answers, path, images[:count], *who) for path in (int8, bundled)
            ]
            expected, found = (job.result() for job in jobs)
        differing = int(np.sum(_as_type(expected, found.dtype, output) != found))
        if differing:
            raise GateError(
                f"{differing} outputs of the bundled model differ from the int8 model's in "
                f"{who[0]}'s {who[1]} kernels: nothing was written"
            )


def _as_type(
    int8: npt.NDArray[np.generic], dtype: np.dtype[np.generic], output: tflite.Tensor
) -> npt.NDArray[np.generic]:
    """What int8 outputs are in a model of another ``dtype``."""
    steps = int8.astype(np.int32)
    if dtype == np.uint8:
        return steps + border.SHIFT
    if dtype == np.float32:
        return (steps - output.zero_points[0]).astype(np.float32) * np.float32(output.scales[0])
    return steps


@contextmanager
def _folder(files: Mapping[str, bytes]) -> Iterator[Path]:
    """A folder with ``files`` for as long as it is needed."""
    with tempfile.TemporaryDirectory() as name:
        for file, content in files.items():
            (Path(name) / file).write_bytes(content)
        yield Path(name)


def _notes() -> dict[str, bytes]:
    folder = resources.files("convert.bundle") / "notes"
    return {name: (folder / name).read_bytes() for name in NOTES}
