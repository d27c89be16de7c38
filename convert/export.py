"""The main job: from a float model to a proven int8 model, ``python -m convert.export``.

float model -> judged on held-out data -> quantization-aware fine-tuning, or post-training
quantization -> full-int8 .tflite -> parity with the float model -> C array and C -> bundle for
phones -> report -> manifest. Everything lands in one folder, whole or not at all; a model that
loses more accuracy than --max-drop is not published.

For example:
  python -m convert.export --preset base
  python -m convert.export --data photos --preset small
  python -m convert.export --model mine.keras --data recordings.npz
"""

import argparse
from collections.abc import Sequence

from convert import artifacts, gate, origin, previous, publish, quantizing, request, several
from convert.artifacts import Provenance
from convert.parity import Parity
from convert.report import tables
from convert.request import Request
from runtime import console
from train.tf import configure


def export(asked: Request) -> Parity:
    """Do the whole job; raises ThimbleError, and then leaves the previous result as it was."""
    guard = previous.guard(asked.source, force=asked.force)
    with publish.claim(asked.out / asked.title, guard) as claim:
        configure(asked.seed, asked.threads)
        source = origin.of(asked)
        console.note(f"float model: {source.phrase}")
        how = origin.way(asked, source)
        settings = quantizing.Settings(
            how, asked.seed, asked.min_accuracy, is_trained_here=asked.model is None
        )
        made = quantizing.make(source.network, source.dataset, asked.recipe, settings)
        result = made.parity
        gate.require_kept(asked.max_drop, result)
        allowed = gate.allowed(asked.max_drop, result.images, result.int8)
        provenance = Provenance(
            asked.title,
            asked.io,
            source.phrase,
            asked.options(how),
            how,
            allowed,
            source.history,
            made.history,
            made.fake,
            asked.public,
            source.given,
        )
        claim.publish(artifacts.collect(provenance, source.network, made, source.dataset))
    return result


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.export``."""
    return request.parser(__doc__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    asked = request.requested(console.parse(parser(), argv))
    folder = asked.out / asked.title
    if asked.model is not None and asked.inputs is not None:
        repeat = asked.public, asked.seed, asked.threads, asked.force
        own = several.Asked(asked.model, asked.inputs, folder, asked.options, *repeat)
        compared = several.export(own)
        text = f"\n{several.as_text(compared)}\n\nwrote {folder}"
        console.finish(text, {"folder": str(folder), **several.as_data(compared)})
        return 0
    result = export(asked)
    found = f"{tables.summary(result)}\n\n{tables.runtimes(result)}"
    text = f"\n{found}\n\nwrote {folder}: open report.html there"
    console.finish(text, {"folder": str(folder), **tables.as_data(result)})
    return 0


if __name__ == "__main__":
    console.run(main)
