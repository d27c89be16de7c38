"""Compiles generated models and runs them as a program of its own, under the sanitizers."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from convert import tflite
from convert.compiler.build import Compiled, compile_model
from convert.compiler.emit import border
from convert.compiler.targets.options import Options

WARNINGS = (
    "-std=c99",
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Wsign-conversion",
    "-Wpedantic",
    "-Wcast-qual",
    "-Werror",
)
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
SANITIZED = ("gcc", "-O0", *SANITIZERS)
"""Not optimized: built seven times sooner, and nothing undefined is optimized away unseen."""

MAIN = """
#include <stdio.h>
#include <string.h>
{includes}
{functions}
int main(void)
{{
    int status = 0;

{calls}
    return 0;
}}
"""
FUNCTION = """
static int run_{name}(void)
{{
    static struct {{ int32_t before[16]; {name}_arena arena; int32_t after[16]; }} m;
{state}
    memset(&m, 0x5a, sizeof m);
    if ({name}_self_test(&m.arena{pass}) != 0) return 2;
    memset(&m, 0x5a, sizeof m);
    for (int i = 0; i < {count}; i++) {{
{reads}
{run}
{writes}
    }}
    for (int i = 0; i < 16; i++)
        if (m.before[i] != 0x5a5a5a5a || m.after[i] != 0x5a5a5a5a) return 4;
    return 0;
}}
"""


def compile_all(models: Sequence[bytes], options: Options) -> list[Compiled]:
    """Each model compiled under a name of its own: m0, m1, ..."""
    return [
        compile_model(tflite.parse(content), f"m{number}", options)
        for number, content in enumerate(models)
    ]


def _function(compiled: Compiled, count: int) -> str:
    """C that runs a model on ``count`` inputs from standard input, in turn."""
    unit = compiled.unit
    name, outputs = unit.name, border.outputs(unit)
    passed = ", &state" if unit.state else ""
    reads = [
        f"        if (fread({name}_{one.name}(&m.arena), 1, {one.tensor.bytes}, stdin)"
        f" != {one.tensor.bytes}) return 3;"
        for one in border.inputs(unit)
    ]
    run = f"        {name}_run(&m.arena{passed});"
    writes = [
        f"        fwrite({name}_{one.name}(&m.arena), 1, {one.tensor.bytes}, stdout);"
        for one in outputs
    ]
    if len(outputs) == 1:
        run = f"        const void *answer = {name}_run(&m.arena{passed});"
        writes = [f"        fwrite(answer, 1, {outputs[0].tensor.bytes}, stdout);"]
    return FUNCTION.format(
        name=name,
        count=count,
        state=f"    static {name}_state state;\n" if unit.state else "",
        reads="\n".join(reads),
        run=run,
        writes="\n".join(writes),
        **{"pass": passed},
    )


def build(
    folder: Path,
    compiled: Sequence[Compiled],
    count: int,
    compiler: Sequence[str | Path],
    libraries: Sequence[str] = (),
) -> Path:
    """A program that feeds each model ``count`` inputs from its standard input, in turn."""
    includes, calls, sources = [], [], []
    for one in compiled:
        for name, content in one.files().items():
            (folder / name).write_bytes(content)
        name = one.unit.name
        includes.append(f'#include "{name}.h"')
        calls.append(f"    if ((status = run_{name}()) != 0) return status;")
        sources.append(folder / f"{name}.c")
    functions = "\n".join(_function(one, count) for one in compiled)
    text = MAIN.format(includes="\n".join(includes), functions=functions, calls="\n".join(calls))
    (folder / "main.c").write_text(text)
    program = folder / "program"
    subprocess.run([*compiler, *sources, folder / "main.c", "-o", program, *libraries], check=True)
    return program


def run(
    program: Sequence[str | Path],
    compiled: Sequence[Compiled],
    inputs: Sequence[Sequence[np.ndarray]],
    order: str = "<",
) -> list[list[np.ndarray]]:
    """The answers of each model to its inputs: an array [count, *shape] for each output.

    ``inputs`` has, for each model, an array [count, *shape] for each of its inputs. ``order`` is
    that of the program's bytes in a number, ``>`` on a big-endian machine.
    """
    given = b"".join(
        one.astype(one.dtype.newbyteorder(order)).tobytes()
        for arrays in inputs
        for row in zip(*arrays, strict=True)
        for one in row
    )
    done = subprocess.run([*program], input=given, capture_output=True, check=False)
    assert done.returncode == 0, (done.returncode, done.stderr.decode()[-2000:])
    answers, place = [], 0
    for one, arrays in zip(compiled, inputs, strict=True):
        outputs = one.unit.network.outputs
        types = [t.numpy.newbyteorder(order) for t in outputs]
        kind = np.dtype([(f"{n}", types[n], t.shape) for n, t in enumerate(outputs)])
        rows = np.frombuffer(done.stdout, kind, len(arrays[0]), place)
        place += rows.nbytes
        answers.append([rows[f"{n}"].astype(t.numpy) for n, t in enumerate(outputs)])
    assert place == len(done.stdout)
    return answers
