"""A network with a memory: no fault on the line makes it go on twice, or from the wrong place."""

import contextlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from firmware import boards, build, deployment
from firmware.build import Image
from firmware.device import Device
from firmware.emulate import booted, emulate
from firmware.protocol import REPLY, Decoder, Error, Frame, Type
from runtime import worker
from runtime.errors import DeviceError
from tests.firmware.faults import KINDS, damage
from tests.firmware.host_device import build_host, converse
from tests.firmware.networks import running
from tests.firmware.test_faults import NoisyPort

COUNT = 40
INPUTS = np.random.default_rng(4).integers(-128, 128, (COUNT, 1, 6)).astype(np.int8)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a network that keeps its last output."""
    path = tmp_path_factory.mktemp("model") / "running.tflite"
    path.write_bytes(running())
    return path


@pytest.fixture(scope="module")
def expected(model: Path) -> npt.NDArray[np.int8]:
    """LiteRT's answers to INPUTS as one sequence."""
    return worker.run(model, [INPUTS], "litert", "default")[0]


@pytest.fixture(scope="module")
def program(model: Path) -> Path:
    """The device's C on this machine, under the sanitizers."""
    return build_host(model.parent, str(model))


@pytest.fixture(scope="module")
def image(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Image:
    """Its firmware for a board."""
    board = boards.find("microbit")
    deployed = deployment.load(str(model), build.choose(board, str(model)).options)
    return build.build(board, deployed, tmp_path_factory.mktemp("image"))


def ask(row: int, sequence: int) -> bytes:
    """The request with an input."""
    return Frame(Type.CLASSIFY, sequence, INPUTS[row].tobytes()).encode()


def answers(program: Path, line: bytes) -> list[tuple[int, int, bytes]]:
    """Sequence number, step and outputs of each answer."""
    replies = Decoder().feed(converse(program, line))
    good = [reply for reply in replies if reply.type == Type.CLASSIFY | REPLY]
    return [(r.sequence, int.from_bytes(r.payload[4:8], "little"), r.payload[8:]) for r in good]


def test_the_sequence_is_litert_s(program: Path, expected: npt.NDArray[np.int8]) -> None:
    """And its steps are counted from 1."""
    found = answers(program, b"".join(ask(row, row + 1) for row in range(COUNT)))
    assert found == [(row + 1, row + 1, expected[row].tobytes()) for row in range(COUNT)]
    assert len({one.tobytes() for one in expected}) > COUNT / 2


def test_what_is_sent_again_is_not_run_again(program: Path, expected: npt.NDArray[np.int8]) -> None:
    """A request whose reply was lost comes twice, with damage between, and has one answer."""
    rng = np.random.default_rng(5)
    line = bytearray()
    for row in range(COUNT):
        line += ask(row, row + 1)
        for _ in range(int(rng.integers(0, 3))):
            line += damage(ask(row, row + 1), rng) if rng.random() < 0.5 else b"\0\x05noise\0"
            line += ask(row, row + 1)
    found = answers(program, bytes(line))
    assert len(found) > COUNT
    assert set(found) == {(n + 1, n + 1, expected[n].tobytes()) for n in range(COUNT)}


def test_the_same_input_again_is_a_step(program: Path, model: Path) -> None:
    """Only what has the same sequence number is the same request."""
    twice = np.stack([INPUTS[0]] * 2)
    wanted = worker.run(model, [twice], "litert", "default")[0]
    found = answers(program, ask(0, 1) + ask(0, 2))
    assert found == [(n + 1, n + 1, wanted[n].tobytes()) for n in range(2)]


@pytest.mark.parametrize(
    "what",
    [Frame(Type.RESET, 99, b""), Frame(Type.SELF_TEST, 99, b""), Frame(Type.BENCH, 99, b"\2\0")],
)
def test_a_sequence_begins_again(
    what: Frame, program: Path, expected: npt.NDArray[np.int8]
) -> None:
    """By request, and behind what runs the network for its own purposes."""
    part = b"".join(ask(row, row + 1) for row in range(3))
    found = answers(program, part + what.encode() + part)
    assert found == 2 * [(row + 1, row + 1, expected[row].tobytes()) for row in range(3)]


def test_noisy_line_gives_the_same_sequence(image: Image, expected: npt.NDArray[np.int8]) -> None:
    """On a board whose line loses and damages frames both ways."""
    with (
        emulate(image.board, image.elf) as emulator,
        contextlib.closing(emulator.connect()) as line,
    ):
        Device(line).hello()
        device = Device(NoisyPort(line, 7, hit=1 / 60))
        device.request(Type.RESET, patience=0.5, attempts=60)
        for row in range(COUNT):
            content = INPUTS[row].tobytes()
            reply = device.request(Type.CLASSIFY, content, patience=0.5, attempts=60)
            assert int.from_bytes(reply[4:8], "little") == row + 1
            assert reply[8:] == expected[row].tobytes()
        assert device.retries > 5


def test_reset_of_the_board_is_noticed(image: Image) -> None:
    """An answer from the wrong place of a sequence is an error that says what to do."""
    with (
        emulate(image.board, image.elf) as emulator,
        contextlib.closing(emulator.connect()) as line,
    ):
        device = Device(line)
        device.hello()
        device.reset()
        for row in range(3):
            assert device.classify(INPUTS[row]).step == row + 1
        emulator.reset()
        device.hello()
        with pytest.raises(DeviceError, match=r"lost its place: this was step 1 .* not 4"):
            device.classify(INPUTS[3])


def test_other_programs_steps_are_noticed(image: Image) -> None:
    """Two clients on one line do not get each other's sequences without a word."""
    with booted(image) as device:
        device.reset()
        device.classify(INPUTS[0])
        other = Device(device._port)
        other.classify(INPUTS[1])
        with pytest.raises(DeviceError, match="lost its place"):
            device.classify(INPUTS[2])


def test_damage_that_leaves_a_frame_whole_is_outside_of_it() -> None:
    """Why a damaged frame may be answered: only its delimiters were hit, or what is around them."""
    rng = np.random.default_rng(0)
    whole = 0
    for number in range(4000):
        frame = Frame(Type.INFER, 1 + number, rng.bytes(40))
        line = frame.encode()
        damaged = KINDS[number % len(KINDS)](line, rng)
        if frame in Decoder().feed(b"\0" + damaged + b"\0"):
            whole += 1
            assert line.strip(b"\0") in damaged
    assert whole


class OldDevice:
    """A device that speaks version 1: it refuses every frame of another."""

    def __init__(self) -> None:
        self._decoder, self._pending = Decoder(), b""

    def read(self, seconds: float) -> bytes:
        del seconds
        found, self._pending = self._pending, b""
        return found

    def write(self, content: bytes) -> None:
        for frame in self._decoder.feed(content):
            reply = Frame(Type.ERROR, frame.sequence, bytes([Error.VERSION]), version=1)
            self._pending += reply.encode()

    def close(self) -> None: ...


def test_old_device_is_one_clear_line() -> None:
    """It is told which version it speaks, and what to do."""
    with pytest.raises(DeviceError, match=r"version 1 of the protocol, this program 2: flash it"):
        Device(OldDevice()).hello()


def test_old_client_is_refused_in_its_own_words(program: Path) -> None:
    """The refusal of a frame of version 1 is what version 1 understands: one byte says why."""
    (refusal,) = Decoder().feed(converse(program, Frame(Type.HELLO, 9, b"", version=1).encode()))
    assert (refusal.type, refusal.sequence) == (Type.ERROR, 9)
    assert refusal.payload[0] == Error.VERSION


def test_images_of_a_model_with_state_hold_it(image: Image) -> None:
    """RAM is as predicted, with the state and the answer that is kept."""
    unit = image.deployment.compiled.unit
    assert unit.state > 0
    assert image.predicted.ram - 256 <= image.ram <= image.predicted.ram
