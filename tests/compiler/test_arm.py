"""The C equals LiteRT's default kernels on the cores of Arm phones too."""

import os
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.check import run_compiled
from convert.compiler.targets.options import Options
from runtime.dataset import Examples
from tests.compiler.arm import Phone


@pytest.mark.skipif(os.environ.get("THIMBLE_LONG") != "1", reason="takes minutes: THIMBLE_LONG=1")
def test_thousand_digits_on_two_cores(mnist: Examples, model_path: Path, tmp_path: Path) -> None:
    """1,000 real digits on a Cortex-A53 and a Cortex-A76: 0 differing bytes."""
    images = mnist.inputs[:1000]
    phone = Phone(tmp_path)
    quantized = (images.astype(np.int16) - 128).astype(np.int8)[..., None]
    compiled = compile_model(tflite.read(model_path), "model", Options(Match.XNNPACK))
    answers = run_compiled(compiled, [quantized[:, None]]).arrays[0][:, 0]
    for core in ("cortex-a53", "cortex-a76"):
        assert np.array_equal(phone.outputs(model_path, quantized, core), answers), core
