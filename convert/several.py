"""Networks of several inputs: int8 by post-training quantization, compared by numbers alone.

No task says how things of the world become several inputs, so arrays are given as the network takes
them, and nothing says what is right: each output of int8 is compared with that of float, and the
runtimes with each other.
"""

import hashlib
import shlex
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from convert import audit, carray, network, parity, previous, publish, tflite
from convert.compiler.build import compile_model
from convert.feed import as_runtime
from convert.network import Network
from convert.parity import NAMED, Fidelity, Who
from convert.quantizing import CALIBRATION
from convert.report.document import dump
from runtime import console, interpreter, worker
from runtime.classifier import as_type
from runtime.console import table
from runtime.dataset import Array, Floats
from runtime.errors import DataError, GateError
from runtime.interpreter import Tensor
from runtime.reading import raw
from train.tf import configure

LEAST = 10
"""Examples: the last 30 % of them, in a drawn order, are compared on, and no range is from them."""
_LEARNT = 0.7
LEAST_SQNR = 10.0
"""Decibels: below it the noise is a tenth of the signal's power and more."""


@dataclass(frozen=True)
class Asked:
    """What is to be exported, and how."""

    model: Path
    inputs: Path  # its arrays, an .npz
    folder: Path  # of the result
    options: Callable[[str], dict[str, str]]  # of the command, by how it is quantized
    public: str  # starts the public names of the C
    seed: int
    threads: int
    force: bool  # whether anything may be replaced


@dataclass(frozen=True)
class Differing:
    """One runtime against the named one, by output."""

    name: str
    values: tuple[float, ...]  # share of the values of each output that differ, 0..1


@dataclass(frozen=True)
class Compared:
    """What was found of an int8 network."""

    graph: tflite.Model
    calibrated: int  # examples
    examples: int  # that it is compared on
    fidelity: Mapping[str, Fidelity]  # of each output; empty: there is no float network
    runtimes: Sequence[Differing]


def export(asked: Asked) -> Compared:
    """Do the whole job; raises ThimbleError, and then leaves the previous result as it was."""
    guard = previous.guard(f"--model {asked.model.name}", force=asked.force)
    with publish.claim(asked.folder, guard) as claim:
        configure(asked.seed, asked.threads)
        source = network.load(asked.model)
        if len(source.inputs) < 2:
            raise DataError(f"{asked.model} has one input: give --data instead of --inputs")
        console.note(f"float model: {source.origin}, as given")
        how = "ready" if source.how == "ready" else "ptq"
        console.note(
            f"quantization: {network.WAYS[how]} (a network of {len(source.inputs)} inputs is not "
            "trained here)"
        )
        found = make(source, asked.inputs, asked.seed)
        require_close(found, asked.inputs)
        claim.publish(files(found, source, asked, how))
    return found


def make(source: Network, given: Path, seed: int) -> Compared:
    """Quantize ``source`` and compare, with the arrays in ``given``; raises ThimbleError."""
    real = _scaled(source, given)
    count = len(real[0])
    if count < LEAST:
        raise DataError(f"{given} has {count} examples, {LEAST} are needed at least: add some")
    order = np.random.default_rng(seed).permutation(count)
    learnt, tested = np.split(order, [int(_LEARNT * count)])
    learnt, tested = learnt[:CALIBRATION], np.sort(tested)
    graph = tflite.parse(source.quantize([one[learnt] for one in real]), source.origin)
    if source.how != "ready":
        audit.check(graph, source.origin)
    console.note(f"int8 model: {len(graph.content):,} bytes, {', '.join(graph.op_names)}")
    shown = [one[tested] for one in real]
    answers = _answers(graph, shown)
    names = [output.name for output in source.outputs]
    reals = parity.real_outputs(graph, answers[NAMED])
    floats = source.predict(shown) or []
    close = [parity.fidelity(*pair) for pair in zip(floats, reals, strict=False)]
    runtimes = [_differing(who, answers) for who in answers]
    return Compared(
        graph, len(learnt), len(tested), dict(zip(names, close, strict=False)), runtimes
    )


def require_close(found: Compared, given: Path) -> None:
    """Raise GateError for an output of which int8 keeps next to nothing."""
    for name, one in found.fidelity.items():
        if one.sqnr_db < LEAST_SQNR:
            raise GateError(
                f"output {name!r} of int8 has a SQNR of {one.sqnr_db:.1f} dB to float, "
                f"{LEAST_SQNR:g} are needed: see whether the arrays in {given} are what the "
                "network gets, and not all the same; nothing was written"
            )


