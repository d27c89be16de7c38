"""Say what files show: which digit, which class, or which values.

For example:
  python -m runtime.predict digit.png
  python -m runtime.predict --top 3 --show photo.jpg
  python -m runtime.predict --json scans/*.png
  python -m runtime.predict --model build/photos/model.tflite --backend tflite-runtime holiday.jpg
  python -m runtime.predict --model build/gestures/model.tflite recording.csv
"""

import argparse
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from runtime import console, numbers
from runtime.errors import ThimbleError

if TYPE_CHECKING:
    from runtime.classifier import Model
    from runtime.contract import Contract
    from runtime.dataset import Array, Floats
    from runtime.tasks.task import Sight, Task


def parser() -> argparse.ArgumentParser:
    """The command line of this module."""
    result = console.Parser("python -m runtime.predict", description=__doc__)
    result.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a picture; for a model of arrays a .csv, .npy or .npz",
    )
    result.add_argument(
        "--model", default="base", help="a .tflite, or the name of a bundled model (default: base)"
    )
    result.add_argument(
        "--backend",
        help="litert, tflite-runtime, tensorflow (default: the first installed), or c: C that is "
        "made fast for this machine (c:generic: plain C)",
    )
    result.add_argument(
        "--top",
        type=numbers.whole(1),
        default=1,
        metavar="N",
        help="show the N best labels (default: 1)",
    )
    result.add_argument(
        "--show", action="store_true", help="draw what the network sees (not in JSON)"
    )
    return result


class Told(Protocol):
    """Whatever answers, as far as the words for its answers go: a model here, or on a device."""

    @property
    def contract(self) -> "Contract":
        """What its outputs mean."""

    @property
    def task(self) -> "Task":
        """What it is asked with."""


@dataclass(frozen=True)
class Answer:
    """What a model says of one example."""

    name: str  # of the file, with the example's number where it holds several
    example: "Array"  # as its task keeps it
    outputs: "list[Floats]"  # every output of the model, real values
    milliseconds: float  # of the inference alone
    box: tuple[int, int, int, int] | None = None  # left, top, right, bottom: where it is
    doubts: tuple[str, ...] = ()  # why it may be wrong, in words


def main(argv: Sequence[str] | None = None) -> int:
    """Answer for every file; 1 when one could not be read, after the others' answers."""
    options = console.parse(parser(), argv)
    from runtime.classifier import Model  # noqa: PLC0415  # --help needs no NumPy

    model = Model(options.model, options.backend)
    console.note(f"model {options.model}, {describe(model)}")
    answers: list[Answer] = []
    failed: dict[str, str] = {}
    for name in options.files:
        try:
            sights = model.task.sights(Path(name))
        except ThimbleError as error:
            console.fail(error)
            failed[name] = str(error)
            continue
        for answer in answered(model, name, sights):
            answers.append(answer)
            for doubt in answer.doubts:
                console.note(f"{answer.name}: {doubt}")
            if options.show:
                console.note(f"{answer.name}\n{model.task.shown(answer.example)}")
    rows = [cells(model, answer, options.top) for answer in answers]
    data = [as_json(model, answer, options.top) for answer in answers]
    about = {"model": options.model, **about_backend(model), f"{model.task.noun}s": data}
    if failed:
        about["failed"] = [{"file": name, "error": error} for name, error in failed.items()]
    console.finish(console.table(header(model, options.top), rows) if rows else "", about)
    return int(bool(failed))


def answered(model: "Model", name: str, sights: "list[Sight]") -> "list[Answer]":
    """What ``model`` says of what the file ``name`` shows."""
    found = []
    for number, sight in enumerate(sights):
        start = time.perf_counter()
        outputs = [one[0] for one in model.reals(sight.example[None])]
        milliseconds = (time.perf_counter() - start) * 1000
        title = name if len(sights) == 1 else f"{name}[{number}]"
        answer = Answer(title, sight.example, outputs, milliseconds, sight.box)
        found.append(replace(answer, doubts=(*unsure(model, answer), *sight.doubts)))
    return found


def unsure(model: Told, answer: Answer) -> list[str]:
    """Why an answer is to be doubted by its own probability, in words."""
    doubts = []
    for one in told(model, answer):
        label, sure = one["top"][0] if "top" in one else ("", 1.0)
        if "top" in one and one["none"]:
            doubts.append(f"{model.task.nothing}; if it is one, {label} ({sure:.1%})")
        elif sure < model.task.sure:
            doubts.append(f"not sure ({label}: {sure:.1%}): is it a {model.task.said}?")
    return doubts


