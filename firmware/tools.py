"""Runs the programs that firmware is built with; one that is missing is named with its package."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from firmware.cores import Toolchain
from runtime.errors import ToolError

SOURCE = Path(__file__).parent
_PACKAGES = {"cmake": "cmake", "ninja": "ninja-build"}
_NO_NINJA, _NO_COMPILER = "unable to find a build program", "was not found in the PATH"
"""What CMake says when it does not find a tool."""


def run(words: list[str], tools: Toolchain) -> str:
    """What a program prints, run where CMakeLists.txt is; raises ToolError when it fails."""
    try:
        done = subprocess.run(words, cwd=SOURCE, capture_output=True, text=True, check=False)
    except OSError as error:
        raise missing(words[0], tools) from error
    if done.returncode:
        lines = (done.stderr + done.stdout).splitlines()
        for sign, tool in ((_NO_NINJA, "ninja"), (_NO_COMPILER, tools.program("gcc"))):
            if any(sign in line for line in lines):
                raise missing(tool, tools)
        raise ToolError(f"{words[0]} failed: {_telling(lines)}")
    return done.stdout


def _telling(lines: Sequence[str]) -> str:
    """The line that says most of why a build failed."""
    for sign in ("undefined reference", "overflowed", "error:", "Error"):
        if found := [line.strip() for line in lines if sign in line]:
            return found[0]
    return lines[-1] if lines else "no message"


def missing(tool: str, tools: Toolchain) -> ToolError:
    """The error that says how to get ``tool``, which may be one of ``tools``."""
    packages = _PACKAGES | {
        tools.program(name): package for name, package in tools.packages.items()
    }
    package = packages.get(tool, tool)
    return ToolError(f"{tool} cannot be run; on Debian: sudo apt-get install {package}")
