"""Say which digit a picture shows.

For example:
  python -m runtime.predict digit.png
  python -m runtime.predict --top 3 --show photo.jpg
  python -m runtime.predict --json scans/*.png
  python -m runtime.predict --model build/nano/model.tflite --backend tflite-runtime digit.png
"""

import argparse
import json
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
    result = argparse.ArgumentParser(
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
    result.add_argument("--json", action="store_true", help="print JSON")
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
    options = parser().parse_args(argv)
    from runtime.classifier import Classifier, prepare  # noqa: PLC0415  # --help needs no NumPy

    model = Classifier(options.model, options.backend)
    if not options.json:
        print(f"model {options.model}, {describe(model)}")
    results: list[dict[str, Any]] = []
    for name in options.pictures:
        try:
            pixels = prepare(name)
        except ImageError as error:
            console.fail(error)
            continue
        prediction = model.predict(pixels)
        results.append(as_json(name, prediction, model, options.top))
        if not options.json:
            print(line(name, prediction, model, options.top))
            if options.show:
                print(draw(pixels))
    if options.json:
        about = {"model": options.model, **about_backend(model), "pictures": results}
        print(json.dumps(about, indent=2, ensure_ascii=False))
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


def line(name: str, prediction: "Prediction", model: "Classifier", top: int) -> str:
    """One picture's answer as a line."""
    best = [
        f"{model.labels[index]}  {prediction.probabilities[index]:6.1%}"
        for index in prediction.top(top)
    ]
    return f"{name}  " + "   ".join(best) + f"  {prediction.milliseconds:.2f} ms"


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
