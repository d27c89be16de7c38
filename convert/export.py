"""The main job: from a float model to a proven int8 model, ``python -m convert.export``.

float model -> quantization-aware fine-tuning -> full-int8 .tflite -> audit of its operators ->
parity with the float model -> C array -> bundle for phones -> manifest. Everything lands in one
folder, whole or not at all; a model that loses more accuracy than --max-drop is not published.
"""

import argparse
import math
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from convert import artifacts, audit, carray, parity, publish, quantize, tflite
from convert.artifacts import Provenance
from convert.bundle import border
from convert.feed import fed
from convert.parity import Parity, Question
from convert.report import tables
from runtime import console
from runtime.contract import Contract
from runtime.errors import DataError, GateError, ModelError
from runtime.tasks import digits
from train import curves, data, fit, loop, presets, qat, store
from train.augment import LEVELS
from train.data import Dataset
from train.graph import deployment_graph
from train.loop import Epoch, Plan
from train.presets import Recipe
from train.tf import DEFAULT_THREADS, configure, keras

MAX_DROP = 0.1
"""Percentage points of accuracy that int8 may lose, on 10,000 images."""
CALIBRATION = 500
"""Training images that give the ranges of post-training quantization."""
OTHER_RECIPE = Recipe(epochs=0, peak_rate=0, augmentation="light")
"""Fine-tuning of a model that is not a preset's."""


@dataclass(frozen=True)
class Request:
    """What was asked for."""

    preset: str
    model: Path | None  # a float model; None: the preset's
    data: Path | None
    out: Path
    quantize: str  # "qat" or "ptq"
    io: str  # of the bundled model, one of border.IO
    max_drop: float | None  # percentage points; None: MAX_DROP, wider for a small test set
    seed: int
    threads: int
    name: str | None = None  # starts the public names of the C; None: "model"

    @property
    def title(self) -> str:
        """The name of the model, and of its folder."""
        return self.model.stem if self.model else self.preset

    @property
    def recipe(self) -> Recipe:
        """How the model is fine-tuned."""
        return OTHER_RECIPE if self.model else presets.find(self.preset).recipe

    @property
    def public(self) -> str:
        """What starts the public names of the C, and its files."""
        return carray.c_name(self.name or "model")

    def options(self) -> dict[str, str]:
        """What decides the result besides the data: options of the command, without paths."""
        model = {"--model": self.model.name} if self.model else {"--preset": self.preset}
        repeat = {"--seed": str(self.seed), "--threads": str(self.threads)}
        name = {"--name": self.public} if self.name else {}
        return model | {"--quantize": self.quantize, "--io": self.io} | repeat | name


def export(request: Request) -> Parity:
    """Do the whole job; raises ThimbleError, and then leaves the previous result as it was."""
    with publish.claim(request.out / request.title) as claim:
        dataset = data.digits_of(request.data)
        console.note(dataset.summary())
        configure(request.seed, request.threads)
        model, origin, trained = float_model(request, dataset)
        console.note(f"float model: {origin}")
        content, tuned, fake = int8_model(request, model, dataset)
        graph = tflite.parse(content, f"{request.title}.tflite")
        audit.check(graph, f"{request.title}.tflite")
        console.note(f"int8 model: {len(content):,} bytes, {', '.join(graph.op_names)}")
        result = measure(graph, model, dataset)
        allowed = gate(request.max_drop, result.images)
        if result.drop > allowed:
            raise GateError(
                f"int8 loses {result.drop:.2f} points of accuracy, allowed are {allowed:.2f} "
                "(--max-drop): nothing was written"
            )
        how = request.options(), request.quantize, allowed
        made = origin, *how, trained, tuned, fake
        provenance = Provenance(request.title, request.io, *made, public=request.public)
        claim.publish(artifacts.collect(provenance, model, graph, dataset, result))
    return result


def float_model(
    request: Request, dataset: Dataset
) -> tuple[keras.Model, str, Sequence[Epoch] | None]:
    """The float model, a phrase on where it comes from, and its learning curves if kept."""
    if request.model:
        model = store.load(request.model)
        check(model, request.model, len(dataset.names))
        return model, f"{request.model.name}, as given", curves.beside(request.model)
    if dataset.is_mnist:
        path = store.pretrained(request.preset)
        return store.load(path), f"{path.name}, pretrained on MNIST", curves.beside(path)
    console.note(
        f"training {request.preset} on {dataset.source}, because the pretrained one is for MNIST"
    )
    setup = fit.setup(presets.find(request.preset), dataset, request.seed, request.threads)
    model, history = fit.train(setup, dataset)
    return model, f"{request.preset}, trained in this run on {dataset.source}", history


