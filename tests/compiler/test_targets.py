"""The same bytes on other machines: a big-endian one, phones; and with measured RAM and stack."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Options
from convert.compiler.toolchain import measure
from tests.compiler import harness, models
from tests.compiler.runtimes import RUN
from tests.compiler.test_exact import INPUTS, inputs_of, same

_ARMV7 = ("-O1", "-static", "-fuse-ld=lld")
MACHINES = {
    "big-endian": (("powerpc-linux-gnu-gcc", "-O1", "-static"), "qemu-ppc-static", ">"),
    # As Android's and Apple's compilers do, which contract expressions to fused multiplications.
    "arm64": (
        ("clang", "--target=aarch64-linux-gnu", "-O2", "-static", "-ffp-contract=on"),
        *("qemu-aarch64-static", "<"),
    ),
    "armv7": (
        ("clang", "--target=armv7a-linux-gnueabihf", "-mfpu=neon-vfpv4", *_ARMV7),
        *("qemu-arm-static", "<"),
    ),
}
"""The compiler, the emulator, and the order of bytes in a number."""


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("match", list(Match))
def test_another_machine_gives_the_same_bytes(
    match: Match, machine: str, model_path: Path, tmp_path: Path
) -> None:
    """Every operator and the bundled model on an emulated machine, self-tests included."""
    compiler, emulator, order = MACHINES[machine]
    assert shutil.which(emulator), "install qemu-user-static"
    contents = [models.random(kind, seed) for kind in models.covering(match) for seed in (1, 2)]
    contents.append(model_path.read_bytes())
    given = [inputs_of(content, np.random.default_rng(1)) for content in contents]
    expected = [RUN[match](content, x) for content, x in zip(contents, given, strict=True)]
    compiled = harness.compile_all(contents, Options(match))
    program = harness.build(tmp_path, compiled, INPUTS, compiler)
    answers = harness.run([emulator, program], compiled, given, order)
    for answer, y in zip(answers, expected, strict=True):
        assert all(same(a, b) for a, b in zip(answer, y, strict=True))


STACK = """
#include <stdio.h>
#include <string.h>
#include "model.h"
static model_arena arena;
static unsigned char stack[65536] __attribute__((aligned(16)));
static void work(void) {{ {work} }}
/* Run `work` on a stack of its own, painted, and count what it wrote. */
int main(void)
{{
    unsigned used = sizeof stack;
    unsigned char *top = stack + sizeof stack;

    memset(stack, 0xa5, sizeof stack);
    __asm__ volatile("movq %%rsp, %%rbx\\n\\tmovq %0, %%rsp\\n\\tcall *%1\\n\\tmovq %%rbx, %%rsp"
                     : : "r"(top), "r"(work)
                     : "rbx", "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11",
                       "memory", "cc");
    while (used > 0 && stack[sizeof stack - used] == 0xa5)
        used--;
    printf("%u\\n", used);
    return 0;
}}
"""


def test_stack_is_what_the_call_graph_says(model_path: Path, tmp_path: Path) -> None:
    """A painted stack shows no more than predicted, and not much less."""
    compiled = compile_model(tflite.read(model_path), "model")
    options = "-O2 -mno-red-zone -fno-stack-protector"
    predicted = measure(compiled, f"gcc {options}").stack
    for name, content in compiled.files().items():
        (tmp_path / name).write_bytes(content)
    work = "if (model_self_test(&arena) != MODEL_OK) __builtin_trap();"
    (tmp_path / "main.c").write_text(STACK.format(work=work))
    words = ["gcc", *options.split(), "-fno-pie", "-no-pie", "model.c", "main.c", "-o", "program"]
    subprocess.run(words, cwd=tmp_path, check=True)
    done = subprocess.run([tmp_path / "program"], capture_output=True, text=True, check=True)
    caller = 16 + 8  # the frame of `work` itself, and the call that enters it
    measured = int(done.stdout)
    assert predicted - 64 <= measured <= predicted + caller


@pytest.mark.parametrize("match", list(Match))
def test_arena_is_used_to_its_last_byte_and_no_further(
    match: Match, model_path: Path, tmp_path: Path
) -> None:
    """Every byte of the predicted arena is written by a run, and none around it.

    Two runs over different paint show which bytes a run writes whatever they hold.
    """
    compiled = compile_model(tflite.read(model_path), "model", Options(match))
    for name, content in compiled.files().items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "main.c").write_text("""
#include <stdio.h>
#include <string.h>
#include "model.h"
static struct { unsigned char before[256]; model_arena arena; unsigned char after[256]; } m[2];
int main(void)
{
    unsigned unwritten = 0, outside = 0;
    for (int i = 0; i < 2; i++) {
        unsigned char paint = i ? 0x33 : 0xcc;
        memset(&m[i], paint, sizeof m[i]);
        memset(model_input(&m[i].arena), 7, MODEL_INPUT_SIZE);
        model_run(&m[i].arena);
        for (int j = 0; j < 256; j++)
            outside += (m[i].before[j] != paint) + (m[i].after[j] != paint);
    }
    for (unsigned j = 0; j < sizeof(model_arena); j++)
        unwritten += ((unsigned char *)&m[0].arena)[j] != ((unsigned char *)&m[1].arena)[j];
    printf("%u %u %u\\n", (unsigned)sizeof(model_arena), unwritten, outside);
    return 0;
}
""")
    subprocess.run(["gcc", "-O1", "model.c", "main.c", "-o", "program"], cwd=tmp_path, check=True)
    done = subprocess.run([tmp_path / "program"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(compiled.unit.arena), "0", "0"]
