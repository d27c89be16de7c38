"""What an operator's module says of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node, State
from convert.compiler.operators.common.channels import Channels
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.operators.common.rows import Sweep
from convert.compiler.program import Step


def _never(*_: Any) -> bool:
    return False


def _no_notes(*_: Any) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class Operator:
    """An operator of the file, from its bytes to C.

    ``read`` checks it and gives its node; raises ModelError through the reader's ``fail``.

    ``compute`` is the NumPy reference: the arrays of the outputs, and after them those of the
    node's states, from the arrays of the inputs and, after them, those of the states; integers of
    any width within the outputs' types. It is written from the runtimes' formulas, not from the C.

    ``lower`` gives the calls in plain C; raises ValueError, with a phrase for the user, for what
    the runtime refuses or what cannot be matched.

    ``fold`` computes the outputs while the file is read, where all it needs is constant; gives None
    where it is not.

    ``declare`` makes an operator that computes nothing, but names what is kept between runs: the
    variables by the number of the tensor that stands for them. ``read`` is not called then.

    ``loads`` and ``stores`` say that it only copies its one state to its output, or its input to
    its one state: where the order of execution allows, the tensor then lies in the state itself.
    """

    name: str  # "CONV_2D"
    read: Callable[[OperatorReader], Node]
    compute: Callable[[Any, Sequence[Array], Match], Sequence[Array]]
    lower: Callable[[Any, LoweringContext], Sequence[Step]]
    options: str = ""  # the schema's table of options: "Conv2DOptions"; "": none is read
    fold: Callable[[OperatorReader], Sequence[Array] | None] | None = None
    declare: Callable[[OperatorReader], Mapping[int, State]] | None = None
    lacking_types: Mapping[Match, tuple[str, ...]] = field(default_factory=dict)  # even folded
    lacking: Mapping[Match, str] = field(default_factory=dict)  # runtimes without it, and why
    notes: Callable[[Any, Match], Sequence[str]] = _no_notes  # what of a node cannot be matched
    absorbs: Callable[[Any, Node], bool] = _never  # whether it computes the node behind it as well
    channels: Channels | None = None  # what it does to whole channels; None: not known
    sweep: Sweep | None = None  # how it goes over rows; None: it needs the whole input
    is_conversion: bool = False  # the output is the input's numbers as another type or scale
    is_alias: bool = False  # the output is the input under another shape: it costs nothing
    loads: bool = False
    stores: bool = False
