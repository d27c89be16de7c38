"""The generated C by number, for languages other than C: one block of memory, tensors in a row.

``NAME_bridge.h`` and ``NAME_bridge.c`` stand beside the generated C in every library whose users
call it from another language; what crosses that border is written once.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np

from convert.bundle import texts
from convert.compiler.emit import border, ctext
from convert.compiler.emit.border import Border
from convert.compiler.emit.unit import Unit
from convert.compiler.operators.common.reader import QUANTIZED
from convert.compiler.targets.options import Target
from convert.package import cores, places, text
from convert.package.library import Library
from runtime.tasks.scaling import Scaling

FOLDER = resources.files("convert.package") / "templates"


@dataclass(frozen=True)
class Tensor:
    """An input or output as users of a library see it."""

    name: str  # as in the C: "input", "output_logits"
    kind: str  # "int8"
    shape: tuple[int, ...]
    count: int  # elements
    size: int  # bytes
    scale: float  # real = scale * (stored - zero_point); 0.0: not quantized
    zero_point: int

    def __str__(self) -> str:
        """Type and shape: ``int8 [1, 28, 28, 1]``."""
        return f"{self.kind} {list(self.shape)}"


def inputs(unit: Unit) -> list[Tensor]:
    """The inputs, in the order of the file."""
    return [_tensor(one) for one in border.inputs(unit)]


def outputs(unit: Unit) -> list[Tensor]:
    """The outputs, in the order of the file."""
    return [_tensor(one) for one in border.outputs(unit)]


def _tensor(one: Border) -> Tensor:
    tensor, scaled = one.tensor, _is_scaled(one)
    return Tensor(
        one.name,
        tensor.dtype.lower(),
        tensor.shape,
        tensor.size,
        tensor.bytes,
        float(tensor.scale) if scaled else 0.0,
        tensor.zero_point if scaled else 0,
    )


def _is_scaled(one: Border) -> bool:
    return bool(one.tensor.scale) and one.tensor.dtype in QUANTIZED


def filled(template: str, values: Mapping[str, str], holds: frozenset[str] = frozenset()) -> str:
    """The template of that name with its places filled, and of its blocks those that hold."""
    content = (FOLDER / template).read_text(encoding="utf-8")
    return texts.filled(content, set(holds), values)


@dataclass(frozen=True)
class Page:
    """What the templates of a library's kind are filled with."""

    library: Library
    values: Mapping[str, str]
    holds: frozenset[str]

    def filled(self, template: str) -> bytes:
        """The kind's template of that name."""
        return filled(f"{self.library.kind}/{template}", self.values, self.holds).encode()

    def documents(self, proof: tuple[str, str]) -> dict[str, bytes]:
        """README.md and LICENSE; ``proof`` is what the tests run of the kind, and what not."""
        plain = self.library.only(self.library.kind, ())
        known = {**places.of(plain), **self.values, "was_run": proof[0], "not_run": proof[1]}
        use = text.aligned(filled(f"{self.library.kind}/{text.USE}", known, self.holds).strip())
        return {
            **text.readme(plain, self.library.kind, proof, known),
            "README.md": filled("bridge/README.md", {**known, "use": use}).encode(),
        }


def quoted(text: str) -> str:
    """A C string literal of plain text."""
    return '"' + text.replace("\\", "/").replace('"', "'").encode("ascii", "replace").decode() + '"'


def as_json(value: object) -> str:
    """A value as JSON, which JavaScript and TOML read too."""
    return json.dumps(value, ensure_ascii=False)


def as_ascii(text: str) -> str:
    """A string literal of Java and others, with escapes for what is not ASCII."""
    return json.dumps(text)


def swift_string(text: str) -> str:
    """A string literal of Swift."""
    safe = (
        one if one.isprintable() and one not in '"\\' else f"\\u{{{ord(one):x}}}" for one in text
    )
    return f'"{"".join(safe)}"'


def pascal(name: str) -> str:
    """A C identifier as classes are called: "kws_ds_cnn" gives "KwsDsCnn"."""
    return "".join(word[0].upper() + word[1:] for word in name.split("_") if word)


def steps(one: Tensor) -> str:
    """What an element of a quantized tensor stands for: ``0.5 * (stored + 128)``."""
    if not one.zero_point:
        return f"{one.scale:.9g} * stored"
    sign = "+" if one.zero_point < 0 else "-"
    return f"{one.scale:.9g} * (stored {sign} {abs(one.zero_point)})"


def _row(one: Tensor) -> str:
    return f"| `{one.name}` | {one} | {steps(one) if one.scale else 'as it is'} |"


