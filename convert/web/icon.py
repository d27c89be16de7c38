"""The app's icon: a thimble, drawn, or a picture of one's own."""

import colorsys
import io

from PIL import Image, ImageDraw

PAPER = "#faf7f2"
COPPER = "#a8451b"
_FINE = 4  # drawn so many times larger, for smooth edges
_COLORS = 32
_ROOM = 0.1  # around a picture of one's own; masks cut to a circle


def draw(size: int, color: str = COPPER) -> bytes:
    """A PNG of ``size`` by ``size`` pixels, with room around for masks that cut to a circle."""
    side = size * _FINE
    picture = Image.new("RGB", (side, side), PAPER)
    pen = ImageDraw.Draw(picture)
    dark, light = _shade(color, 0.65), _shade(color, 1.55)

    def at(x: float, y: float) -> tuple[float, float]:
        return x * side, y * side

    top, bottom = 0.24, 0.72
    pen.rounded_rectangle([*at(0.345, top), *at(0.655, 0.5)], 0.12 * side, fill=color)
    pen.polygon([at(0.345, 0.36), at(0.655, 0.36), at(0.70, bottom), at(0.30, bottom)], fill=color)
    pen.rounded_rectangle([*at(0.27, 0.68), *at(0.73, 0.77)], 0.03 * side, fill=dark)
    for row in range(4):  # the dimples
        y = 0.36 + 0.08 * row
        for column in range(4):
            x = 0.5 + (column - 1.5 + 0.5 * (row % 2 - 0.5)) * (0.075 + 0.006 * row)
            pen.ellipse([*at(x - 0.014, y - 0.014), *at(x + 0.014, y + 0.014)], fill=light)
    small = picture.resize((size, size), Image.Resampling.LANCZOS)
    return _png(small.quantize(_COLORS, Image.Quantize.MEDIANCUT))  # a third of the bytes


def fitted(picture: Image.Image, size: int) -> bytes:
    """``picture``, RGBA, as a PNG of ``size`` by ``size`` pixels on the app's paper."""
    room = round(_ROOM * size)
    inner = picture.copy()
    inner.thumbnail((size - 2 * room, size - 2 * room), Image.Resampling.LANCZOS)
    result = Image.new("RGB", (size, size), PAPER)
    result.paste(inner, ((size - inner.width) // 2, (size - inner.height) // 2), inner)
    return _png(result)


def _shade(color: str, factor: float) -> str:
    """``color`` with its lightness multiplied."""
    rgb = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    hue, light, saturation = colorsys.rgb_to_hls(*rgb)
    mixed = colorsys.hls_to_rgb(hue, min(max(light * factor, 0.05), 0.9), saturation)
    return "#" + "".join(f"{round(255 * one):02x}" for one in mixed)


def _png(picture: Image.Image) -> bytes:
    sink = io.BytesIO()
    picture.save(sink, "PNG", optimize=True)
    return sink.getvalue()
