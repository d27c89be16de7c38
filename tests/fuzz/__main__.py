"""Attack the compiler with mutants: ``python -m tests.fuzz --mutants 20000 --seed 1``.

Every kind of operator's random model, and every ``.tflite`` in THIMBLE_MODELS, has fields of its
flatbuffer changed. Files of faults are left in --out, each named after what went wrong.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from runtime import console, numbers
from tests.compiler import models
from tests.fuzz.judge import Mutant, Tally, judge
from tests.fuzz.mutate import mutant

BATCH = 50
LARGEST = 400_000  # bytes of a file that is changed


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = console.Parser("python -m tests.fuzz", description=__doc__)
    result.add_argument("--mutants", type=numbers.whole(1), default=1000, metavar="N")
    result.add_argument("--seed", type=numbers.whole(0), default=0)
    result.add_argument("--out", type=Path, default=Path("build/fuzz"), metavar="DIR")
    return result


def mutants(seed: int) -> Iterator[Mutant]:
    """Without end."""
    rng = np.random.default_rng(seed)
    kinds = list(models.kinds())
    folder = os.environ.get("THIMBLE_MODELS")
    files = sorted(Path(folder).rglob("*.tflite")) if folder else []
    files = [path for path in files if path.stat().st_size < LARGEST]
    while True:
        if files and rng.random() < 0.1:
            path = files[rng.integers(len(files))]
            about, content = path.name, path.read_bytes()
        else:
            kind, number = kinds[rng.integers(len(kinds))], int(rng.integers(1000))
            about, content = f"{kind} {number}", models.random(kind, number)
        changed = mutant(content, rng)
        if changed is not None:
            yield Mutant(f"{about} ({changed[1]})", changed[0])


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status: 1 when there is a fault."""
    options = console.parse(parser(), argv)
    source, total = mutants(options.seed), Tally()
    batches = range(0, options.mutants, BATCH)
    for start in console.progress(batches, "batches", len(batches)):
        count = min(BATCH, options.mutants - start)
        found = judge([next(source) for _ in range(count)])
        total.refused += found.refused
        total.unanswered += found.unanswered
        total.exact += found.exact
        for said, one in found.faults:
            options.out.mkdir(parents=True, exist_ok=True)
            path = options.out / f"{len(total.faults)}.tflite"
            path.write_bytes(one.content)
            total.faults.append((said, one))
            print(f"{path}: {one.about}: {said}", file=sys.stderr, flush=True)
    counts = (total.refused, total.unanswered, total.exact, len(total.faults))
    header = ("refused", "without a right answer", "exact", "faults")
    text = console.table(header, [[f"{count:,}" for count in counts]])
    console.finish(text, dict(zip(header, counts, strict=True)))
    return int(bool(total.faults))


if __name__ == "__main__":
    console.run(main)
