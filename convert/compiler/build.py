"""The compiler as one function: ``.tflite`` in, C out."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

from convert.compiler import channels
from convert.compiler.emit import header, source
from convert.compiler.emit.unit import Unit
from convert.compiler.frontend.read import read
from convert.compiler.golden import SEEDS, answers
from convert.compiler.lower import lower
from convert.compiler.memory import overlap
from convert.compiler.memory.plan import plan
from convert.compiler.targets.options import Options
from convert.tflite import Model


@dataclass(frozen=True)
class Compiled:
    """The generated C with what it was made from."""

    unit: Unit

    def files(self) -> Mapping[str, bytes]:
        """File names with their content."""
        name = self.unit.name
        return {
            f"{name}.h": header.text(self.unit).encode(),
            f"{name}.c": source.text(self.unit).encode(),
        }


def compile_model(model: Model, name: str, options: Options | None = None) -> Compiled:
    """Compile ``model`` to C whose public names start with ``name``, a C identifier.

    Without ``options``: plain C that matches XNNPACK. Raises ModelError for what cannot be
    compiled. The same input gives the same text.
    """
    options = options or Options()
    network = read(model)
    narrowed = channels.narrow(network, options.match)
    program = overlap.reuse(lower(narrowed.network, options))
    origin = f"python -m convert.compiler {name}.tflite {options}"
    unit = Unit(
        name,
        origin,
        f"thimble {version('thimble')}",
        options,
        network,
        program,
        plan(program),
        answers(network, options.match),
        SEEDS,
    )
    return Compiled(unit)
