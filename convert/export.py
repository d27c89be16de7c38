"""The main job: from a float model to a proven int8 model, ``python -m convert.export``.

float model -> judged on held-out data -> quantization-aware fine-tuning, or post-training
quantization -> full-int8 .tflite -> parity with the float model -> C array and C -> bundle for
phones -> report -> manifest. Everything lands in one folder, whole or not at all; a model that
loses more accuracy than --max-drop is not published.

For example:
  python -m convert.export --preset base
  python -m convert.export --data photos --preset small
  python -m convert.export --model mine.keras --data recordings.npz
"""

import argparse
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from convert import artifacts, carray, meanings, network, previous, publish, quantizing, several
from convert.artifacts import Provenance
from convert.bundle import border
from convert.network import WAYS, Network, Support
from convert.parity import Judged, Parity
from convert.report import tables
from runtime import console, numbers, options
from runtime.errors import DataError, GateError, ModelError
from runtime.judge import Judgement
from runtime.options import Wanted
from runtime.tasks import scaling
from runtime.tasks.digits import Digits
from train import curves, fit, presets, store
from train.data import Dataset
from train.loop import Epoch
from train.presets import Preset, Recipe
from train.tf import DEFAULT_THREADS, configure, keras

MAX_DROP = 0.1
"""Percentage points of accuracy that int8 may lose, on 10,000 examples."""
MAX_WORSE = 10.0
"""Percent by which int8's error may be larger, where there is no accuracy."""
OTHER_RECIPE = Recipe(epochs=0, peak_rate=0, augmentation="light")
"""Fine-tuning of a model that is not a preset's."""


@dataclass(frozen=True)
class Request:
    """What was asked for."""

    preset: Preset
    out: Path
    model: Path | None = None  # a network of one's own; None: the preset's
    wanted: Wanted = field(default_factory=Wanted)
    quantize: str = ""  # "qat" or "ptq"; "": the first that the network takes
    io: str = "uint8"  # of the bundled model, one of border.IO
    max_drop: float | None = None  # points, or percent of an error; None: by the size of the set
    min_accuracy: float | None = None  # of the float network, 0..1; None: better than blind
    seed: int = 0
    threads: int = DEFAULT_THREADS
    name: str | None = None  # starts the public names of the C; None: "model"
    inputs: Path | None = None  # arrays for a network of several inputs
    force: bool = False  # whether anything may be replaced

    @property
    def source(self) -> str:
        """The option that says what network this is of, as the manifest's command has it."""
        return f"--model {self.model.name}" if self.model else f"--preset {self.preset.name}"

    @property
    def title(self) -> str:
        """The name of the model, and of its folder."""
        return self.model.stem if self.model else fit.title(self.preset, self.wanted)

    @property
    def recipe(self) -> Recipe:
        """How the model is fine-tuned."""
        return OTHER_RECIPE if self.model else self.preset.recipe

    @property
    def public(self) -> str:
        """What starts the public names of the C, and its files."""
        return carray.c_name(self.name or "model")

    def options(self, how: str) -> dict[str, str]:
        """What decides the result besides the data: options of the command, without paths."""
        model = {"--model": self.model.name} if self.model else {"--preset": self.preset.name}
        repeat = {"--seed": str(self.seed), "--threads": str(self.threads)}
        name = {"--name": self.public} if self.name else {}
        quantize = {} if how == "ready" else {"--quantize": how}
        return model | quantize | {"--io": self.io} | repeat | name


@dataclass(frozen=True)
class Origin:
    """Where the float network comes from."""

    network: Network
    dataset: Dataset
    phrase: str  # for people
    history: Sequence[Epoch] | None  # of its training; None: not kept
    given: Mapping[str, bytes]  # its own file, by the name that it gets in the result


def export(request: Request) -> Parity:
    """Do the whole job; raises ThimbleError, and then leaves the previous result as it was."""
    guard = previous.guard(request.source, force=request.force)
    with publish.claim(request.out / request.title, guard) as claim:
        configure(request.seed, request.threads)
        origin = _own(request, request.model) if request.model else _preset(request)
        console.note(f"float model: {origin.phrase}")
        how = _how(request, origin)
        settings = quantizing.Settings(how, request.seed, request.min_accuracy)
        made = quantizing.make(origin.network, origin.dataset, request.recipe, settings)
        result = made.parity
        _require_kept(request, result)
        allowed = gate(request.max_drop, result.images, result.int8)
        provenance = Provenance(
            request.title,
            request.io,
            origin.phrase,
            request.options(how),
            how,
            allowed,
            origin.history,
            made.history,
            made.fake,
            request.public,
            origin.given,
        )
        claim.publish(artifacts.collect(provenance, origin.network, made, origin.dataset))
    return result


