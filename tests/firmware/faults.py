"""Damage to a line, as real ones suffer it."""

import numpy as np


def flip(frame: bytes, rng: np.random.Generator) -> bytes:
    """One to three bits flipped."""
    damaged = bytearray(frame)
    for _ in range(rng.integers(1, 4)):
        damaged[rng.integers(len(frame))] ^= 1 << int(rng.integers(8))
    return bytes(damaged)


def drop(frame: bytes, rng: np.random.Generator) -> bytes:
    """One to four bytes lost."""
    place = int(rng.integers(len(frame)))
    return frame[:place] + frame[place + int(rng.integers(1, 5)) :]


def insert(frame: bytes, rng: np.random.Generator) -> bytes:
    """One to four bytes too many."""
    place = int(rng.integers(len(frame)))
    return frame[:place] + rng.bytes(int(rng.integers(1, 5))) + frame[place:]


def burst(frame: bytes, rng: np.random.Generator) -> bytes:
    """Up to 64 bytes replaced by noise."""
    place, length = int(rng.integers(len(frame))), int(rng.integers(1, 65))
    return (frame[:place] + rng.bytes(length) + frame[place + length :])[: len(frame)]


def cut(frame: bytes, rng: np.random.Generator) -> bytes:
    """The end missing, as after a power cut."""
    return frame[: int(rng.integers(len(frame)))]


def noise(frame: bytes, rng: np.random.Generator) -> bytes:
    """Up to 2,000 bytes that were never a frame."""
    del frame
    return rng.bytes(int(rng.integers(1, 2001)))


KINDS = (flip, drop, insert, burst, cut, noise)


def damage(frame: bytes, rng: np.random.Generator) -> bytes:
    """``frame`` with one kind of damage, at random."""
    return KINDS[int(rng.integers(len(KINDS)))](frame, rng)