def common(library: Library) -> dict[str, str]:
    """What every template may say."""
    unit, units = library.unit, [one.unit for one in library.made.values()]
    return {
        "name": library.name,
        "macro": library.name.upper(),
        "slug": library.slug,
        "version": library.about.version,
        "sha256": unit.network.sha256,
        "equals": library.equals,
        "origin": f"Made by: {library.command} ({unit.version})".replace('"', "'"),
        "description_json": as_json(library.about.description),
        "url_json": as_json(library.about.url),
        "author_json": as_json(library.about.author),
        "licence_json": as_json(library.about.licence),
        "memory": _figure([one.arena + one.state for one in units]),
        "tables": _figure([one.flash for one in units]),
        "tensor_rows": "\n".join(_row(one) for one in [*inputs(unit), *outputs(unit)]),
    }


def _figure(sizes: Sequence[int]) -> str:
    """Bytes of plain C, the first, and the most that those of other kernels are."""
    plain, most = sizes[0], max(sizes)
    return f"{plain:,}" if most == plain else f"{plain:,}; with vector kernels up to {most:,}"


def scaling(library: Library) -> Scaling | None:
    """How numbers of the world become what the network takes; None: they are that already."""
    contract = library.contract
    if contract is None or contract.is_guess or contract.task.scaling == Scaling():
        return None
    return contract.task.scaling


def files(library: Library) -> dict[str, bytes]:
    """The generated C of any machine, and the two files that number it, by name."""
    unit = library.unit
    name, ends, how = unit.name, (border.inputs(unit), border.outputs(unit)), scaling(library)
    values = {
        "name": name,
        "macro": name.upper(),
        "origin": f"Written with {name}.c by {unit.version}.",
        "inputs": str(len(ends[0])),
        "outputs": str(len(ends[1])),
        "state_field": f"    {name}_state state;\n" if unit.state else "",
        "state_argument": ", &memory->state" if unit.state else "",
        "restart": f"{name}_reset(&memory->state)" if unit.state else "(void)memory",
        "input_rows": _rows(unit, ends[0]),
        "output_rows": _rows(unit, ends[1]),
        "input_cases": "\n".join(
            f"    case {number}:\n        return {name}_{one.name}(&memory->arena);"
            for number, one in enumerate(ends[0])
        ),
        "run": _run(unit, ends[1]),
        "scaling": _scaling(how) if how else "",
        "scaling_told": " (value - mean) / deviation," if how else "",
        "scaled": "scaled(values[i], first + i)" if how else "values[i]",
    }
    helper = {"thimble_quantize.h": (FOLDER / "common/thimble_quantize.h").read_bytes()}
    return (
        _sources(library)
        | helper
        | {f"{name}_bridge.{end}": filled(f"bridge/bridge.{end}", values).encode() for end in "hc"}
    )


def _sources(library: Library) -> dict[str, bytes]:
    """The C: of each core, of which the compiler's macros choose one, or of any machine."""
    if not {*cores.MACHINES} & {*library.made}:
        return dict(library.made[Target.GENERIC].files())
    labels = f"{library.name}_labels."
    found = text.sources(library, "")
    return {path: content for path, content in found.items() if not path.startswith(labels)}


def _scaling(how: Scaling) -> str:
    """The C of a scaling, for each channel or for all."""
    means, deviations = (
        ", ".join(ctext.literal(np.float32(number)) for number in row)
        for row in (how.mean, how.deviation)
    )
    count = len(how.mean)
    return f"""
/* For each channel, or for all of them. */
static const float means[{count}] = {{{means}}};
static const float deviations[{count}] = {{{deviations}}};

static float scaled(float value, int32_t at)
{{
    return (value - means[at % {count}]) / deviations[at % {count}];
}}
"""


def _rows(unit: Unit, borders: list[Border]) -> str:
    """Initializers of the tables of tensors."""
    found = []
    for one in borders:
        prefix = f"{unit.name}_{one.name}".upper()
        steps = f"{prefix}_SCALE, {prefix}_ZERO_POINT" if _is_scaled(one) else "0.0f, 0"
        kind = f"{unit.name.upper()}_{one.tensor.dtype}"
        found.append(f"    {{{kind}, {prefix}_COUNT, {prefix}_SIZE, {steps}}},")
    return "\n".join(found)


def _run(unit: Unit, outputs: list[Border]) -> str:
    """Statements that run the network and keep where its outputs lie."""
    name = unit.name
    call = f"{name}_run(&memory->arena{', &memory->state' if unit.state else ''})"
    if len(outputs) == 1:
        return f"    memory->outputs[0] = {call};"
    kept = [
        f"    memory->outputs[{number}] = {name}_{one.name}(&memory->arena);"
        for number, one in enumerate(outputs)
    ]
    return "\n".join([f"    {call};", *kept])