def _require_kept(request: Request, result: Parity) -> None:
    """Raise GateError for the first output that loses more than is allowed."""
    for number, judged in enumerate(result.judged):
        allowed = gate(request.max_drop, result.images, judged.int8)
        if judged.drop > allowed:
            where = f"output {result.names[number]!r}: " if result.names else ""
            raise GateError(where + _lost(judged, allowed))


def _lost(result: Judged, allowed: float) -> str:
    if result.int8 is not None and result.int8.is_share:
        return (
            f"int8 reads {result.int8} right where float reads {result.real}: {result.drop:.2f} "
            f"points of accuracy are lost, allowed are {allowed:.2f} (--max-drop): nothing was "
            "written"
        )
    return (
        f"the {result.int8.measure if result.int8 else 'error'} of int8 is {result.drop:.1f} % "
        f"larger than that of float, allowed are {allowed:.1f} (--max-drop): nothing was written"
    )


def _how(request: Request, origin: Origin) -> str:
    """How the network becomes int8, said before anything is trained or quantized."""
    support = origin.network.support
    if support.how == "qat" and (reason := _silent(origin)):
        support = Support("ptq", reason)
    keras.backend.reset_uids()  # names in the result do not depend on what was tried before
    if request.quantize == "qat" and support.how != "qat":
        raise ModelError(f"--quantize qat is not possible: {support.reason}")
    chosen = request.quantize if request.quantize and support.how == "qat" else support.how
    if request.model:
        asked = request.quantize and support.how == "qat"
        reason = "as --quantize asks for" if asked else support.reason
        console.note(f"quantization: {WAYS[chosen]} ({reason})")
    return chosen


def _silent(origin: Origin) -> str:
    """Why the data do not say what every output shall learn to give; "": they do."""
    found = meanings.of(origin.network, origin.dataset.train)
    silent = meanings.untaught(found, origin.dataset.train)
    if not silent:
        return ""
    names = ", ".join(repr(origin.network.outputs[number].name) for number in silent)
    return f"the data do not say what output {names} shall give, so that nothing can be learnt"


def _own(request: Request, path: Path) -> Origin:
    """The network in the file ``path``, with the data that it is judged on."""
    source = network.load(path)
    source.support  # noqa: B018 - every operator is checked before data are read
    if len(source.inputs) != 1:
        raise ModelError(
            f"{path} has {len(source.inputs)} inputs: give --inputs with an .npz of arrays named "
            f"{', '.join(one.name for one in source.inputs)} instead of --data"
        )
    wanted = _data_for(request, source)
    if len(source.outputs) > 1 and wanted.source is not None:
        names = tuple(output.name for output in source.outputs)
        wanted = replace(wanted, source=replace(wanted.source, outputs=names))
    dataset = fit.loaded(wanted, source.inputs[0].shape)
    if source.scaling is not None and not request.wanted.scaling:
        read = scaling.alike(source.scaling.mean, source.scaling.deviation)
        console.note(f"scaling: {read}, as the network did it itself")
        dataset = dataset.scaled(dataset.task.scaled(read))
    phrase, history = f"{source.origin}, as given", curves.beside(path)
    return Origin(source, dataset, phrase, history, network.own(path))


def _data_for(request: Request, source: Network) -> Wanted:
    """The data that are asked for; digits that are there anyway are only for networks of digits."""
    wanted = request.wanted
    if wanted.given or Digits.fits(source.inputs[0].shape):
        return wanted
    raise DataError(
        f"{request.model} takes {list(source.inputs[0].shape)}: pass --data with examples of that, "
        "to calibrate by and to prove on"
    )


def _preset(request: Request) -> Origin:
    """The preset's network: pretrained for MNIST, else trained on the data."""
    dataset = fit.loaded(request.wanted)
    name = request.preset.name
    shipped = request.preset == presets.find(name)
    if dataset.is_mnist and shipped:
        path = store.pretrained(name)
        phrase, history = f"{path.name}, pretrained on MNIST", curves.beside(path)
        return _of_keras(store.load(path), path.name, dataset, phrase, history)
    console.note(f"training {name} on {dataset.source}")
    setup = fit.setup(request.preset, dataset, request.seed, request.threads)
    model, rows = fit.train(setup, dataset)
    phrase = f"{name}, trained in this run on {dataset.source}"
    return _of_keras(model, name, dataset, phrase, rows)


