"""The runtimes whose bytes generated code can give; each was verified against the runtime itself.

XNNPACK  LiteRT's and TensorFlow's default kernels
REF      LiteRT's reference kernels (BUILTIN_REF)
TFLM     TensorFlow Lite Micro
"""

import enum


class Match(enum.StrEnum):
    """The runtime whose bytes the generated code gives."""

    XNNPACK = "xnnpack"
    REF = "ref"
    TFLM = "tflm"


RUNTIME = {
    Match.XNNPACK: "LiteRT's default kernels (XNNPACK)",
    Match.REF: "LiteRT's reference kernels",
    Match.TFLM: "TensorFlow Lite Micro",
}
"""What a person calls each."""
