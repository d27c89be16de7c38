"""The app's icon: a thimble, drawn."""

import io

from PIL import Image, ImageDraw

PAPER = "#faf7f2"
_COPPER, _DARK, _LIGHT = "#a8451b", "#7d3010", "#d9825a"
_FINE = 4  # drawn so many times larger, for smooth edges


def draw(size: int) -> bytes:
    """A PNG of ``size`` by ``size`` pixels, with room around for masks that cut to a circle."""
    side = size * _FINE
    picture = Image.new("RGB", (side, side), PAPER)
    pen = ImageDraw.Draw(picture)

    def at(x: float, y: float) -> tuple[float, float]:
        return x * side, y * side

    top, bottom = 0.24, 0.72
    pen.rounded_rectangle([*at(0.345, top), *at(0.655, 0.5)], 0.12 * side, fill=_COPPER)
    pen.polygon(
        [at(0.345, 0.36), at(0.655, 0.36), at(0.70, bottom), at(0.30, bottom)], fill=_COPPER
    )
    pen.rounded_rectangle([*at(0.27, 0.68), *at(0.73, 0.77)], 0.03 * side, fill=_DARK)
    for row in range(4):  # the dimples
        y = 0.36 + 0.08 * row
        for column in range(4):
            x = 0.5 + (column - 1.5 + 0.5 * (row % 2 - 0.5)) * (0.075 + 0.006 * row)
            pen.ellipse([*at(x - 0.014, y - 0.014), *at(x + 0.014, y + 0.014)], fill=_LIGHT)
    sink = io.BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(sink, "PNG", optimize=True)
    return sink.getvalue()
