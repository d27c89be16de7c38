"""What becomes of a mutant: refused in one line, or exact; anything else is a fault.

The runtimes judge: what the compiler takes must give their bytes, under the sanitizers. A mutant
that the runtime refuses, or dies of, or answers differently each time, has no right answer.
"""

import os
import pickle
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Options
from runtime.errors import ModelError
from tests.compiler import harness
from tests.compiler.runtimes import RUN
from tests.compiler.test_exact import inputs_of

SECONDS = 20  # of processor time, for one mutant in one process
MEMORY = 6 << 30
COMPILER = (*harness.SANITIZED, *harness.WARNINGS)
MATCHES = (Match.XNNPACK, Match.TFLM)


@dataclass(frozen=True)
class Mutant:
    """A file, and what it was made of."""

    about: str
    content: bytes


@dataclass
class Tally:
    """How many mutants went which way, and the faults."""

    refused: int = 0
    unanswered: int = 0  # the runtime refuses it, dies of it, or does not know what it says
    exact: int = 0
    faults: list[tuple[str, Mutant]] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """A mutant that the compiler took, and the runtime's answers."""

    mutant: Mutant
    match: Match
    inputs: Sequence[np.ndarray]
    answers: Sequence[np.ndarray]


def judge(mutants: Sequence[Mutant]) -> Tally:
    """Run all of them; C is compiled for several at once."""
    tally, asked = Tally(), []
    for one in mutants:
        for match in MATCHES:
            found = _asked(one, match, tally)
            if found:
                asked.append(found)
    for match in MATCHES:
        group = [one for one in asked if one.match is match]
        for start in range(0, len(group), 12):
            _compare(group[start : start + 12], tally)
    return tally


def _asked(mutant: Mutant, match: Match, tally: Tally) -> Asked | None:
    """The mutant with the runtime's answers, where it has any."""
    taken = apart(lambda: _taken(mutant.content, match))
    if isinstance(taken, str):
        tally.faults.append((f"{match}: {taken}", mutant))
        return None
    if taken is None:
        tally.refused += 1
        return None
    runs = [apart(lambda: RUN[match](mutant.content, taken)) for _ in range(2)]
    if any(isinstance(one, str) for one in runs) or not _same(*runs):
        tally.unanswered += 1
        return None
    return Asked(mutant, match, taken, runs[0])


def _taken(content: bytes, match: Match) -> list[np.ndarray] | None:
    """Inputs for a model that the compiler takes; None: it is refused."""
    try:
        compile_model(tflite.parse(content), "m", Options(match))
        return inputs_of(content, np.random.default_rng(1))
    except ModelError as error:
        if "\n" in str(error):
            raise ValueError("an error of several lines") from error
        return None


def _same(left: Sequence[np.ndarray], right: Sequence[np.ndarray]) -> bool:
    return len(left) == len(right) and all(
        a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
        for a, b in zip(left, right, strict=True)
    )


def _compare(group: Sequence[Asked], tally: Tally) -> None:
    """Compile and run the models together; one by one where that fails, to know which it is."""
    if not group:
        return
    try:
        answers = _answers(group)
    except (AssertionError, subprocess.SubprocessError, ValueError) as error:
        if len(group) > 1:
            for one in group:
                _compare([one], tally)
            return
        tally.faults.append((f"{group[0].match}: the C: {str(error)[-300:]}", group[0].mutant))
        return
    for one, found in zip(group, answers, strict=True):
        if _same(found, [a.reshape(b.shape) for a, b in zip(one.answers, found, strict=True)]):
            tally.exact += 1
        else:
            tally.faults.append((f"{one.match}: other bytes than the runtime", one.mutant))


def _answers(group: Sequence[Asked]) -> list[list[np.ndarray]]:
    options = Options(group[0].match)
    compiled = harness.compile_all([one.mutant.content for one in group], options)
    with tempfile.TemporaryDirectory() as name:
        count = len(group[0].inputs[0])
        program = harness.build(Path(name), compiled, count, COMPILER)
        return harness.run([program], compiled, [one.inputs for one in group])


def apart(work: Callable[[], Any]) -> Any:
    """What ``work`` gives in a process of its own; a text where it dies, raises, or is slow."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _child(work, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        content = stream.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return f"died of {signal.Signals(os.WTERMSIG(status)).name}"
    return pickle.loads(content)  # noqa: S301 - this very program wrote it


def _child(work: Callable[[], Any], writing: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    started = time.process_time()
    try:
        result = work()
    except BaseException as error:  # whatever it is, it is the verdict
        result = f"{type(error).__name__}: {error}"
    if time.process_time() - started > SECONDS / 2:
        result = f"took over {SECONDS // 2} seconds"
    with os.fdopen(writing, "wb") as stream:
        stream.write(pickle.dumps(result))
    os._exit(0)
