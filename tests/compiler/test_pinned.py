"""The generated C of the presets changes only when somebody means it to.

``python -m tests.compiler.test_pinned`` writes the checksums again; a commit that changes them says
why.
"""

import hashlib
import json
from pathlib import Path

import pytest

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Optimize, Options, Target
from runtime import classifier
from runtime.errors import ModelError

PINNED = Path(__file__).with_name("pinned.json")


def checksums(preset: str) -> dict[str, str]:
    """Checksums of a preset, by target, mode and what it is made for."""
    model = tflite.read(classifier.find(preset))
    found = {}
    for target in Target:
        for match in Match:
            for optimize in Optimize if target.is_core else [Optimize.SPEED]:
                found[f"{target} {match} {optimize}"] = _checksum(
                    model, Options(match, target, optimize)
                )
    return found


def _checksum(model: tflite.Model, options: Options) -> str:
    """Of both files; or why there are none, as on an AVR for what is too large."""
    try:
        files = compile_model(model, "model", options).files()
    except ModelError as error:
        return str(error)
    return hashlib.sha256(b"".join(files.values())).hexdigest()


@pytest.mark.parametrize("preset", classifier.bundled())
def test_generated_c_is_as_it_was(preset: str) -> None:
    """Byte for byte, both files, for each target and mode."""
    assert checksums(preset) == json.loads(PINNED.read_text())[preset]


if __name__ == "__main__":
    every = {preset: checksums(preset) for preset in sorted(classifier.bundled())}
    PINNED.write_text(json.dumps(every, indent=1) + "\n")