def _scaled(source: Network, given: Path) -> list[Floats]:
    """The arrays of each input as int8 takes them: scaled by what was taken off the network."""
    tensors = [
        Tensor(one.name, (1, *one.shape), np.dtype(np.float32), 0.0, 0) for one in source.inputs
    ]
    found = []
    for array, one in zip(raw.load(given, tensors, reals=True), source.inputs, strict=True):
        values = array[:, 0]
        if one.scaling is not None:
            mean, deviation = (np.array(v, np.float32) for v in one.scaling)
            values = np.asarray((values - mean) / deviation, np.float32)
            console.note(
                f"input {one.name!r}: the int8 network takes (x - {list(one.scaling.mean)}) / "
                f"{list(one.scaling.deviation)}, which the float one did itself"
            )
        found.append(values)
    return found


def _answers(graph: tflite.Model, real: Sequence[Floats]) -> dict[Who, list[Array]]:
    """Every output of every runtime present."""
    given = [
        as_type(values, as_runtime(graph.tensors[number]))[:, None]
        for values, number in zip(real, graph.inputs, strict=True)
    ]
    present = [who for who in parity.RUNTIMES if who[0] in interpreter.installed()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        path.write_bytes(graph.content)
        running = console.progress(present, "runtimes")
        return {
            who: [one[:, 0] for one in worker.run(path, given, *who, fresh=True)] for who in running
        }


def _differing(who: Who, answers: Mapping[Who, Sequence[Array]]) -> Differing:
    backend, kernels = who
    name = f"{backend} {interpreter.version(interpreter.BACKENDS[backend])}, {kernels} kernels"
    pairs = zip(answers[who], answers[NAMED], strict=True)
    return Differing(name, tuple(float(np.mean(left != right)) for left, right in pairs))


def as_text(found: Compared) -> str:
    """For people."""
    close = [
        (name, f"{one.rmse:.4g}", f"{one.cosine:.6f}", f"{one.sqnr_db:.1f} dB")
        for name, one in found.fidelity.items()
    ]
    shares = [
        (row.name, *(f"{100 * share:.2f} %" for share in row.values)) for row in found.runtimes
    ]
    outputs = [f"output {number}" for number, _ in enumerate(found.graph.outputs)]
    named = list(found.fidelity) or outputs
    parts = [table(("values that differ, by output", *named), shares)]
    if close:
        parts.insert(0, table(("int8 against float, output", "RMSE", "cosine", "SQNR"), close))
    told = (
        f"{found.examples} examples. Nothing says what is right, so that no output is judged: "
        "compare them with what you know, in float and in int8."
    )
    return "\n\n".join([*parts, told])


def as_data(found: Compared) -> dict[str, Any]:
    """For machines; null: no difference."""
    close = {
        name: {**asdict(one), "sqnr_db": one.sqnr_db if np.isfinite(one.sqnr_db) else None}
        for name, one in found.fidelity.items()
    }
    rows = [asdict(row) for row in found.runtimes]
    return {"examples": found.examples, "outputs": close, "runtimes": rows}


def files(found: Compared, source: Network, asked: Asked, how: str) -> dict[str, bytes]:
    """Every file of the result, by name; the same input gives the same bytes."""
    real, name = source.float32(), asked.folder.name
    text = f"# {name}: int8 against float\n\n{as_text(found)}\n"
    contents = {
        "model.tflite": found.graph.content,
        **({} if real is None else {"model_float.tflite": real}),
        **network.own(asked.model),
        **carray.generate(found.graph, "model.tflite", (), asked.public).files(),
        **compile_model(found.graph, asked.public, source="model.tflite").files(),
        "report.md": text.encode(),
    }
    manifest = {
        "model": name,
        "float_model": f"{source.origin}, as given",
        "quantize": how,
        **_provenance(found, asked, how),
        "labels": [],
        "operators": list(found.graph.op_names),
        "training": {"float": None, "fine_tuning": None},
        "compared": as_data(found),
        "files": publish.listed(contents),
    }
    return contents | {"manifest.json": dump(manifest)}


def _provenance(found: Compared, asked: Asked, how: str) -> dict[str, Any]:
    options = asked.options(how) | {"--inputs": asked.inputs.name}
    words = [word for pair in options.items() for word in pair]
    packages = ("thimble", "tensorflow", "numpy")
    python = ".".join(map(str, sys.version_info[:2]))
    return {
        "command": shlex.join(["python", "-m", "convert.export", *words]),
        "data": {
            "source": f"file {asked.inputs.name}",
            "sha256": hashlib.sha256(asked.inputs.read_bytes()).hexdigest(),
            "train_images": found.calibrated,
            "validation_images": 0,
            "test_images": found.examples,
        },
        "versions": {"python": python} | {name: version(name) for name in packages},
    }
