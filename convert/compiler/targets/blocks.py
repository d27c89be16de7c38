"""Maps in blocks of 2x2 pixels, which may be pooling windows: what kernels/blocks.h is given."""

import math
from typing import Any

from convert.compiler.ir import Window
from convert.compiler.operators.common.lowering import LoweringContext, image
from convert.compiler.operators.conv2d import Conv2D
from convert.compiler.operators.pool import Pool
from convert.compiler.program import Table

_SQUARE = Window((2, 2), (2, 2), (1, 1), (0, 0))
_NONE = Window((1, 1), (1, 1), (1, 1), (0, 0))


def fusable(node: Conv2D, site: LoweringContext) -> bool:
    """Whether blocks can do the group: no groups of channels, no dilation, no or 2x2 pooling."""
    last = site.group[-1]
    pool = last.window if isinstance(last, Pool) else _SQUARE
    return pool == _SQUARE and node.window.dilation == (1, 1) and node.groups == 1


def pooling(site: LoweringContext) -> Window:
    """The pooling behind the convolution; of 1x1 where there is none."""
    return _SQUARE if len(site.group) > 1 else _NONE


def rows_together(site: LoweringContext) -> int:
    """Rows of the output that are written together."""
    return 1 if len(site.group) > 1 else 2


def blocks(site: LoweringContext, bias: Table, scaling: Any, shift: int) -> dict[str, Any]:
    """The fields of C's struct blocks; sums are 2^shift times what they stand for."""
    map_, output = site.group[0].output, site.group[-1].output
    pool = pooling(site).size[0]
    counts = [math.ceil(side / 2) if pool == 1 else side for side in output.shape[1:3]]
    return {
        "map": image(map_),
        "out": image(output),
        "rows": counts[0],
        "columns": counts[1],
        "pool": pool,
        "shift": shift,
        "bias": bias,
        "scaling": scaling,
    }


def make_strip(node: Conv2D, width: int) -> dict[str, Any]:
    """The fields of C's struct strip, for a row of blocks of a convolution of one channel."""
    return {
        "in": image(node.input),
        "rows": node.window.size[0] + 1,
        "width": width,
        "left": node.window.before[1],
        "zero_point": node.input.zero_point,
    }
