"""What TensorFlow Lite Micro with CMSIS-NN takes: not measured by this program.

Counted once, in the same emulator with the same compiler, for networks of the same structure.
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


def of(network: str, target: str) -> Peer | None:
    """The peer's figures for a network on a core, where they are known."""
    return NETWORKS.get(network, {}).get(target)
