"""The header's way between real numbers and stored ones is the runtime's own QUANTIZE."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.emit import border
from convert.compiler.emit.border import Border
from convert.compiler.ir import Tensor
from convert.compiler.targets.options import Options
from tests.compiler import harness, models, small
from tests.compiler.builder import Builder
from tests.compiler.runtimes import RUN
from tests.compiler.small import AVR, HOST, RV32, Core

TYPES = {"INT8": np.int8, "UINT8": np.uint8, "INT16": np.int16}
SCALES = (2.0**-6, 0.0235, 1 / 255, 1e-3, 3.7)
LACKING = {(Match.TFLM, "UINT8")}
"""What a runtime does not make of real numbers."""
MAIN = """
#include "uart.h"
#include "border.h"
{functions}
int main(void)
{{
    begin();
{calls}
    end();
}}
"""
FUNCTION = """
static const uint8_t {name}_given[{size}] IN_FLASH = {{{listed}}};

static void run_{name}(void)
{{
    for (uint16_t i = 0; i < {size}; i += 4) {{
        union {{
            uint8_t bytes[4];
            float real;
        }} given, back;
        {ctype} q;

        for (uint8_t byte = 0; byte < 4; byte++)
            given.bytes[byte] = FLASH_BYTE({name}_given + i + byte);
        q = {name}_input_from_real(given.real);
        back.real = {name}_input_to_real(q);
        hex(&q, sizeof q);
        hex(&back.real, 4);
    }}
    put('.');
}}
"""


@dataclass(frozen=True)
class Case:
    """An input's type, scale and zero point in a mode, and real numbers for it."""

    name: str
    match: Match
    tensor: Tensor
    given: np.ndarray  # float32 [count]

    @property
    def border(self) -> Border:
        """As the header's text takes it."""
        buffer = _compiled(self.match).unit.program.inputs[0]
        return Border(self.tensor, buffer, "input")

    @property
    def header(self) -> str:
        """The part of the header that is about it."""
        return border.macros(replace(_compiled(self.match).unit, name=self.name), self.border)


def _compiled(match: Match) -> Compiled:
    return compile_model(tflite.parse(models.random("RELU", 0)), "model", Options(match))


