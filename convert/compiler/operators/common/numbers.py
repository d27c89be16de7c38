"""What kernels that take numbers of several types are told of them: kernels/portable/numbers.h."""

from convert.compiler.ir import Tensor

TYPES = {"INT8": 0, "UINT8": 1, "INT16": 2, "INT32": 3, "BOOL": 4}
"""C's NUMBER_..."""


def lead(source: Tensor, output: Tensor) -> int:
    """Bytes that ``output`` must begin before ``source``, both of one shape, to lie over it.

    An element is read before it is written, the first one first.
    """
    wider = output.numpy.itemsize - source.numpy.itemsize
    return max(0, wider * (source.size - 1))
