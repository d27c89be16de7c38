"""Frames arrive as they were sent or not at all; another COBS, and LiteRT, are the oracles."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from cobs import cobs

from firmware import protocol
from firmware.protocol import Decoder, Error, Frame, Type
from runtime import classifier, worker
from tests.firmware.faults import damage
from tests.firmware.host_device import build_host, converse

FRAMES = 20_000
LENGTHS = (0, 1, 2, 253, 254, 255, 256, 507, 508, 509, 784, 1000)


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The firmware's C on this machine, under the sanitizers."""
    return build_host(tmp_path_factory.mktemp("host"))


@pytest.fixture(scope="module")
def quick_device(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without sanitizers, for many frames."""
    return build_host(tmp_path_factory.mktemp("quick"), options=())


def test_frame_arrives_in_pieces_of_any_size() -> None:
    """A decoder finds the same frames however the line cuts them up."""
    sent = [Frame(n % 7, n, bytes(range(n % 256))) for n in range(1, 40)]
    line = b"".join(frame.encode() for frame in sent)
    for size in (1, 2, 3, 64, 1000, len(line)):
        decoder = Decoder()
        pieces = (line[start : start + size] for start in range(0, len(line), size))
        assert [frame for piece in pieces for frame in decoder.feed(piece)] == sent
        assert decoder.damaged == 0


def test_damaged_line_never_gives_a_frame_that_was_not_sent() -> None:
    """Of 20,000 damaged frames, Python accepts none, and each good frame behind one arrives."""
    rng = np.random.default_rng(1)
    decoder, good = Decoder(), 0
    for number in range(FRAMES):
        bad = Frame(Type.INFER, number % 65536, rng.bytes(40)).encode()
        after = Frame(Type.HELLO | protocol.REPLY, number % 65536, b"after")
        received = [*decoder.feed(damage(bad, rng)), *decoder.feed(after.encode())]
        assert all(frame.encode() in (bad, after.encode()) for frame in received)
        good += after in received
    assert good == FRAMES


def test_c_replies_are_frames(device: Path) -> None:
    """Each request is answered, with its type and sequence, under the address sanitizer."""
    requests = [
        Frame(Type.HELLO, 1, b""),
        Frame(Type.INFER, 2, bytes(784)),
        Frame(Type.CLASSIFY, 0x100, bytes(784)),
        Frame(Type.SELF_TEST, 0xFFFE, b""),
        Frame(Type.BENCH, 5, struct.pack("<H", 2)),
        Frame(Type.LAST_ERROR, 6, b""),
        Frame(Type.RESET, 7, b""),
        Frame(Type.STATUS, 8, b""),
    ]
    replies = list(Decoder().feed(converse(device, b"".join(r.encode() for r in requests))))
    assert [(r.type, r.sequence) for r in replies] == [
        (r.type | protocol.REPLY, r.sequence) for r in requests
    ]
    (status,) = (r for r in replies if r.type == Type.STATUS | protocol.REPLY)
    assert struct.unpack("<IIIIB", status.payload)[2:] == (8, 0, 1)


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        (Frame(Type.HELLO, 9, b"", version=1), Error.VERSION),
        (Frame(0x55, 9, b""), Error.TYPE),
        (Frame(Type.FAULT, 9, b""), Error.TYPE),
        (Frame(Type.INFER, 9, bytes(783)), Error.LENGTH),
        (Frame(Type.INFER, 9, b""), Error.LENGTH),
        (Frame(Type.INFER, 9, bytes(785)), Error.LENGTH),
        (Frame(Type.INFER, 9, bytes(100_000)), Error.LENGTH),
        (Frame(Type.CLASSIFY, 9, bytes(785)), Error.LENGTH),
        (Frame(Type.HELLO, 9, b"x"), Error.LENGTH),
        (Frame(Type.BENCH, 9, struct.pack("<H", 0)), Error.LENGTH),
        (Frame(Type.BENCH, 9, struct.pack("<H", 1001)), Error.LENGTH),
    ],
)
def test_c_refuses_what_it_does_not_know(device: Path, frame: Frame, error: Error) -> None:
    """A wrong request gets the error that says so, and the next good one works."""
    line = frame.encode() + Frame(Type.HELLO, 10, b"").encode()
    refusal, hello = Decoder().feed(converse(device, line))
    assert (refusal.type, refusal.sequence, refusal.payload[0]) == (Type.ERROR, 9, error)
    assert (hello.type, hello.sequence) == (Type.HELLO | protocol.REPLY, 10)


@pytest.mark.parametrize(
    "line",
    [
        b"\0" + b"\x01" * 70_000 + b"\0",
        b"\0\xff\0",
        b"\0\x05ab\0",
        b"\0" + cobs.encode(b"\1\1\1\0" + struct.pack("<I", zlib.crc32(b"\1\1\1\0") ^ 1)) + b"\0",
        b"\0" + cobs.encode(b"") + b"\0",
    ],
    ids=["zeros", "no block", "short block", "bad crc", "empty"],
)
def test_c_says_that_a_frame_is_damaged(device: Path, line: bytes) -> None:
    """Damage is answered once, unasked, and the next good frame works."""
    damaged, hello = Decoder().feed(converse(device, line + Frame(Type.HELLO, 10, b"").encode()))
    assert (damaged.type, damaged.sequence) == (Type.ERROR, protocol.UNASKED)
    assert damaged.payload[0] == Error.DAMAGED
    assert (hello.type, hello.sequence) == (Type.HELLO | protocol.REPLY, 10)


def test_idle_line_is_no_damage(device: Path) -> None:
    """Delimiters alone are answered by nothing."""
    assert list(Decoder().feed(converse(device, bytes(100)))) == []


def test_duplicate_is_answered_the_same(device: Path) -> None:
    """A frame that comes twice is answered twice, with the same bytes."""
    first, second = Decoder().feed(
        converse(device, 2 * Frame(Type.INFER, 3, bytes(range(256)) * 3 + bytes(16)).encode())
    )
    assert first == second


def test_no_fault_on_the_line_gives_a_wrong_answer(quick_device: Path) -> None:
    """20,000 frames, half of them damaged: answers are LiteRT's, and each good frame has one."""
    rng = np.random.default_rng(2)
    images = rng.integers(0, 256, (64, 28, 28)).astype(np.uint8)
    expected = worker.answers(classifier.find("nano"), images, "litert", "default")
    line, asked = bytearray(), {}
    for number in range(FRAMES):
        sequence, picture = 1 + number % 65535, int(rng.integers(len(images)))
        frame = Frame(Type.INFER, sequence, images[picture].tobytes()).encode()
        if rng.random() < 0.5:
            line += damage(frame, rng)
        else:
            asked[sequence] = picture
            line += frame
    answered = set()
    for reply in Decoder().feed(converse(quick_device, bytes(line))):
        if reply.type == Type.INFER | protocol.REPLY:
            answers = np.frombuffer(reply.payload[8:], np.int8)
            if reply.sequence in asked:
                assert np.array_equal(answers, expected[asked[reply.sequence]])
                answered.add(reply.sequence)
            else:  # damage that left the frame whole: noise behind it, say
                assert any(np.array_equal(answers, one) for one in expected)
        else:
            assert reply.type == Type.ERROR
    assert answered == set(asked)
