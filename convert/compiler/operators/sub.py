"""SUB, also of constants from which shapes are computed."""

from functools import partial

import numpy as np

from convert.compiler.operators.common import addition, binary
from convert.compiler.operators.common.definition import Operator

OPERATORS = (
    Operator(
        "SUB",
        partial(addition.read, sign=-1),
        addition.compute,
        addition.lower,
        options="SubOptions",
        fold=binary.folding(np.subtract, activated=True),
    ),
)
