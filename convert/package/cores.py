"""Which core's C a library takes: by the compiler's own macros, or as its user says.

Cores for which the compiler writes the same text share one folder, named after the first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from convert import tflite, wasm
from convert.compiler.build import Compiled, compile_model
from convert.compiler.targets.options import Options, Target
from runtime.errors import ModelError

_ARM = "defined(THIMBLE_CORTEX_M)"
_IS_ARM = """\
#if defined(__GNUC__) && defined(__ARM_ARCH_PROFILE) && !defined(__ARM_BIG_ENDIAN)
#if __ARM_ARCH_PROFILE == 'M'
#undef THIMBLE_CORTEX_M
#define THIMBLE_CORTEX_M
#endif
#endif
"""
_CONDITIONS = {
    "avr": "defined(__AVR__)",
    "riscv32": "defined(__GNUC__) && defined(__riscv_mul) && __riscv_xlen == 32",
    "cortex-m55": f"{_ARM} && defined(__ARM_FEATURE_MVE)",
    "cortex-m33": f"{_ARM} && defined(__ARM_FEATURE_DSP) && defined(__ARM_ARCH_8M_MAIN__)",
    "cortex-m4": f"{_ARM} && defined(__ARM_FEATURE_DSP)",
    "cortex-m3": f"{_ARM} && __ARM_ARCH_ISA_THUMB >= 2",
    "cortex-m0": _ARM,
    "aarch64": "defined(__GNUC__) && defined(__aarch64__) && defined(__ARM_NEON) "
    "&& !defined(__ARM_BIG_ENDIAN)",
    "x86-64-v3": "defined(__GNUC__) && defined(__x86_64__) && defined(__AVX2__)",
}
"""What the preprocessor knows of a core, in the order of asking; ``generic`` is what is left."""

UNTOLD = {"cortex-m7": "cortex-m4"}
"""Cores that no macro tells from another one: they are chosen by name, and else taken for that."""

AVR = "avr"

CORES = tuple(one for one in Target if one.is_core and one in {*_CONDITIONS, *UNTOLD})
"""The microcontrollers' cores that a library may have besides ``generic``."""

MACHINES = (Target.AARCH64, Target.X86_64_V3)
"""Phones and computers that it may have kernels for."""


@dataclass(frozen=True)
class Choice:
    """One core, and the folder in which its C lies."""

    target: Target
    folder: Target  # in cores/: the core whose text it has
    condition: str  # of the preprocessor; "": only when it is named


@dataclass(frozen=True)
class Made:
    """A network's C for several cores."""

    compiled: Mapping[Target, Compiled]
    refused: Mapping[Target, str]  # cores that cannot have it, and why


def compiled(
    model: tflite.Model, name: str, options: Mapping[Target, Options], source: str
) -> Made:
    """The C of each core. Raises ModelError for what cannot be compiled for any."""
    made: dict[Target, Compiled] = {}
    refused: dict[Target, str] = {}
    for target, chosen in options.items():
        try:
            given = wasm.fast(made[Target.GENERIC]) if target is Target.WASM else chosen
            one = compile_model(model, name, given, source)
        except ModelError as error:
            if target is Target.GENERIC:
                raise
            refused[target] = str(error)
        else:
            made[target] = one
    return Made(made, refused)


def choices(made: Mapping[Target, Compiled]) -> list[Choice]:
    """The cores of a library in the order of asking, ``generic`` last."""
    first: dict[str, Target] = {}
    shared = {target: first.setdefault(_body(one), target) for target, one in made.items()}
    order = [*_CONDITIONS, *UNTOLD]
    cores = sorted((one for one in made if one is not Target.GENERIC), key=order.index)
    return [
        *(Choice(one, shared[one], _CONDITIONS.get(one, "")) for one in cores),
        Choice(Target.GENERIC, shared[Target.GENERIC], ""),
    ]


def _body(one: Compiled) -> str:
    """The text without its first line, which names the core."""
    return "".join(content.decode().split("\n", 1)[1] for content in one.files().values())


def macro(name: str, target: Target, word: str = "CORE") -> str:
    """What is defined for a library to take that core: "KWS_CORE_CORTEX_M4"."""
    return f"{name}_{word}_{target}".upper().replace("-", "_")


def header(name: str, found: Sequence[Choice], refused: Mapping[Target, str]) -> str:
    """``NAME_core.h``: which of the folders in ``cores/`` is taken.

    An AVR reads tables in its own way alone, so that nothing else takes its place.
    """
    named = " \\\n    && ".join(f"!defined({macro(name, one.target)})" for one in found)
    asked = [one for one in found if one.condition]
    lines = [_IS_ARM, f"#if {named}"]
    for number, one in enumerate(asked):
        lines.append(f"#{'elif' if number else 'if'} {one.condition}")
        lines.append(f"#define {macro(name, one.target)}")
    if AVR in refused:
        lines.append(f"#{'elif' if asked else 'if'} {_CONDITIONS[AVR]}")
        lines.append(f"#error {name} is not for an AVR")
    fallback = f"#define {macro(name, Target.GENERIC)}"
    lines += ["#else", fallback, "#endif"] if asked or AVR in refused else [fallback]
    lines += ["#endif", ""]
    for number, one in enumerate(found):
        lines.append(f"#{'elif' if number else 'if'} defined({macro(name, one.target)})")
        lines.append(f'#define {name.upper()}_CORE_HEADER "cores/{one.folder}/{name}.h"')
        lines.append(f'#define {name.upper()}_CORE_SOURCE "cores/{one.folder}/{name}.inc"')
    return "\n".join([*lines, "#endif"])
