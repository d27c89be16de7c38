"""Pictures: the steps of ``runtime.tasks.photo``, in words and numbers, and pictures to prove them.

The numbers are repeated here, and a port that is written from this text alone and must give the
runtime's pixels keeps them true (``tests/bundle/image_port.mjs``).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convert.bundle.kinds import photographs
from convert.bundle.kinds.kind import ROUND, Kind, Sample, scaled
from runtime import image
from runtime.dataset import Examples
from runtime.tasks import photo
from runtime.tasks.photo import Photo

TERMS = {
    "rows, columns": "the height and the width of the picture as it is at that step, in pixels",
    "div": "division of whole numbers, rounded down",
    "round": ROUND,
    "resample(x, height, width)": "in 64-bit floats, down each column, then along each row of the "
    "result: from n to m values, s = n / m, k = max(s, 1), c = (i + 0.5) * s; the weight of input "
    "j is w = max(0, 1 - |j + 0.5 - c| / k), and W the sum of all weights, in the order of j; "
    "output i is the sum of (w / W) * input j, in the order of j",
}
"""What the steps below take for granted."""

_DECODE = (
    "Decode to 8 bits per channel, red, green, blue and alpha: palettes are looked up, grey has "
    "three equal colours, colour profiles are ignored, what has no alpha has 255. Do not multiply "
    "colours by alpha. Turn upright as the EXIF orientation says. Refuse pictures of a side below "
    "smallest_side, of more than most_pixels, and animations."
)
_OPAQUE = (
    "Each of red, green and blue on white: c = (c * alpha + 255 * (255 - alpha) + 127) div 255. "
    "Where alpha is 255 that changes nothing."
)
_GREY = "grey = (19595 * red + 38470 * green + 7471 * blue + 32768) div 65536, one channel."
_CROP = (
    "high = min(rows, max(1, columns * height div width)); "
    "wide = min(columns, max(1, rows * width div height)). Keep high rows from row "
    "(rows - high) div 2 on, and of them wide columns from column (columns - wide) div 2 on. The "
    "goal is height x width."
)
_LETTERBOX = (
    "high = min(height, max(1, (2 * rows * width + columns) div (2 * columns))); "
    "wide = min(width, max(1, (2 * columns * height + rows) div (2 * rows))). The goal is "
    "high x wide."
)
_STRETCH = "The goal is height x width, whatever the proportions of the picture."
_HALVE = (
    "While rows >= 4 * the goal's height and columns >= 4 * the goal's width: leave out an odd "
    "last row, and an odd last column; every block of 2 x 2 pixels becomes one, each channel "
    "(sum + 2) div 4."
)
_SCALE = "Each channel: round(resample(channel, the goal's height, the goal's width))."
_PLACE = (
    "In height x width pixels whose channels are bar: from row (height - high) div 2 and column "
    "(width - wide) div 2 on."
)
_FITS = {"crop": _CROP, "letterbox": _LETTERBOX, "stretch": _STRETCH}


class Image(Kind[Photo]):
    """Photographs, in colour or grey."""

    values = "pixels"
    given = "image"
    ports = ("Pictures", "Resampling", "Values")

    def preprocessing(self, task: Photo) -> dict[str, Any]:
        """All of it."""
        height, width, channels = task.shape
        steps = [("decode", _DECODE), ("opaque", _OPAQUE)]
        steps += [("grey", _GREY)] if channels == 1 else []
        steps += [("fit", _FITS[task.fit]), ("halve", _HALVE), ("scale", _SCALE)]
        steps += [("place", _PLACE)] if task.fit == "letterbox" else []
        names = "grey" if channels == 1 else "red, green, blue"
        steps += [("pixels", f"Row by row, in each from left to right; of each pixel {names}.")]
        return {
            "from": "a picture of any size",
            "to": f"{height}x{width} pixels of {channels} x 8 bits",
            "terms": TERMS,
            "parameters": {
                "height": height,
                "width": width,
                "channels": channels,
                "fit": task.fit,
                "bar": photo.BAR,
                "smallest_side": image.SMALLEST,
                "most_pixels": image.LARGEST,
            },
            "steps": [{"step": step, "rule": rule} for step, rule in steps],
        }

    def precision(self, task: Photo) -> str:  # noqa: ARG002 - of the interface
        """Exact, from decoded pixels on."""
        return (
            "From the same decoded pixels these steps give the same pixels to the last bit: in "
            "whole numbers, and 64-bit floats whose every operation is rounded by itself. The "
            "pictures in vectors/ are PNG, which every decoder gives the same pixels of; decoders "
            "of JPEG differ, and thimble's runtime decodes large ones at 1/2, 1/4 or 1/8 of their "
            "size. It scales grey pictures of 16 bits by their own range. Compute the input in "
            "32-bit floats."
        )

    def rule(self, task: Photo) -> str:
        """Of a pixel."""
        return scaled(task, "pixel")

    def described(self, task: Photo) -> str:
        """What the pixels are."""
        return f"{'greyscale' if task.shape[2] == 1 else 'RGB'}, prepared as contract.json says"

    def noun(self, task: Photo) -> str:
        """With its sides."""
        height, width, channels = task.shape
        return f"{height}x{width} {'greyscale' if channels == 1 else 'colour'} picture"

    def drawn(self, task: Photo, test: Examples) -> dict[str, bytes]:
        """Made of test examples."""
        return photographs.draw(task, test)

    def samples(self, task: Photo, test: Examples, files: Sequence[Path]) -> list[Sample]:  # noqa: ARG002 - of the interface
        """What the runtime makes of each picture."""
        return [Sample({"picture": path.name}, task.read(path)[0]) for path in files]
