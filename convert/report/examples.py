"""Examples in their own form, as plain data and as pictures: photos, waveforms, maps of numbers.

An example is what the data keep: uint8 pictures [height, width] or [height, width, 1 or 3], or
float32 arrays of any shape. As data it is a picture in a ``data:`` URL, or rows of numbers.
"""

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from markupsafe import Markup
from matplotlib import colormaps
from PIL import Image

Json = dict[str, Any]
Array = npt.NDArray[Any]

BUDGET = 160_000
"""Letters that all examples of one list may take together; what comes later has no picture."""
_SMALL = 48
"""Pixels: a picture up to this size is kept as it is, a larger one is shrunk to ``_SHOWN``."""
_SHOWN = 72
_LINES = 8
"""Channels that are drawn as lines; more become a map."""
_TIMES = 64
"""Points of a line that are kept, evenly spread."""


def described(example: Array, *, ink: bool = False) -> Json:
    """``example`` as data; ``ink``: high values are ink on white paper, as digits are kept."""
    if example.dtype == np.uint8 and example.ndim in (2, 3) and example.shape[2:] in _PICTURES:
        flat: npt.NDArray[np.uint8] = example[..., 0] if example.shape[2:] == (1,) else example
        return {"picture": _url(np.invert(flat) if ink else flat), "rows": None}
    values = np.squeeze(example.astype(np.float64))
    if values.ndim == 2 and values.shape[1] > _LINES:
        return {"picture": _url(_heat(values.T)), "rows": None}
    if values.ndim == 3 and values.shape[2] in (1, 3):
        low, high = float(values.min()), float(values.max())
        scaled = (values - low) / ((high - low) or 1)
        return {"picture": _url(np.rint(255 * scaled).astype(np.uint8)), "rows": None}
    rows = values.reshape(len(values), -1) if values.ndim else values.reshape(1, 1)
    return {"picture": None, "rows": _rows(rows[:, :_LINES])}


_PICTURES = ((), (1,), (3,))


def _rows(values: npt.NDArray[np.float64]) -> Json:
    """Values [time, channel] as lists by channel."""
    kept = np.unique(np.linspace(0, len(values) - 1, min(len(values), _TIMES)).astype(np.int64))
    return {
        "count": len(values),
        "channels": [[float(f"{value:.3g}") for value in line] for line in values[kept].T],
    }


def _heat(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """A map of numbers in colours, [height, width, 3]: dark is low, bright is high."""
    low, high = float(values.min()), float(values.max())
    colours = colormaps["viridis"]((values - low) / ((high - low) or 1), bytes=True)
    return np.asarray(colours)[..., :3]


def _url(pixels: npt.NDArray[np.uint8]) -> str:
    """A small picture to the last bit, a large one shrunk and as JPEG."""
    image, sink = Image.fromarray(pixels), io.BytesIO()
    if max(image.size) <= _SMALL:
        image.save(sink, "PNG", optimize=True)
        return f"data:image/png;base64,{base64.b64encode(sink.getvalue()).decode()}"
    image.thumbnail((_SHOWN, _SHOWN))
    image.save(sink, "JPEG", quality=82)
    return f"data:image/jpeg;base64,{base64.b64encode(sink.getvalue()).decode()}"


def within(found: Sequence[Json], budget: int = BUDGET) -> Iterator[Json | None]:
    """``found`` in turn, and None from where they would take more letters than ``budget``."""
    spent = 0
    for one in found:
        spent += len(one["picture"] or "") or 6 * sum(map(len, one["rows"]["channels"]))
        yield one if spent <= budget else None


def shown(example: Mapping[str, Any] | None, text: str, size: int = 84) -> Markup:
    """``example`` as an element of a page, ``size`` pixels wide; ``text`` is read out for it."""
    if example is None:
        return Markup("")
    if example["picture"]:
        return Markup('<img class="example" width="{}" height="{}" src="{}" alt="{}">').format(
            size, size, example["picture"], text
        )
    return _lines(example["rows"]["channels"], text, size)


def _lines(channels: Sequence[Sequence[float]], text: str, size: int) -> Markup:
    """A line for each channel, all on one scale; a dot for a single number."""
    every = [value for line in channels for value in line]
    low, high = min(every), max(every)
    width, height = size, round(0.7 * size)
    up = (height - 4) / ((high - low) or 1)
    parts = []
    for number, line in enumerate(channels):
        across = (width - 4) / max(1, len(line) - 1)
        points = [
            f"{2 + across * n:.0f} {2 + up * (high - value):.1f}" for n, value in enumerate(line)
        ]
        path = "L".join(points) + ("h0" if len(line) == 1 else "")
        parts.append(Markup('<path class="channel c{}" d="M{}"/>').format(number % 4, path))
    return Markup(
        '<svg class="example" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{}" '
        'width="{}" height="{}" viewBox="0 0 {} {}">{}</svg>'
    ).format(text, *2 * (width, height), Markup("").join(parts))
