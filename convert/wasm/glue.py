"""The C between a generated network and what its WebAssembly module exports."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path

from convert.bundle import texts
from convert.compiler.emit import border
from convert.compiler.emit.unit import Unit
from convert.wasm.blocks import Map

FOLDER = Path(__file__).parent


def files(unit: Unit, maps: Sequence[Map]) -> dict[str, bytes]:
    """Further files of the module of ``unit``, whose C is called ``model``."""
    sizes, places = [one.tensor.bytes for one in maps], unit.plan.offsets
    kept = [
        f"to = maps + {end - size}, count = {size}"
        for size, end in zip(sizes, accumulate(sizes), strict=True)
    ]
    ends = [f"return arena.bytes + {places[one.buffer.name]}" for one in border.outputs(unit)]
    values = {
        "inputs": _cases(f"return model_{one.name}(&arena)" for one in border.inputs(unit)),
        "outputs": _cases(ends),
        "run": f"(void)model_run(&arena{', &state' if unit.state else ''});",
        "maps": "maps" if maps else "0",
        "map_bytes": str(sum(sizes)),
        "kept": "".join(
            f"    case {one.step}:\n        {done};\n        break;\n"
            for one, done in zip(maps, kept, strict=True)
        ),
    }
    holds = {name for name, has in (("state", unit.state), ("maps", maps)) if has}
    template = (FOLDER / "glue.c").read_text(encoding="utf-8")
    return {
        "glue.c": texts.filled(template, holds, values).encode(),
        "keep.h": (FOLDER / "keep.h").read_bytes(),
    }


def _cases(statements: Iterable[str]) -> str:
    return "".join(f"    case {at}:\n        {one};\n" for at, one in enumerate(statements))
