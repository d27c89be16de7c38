"""Emulated boards boot, test themselves, and answer as the named runtime does."""

import contextlib
import re

import numpy as np
import pytest

from convert.compiler.arithmetic.match import Match
from firmware import questions
from firmware.build import Image
from firmware.device import CALIBRATION
from firmware.emulate import booted, emulate
from firmware.validation import Validation, validate
from runtime import worker
from runtime.dataset import Examples
from tests.firmware.images import EMULATED, image

COUNT = 40


def noise(count: int = COUNT) -> Examples:
    """Pictures of noise: what is in them does not matter to the bytes."""
    rng = np.random.default_rng(3)
    images = rng.integers(0, 256, (count, 28, 28)).astype(np.uint8)
    images[0], images[1] = 0, 255
    return Examples(images, np.zeros(count, np.int64), tuple("0123456789"), "noise")


def run(built: Image, test: Examples) -> Validation:
    with booted(built) as device:
        asked = questions.of_examples(built.deployment, test)
        return validate(device, built, asked, built.board.emulator)


@pytest.mark.parametrize("name", EMULATED)
def test_board_answers_as_the_runtime(name: str) -> None:
    """0 bytes differ from LiteRT, on noise; stack, RAM, flash and arena are as predicted."""
    built = image(name, "micro")
    found = run(built, noise())
    assert found.problems == []
    assert found.differing == 0
    assert 0 < found.status.stack_used <= built.stack
    assert found.fault.cause == "none"
    assert found.hello.board == name
    assert found.hello.sha256 == built.deployment.compiled.unit.network.sha256
    assert found.hello.arena == built.deployment.compiled.unit.arena


@pytest.mark.parametrize("match", list(Match))
@pytest.mark.parametrize("name", ["netduinoplus2", "microbit"])
def test_every_mode_matches_its_own_runtime(name: str, match: Match) -> None:
    """Each --match equals its runtime; noise shows that the others differ."""
    found = run(image(name, "small", match), noise())
    for row in found.mismatches:
        assert (row.bytes == 0) == (row.match is match), row


@pytest.mark.parametrize("name", EMULATED)
def test_counter_counts_instructions(name: str) -> None:
    """A loop of known length takes as many instructions as it has; two boots count the same."""
    counts = set()
    for _ in range(2):
        with booted(image(name)) as device:
            bench = device.bench(3)
        machine = image(name).board.emulator
        assert machine is not None
        loop = machine.instructions(bench.long_loop - bench.short_loop)
        assert abs(loop - CALIBRATION) <= 4
        assert bench.least <= bench.total / 3 <= bench.most
        counts.add(round(machine.instructions(bench.least) / 100))
    assert len(counts) == 1


def test_board_reads_mnist_as_the_runtime_does(mnist: Examples) -> None:
    """On 200 real digits the device's accuracy and confusion are those of LiteRT."""
    built = image("netduinoplus2", "nano")
    test = Examples(mnist.inputs[:200], mnist.labels[:200], mnist.names, mnist.source)
    found = run(built, test)
    read = worker.answers(built.deployment.path, test.inputs, "litert", "default").argmax(axis=1)
    assert found.judgement is not None
    assert found.judgement.figure == np.mean(read == test.labels) > 0.9
    assert found.confusion is not None
    assert found.confusion.sum() == 200
    assert np.trace(found.confusion) == np.sum(read == test.labels)


def test_quantized_tensor_gives_the_same_answer_as_pixels() -> None:
    """CLASSIFY of what the runtime quantizes equals INFER of the pixels."""
    with booted(image("microbit")) as device:
        for pixels in noise(8).inputs:
            tensor = (pixels.astype(np.int16) - 128).astype(np.int8)
            answers = device.classify(tensor), device.infer(pixels)
            assert np.array_equal(answers[0].outputs, answers[1].outputs)


def test_banner_says_what_it_is() -> None:
    """A person with a terminal reads board, model, sha256, sizes and the self-test's result."""
    built = image("netduinoplus2")
    with (
        emulate(built.board, built.elf) as emulator,
        contextlib.closing(emulator.connect()) as line,
    ):
        emulator.reset()
        text = b""
        while b"passed\r\n" not in text and (more := line.read(5.0)):
            text += more
    sha = built.deployment.compiled.unit.network.sha256
    unit = built.deployment.compiled.unit
    banner = rf"thimble on netduinoplus2: model nano \(xnnpack\), sha256 {sha}, "
    sizes = rf"{unit.program.flash} bytes of tables, {unit.arena} of arena; self-test passed"
    assert re.search(banner + sizes, text.decode("latin1"))
