"""What surrounds a padded tensor, and the loops of kernels/portable/pad.h."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.ir import Array, Tensor

_DEPTH = 5  # loops of the kernel
_LANES = 4  # bytes of the kernel's value


def blank(of: Tensor, value: Array | None = None) -> dict[str, object]:
    """The fields of C's struct blank: ``value``, by default what stands for 0."""
    stored = np.asarray(of.zero_point if value is None else value).astype(of.numpy).reshape(())
    word = np.resize(np.frombuffer(stored.tobytes(), np.uint8), _LANES).view(np.int32)
    return {"word": int(word[0])}


def loops(
    shape: Sequence[int], before: Sequence[int], after: Sequence[int], width: int
) -> dict[str, tuple[int, ...]]:
    """The fields of struct pad for a tensor whose elements are ``width`` bytes.

    Dimensions that have nothing added are one with the dimension outside them. Raises ValueError
    where the nest is too deep.
    """
    dims = [[width, 0, 0]]  # bytes inside, before, after; the innermost last
    for n, b, a in zip(shape[::-1], before[::-1], after[::-1], strict=True):
        inner = dims[0]
        if inner[1] == inner[2] == 0:
            dims[0] = [n * inner[0], b * inner[0], a * inner[0]]
        else:
            dims.insert(0, [n, b, a])
    if len(dims) > _DEPTH:
        raise ValueError(f"more than {_DEPTH} dimensions are padded")
    padded = [[1, 0, 0]] * (_DEPTH - len(dims)) + dims
    names = ("size", "before", "after")
    return {name: tuple(dim[n] for dim in padded) for n, name in enumerate(names)}
