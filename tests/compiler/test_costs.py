"""Estimates are near what is counted in the emulator, for whole networks and each layer of them."""

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from convert import networks, tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.targets import costs
from convert.compiler.targets.options import Options, Target
from firmware import count
from runtime import classifier
from runtime.errors import ModelError, ThimbleError
from tests.compiler import models
from tests.compiler.test_exact import inputs_of

NETWORK, LAYER = 0.15, 0.30
"""What an estimate may be off by, as a share."""
FOLDER = os.environ.get("THIMBLE_MODELS")
MEASURABLE = 20_000
"""Instructions; what takes less is decided by what the compiler inlines."""
SMALL = 0.01
"""Of the whole; layers below that may be off by more."""

LARGE = tuple(target for target in costs.COUNTED if target is not Target.AVR)
"""Cores that have the memory for these networks; test_avr.py estimates small ones on an AVR."""


@cache
def content_of(name: str) -> bytes:
    if name in classifier.bundled():
        return classifier.find(name).read_bytes()
    return networks.build(name)


@pytest.mark.parametrize("target", LARGE)
@pytest.mark.parametrize("name", ["base", "ds_cnn", "mobilenet_dead", "resnet8", "autoencoder"])
def test_estimates_are_near_the_counts(name: str, target: Target) -> None:
    """Within 15 % for the network, and within 30 % for each layer that matters."""
    content = content_of(name)
    compiled = compile_model(tflite.parse(content), "model", Options(target=target))
    inputs = [one[0] for one in inputs_of(content, np.random.default_rng(5))]
    counted = count.count(compiled, inputs)
    steps = compiled.unit.program.steps
    total = sum(step.instructions for step in steps)
    assert abs(total / counted.total - 1) < NETWORK, (total, counted.total)
    for step, taken in zip(steps, counted.steps, strict=True):
        if taken > SMALL * counted.total:
            assert abs(step.instructions / taken - 1) < LAYER, (step.kernel, step.shapes, taken)


@pytest.mark.skipif(not FOLDER, reason="needs a folder of models: THIMBLE_MODELS")
@pytest.mark.parametrize("target", LARGE)
def test_estimates_of_networks_that_were_not_fitted(target: Target) -> None:
    """Within 15 % for networks of others, where they fit the emulated board.

    A single operator is left out: the compiler knows every number of it, and leaves out what those
    make needless.
    """
    off = {}
    for path in sorted(Path(str(FOLDER)).glob("*.tflite")):
        try:
            compiled = compile_model(tflite.read(path), "model", Options(target=target))
            inputs = [one[0] for one in inputs_of(path.read_bytes(), np.random.default_rng(5))]
            taken = count.count(compiled, inputs).total
        except ThimbleError:
            continue
        steps = compiled.unit.program.steps
        if taken > MEASURABLE and len(steps) > 1:
            total = sum(step.instructions for step in steps)
            off[path.name] = total / taken - 1
    assert off
    assert all(abs(share) < NETWORK for share in off.values()), off


@pytest.mark.parametrize("match", Match)
@pytest.mark.parametrize("target", costs.COUNTED)
def test_every_kernel_has_been_counted(target: Target, match: Match) -> None:
    """No kernel that a random model brings takes nothing, or what nobody counted."""
    for kind in models.covering(match):
        model = tflite.parse(models.random(kind, 3))
        try:
            unit = compile_model(model, "model", Options(match, target))
        except ModelError as error:
            if target is Target.AVR and "double, which avr-gcc does not have" in str(error):
                continue
            raise
        for step in unit.unit.program.steps:
            found = costs.coefficients(step.kernel, target, match)
            assert sum(found.values()) > 0, step.kernel
            assert found is not costs._UNKNOWN, step.kernel
