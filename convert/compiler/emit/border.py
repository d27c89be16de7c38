"""Inputs and outputs in C: names, macros, and the way between real numbers and stored ones."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from convert.compiler.arithmetic.match import Match
from convert.compiler.emit import ctext
from convert.compiler.emit.unit import Unit
from convert.compiler.ir import Tensor
from convert.compiler.operators.common.reader import QUANTIZED
from convert.compiler.program import CTYPES, Buffer


@dataclass(frozen=True)
class Border:
    """An input or output, and what it is called."""

    tensor: Tensor
    buffer: Buffer
    name: str  # "input", "output_logits"

    @property
    def ctype(self) -> str:
        """What an element is in C."""
        return CTYPES[self.tensor.dtype]


def inputs(unit: Unit) -> list[Border]:
    """The inputs, in the order of the file."""
    return _borders("input", unit.network.inputs, unit.program.inputs)


def outputs(unit: Unit) -> list[Border]:
    """The outputs, in the order of the file."""
    return _borders("output", unit.network.outputs, unit.program.outputs)


def _borders(kind: str, tensors: Sequence[Tensor], buffers: Sequence[Buffer]) -> list[Border]:
    """A single one is called by its kind, several have their tensors' names behind it."""
    names = [kind]
    if len(tensors) > 1:
        names = [f"{kind}_{word}" for word in _words(kind, [tensor.name for tensor in tensors])]
    return [Border(*each) for each in zip(tensors, buffers, names, strict=True)]


def _words(kind: str, names: Sequence[str]) -> list[str]:
    """Names as parts of C identifiers, each different; without ``kind`` in front of them."""
    found: list[str] = []
    for number, name in enumerate(names):
        bare = re.sub(r":\d+$", "", name.removeprefix("serving_default_"))
        word = re.sub(r"[^A-Za-z0-9]+", "_", bare.rsplit("/", 1)[-1]).strip("_") or str(number)
        if word.lower().startswith(f"{kind}_"):
            word = word[len(kind) + 1 :]
        if word.lower() in [known.lower() for known in found]:
            word = f"{word}_{number}"
        found.append(word)
    return found


def macros(unit: Unit, border: Border) -> str:
    """Size, shape, type, scale and zero point, and inline functions where it is quantized."""
    tensor, prefix = border.tensor, f"{unit.name}_{border.name}".upper()
    kind = tensor.dtype.lower()
    lines = [ctext.comment([f"{prefix}: {kind} {list(tensor.shape[1:])}, {tensor.name}"])]
    lines += [
        f"#define {prefix}_SIZE {tensor.bytes} /* bytes */",
        f"#define {prefix}_COUNT {tensor.size} /* elements */",
        f'#define {prefix}_TYPE "{kind}"',
        f"#define {prefix}_RANK {len(tensor.shape)}",
        f"#define {prefix}_SHAPE {{{', '.join(map(str, tensor.shape or (1,)))}}}",
    ]
    if tensor.scale:
        lines += [
            f"#define {prefix}_SCALE {ctext.literal(tensor.scale)}",
            f"#define {prefix}_ZERO_POINT ({tensor.zero_point})",
            *(_conversions(unit, border, prefix) if tensor.dtype in QUANTIZED else ()),
        ]
    return "\n".join(lines)


def _conversions(unit: Unit, border: Border, prefix: str) -> Iterator[str]:
    """To the nearest step, rounded as the runtime's own QUANTIZE does, and back."""
    name, low, high = f"{unit.name}_{border.name}", border.tensor.lowest, border.tensor.highest
    xnnpack = unit.match is Match.XNNPACK
    steps = f"real * (1.0f / {prefix}_SCALE)" if xnnpack else f"real / {prefix}_SCALE"
    ties = "half to even" if xnnpack else "half away from zero"
    # Where the steps are halfway: to even; or away, where truncation went towards zero.
    tie = "(whole & 1) != 0" if xnnpack else "1"
    yield f"""
/* scale * (q - zero point) nearest to a real number, {ties}; what is beyond is clamped. */
static inline {border.ctype} {name}_from_real(float real)
{{
    float steps = {steps};
    float within = steps < -65536.0f ? -65536.0f : steps < 65536.0f ? steps : 65536.0f;
    int32_t whole = (int32_t)within;
    float rest = within - (float)whole;

    if (rest > 0.5f || (rest == 0.5f && {tie}))
        whole++;
    if (rest < -0.5f || (rest == -0.5f && {tie}))
        whole--;
    whole += {prefix}_ZERO_POINT;
    return ({border.ctype})(whole < {low} ? {low} : whole > {high} ? {high} : whole);
}}

static inline float {name}_to_real({border.ctype} q)
{{
    return (float)((int32_t)q - {prefix}_ZERO_POINT) * {prefix}_SCALE;
}}"""
