"""What a bundle says of each kind of task: a module of this package for each.

Each has a class of ``Kind``: how a thing becomes the network's input, in words and numbers, and the
things that a port of that is proven with.
"""

from collections.abc import Mapping
from typing import Any

from convert.bundle.kinds.digits import Digits
from convert.bundle.kinds.image import Image
from convert.bundle.kinds.kind import Kind
from convert.bundle.kinds.tensor import Tensor

KINDS: Mapping[str, Kind[Any]] = {"digits": Digits(), "image": Image(), "tensor": Tensor()}
"""By ``Task.kind``."""

__all__ = ["KINDS", "Kind"]