def check(model: keras.Model, path: Path, classes: int) -> None:
    """Raise ModelError unless ``model`` maps a digit's image to ``classes`` logits."""
    expected = (None, *digits.SHAPE), (None, classes)
    found = getattr(model, "input_shape", None), getattr(model, "output_shape", None)
    for place, want, have in zip(("input", "output"), expected, found, strict=True):
        if have is None or isinstance(have, list) or tuple(have)[1:] != want[1:]:
            raise ModelError(f"{path} has {place} shape {have}, this data needs {want}")


def int8_model(
    request: Request, model: keras.Model, dataset: Dataset
) -> tuple[bytes, Sequence[Epoch] | None, bytes | None]:
    """Quantize: by fine-tuning ("qat"), or from a calibration set alone ("ptq").

    Gives the .tflite and, of fine-tuning, its curves and the network as an .h5.
    """
    recipe = request.recipe
    level = LEVELS[recipe.augmentation]
    plan = Plan(recipe.qat_epochs, recipe.qat_rate, level, request.seed)
    if request.quantize == "ptq":
        chosen = dataset.train.inputs[qat.calibration(dataset.train, plan, CALIBRATION)]
        return quantize.int8(deployment_graph(model), dataset.task.real(chosen)), None, None
    trainer = qat.fine_tune(model, dataset.task, dataset.train, plan)
    history = list(fit.report(trainer.epochs(dataset.validation), plan.epochs))
    return quantize.int8(trainer.model), history, qat.dump(trainer.model)


def measure(graph: tflite.Model, model: keras.Model, dataset: Dataset) -> Parity:
    """Parity on the test set: the one time that it is looked at."""
    console.note(f"parity: {len(dataset.test):,} test images through every runtime present")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        path.write_bytes(graph.content)
        contract = Contract(dataset.task, (fit.meaning(dataset),))
        asked = Question(contract, dataset.test, fed(dataset.task, dataset.test.inputs, graph))
        floats = loop.logits(model, dataset.task, dataset.test)
        return parity.measure(path, graph, asked, [floats])


def gate(option: float | None, images: int) -> float:
    """The drop that is allowed, in percentage points.

    Without the option it grows as the sampling error does when there are fewer than 10,000 images,
    and is never less than one image.
    """
    if option is not None:
        return option
    return max(MAX_DROP * math.sqrt(10_000 / images), 100 / images)


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.export``."""
    result = console.Parser("python -m convert.export", description=__doc__)
    source = result.add_mutually_exclusive_group()
    source.add_argument("--preset", default="base", choices=presets.PRESETS, help="default: base")
    source.add_argument("--model", type=Path, metavar="FILE", help="a float model, .keras")
    result.add_argument("--data", type=Path, metavar="DIR", help="MNIST's files, or class folders")
    result.add_argument(
        "--out", type=Path, default=Path("build"), metavar="DIR", help="default: build"
    )
    result.add_argument(
        "--name", help="starts every public name of the C, and its files; default: model"
    )
    result.add_argument(
        "--quantize",
        choices=("qat", "ptq"),
        default="qat",
        help="quantization-aware fine-tuning (default), or post-training quantization to compare",
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
        type=float,
        metavar="POINTS",
        help=f"accuracy that int8 may lose, in percentage points; default {MAX_DROP} on 10,000 "
        "images, and wider on fewer, as the sampling error is",
    )
    result.add_argument("--seed", type=int, default=0, help="of every random choice; default 0")
    result.add_argument(
        "--threads",
        type=int,
        default=DEFAULT_THREADS,
        help="another count rounds differently; default %(default)s",
    )
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    if options.seed < 0 or options.threads < 1 or not (options.max_drop or 0) >= 0:
        raise DataError("--seed and --max-drop must be at least 0, --threads at least 1")
    request = Request(**{field.name: getattr(options, field.name) for field in fields(Request)})
    result = export(request)
    folder = request.out / request.title
    found = f"{tables.summary(result)}\n\n{tables.runtimes(result)}"
    text = f"\n{found}\n\nwrote {folder}: open report.html there"
    console.finish(text, {"folder": str(folder), "drop_points": result.drop, **asdict(result)})
    return 0


if __name__ == "__main__":
    console.run(main)
