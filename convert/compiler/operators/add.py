"""ADD, also of constants from which shapes are computed."""

from functools import partial

import numpy as np

from convert.compiler.operators.common import addition, binary
from convert.compiler.operators.common.definition import Operator

OPERATORS = (
    Operator(
        "ADD",
        partial(addition.read, sign=1),
        addition.compute,
        addition.lower,
        options="AddOptions",
        fold=binary.folding(np.add, activated=True),
    ),
)
