"""``deployment.h``: what the firmware's own C, which is the same for all models, needs of one."""

import struct
from collections.abc import Iterator, Sequence

from convert.compiler.emit import border, ctext
from convert.compiler.emit.border import Border
from convert.compiler.emit.unit import Unit
from convert.compiler.ir import Tensor
from firmware.hello import STORED, TYPES
from firmware.stored import Stored

_NONE = "#define DEPLOYMENT_STORED      STORED_NONE\n#define DEPLOYMENT_STORED_SIZE 0 /* bytes */"


def text(unit: Unit, name: str, comes: Stored | None, title: Sequence[str]) -> str:
    """The whole file; ``title`` are the lines at its top."""
    inputs, outputs = border.inputs(unit), border.outputs(unit)
    stored = _stored(comes) if comes else _NONE
    parts = [
        f"{ctext.comment(title)}\n#ifndef DEPLOYMENT_H\n#define DEPLOYMENT_H",
        '#include <stdint.h>\n\n#include "model.h"\n#include "quantize.h"\n#include "tensor.h"',
        f'#define DEPLOYMENT_MODEL "{name}"\n#define DEPLOYMENT_MATCH "{unit.match}"',
        _sizes("INPUT", inputs) + "\n" + _sizes("OUTPUT", outputs),
        _tensors(inputs, outputs, comes),
        _memory(unit, outputs),
        _input(inputs),
        _run(unit, outputs),
        _self_test(unit),
        stored,
        "#endif",
    ]
    return "\n\n".join(parts) + "\n"


def _sizes(kind: str, borders: Sequence[Border]) -> str:
    sizes = [one.tensor.bytes for one in borders]
    return "\n".join(
        [
            f"#define DEPLOYMENT_{kind}S {len(sizes)}",
            f"#define DEPLOYMENT_{kind}_SIZE {sum(sizes)} /* bytes of all of them */",
            f"#define DEPLOYMENT_{kind}_SIZES {{{', '.join(map(str, sizes))}}}",
        ]
    )


def _tensors(inputs: Sequence[Border], outputs: Sequence[Border], comes: Stored | None) -> str:
    """The bytes that hello tells of inputs and outputs."""
    form = STORED.index(comes.dtype if comes else None)
    counts = f"{form}, {len(inputs)}, {len(outputs)},"
    rows = [(counts, "what FRAME_INFER carries; how many inputs and outputs")]
    for kind, borders in (("input", inputs), ("output", outputs)):
        rows += [(_described(one.tensor), f"{kind}: {_told(one.tensor)}") for one in borders]
    lines = [f"    {numbers} /* {about} */ \\" for numbers, about in rows]
    about = "For hello: of each its type, rank, scale, zero point and shape, as they are sent."
    last = lines[-1].removesuffix(" \\")
    return "\n".join([ctext.comment([about]), "#define DEPLOYMENT_TENSORS \\", *lines[:-1], last])


def described(tensor: Tensor) -> bytes:
    """What hello tells of a tensor: type, rank, scale, zero point, shape."""
    kind, rank = 1 + TYPES.index(tensor.dtype.lower()), len(tensor.shape)
    return struct.pack(
        f"<BBfi{rank}I", kind, rank, float(tensor.scale), tensor.zero_point, *tensor.shape
    )


def _described(tensor: Tensor) -> str:
    return " ".join(f"{byte}," for byte in described(tensor))


def _told(tensor: Tensor) -> str:
    return f"{tensor.dtype.lower()} {list(tensor.shape)}"


def _memory(unit: Unit, outputs: Sequence[Border]) -> str:
    state = "    model_state state;\n" if unit.state else ""
    return f"""/* All that the network needs in RAM, and where a run left its outputs. */
struct deployment {{
    model_arena arena;
{state}    const void *outputs[{len(outputs)}];
}};"""


def _input(inputs: Sequence[Border]) -> str:
    cases = [
        f"    if (number == {number})\n        return model_{one.name}(&it->arena);"
        for number, one in enumerate(inputs[:-1])
    ]
    body = "\n".join([*cases, f"    return model_{inputs[-1].name}(&it->arena);"])
    unused = "" if cases else "    (void)number;\n"
    return f"""/* Where an input goes, in the order of the file. */
static inline void *deployment_input(struct deployment *it, uint32_t number)
{{
{unused}{body}
}}"""


def _run(unit: Unit, outputs: Sequence[Border]) -> str:
    state = ", &it->state" if unit.state else ""
    call = f"model_run(&it->arena{state})"
    lines = [f"    it->outputs[0] = {call};"]
    if len(outputs) > 1:
        lines = [f"    {call};", *_places(outputs)]
    body = "\n".join(lines)
    return f"static inline void deployment_run(struct deployment *it)\n{{\n{body}\n}}"


def _places(outputs: Sequence[Border]) -> Iterator[str]:
    for number, one in enumerate(outputs):
        yield f"    it->outputs[{number}] = model_{one.name}(&it->arena);"


def _self_test(unit: Unit) -> str:
    state = ", &it->state" if unit.state else ""
    return f"""static inline enum model_status deployment_self_test(struct deployment *it)
{{
    return model_self_test(&it->arena{state});
}}"""


def _stored(comes: Stored) -> str:
    form = "STORED_UINT8" if comes.dtype.kind == "u" else "STORED_FLOAT32"
    return f"""#define DEPLOYMENT_STORED      {form}
#define DEPLOYMENT_STORED_SIZE {comes.bytes} /* bytes */

{comes.text()}"""
