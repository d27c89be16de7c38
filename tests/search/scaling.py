"""How a search scales: ``python -m tests.search.scaling --workers 1,16,256 --seconds 20``.

Workers share a real PostgreSQL and do all that a search does but the training, in whose stead they
sleep. They are threads of a few processes, since 256 of Python with all it takes would need more
memory than the machine has; all run on this machine's cores, beside the server. So what is measured
is a lower bound: sampling, which takes processor time, has a core of its own on a machine of its
own.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from optuna.trial import TrialState

from runtime import console, numbers
from tests.search import postgres, simulated
from train.search import record, run, sampler, study

ROOT = Path(__file__).parents[2]
_THREADS = 8  # of a process, at most: more would wait for one another


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = console.Parser("python -m tests.search.scaling", description=__doc__)
    result.add_argument("--workers", default="1,4,16,64,256", help="numbers of workers")
    result.add_argument(
        "--seconds",
        type=numbers.real(0),
        default=20.0,
        help="that a training sleeps, a rung's third",
    )
    result.add_argument("--minutes", type=numbers.real(0), default=2.0, help="of each measurement")
    result.add_argument("--join", nargs=3, metavar=("URL", "NAME", "THREADS"), help="be workers")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; gives the exit status."""
    given = console.parse(parser(), argv)
    if given.join:
        url, name, threads = given.join
        _join(url, name, int(threads), given)
        return 0
    rows = []
    with postgres.served("max_connections=600", "shared_buffers=256MB") as url:
        for count in map(int, given.workers.split(",")):
            rate, share, found = _measured(url, count, given)
            told = f"{100 * share:.0f} %"
            rows.append((f"{count}", f"{rate:,.0f}", told, f"{found.failed}"))
            console.note(f"{count} workers: {rate:,.0f} trials an hour, {told} of the time trained")
    header = ("workers", "trials an hour", "of the workers' time trained", "taken up again")
    console.finish(console.table(header, rows), rows)
    return 0


def _measured(
    url: str, count: int, given: argparse.Namespace
) -> tuple[float, float, record.Record]:
    """Trials an hour of so many workers, the share of their time that they trained, the record."""
    name = f"{count}-workers"
    known = study.begin(study.connect(url, alone=False), name, simulated.terms(), list)
    options = ["--seconds", str(given.seconds), "--minutes", str(given.minutes)]
    command = [
        sys.executable,
        "-m",
        "tests.search.scaling",
        "--quiet",
        *options,
        "--join",
        url,
        name,
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    processes = [
        subprocess.Popen([*command, str(threads)], cwd=ROOT, env=environment)
        for threads in _dealt(count)
    ]
    for process in processes:
        if process.wait():
            raise RuntimeError("a process of workers failed")
    trials = known.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))
    times = sorted(one.datetime_complete for one in trials if one.datetime_complete)
    begun = min(one.datetime_start for one in trials if one.datetime_start)
    span, found = (times[-1] - begun).total_seconds(), record.of(known)
    asleep = sum(len(row.rungs) for row in found.rows) * given.seconds / 3
    return 3600 * len(times) / span, asleep / (count * span), found


def _dealt(count: int) -> list[int]:
    """Threads of each process."""
    processes = -(-count // _THREADS)
    return [count // processes + (number < count % processes) for number in range(processes)]


def _join(url: str, name: str, threads: int, given: argparse.Namespace) -> None:
    def work() -> None:
        own = study.load(study.connect(url, alone=False), name)
        own.sampler = sampler.Seeded(1)
        until = time.monotonic() + 60 * given.minutes
        while time.monotonic() < until:
            run.one(own, simulated.objective(given.seconds / 3))

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    console.run(main)
