"""The compiler as one function: ``.tflite`` in, C out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version

from convert import carray
from convert.compiler import channels
from convert.compiler.emit import header
from convert.compiler.emit import source as c_source
from convert.compiler.emit.unit import Unit
from convert.compiler.frontend import border
from convert.compiler.frontend.read import read
from convert.compiler.golden import SEEDS, answers
from convert.compiler.lower import lower
from convert.compiler.memory import moves, overlap
from convert.compiler.memory.plan import plan
from convert.compiler.targets import costs
from convert.compiler.targets.options import Io, Options
from convert.tflite import Model
from runtime.errors import ModelError


@dataclass(frozen=True)
class Compiled:
    """The generated C with what it was made from."""

    unit: Unit

    def files(self) -> Mapping[str, bytes]:
        """File names with their content."""
        name = self.unit.name
        return {
            f"{name}.h": header.text(self.unit).encode(),
            f"{name}.c": c_source.text(self.unit).encode(),
        }

    def require_plain(self, what: str) -> None:
        """Raise ModelError unless it is a network that ``what`` takes.

        That is one of an int8 input and an int8 output, without a state.
        """
        network, state = self.unit.network, self.unit.state
        borders = [("input", t) for t in network.inputs] + [("output", t) for t in network.outputs]
        if [f"{kind} {t.dtype}" for kind, t in borders] != ["input INT8", "output INT8"] or state:
            found = [f"{kind} {tensor.dtype.lower()}" for kind, tensor in borders]
            found += [f"{state} bytes of state"] if state else []
            raise ModelError(
                f"{what} takes models of one int8 input and one int8 output without state for "
                f"now, and this one has {', '.join(found)}: convert it so, or use its C itself"
            )


def compile_model(
    model: Model, name: str, options: Options | None = None, source: str | None = None
) -> Compiled:
    """Compile ``model`` to C whose public names start with ``name``, a C identifier.

    Without ``options``: plain C that matches XNNPACK. ``source`` is the name of the model's file
    for the command that the text says it was made by; None: ``name``.tflite. Raises ModelError for
    what cannot be compiled. The same input gives the same text.
    """
    options = options or Options()
    network = read(model)
    if options.io is Io.INT8:
        network = border.as_int8(network)
    narrowed = channels.narrow(network, options.match)
    program = overlap.reuse(lower(narrowed.network, options))
    program = moves.insert(program, lambda step: costs.priced(step, options.target, options.match))
    program = replace(program, notes=(*program.notes, *narrowed.notes))
    command = carray.command("convert.compiler", source or f"{name}.tflite", name)
    origin = f"{command} {options}"
    unit = Unit(
        name,
        origin,
        f"thimble {version('thimble')}",
        options,
        network,
        narrowed.network,
        program,
        plan(program),
        answers(network, options.match),
        SEEDS,
    )
    return Compiled(unit)
