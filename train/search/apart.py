"""The training of candidates in a process of its own, that is replaced when it has grown.

TensorFlow keeps some megabytes of every function that it ever compiled, whatever becomes of the
model: a search that trained thousands of networks in one process would end without memory.
"""

import multiprocessing
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from runtime import children, console
from runtime.errors import BackendError, ThimbleError
from runtime.held import INTERRUPTING
from train.network import Network
from train.search.rungs import Rung
from train.search.trial import Lessons

_NETWORKS = 30
"""That a process trains: each leaves 10 to 30 MB there on MNIST, and a new one takes seconds."""


class Apart:
    """What ``lesson`` says, said by another process; its results are the same.

    Where that process dies, BackendError is raised, and the next network gets a new one.
    """

    def __init__(self, lesson: Lessons, networks: int = _NETWORKS) -> None:
        self._lesson = lesson
        self._networks = networks
        self._left = 0  # that the process may train
        self._own: tuple[BaseProcess, Connection] | None = None

    @property
    def rungs(self) -> Sequence[Rung]:
        """What a training goes through."""
        return self._lesson.rungs

    def results(self, point: Network) -> Iterator[float]:
        """The int8 accuracy on the held-out part after each rung, 0..1."""
        pipe = self._ready()
        yield self._asked(pipe, point)
        for _ in self.rungs[1:]:
            yield self._asked(pipe, None)

    def close(self) -> None:
        """End the process, whatever it is at."""
        if self._own is not None:
            process, pipe = self._own
            process.kill()
            process.join()
            pipe.close()
        self._own = None

    def _ready(self) -> Connection:
        """The pipe to a process that may train one network more."""
        if self._left == 0:
            self.close()
        if self._own is None:
            self._own, self._left = self._begun(), self._networks
        self._left -= 1
        return self._own[1]

    def _begun(self) -> tuple[BaseProcess, Connection]:
        context = multiprocessing.get_context("spawn")
        pipe, given = context.Pipe()
        words = self._lesson, given, console.output()
        process = context.Process(target=_serve, args=words, daemon=True)
        process.start()
        given.close()
        return process, pipe

    def _asked(self, pipe: Connection, point: Network | None) -> float:
        """The next rung of ``point``; None: of the network that was asked for before."""
        try:
            pipe.send(point)
            found = pipe.recv()
        except (EOFError, OSError) as error:
            self.close()
            raise BackendError(
                "the process that trains has died, of too little memory perhaps: run the same "
                "command again, with fewer --jobs; what was done is kept"
            ) from error
        except BaseException:  # it would answer the next question with this one's answer
            self.close()
            raise
        if isinstance(found, ThimbleError):
            raise found
        return float(found)


def _serve(lesson: Lessons, pipe: Connection, output: console.Output) -> None:
    """Answer until nobody asks any more."""
    children.end_with_parent()
    for number in INTERRUPTING:  # who asks decides what becomes of the training
        signal.signal(number, signal.SIG_IGN)
    console.speak(output)
    results: Iterator[float] = iter(())
    with suppress(EOFError):
        while True:
            point = pipe.recv()
            if point is not None:
                results = lesson.results(point)
            try:
                pipe.send(next(results))
            except ThimbleError as error:
                pipe.send(error)
            sys.stdout.flush()