def cases(match: Match) -> Iterator[Case]:
    """Each type with each scale and various zero points."""
    plain = _compiled(match).unit.network.input
    for dtype, kind in TYPES.items():
        limits = np.iinfo(kind)
        for number, scale in enumerate(SCALES):
            zeros = (limits.min, limits.max, 0, limits.min // 2 + limits.max // 2 + 5)
            zero = 0 if dtype == "INT16" else zeros[number % 4]
            tensor = replace(
                plain, dtype=dtype, scale=np.float32(scale), zero_point=zero, shape=(1, 1)
            )
            name = f"{dtype.lower()}_{number}"
            yield Case(name, match, tensor, reals(tensor.scale, number))


def reals(scale: np.float32, seed: int) -> np.ndarray:
    """Ties, their neighbours, random numbers, and what is far out: float32 [count]."""
    rng = np.random.default_rng(seed)
    ties = (rng.integers(-600, 601, 60) / 2).astype(np.float32) * scale
    near = [np.nextafter(ties, np.float32(side)) for side in (-np.inf, np.inf)]
    spread = [rng.normal(0, sigma, 40).astype(np.float32) * scale for sigma in (60, 9000)]
    far = np.array([0, -0.0, 65535.5, -65536, 65537, 1e9, -1e9], np.float32) * scale
    return np.concatenate([ties, *near, *spread, far]).astype(np.float32)


def stored(case: Case, real: np.ndarray) -> np.ndarray:
    """By NumPy: to the nearest step, clamped."""
    tensor = case.tensor
    if case.match is Match.XNNPACK:
        steps = np.rint(real * (np.float32(1) / tensor.scale)).astype(np.float64)
    else:
        exact = (real / tensor.scale).astype(np.float64)
        steps = np.copysign(np.floor(np.abs(exact) + 0.5), exact)
    return np.clip(steps + tensor.zero_point, tensor.lowest, tensor.highest).astype(tensor.numpy)


def by_runtime(case: Case) -> np.ndarray:
    """What the runtime's own QUANTIZE stores."""
    b, tensor = Builder(), case.tensor
    x = b.tensor((1, len(case.given)), dtype="FLOAT32")
    y = b.tensor((1, len(case.given)), tensor.scale, tensor.zero_point, dtype=tensor.dtype)
    b.add("QUANTIZE", [x], y)
    return RUN[case.match](b.pack([x], y), [case.given.reshape(1, 1, -1)])[0].ravel()


def text(folder: Path, several: list[Case]) -> str:
    """C that prints, for each case, what is stored and what that stands for; writes its header."""
    header = "\n\n".join(case.header for case in several)
    (folder / "border.h").write_text(f"#include <stdint.h>\n\n{header}\n")
    functions = [
        FUNCTION.format(
            name=case.name,
            size=case.given.nbytes,
            listed=", ".join(map(str, case.given.tobytes())),
            ctype=case.border.ctype,
        )
        for case in several
    ]
    calls = "\n".join(f"    run_{case.name}();" for case in several)
    return MAIN.format(functions="\n".join(functions), calls=calls)


@pytest.mark.parametrize("match", list(Match))
def test_numpy_is_the_runtime(match: Match) -> None:
    """What the next test takes as true is what the runtime stores."""
    for case in cases(match):
        if (match, case.tensor.dtype) in LACKING:
            with pytest.raises(RuntimeError):
                by_runtime(case)
            continue
        assert np.array_equal(by_runtime(case), stored(case, case.given)), case.name


@pytest.mark.parametrize("match", list(Match))
@pytest.mark.parametrize("core", [HOST, AVR, RV32], ids=["host", "avr", "rv32"])
def test_header_stores_what_the_runtime_does(core: Core, match: Match, tmp_path: Path) -> None:
    """In C, where int has 16 bits too: ties, their neighbours, far-out numbers; and back."""
    several = list(cases(match))
    image = small.link(core, tmp_path, text(tmp_path, several))
    for case, said in zip(several, small.run(core, image), strict=True):
        kind = np.dtype([("q", case.tensor.numpy), ("real", np.float32)])
        found = np.frombuffer(bytes.fromhex(said), kind)
        wanted = stored(case, case.given)
        assert np.array_equal(found["q"], wanted), case.name
        back = (wanted.astype(np.int32) - case.tensor.zero_point).astype(np.float32)
        assert np.array_equal(found["real"], back * case.tensor.scale), case.name


@pytest.mark.parametrize(
    "compiler", [("gcc", "-std=c99"), ("g++", "-std=c++11"), ("clang++", "-std=c++11")]
)
def test_no_warning(compiler: tuple[str, ...], tmp_path: Path) -> None:
    """Clean as C99 and as C++11, under every warning about conversions."""
    for match in Match:
        (tmp_path / "main.c").write_text(text(tmp_path, list(cases(match))))
        strict = [word for word in harness.WARNINGS if not word.startswith("-std")]
        words = [*compiler, *strict, "-x", "c++" if "++" in compiler[0] else "c"]
        words += ["-I", str(small.UART), "-c", str(tmp_path / "main.c"), "-o"]
        subprocess.run([*words, str(tmp_path / "main.o")], check=True)


def test_two_headers_in_one_cpp_file(tmp_path: Path) -> None:
    """Whatever a tensor is called: two models' headers, clean as pedantic C++11, link as one."""
    content = models.random("RELU", 0)
    for name, match in (("one", Match.XNNPACK), ("two", Match.TFLM)):
        unit = compile_model(tflite.parse(content), name, Options(match)).unit
        odd = replace(unit.network.inputs[0], name="a/*b*/c??/")
        unit = replace(unit, network=replace(unit.network, inputs=(odd,)))
        small.write(tmp_path, Compiled(unit))
    main = (
        '#include "one.h"\n#include "two.h"\n'
        "static one_arena a;\nstatic two_arena b;\n"
        "int main() { return one_self_test(&a) + two_self_test(&b); }\n"
    )
    (tmp_path / "main.cpp").write_text(main)
    for name in ("one", "two"):
        words = ["gcc", *harness.WARNINGS, "-c", f"{name}.c", "-o", f"{name}.o"]
        subprocess.run(words, cwd=tmp_path, check=True)
    words = ["g++", "-std=c++11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "main.cpp"]
    subprocess.run([*words, "one.o", "two.o", "-o", "main"], cwd=tmp_path, check=True)
    assert subprocess.run([tmp_path / "main"], check=False).returncode == 0
