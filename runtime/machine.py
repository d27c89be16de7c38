"""What this machine's processor has, for C that was made fast for it: its target, its flags."""

import functools
import platform
import sys
from pathlib import Path

from runtime.errors import BackendError

GENERIC, X86_64_V3, AARCH64 = "generic", "x86-64-v3", "aarch64"
"""Targets of the compiler that a machine with Python may have; the first one all have."""

TARGETS = (GENERIC, X86_64_V3, AARCH64)

_V3 = frozenset(("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"))
"""What x86-64-v3 adds, as Linux calls it."""
_V4 = _V3 | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx512_vnni"}
"""What x86-64-v4 adds, and dot products."""
_LOOPS = (
    *("-funroll-loops", "-fno-ivopts", "-finline-limit=100000"),
    "--param=large-function-growth=10000",
)
"""GCC's own ways with the kernels' loops and calls cost up to a tenth of the time."""
_CPUINFO = Path("/proc/cpuinfo")


def target() -> str:
    """The target whose kernels run here; plain C where it cannot be told."""
    kind = platform.machine().lower()
    if kind in {"aarch64", "arm64"}:
        return AARCH64
    return X86_64_V3 if kind in {"x86_64", "amd64"} and _features() >= _V3 else GENERIC


def require(wanted: str) -> None:
    """Raise BackendError for C with kernels for another machine: it would end in a fault."""
    if wanted in {X86_64_V3, AARCH64} and wanted != target():
        raise BackendError(
            f"this machine does not run C for {wanted}: compile it with --target {target()}"
        )


def flags(wanted: str) -> tuple[str, ...]:
    """Options of the C compiler for C of that target on this machine.

    Kernels look at the compiler's macros for what a target leaves open: the dot products of bytes.
    """
    if wanted == X86_64_V3:
        if _features() >= _V4:
            return ("-march=x86-64-v4", "-mavx512vnni", *_LOOPS)
        more = ("-mavxvnni",) if "avx_vnni" in _features() else ()
        return ("-march=x86-64-v3", *more, *_LOOPS)
    if wanted == AARCH64:
        return ("-march=armv8.2-a+dotprod",) if _has_dot_products() else ("-march=armv8-a",)
    return ()


def _has_dot_products() -> bool:
    """Whether an Arm has SDOT: Linux tells, and all that run macOS have it."""
    return sys.platform == "darwin" or "asimddp" in _features()


@functools.cache
def _features() -> frozenset[str]:
    """What Linux says that the first processor has."""
    if not _CPUINFO.is_file():
        return frozenset()
    for line in _CPUINFO.read_text(encoding="ascii", errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip() in {"flags", "Features"}:
            return frozenset(value.split())
    return frozenset()
