"""Runs generated C as WebAssembly in node: models in a module, fed one input after the other."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from convert.compiler.build import Compiled
from convert.wasm import SIMD

MODEL = """
#include "{name}.h"
static {name}_arena arena;
__attribute__((export_name("{name}_in"))) int8_t *{name}_in(void) {{ return {name}_input(&arena); }}
__attribute__((export_name("{name}_test"))) int32_t {name}_test(void)
{{ return {name}_self_test(&arena); }}
__attribute__((export_name("{name}_go"))) const int8_t *{name}_go(void)
{{ return {name}_run(&arena); }}
"""
LIBC = """
#include <stddef.h>
void *memcpy(void *to, const void *from, size_t n)
{ for (size_t i = 0; i < n; i++) ((char *)to)[i] = ((const char *)from)[i]; return to; }
void *memset(void *to, int value, size_t n)
{ for (size_t i = 0; i < n; i++) ((char *)to)[i] = (char)value; return to; }
"""
SCRIPT = """
const fs = require("fs");
const models = JSON.parse(process.argv[3]);
const exported = new WebAssembly.Instance(
  new WebAssembly.Module(fs.readFileSync(process.argv[2]))).exports;
const given = fs.readFileSync(0), answers = [];
let place = 0;
for (const { name, input, output, count } of models) {
  if (exported[`${name}_test`]() !== 0) throw new Error(`${name} fails its self-test`);
  for (let i = 0; i < count; i++, place += input) {
    const memory = new Uint8Array(exported.memory.buffer);
    memory.set(given.subarray(place, place + input), exported[`${name}_in`]());
    const at = exported[`${name}_go`]();
    answers.push(Buffer.from(memory.slice(at, at + output)));
  }
}
fs.writeSync(1, Buffer.concat(answers));
"""


def run(
    folder: Path, compiled: Sequence[Compiled], inputs: Sequence[Sequence[np.ndarray]]
) -> list[list[np.ndarray]]:
    """The answers of each model of one input and output, computed with SIMD instructions."""
    models = []
    for one, (given,) in zip(compiled, inputs, strict=True):
        name = one.unit.name
        for file, content in one.files().items():
            (folder / file).write_bytes(content)
        (folder / f"{name}_exports.c").write_text(MODEL.format(name=name))
        network = one.unit.network
        sizes = {"input": network.input.size, "output": network.output.size}
        models.append({"name": name, "count": len(given), **sizes})
    (folder / "libc.c").write_text(LIBC)
    words = [
        *("clang", "--target=wasm32", *SIMD, "-ffreestanding", "-fno-builtin"),
        *("-nostdlib", "-Wl,--no-entry", "-I", folder, "-o", folder / "models.wasm"),
    ]
    subprocess.run([*words, *sorted(folder.glob("*.c"))], check=True)
    (folder / "run.cjs").write_text(SCRIPT)
    done = subprocess.run(
        ["node", folder / "run.cjs", folder / "models.wasm", json.dumps(models)],
        input=b"".join(x.tobytes() for (x,) in inputs),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    answers, place = [], 0
    for one, model in zip(compiled, models, strict=True):
        shape = (model["count"], *one.unit.network.output.shape)
        chunk = np.frombuffer(done.stdout, np.int8, int(np.prod(shape)), place)
        answers.append([chunk.reshape(shape)])
        place += chunk.size
    return answers
