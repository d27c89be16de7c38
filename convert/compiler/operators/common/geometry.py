"""Where sliding windows lie, as TensorFlow defines SAME and VALID, and what they cover."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convert.compiler import ir
from convert.compiler.ir import Array, Window
from convert.compiler.operators.common.reader import OperatorReader


@dataclass(frozen=True)
class Geometry:
    """A window with the size of the output it gives, (height, width)."""

    window: Window
    output: tuple[int, int]


def geometry(
    image: tuple[int, int],
    size: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padding: str,
) -> Geometry:
    """The window of an operator with ``padding`` "SAME" or "VALID" on an image (height, width).

    Raises ValueError, with a phrase for the user, for what makes no sense.
    """
    if padding not in ("SAME", "VALID"):
        raise ValueError(f"padding {padding} is not supported")
    if min(*size, *stride, *dilation) < 1 or max(*size, *stride, *dilation) > 4096:
        raise ValueError(f"window {size}, stride {stride} or dilation {dilation} makes no sense")
    before, output = [], []
    for n, k, s, d in zip(image, size, stride, dilation, strict=True):
        reach = (k - 1) * d + 1
        count = -(-n // s) if padding == "SAME" else (n - reach) // s + 1
        if count < 1:
            raise ValueError(f"window {size} with dilation {dilation} is larger than {image}")
        total = max((count - 1) * s + reach - n, 0) if padding == "SAME" else 0
        output.append(count)
        before.append(total // 2)
    window = Window(size, stride, dilation, (before[0], before[1]))
    return Geometry(window, (output[0], output[1]))


def is_padded(window: Window, source: tuple[int, ...], output: tuple[int, ...]) -> bool:
    """Whether the window ever covers what lies outside the images of shape ``source``."""
    for axis in (0, 1):
        reach = (window.size[axis] - 1) * window.dilation[axis] + 1
        last = (output[1 + axis] - 1) * window.stride[axis] - window.before[axis]
        if window.before[axis] > 0 or last + reach > source[1 + axis]:
            return True
    return False


def sides(reader: OperatorReader, tensor: ir.Tensor) -> tuple[int, int, int]:
    """Height, width and channels of ``tensor``, which must be images."""
    if len(tensor.shape) != 4:
        raise reader.fail(f"{tensor.name!r} has shape {tensor.shape}, expected 4 dimensions")
    return tensor.shape[1], tensor.shape[2], tensor.shape[3]


def read(reader: OperatorReader, size: tuple[int, int], source: ir.Tensor) -> Geometry:
    """The window of an operator whose options are the strides and the padding on ``source``."""
    stride = reader.option("StrideH"), reader.option("StrideW")
    dilation = (1, 1)
    if "DilationHFactor" in reader.operator.options:
        dilation = reader.option("DilationHFactor"), reader.option("DilationWFactor")
    height, width, _ = sides(reader, source)
    try:
        return geometry((height, width), size, stride, dilation, reader.option("Padding"))
    except ValueError as error:
        raise reader.fail(str(error)) from error


def patches(
    images: Array, window: Window, output: tuple[int, ...], zero_point: int
) -> npt.NDArray[np.int64]:
    """What the window covers, less the zero point; 0 outside.

    ``images`` [batch, height, width, channels]; gives [batch, out height, out width, taps,
    channels], with the outputs' sides those of ``output``, a shape.
    """
    height, width = output[1:3]
    source = images.astype(np.int64) - zero_point
    shape = (len(source), height, width, math.prod(window.size), source.shape[3])
    result = np.zeros(shape, np.int64)
    taps = itertools.product(range(window.size[0]), range(window.size[1]))
    for tap, (ky, kx) in enumerate(taps):
        rows = np.arange(height) * window.stride[0] - window.before[0] + ky * window.dilation[0]
        columns = np.arange(width) * window.stride[1] - window.before[1] + kx * window.dilation[1]
        y = np.flatnonzero((rows >= 0) & (rows < source.shape[1]))
        x = np.flatnonzero((columns >= 0) & (columns < source.shape[2]))
        result[:, y[:, None], x, tap] = source[:, rows[y][:, None], columns[x]]
    return result
