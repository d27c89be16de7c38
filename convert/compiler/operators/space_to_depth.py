"""SPACE_TO_DEPTH and DEPTH_TO_SPACE: blocks of pixels against channels."""

from convert.compiler.operators.common import movement
from convert.compiler.operators.common.limits import PLAIN, Limits, without
from convert.compiler.operators.common.movement import Move
from convert.compiler.operators.common.reader import OperatorReader


def _block(reader: OperatorReader, shape: tuple[int, ...]) -> int:
    """The side of a block."""
    side = int(reader.option("BlockSize"))
    if len(shape) != 4 or side < 1:
        raise reader.fail(f"blocks of {side} do not fit shape {shape}")
    return side


def to_depth(reader: OperatorReader, shape: tuple[int, ...]) -> Move:
    """The pixels of a block become the channels of one."""
    side = _block(reader, shape)
    batch, height, width, channels = shape
    if height % side or width % side:
        raise reader.fail(f"blocks of {side} do not fit shape {shape}")
    split = (batch, height // side, side, width // side, side, channels)
    joined = (batch, height // side, width // side, side * side * channels)
    return lambda x: [x.reshape(split).transpose(0, 1, 3, 2, 4, 5).reshape(joined)]


def to_space(reader: OperatorReader, shape: tuple[int, ...]) -> Move:
    """The channels of a pixel become a block."""
    side = _block(reader, shape)
    batch, height, width, channels = shape
    if channels % (side * side):
        raise reader.fail(f"blocks of {side} do not fit shape {shape}")
    left = channels // (side * side)
    split = (batch, height, width, side, side, left)
    joined = (batch, height * side, width * side, left)
    return lambda x: [x.reshape(split).transpose(0, 1, 3, 2, 4, 5).reshape(joined)]


_LIMITS = Limits(types=without("INT16", "BOOL"), micro=PLAIN)

OPERATORS = (
    movement.operator("SPACE_TO_DEPTH", to_depth, _LIMITS, options="SpaceToDepthOptions"),
    movement.operator("DEPTH_TO_SPACE", to_space, _LIMITS, options="DepthToSpaceOptions"),
)
