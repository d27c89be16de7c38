"""Small images in a grid, as one PNG: the filters of a convolution, the maps of a block."""

import base64
import io
import math

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from PIL import Image

Tiles = npt.NDArray[np.float64]
"""[tile, height, width]"""

_COLUMNS = 12
_GAP = 1  # pixels between the tiles, transparent


def signed(tiles: Tiles) -> str:
    """Tiles of values around zero: blue below, red above, white at zero; one scale for all."""
    largest = np.abs(tiles).max() or 1
    return _png(colormaps["RdBu_r"](tiles / largest / 2 + 0.5, bytes=True))


def positive(tiles: Tiles, largest: float) -> str:
    """Tiles of values from zero, dark, to ``largest``, bright."""
    return _png(colormaps["viridis"](np.clip(tiles / (largest or 1), 0, 1), bytes=True))


def _png(tiles: npt.NDArray[np.uint8]) -> str:
    """Coloured tiles [tile, height, width, 4] side by side, as a PNG in base64."""
    count, height, width, _ = tiles.shape
    # full rows where that can be
    columns = max(n for n in range(1, _COLUMNS + 1) if count % n == 0)
    columns = columns if columns * 2 > _COLUMNS or count <= columns else min(count, _COLUMNS)
    rows = math.ceil(count / columns)
    sheet = np.zeros((rows * (height + _GAP) - _GAP, columns * (width + _GAP) - _GAP, 4), np.uint8)
    for number, tile in enumerate(tiles):
        top, left = (number // columns) * (height + _GAP), (number % columns) * (width + _GAP)
        sheet[top : top + height, left : left + width] = tile
    sink = io.BytesIO()
    Image.fromarray(sheet).save(sink, "PNG", optimize=True)
    return base64.b64encode(sink.getvalue()).decode()
