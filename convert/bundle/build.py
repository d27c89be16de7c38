"""``bundle.zip``: what an Android, iOS or web developer needs to ship the model, proven.

model.tflite     the int8 network behind the chosen type, with TensorFlow Lite metadata
labels.txt       one class per line, where there are classes
contract.json    what the model takes and answers, and how raw data becomes that
vectors.json     inputs and outputs that a port has to reach; the pictures are in vectors/
README.md, android.md, ios.md, web.md
java/, swift/    the preprocessing, for apps
"""

import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import numpy as np

from convert import feed, parity, tflite
from convert.bundle import archive, border, contract, metadata, ports, texts, vectors
from convert.bundle.kinds import KINDS
from runtime import console, worker
from runtime import contract as contracts
from runtime.classifier import as_type, dequantized
from runtime.contract import Contract
from runtime.dataset import Array, Examples, Floats
from runtime.errors import GateError, ModelError
from runtime.worker import WorkerError

NAME = "bundle.zip"
MODEL, INT8 = "model.tflite", "int8.tflite"
PROOFS = ((parity.NAMED, None), (("litert", "reference"), 1_000))
"""Runtimes that have to see no difference, and on how many examples; None: on all."""
_PIECE = 1 << 26  # bytes of input that a runtime is given at a time


def files(
    graph: tflite.Model, name: str, io: str, known: Contract, test: Examples
) -> dict[str, bytes]:
    """The archive for the int8 network ``graph``, which takes and gives ``io`` in it.

    {} and a note with the reason where the network cannot be bundled. The same input gives the same
    bytes. Raises GateError when the bundled model's outputs are not those of ``graph`` on the
    examples of ``test``, ModelError for an unknown ``io``.
    """
    if io not in border.IO:
        raise ModelError(f"no model takes {io!r} as its input here: choose {', '.join(border.IO)}")
    if reason := _unfit(graph, known, test):
        console.note(f"no {NAME}: {reason}")
        return {}
    try:
        outer = border.with_io(graph, io)
    except ModelError as error:
        console.note(f"no {NAME}: {error}")
        return {}
    return {NAME: _packed(graph, outer, metadata.About(name, version("thimble"), io), known, test)}


def _unfit(graph: tflite.Model, known: Contract, test: Examples) -> str:
    """Why there is no bundle; "": there can be one."""
    if len(graph.inputs) != 1:
        return f"the network has {len(graph.inputs)} inputs, a bundle is for one"
    if len(graph.outputs) != len(known.outputs):
        return f"{len(graph.outputs)} outputs, but {len(known.outputs)} are known"
    return "" if len(test) else "there are no examples to prove it on"


def _packed(
    graph: tflite.Model, outer: bytes, about: metadata.About, known: Contract, test: Examples
) -> bytes:
    model = metadata.described(outer, about, known)
    kind, task = KINDS[known.task.kind], known.task
    drawn = kind.drawn(task, test)
    with _folder({INT8: graph.content, MODEL: model, **drawn}) as folder:
        prove(folder / INT8, folder / MODEL, known, test.inputs)
        samples = kind.samples(task, test, [folder / file for file in drawn])
        found = vectors.made(folder / MODEL, known, samples, kind.values)
    described = contract.describe(tflite.parse(model), about.name, known)
    labels = {contracts.LABELS: metadata.label_file(known.labels)} if known.labels else {}
    shown = {f"{vectors.FOLDER}/{file}": content for file, content in drawn.items()}
    return archive.packed(
        {
            MODEL: model,
            **labels,
            contracts.NAME: contract.as_json(described, indent=2),
            "vectors.json": contract.as_json(found),
            **shown,
            **texts.written(described),
            **ports.written(kind.ports),
        }
    )


def prove(int8: Path, bundled: Path, known: Contract, examples: Array) -> None:
    """Raise GateError unless ``bundled`` answers what ``int8`` does, in every output.

    Both get the same values, those that the steps of a quantized input stand for, and the answers
    are compared as what they stand for.
    """
    graphs = [tflite.read(path) for path in (int8, bundled)]
    steps = max(1, _PIECE // max(1, known.task.real(examples[:1]).nbytes))
    for who, count in PROOFS:
        differing, chosen = 0, examples[:count]
        for start in range(0, len(chosen), steps):
            real = on_grid(known.task.real(chosen[start : start + steps]), graphs)
            try:
                one, other = _answers((int8, bundled), graphs, real, who)
            except WorkerError as error:
                if who == parity.NAMED:
                    raise
                console.note(f"{NAME} is not proven in {who[0]}'s {who[1]} kernels: {error.reason}")
                break
            differing += sum(int(np.sum(a != b)) for a, b in zip(one, other, strict=True))
        if differing:
            raise GateError(
                f"{differing} outputs of the bundled model differ from the int8 model's in "
                f"{who[0]}'s {who[1]} kernels: nothing was written"
            )


def on_grid(real: Floats, graphs: list[tflite.Model]) -> Floats:
    """``real`` as the first quantized input among ``graphs`` can say it.

    A runtime's QUANTIZE may round what lies midway otherwise than the contract's rule does.
    """
    for graph in graphs:
        given = feed.as_runtime(graph.tensors[graph.inputs[0]])
        if given.scale:
            return dequantized(as_type(real, given), given)
    return real


def _answers(
    paths: tuple[Path, Path], graphs: list[tflite.Model], real: Floats, who: tuple[str, str]
) -> list[list[Floats]]:
    """The outputs of both models for ``real``, as reals."""
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(worker.run, path, [feed.of_type(real, graph)[:, None]], *who)
            for path, graph in zip(paths, graphs, strict=True)
        ]
        found = [[one[:, 0] for one in job.result()] for job in jobs]
    pairs = zip(graphs, found, strict=True)
    return [parity.real_outputs(graph, answers) for graph, answers in pairs]


@contextmanager
def _folder(contents: Mapping[str, bytes]) -> Iterator[Path]:
    """A folder with ``contents`` for as long as it is needed."""
    with tempfile.TemporaryDirectory() as name:
        for file, content in contents.items():
            (Path(name) / file).write_bytes(content)
        yield Path(name)
