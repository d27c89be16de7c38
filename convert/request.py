"""What is asked of ``python -m convert.export``, and its command line."""

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convert import carray, gate
from convert.bundle import border
from runtime import console, numbers, options
from runtime.errors import DataError
from runtime.options import Wanted
from train import fit, presets, recipe
from train.presets import Preset, Recipe
from train.tf import DEFAULT_THREADS

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
        """How the model is fine-tuned; one that a search has found has its recipe beside it."""
        if self.model is None:
            return self.preset.recipe
        return recipe.beside(self.model) or OTHER_RECIPE

    @property
    def public(self) -> str:
        """What starts the public names of the C, and its files."""
        return carray.c_name(self.name or "model")

    def options(self, how: str) -> dict[str, str]:
        """What decides the result: options of the command, files by their names alone."""
        model = {"--model": self.model.name} if self.model else {"--preset": self.preset.name}
        repeat = {"--seed": str(self.seed), "--threads": str(self.threads)}
        name = {"--name": self.public} if self.name else {}
        quantize = {} if how == "ready" else {"--quantize": how}
        network = {} if self.model else fit.architecture(self.preset)
        own = network | self.wanted.options()
        return model | own | quantize | {"--io": self.io} | repeat | name


def parser(description: str | None) -> argparse.ArgumentParser:
    """The command line of ``python -m convert.export``."""
    result = console.Parser("python -m convert.export", description=description)
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
        "--name",
        type=carray.name_argument,
        help="starts every public name of the C, and its files; default: model",
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
        help=f"accuracy that int8 may lose, in percentage points; default {gate.MAX_DROP} on "
        "10,000 examples, and wider on fewer, as the sampling error is; of a network without "
        f"classes, percent by which its error may grow (default {gate.MAX_WORSE:g})",
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


def _check_architecture(given: argparse.Namespace) -> None:
    """Raise DataError where a network is described and another one given."""
    described = [name for name in fit.ARCHITECTURE if getattr(given, name) is not None]
    if given.model and described:
        raise DataError(
            f"--{described[0]} describes a network to train, and --model gives one: leave one out"
        )


def requested(given: argparse.Namespace) -> Request:
    """What a command line asks for; raises DataError for what cannot be."""
    least = None if given.min_accuracy is None else given.min_accuracy / 100
    if given.inputs and not (given.model and given.data is None and given.quantize != "qat"):
        raise DataError("--inputs is for a --model of several inputs: without --data, by ptq")
    _check_architecture(given)
    same = (
        *("out", "model", "quantize", "io", "max_drop", "seed", "threads", "name"),
        *("inputs", "force"),
    )
    kept: dict[str, Any] = {name: getattr(given, name) for name in same}
    return Request(
        preset=fit.chosen(given), wanted=options.wanted(given), min_accuracy=least, **kept
    )