def told(model: Told, answer: Answer) -> list[dict[str, Any]]:
    """What each output says, in terms of its meaning."""
    from runtime.tasks.meaning import Classes, Reconstruction  # noqa: PLC0415 - needs NumPy

    result: list[dict[str, Any]] = []
    for meaning, values in zip(model.contract.outputs, answer.outputs, strict=True):
        flat = values.ravel()
        if isinstance(meaning, Classes):
            scores = meaning.by_class(values[None])[0]
            sure = meaning.probabilities(scores)
            best = sorted(range(len(scores)), key=lambda index: -scores[index])
            top = [(meaning.labels[index], float(sure[index])) for index in best]
            result.append({"top": top, "none": bool(meaning.none(sure))})
        elif isinstance(meaning, Reconstruction):
            error = float(meaning.errors(model.task.real(answer.example[None]), values[None])[0])
            odd = None if meaning.threshold is None else error > meaning.threshold
            result.append({"error": error, "odd": odd})
        else:
            result.append({"values": dict(zip(meaning.names, flat.tolist(), strict=True))})
    return result


def header(model: Told, top: int) -> list[str]:
    """The titles of the columns of ``cells``."""
    from runtime.tasks.meaning import Classes, Reconstruction  # noqa: PLC0415 - needs NumPy

    titles: list[str] = []
    for number, meaning in enumerate(model.contract.outputs):
        name = model.contract.names[number] if model.contract.names else ""
        if isinstance(meaning, Classes):
            shown = min(top, len(meaning.labels))
            titles += [name or model.task.said, "sure", *("or", "sure") * (shown - 1)]
        elif isinstance(meaning, Reconstruction):
            titles += [f"{name} error".strip(), "verdict"]
        else:
            titles += meaning.names
    return [model.task.noun, *titles, "ms"]


def cells(model: Told, answer: Answer, top: int) -> list[str]:
    """An answer as a row: the ``top`` best labels with their probabilities, or the values."""
    row = [answer.name]
    for one in told(model, answer):
        if "top" in one:
            best = one["top"][:top]
            told_as = [model.task.nothing if one["none"] else best[0][0], *(a for a, _ in best[1:])]
            pairs = zip(told_as, best, strict=True)
            row += itertools.chain(*((label, f"{sure:.1%}") for label, (_, sure) in pairs))
        elif "error" in one:
            row += [f"{one['error']:.6g}", {None: "-", True: "odd", False: "as usual"}[one["odd"]]]
        else:
            row += [f"{value:.6g}" for value in one["values"].values()]
    return [*row, f"{answer.milliseconds:.2f}"]


def as_json(model: Told, answer: Answer, top: int) -> dict[str, Any]:
    """An answer for JSON: that of the first output, and of all of them where there are several."""
    every = [_as_json(one, top) for one in told(model, answer)]
    names = model.contract.names or [""] * len(every)
    listed = [{"name": name} | one if name else one for name, one in zip(names, every, strict=True)]
    more = {"outputs": listed} if len(every) > 1 else {}
    milliseconds = round(answer.milliseconds, 3)
    box = {"box": list(answer.box)} if answer.box else {}
    doubts = {"doubts": list(answer.doubts)} if answer.doubts else {}
    return {"file": answer.name, **every[0], "milliseconds": milliseconds, **more, **box, **doubts}


def _as_json(one: dict[str, Any], top: int) -> dict[str, Any]:
    if "top" not in one:
        return one
    best = [{"label": label, "probability": sure} for label, sure in one["top"][:top]]
    told = {"label": None, "none": True} if one["none"] else {"label": best[0]["label"]}
    return {**told, "probability": best[0]["probability"], "top": best}


def about_backend(model: "Model") -> dict[str, str]:
    """What runs ``model``, for JSON."""
    runs = model.interpreter
    return {"backend": runs.backend, "version": runs.version, "kernels": runs.kernels}


def describe(model: "Model") -> str:
    """What runs ``model``, for people."""
    runs = model.interpreter
    kernels = "" if runs.kernels == "default" else f", {runs.kernels} kernels"
    return f"{runs.backend} {runs.version}{kernels}"


if __name__ == "__main__":
    console.run(main)
