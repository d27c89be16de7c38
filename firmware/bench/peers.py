"""What others take, TensorFlow Lite Micro with CMSIS-NN and LiteRT: not measured by this program.

Counted once, in the same emulator: the former with the same compiler, for networks of the same
structure; the latter as its package for 64-bit Arm, for the very same networks.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Peer:
    """One network on one core."""

    instructions: int
    arena: int | None = None  # bytes


TFLM = {
    "cortex-m0": 25_600_000,
    "cortex-m4": 8_160_000,
    "cortex-m7": 8_250_000,
    "cortex-m55": 1_810_000,
}
"""Instructions for a network of base's structure."""

_MOBILENET = {
    "cortex-m4": Peer(24_100_000, 100_700),
    "cortex-m55": Peer(6_560_000),
    "cortex-m0": Peer(86_700_000),
}
NETWORKS = {
    "ds_cnn": {
        "cortex-m4": Peer(7_700_000, 22_800),
        "cortex-m55": Peer(1_810_000),
        "cortex-m0": Peer(29_000_000),
    },
    "mobilenet": _MOBILENET,
    "mobilenet_dead": _MOBILENET,
    "resnet8": {
        "cortex-m4": Peer(29_900_000, 55_000),
        "cortex-m55": Peer(4_910_000),
        "cortex-m0": Peer(97_500_000),
    },
    "autoencoder": {
        "cortex-m4": Peer(583_000, 3_000),
        "cortex-m55": Peer(150_000),
        "cortex-m0": Peer(1_750_000),
    },
}
"""The networks of ``convert.networks``; what is dead in one, the peer computes all the same."""


LITERT = {
    "base": {"cortex-a53": 1_850_000, "cortex-a76": 692_000},
    "small": {"cortex-a53": 497_000, "cortex-a76": 289_000},
    "micro": {"cortex-a53": 382_000, "cortex-a76": 254_000},
    "nano": {"cortex-a53": 264_000, "cortex-a76": 219_000},
    "ds_cnn": {"cortex-a53": 1_330_000, "cortex-a76": 707_000},
    "mobilenet": {"cortex-a53": 4_020_000, "cortex-a76": 1_930_000},
    "resnet8": {"cortex-a53": 5_010_000, "cortex-a76": 1_510_000},
    "autoencoder": {"cortex-a53": 141_000, "cortex-a76": 48_100},
}
"""Instructions of ai-edge-litert 2.3.0 with one thread, by ``python -m tests.litert_arm``.

Some 5,000 of each are those of a call from Python.
"""


def of(network: str, target: str) -> Peer | None:
    """The peer's figures for a network on a core, where they are known."""
    return NETWORKS.get(network, {}).get(target)
