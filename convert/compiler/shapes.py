"""Where sliding windows lie, as TensorFlow defines SAME and VALID."""

from dataclasses import dataclass

from convert.compiler.graph import Window


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
