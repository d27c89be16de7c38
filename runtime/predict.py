"""Say which digit a picture shows.

For example:
  python -m runtime.predict digit.png
  python -m runtime.predict --top 3 --show photo.jpg
  python -m runtime.predict --json scans/*.png
  python -m runtime.predict --model build/nano/model.tflite --backend tflite-runtime digit.png
"""

import argparse
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from runtime import console
from runtime.errors import ImageError

if TYPE_CHECKING:
    from runtime import image
    from runtime.classifier import Classifier, Prediction

SHADES = " .:-=+*#%@"


def parser() -> argparse.ArgumentParser:
    """The command line of this module."""
    result = console.Parser(
        prog="python -m runtime.predict",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    result.add_argument("pictures", nargs="+", metavar="PICTURE", help="a picture of one digit")
    result.add_argument(
        "--model", default="base", help="a .tflite, or the name of a bundled model (default: base)"
    )
    result.add_argument(
        "--backend", help="litert, tflite-runtime, tensorflow (default: the first installed), or c"
    )
    result.add_argument(
        "--top", type=positive, default=1, metavar="N", help="show the N best labels (default: 1)"
    )
    result.add_argument(
        "--show", action="store_true", help="draw what the network sees (not in JSON)"
    )
    return result


def positive(text: str) -> int:
    """An argument that is a whole number from 1 on."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it must be 1 or more")
    return number


def main(argv: Sequence[str] | None = None) -> int:
    """Predict every picture; 1 when one could not be read, after the others' answers."""
    options = console.parse(parser(), argv)
    from runtime.classifier import Classifier, prepare  # noqa: PLC0415  # --help needs no NumPy

    model = Classifier(options.model, options.backend)
    console.note(f"model {options.model}, {describe(model)}")
    results: list[dict[str, Any]] = []
    rows = []
    for name in options.pictures:
        try:
            pixels = prepare(name)
        except ImageError as error:
            console.fail(error)
            continue
        prediction = model.predict(pixels)
        results.append(as_json(name, prediction, model, options.top))
        rows.append(cells(name, prediction, model, options.top))
        if options.show:
            console.note(f"{name}\n{draw(pixels)}")
    header = ("picture", "digit", "sure", *("or", "sure") * (options.top - 1), "ms")
    about = {"model": options.model, **about_backend(model), "pictures": results}
    console.finish(console.table(header, rows), about)
    return int(len(results) < len(options.pictures))


def about_backend(model: "Classifier") -> dict[str, str]:
    """What runs ``model``, for JSON."""
    runs = model.interpreter
    return {"backend": runs.backend, "version": runs.version, "kernels": runs.kernels}


def describe(model: "Classifier") -> str:
    """What runs ``model``, for people."""
    runs = model.interpreter
    kernels = "" if runs.kernels == "default" else f", {runs.kernels} kernels"
    return f"{runs.backend} {runs.version}{kernels}"


def cells(name: str, prediction: "Prediction", model: "Classifier", top: int) -> list[str]:
    """One picture's answer as a row: the ``top`` best labels, each with its probability."""
    best = [(model.labels[i], f"{prediction.probabilities[i]:.1%}") for i in prediction.top(top)]
    return [name, *itertools.chain(*best), f"{prediction.milliseconds:.2f}"]


def as_json(name: str, prediction: "Prediction", model: "Classifier", top: int) -> dict[str, Any]:
    """One picture's answer for JSON."""
    best = [
        {"label": model.labels[index], "probability": float(prediction.probabilities[index])}
        for index in prediction.top(top)
    ]
    return {
        "file": name,
        "label": prediction.label,
        "probability": prediction.probability,
        "milliseconds": round(prediction.milliseconds, 3),
        "top": best,
    }


def draw(pixels: "image.Pixels") -> str:
    """The 28x28 picture in characters, two to a pixel so that it looks square."""
    return "\n".join("".join(SHADES[int(value) * 10 // 256] * 2 for value in row) for row in pixels)


if __name__ == "__main__":
    console.run(main)
