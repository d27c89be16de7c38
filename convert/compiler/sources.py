"""The kernels' own C, and which files each kernel needs in front of it."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from convert.compiler.numerics import Match

_FOLDER = Path(__file__).with_name("kernels")
_NEEDS: dict[str, tuple[str, ...]] = {
    "conv2d": ("prologue", "window", "dot", "requantize", "conv2d"),
    "conv_single": ("prologue", "window", "strip", "lanes", "requantize", "blocks", "conv_single"),
    "conv_packed": (
        *("prologue", "window", "bytes", "fours", "packed_macs", "requantize", "blocks"),
        "conv_packed",
    ),
    "winograd": ("prologue", "window", "lanes", "requantize", "blocks", "winograd"),
    "conv_vectors": (
        *("prologue", "window", "mac_vectors"),
        *("requantize", "blocks", "conv_vectors"),
    ),
    "conv_gather": (
        *("prologue", "window", "strip", "mac_vectors"),
        *("requantize", "blocks", "conv_gather"),
    ),
    "dense_vectors": ("requantize", "dense_vectors"),
    "dense_packed": ("prologue", "bytes", "fours", "dense_four", "requantize", "dense_packed"),
    "depthwise_four": ("prologue", "window", "channels", "requantize", "depthwise_four"),
    "depthwise": ("window", "requantize", "depthwise"),
    "dense": ("dot", "requantize", "dense"),
    "dense_real": ("dot", "requantize_double", "dense_real"),
    "max_pool": ("window", "pool", "max_pool"),
    "average_pool": ("window", "pool", "average_pool"),
    "mean_float": ("mean", "mean_float"),
    "mean_fixed": ("fixed_point", "mean", "mean_fixed"),
    "add_shifted": ("add_shifted",),
    "add_fixed": ("fixed_point", "add_fixed"),
    "pad": ("window", "pad"),
    "concatenate": ("prologue", "concatenate"),
    "softmax_float": ("softmax_float",),
    "softmax_fixed": ("fixed_point", "softmax_fixed"),
    "lookup": ("lookup",),
}
_REQUANTIZE = {
    Match.XNNPACK: ("requantize_float",),
    Match.REF: ("fixed_point", "requantize_fixed"),
    Match.TFLM: ("fixed_point", "requantize_fixed"),
}
_LANES = {
    "two": {
        "lanes": ("dual", "mac_2x4", "mac_pairs_two", "lanes_two"),
        "fours": ("dual", "packed", "four_two"),
        "dense_four": ("dense_four_two",),
        "packed_macs": ("mac_2x4", "mac_packed_two"),
        "channels": ("dual", "bytes", "channels_two"),
    },
    "one": {
        "lanes": ("lanes_one", "mac_1x4", "mac_pairs_one"),
        "fours": ("four_one",),
        "dense_four": ("dense_four_one",),
        "packed_macs": ("mac_1x4", "mac_packed_one"),
        "channels": ("channels_one",),
    },
}
"""What stands for these names on cores that multiply two 16-bit numbers at once, or one."""
_ORDER = (
    "prologue",
    "window",
    "strip",
    "dot",
    "dual",
    "bytes",
    "packed",
    "four_two",
    "four_one",
    "dense_four_two",
    "dense_four_one",
    "mac_2x4",
    "mac_1x4",
    "mac_pairs_two",
    "mac_pairs_one",
    "lanes_two",
    "lanes_one",
    "mac_packed_two",
    "mac_packed_one",
    "mac_vectors",
    "channels_two",
    "channels_one",
    "fixed_point",
    "requantize_float",
    "requantize_fixed",
    "requantize_double",
    "blocks",
    "pool",
    "mean",
)


def needed(kernels: Iterable[str], match: Match, lanes: str) -> list[str]:
    """The files, each once, in an order in which they compile; ``lanes`` is "one" or "two"."""
    stands_for = {"requantize": _REQUANTIZE[match], **_LANES[lanes]}
    names: set[str] = set()
    for kernel in kernels:
        for name in _NEEDS[kernel]:
            names |= set(stands_for.get(name, (name,)))
    first = [name for name in _ORDER if name in names]
    return first + sorted(names - set(first))


@cache
def text(name: str) -> str:
    """The C of one file."""
    return (_FOLDER / f"{name}.h").read_text().strip()


STRUCTS = {
    "dense_real": "dense_real",
    "max_pool": "pool",
    "average_pool": "pool",
    "add_shifted": "add",
    "add_fixed": "add",
    "softmax_float": "softmax",
    "softmax_fixed": "softmax",
}
"""The struct that a kernel takes, where it is not called like the kernel."""

ASSEMBLY_STACK = {"mac_pairs": 64, "mac_packed": 64, "dense_four": 40, "mac_vectors": 48}
"""Bytes of stack that the functions written in assembly take."""