def _of_keras(
    model: keras.Model,
    name: str,
    dataset: Dataset,
    phrase: str,
    history: Sequence[Epoch] | None,
) -> Origin:
    given = {"float.keras": store.dump(model)}
    return Origin(network.Layers(model, name), dataset, phrase, history, given)


def gate(option: float | None, images: int, judged: Judgement | None = None) -> float:
    """The drop that is allowed: percentage points of accuracy, or percent of an error.

    Without the option points grow as the sampling error does when there are fewer than 10,000
    examples, and are never less than one example.
    """
    if option is not None:
        return option
    if judged is not None and not judged.is_share:
        return MAX_WORSE
    return max(MAX_DROP * math.sqrt(10_000 / images), 100 / images)


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.export``."""
    result = console.Parser(
        "python -m convert.export",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    source = result.add_mutually_exclusive_group()
    source.add_argument("--preset", default="base", choices=presets.PRESETS, help="default: base")
    source.add_argument(
        "--model", type=Path, metavar="FILE", help="a .keras, .h5, SavedModel folder or .tflite"
    )
    result.add_argument(
        "--out", type=Path, default=Path("build"), metavar="DIR", help="default: build"
    )
    result.add_argument(
        "--force",
        action="store_true",
        help="replace an export of another network, and files that no export wrote, too",
    )
    result.add_argument(
        "--inputs",
        type=Path,
        metavar="FILE",
        help="of a --model of several inputs: a .npz with arrays [N, ...] by their names, which it "
        "is quantized with (post-training) and compared on, by numbers alone",
    )
    result.add_argument(
        "--name", help="starts every public name of the C, and its files; default: model"
    )
    _add_proof(result)
    fit.add_architecture(result)
    options.add_data(result)
    options.add_task(result)
    return result


def _add_proof(result: argparse.ArgumentParser) -> None:
    result.add_argument(
        "--quantize",
        choices=("qat", "ptq"),
        default="",
        help="quantization-aware fine-tuning (default, where the network can be trained), or "
        "post-training quantization",
    )
    result.add_argument(
        "--io",
        choices=border.IO,
        default="uint8",
        help="what the model in bundle.zip takes and gives; default %(default)s, which LiteRT.js "
        "and Swift need; model.tflite is int8 always",
    )
    result.add_argument(
        "--max-drop",
        type=numbers.real(0),
        metavar="POINTS",
        help=f"accuracy that int8 may lose, in percentage points; default {MAX_DROP} on 10,000 "
        "examples, and wider on fewer, as the sampling error is; of a network without classes, "
        f"percent by which its error may grow (default {MAX_WORSE:g})",
    )
    result.add_argument(
        "--min-accuracy",
        type=numbers.real(0, 100),
        metavar="PERCENT",
        help="what the float network must read of held-out data; default: more than without "
        "looking; 0 lets any pass",
    )
    result.add_argument(
        "--seed", type=numbers.whole(0), default=0, help="of every random choice; default 0"
    )
    result.add_argument(
        "--threads",
        type=numbers.whole(1),
        default=DEFAULT_THREADS,
        help="another count rounds differently; default %(default)s",
    )


def requested(given: argparse.Namespace) -> Request:
    """What a command line asks for; raises DataError for what cannot be."""
    least = None if given.min_accuracy is None else given.min_accuracy / 100
    if given.inputs and not (given.model and given.data is None and given.quantize != "qat"):
        raise DataError("--inputs is for a --model of several inputs: without --data, by ptq")
    same = (
        *("out", "model", "quantize", "io", "max_drop", "seed", "threads", "name"),
        *("inputs", "force"),
    )
    kept: dict[str, Any] = {name: getattr(given, name) for name in same}
    return Request(
        preset=fit.chosen(given), wanted=options.wanted(given), min_accuracy=least, **kept
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    request = requested(console.parse(parser(), argv))
    folder = request.out / request.title
    if request.model is not None and request.inputs is not None:
        repeat = request.public, request.seed, request.threads, request.force
        asked = several.Asked(request.model, request.inputs, folder, request.options, *repeat)
        compared = several.export(asked)
        text = f"\n{several.as_text(compared)}\n\nwrote {folder}"
        console.finish(text, {"folder": str(folder), **several.as_data(compared)})
        return 0
    result = export(request)
    found = f"{tables.summary(result)}\n\n{tables.runtimes(result)}"
    text = f"\n{found}\n\nwrote {folder}: open report.html there"
    console.finish(text, {"folder": str(folder), **tables.as_data(result)})
    return 0


if __name__ == "__main__":
    console.run(main)
