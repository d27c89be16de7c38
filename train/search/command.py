"""The command line of a search, and what it asks for."""

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

from runtime import console, numbers, options
from runtime.errors import DataError
from runtime.options import Wanted
from train.search.finalist import RECIPE
from train.search.place import is_file
from train.search.run import Budget
from train.search.space import Space, load

ABOUT = """Search for the best networks under exact costs: python -m train.search --board microbit.

Every network that is drawn from a space is compiled for the core with random weights, which gives
its flash, RAM and instructions before anything is trained, and is refused where it does not fit.
The others are trained in rungs, on more of the data while few are better for less; int8 accuracy on
the held-out part decides. In the end a few are trained in full, distilled, fine-tuned for int8, and
tested once. Interrupted, the same command goes on; with --worker on many machines it is one search.

For example:
  thimble search --board uno --minutes 30
  thimble search --target cortex-m4 --max-ram 4000 --data photos --size 32x32x3 --trials 500
  thimble search --target cortex-m4 --storage postgresql://search@db/search --name kws --worker
"""


OUT = Path("build/search")


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m train.search``, but for what says what is a cost."""
    result = console.Parser("python -m train.search", description=ABOUT)
    result.add_argument("--name", metavar="NAME", help="of the search; default: by data and core")
    result.add_argument(
        "--space", type=Path, metavar="FILE", help="a TOML file; default: train/search/space.toml"
    )
    result.add_argument(
        "--start",
        action="append",
        default=[],
        metavar="NETWORK",
        help="try this network first, written as search.html writes it; may be given several times",
    )
    _add_budget(result)
    _add_work(result)
    options.add_data(result)
    result.add_argument(
        "--data-url",
        metavar="URL",
        help="instead of --data: an .npz, .npy or .csv that every worker fetches by http or https, "
        "as object stores give it",
    )
    options.add_task(result)
    return result


def _add_budget(result: argparse.ArgumentParser) -> None:
    group = result.add_argument_group("budget")
    group.add_argument(
        "--trials",
        type=numbers.whole(0),
        metavar="N",
        help="networks to draw, by all workers, those refused among them",
    )
    group.add_argument(
        "--minutes",
        type=numbers.real(0),
        metavar="N",
        help="after which no further one begins; finalists come on top; default 30, or --trials",
    )
    group.add_argument(
        "--finalists",
        type=numbers.whole(0),
        default=3,
        metavar="N",
        help="networks that are trained in full at the end; default %(default)s",
    )
    group.add_argument(
        "--also", default="", metavar="TRIALS", help="further finalists, by their numbers: 3,17"
    )
    group.add_argument(
        "--seeds",
        type=numbers.whole(1),
        default=1,
        metavar="N",
        help="trainings of each finalist, with seeds from --seed on; default %(default)s",
    )
    group.add_argument(
        "--epochs",
        type=numbers.whole(1),
        metavar="N",
        help=f"of a finalist; default {RECIPE.epochs}, or more where there are few examples",
    )


def _add_work(result: argparse.ArgumentParser) -> None:
    group = result.add_argument_group("work")
    group.add_argument(
        "--seed", type=numbers.whole(0), default=0, help="of every random choice; default 0"
    )
    group.add_argument(
        "--threads", type=numbers.whole(1), default=1, help="of a training; default %(default)s"
    )
    group.add_argument(
        "--jobs",
        type=numbers.whole(1),
        default=1,
        metavar="N",
        help="workers on this machine; with one (default) the same seed gives the same result",
    )
    group.add_argument(
        "--storage",
        metavar="URL",
        help="where the search is kept: postgresql://..., for many machines; default: a file",
    )
    group.add_argument(
        "--worker",
        action="store_true",
        help="only do trials; others may work on the search as well",
    )
    group.add_argument(
        "--export",
        type=numbers.whole(0),
        metavar="TRIAL",
        help="leave the network of that trial as a float model with its recipe, for convert.export",
    )
    group.add_argument(
        "--out",
        type=Path,
        default=OUT,
        metavar="DIR",
        help="default: build/search; everything goes to DIR/NAME",
    )


_UNNAMED = re.compile(r"[^A-Za-z0-9._]+")
"""What a search's name has none of, where it is that of the data."""


@dataclass(frozen=True)
class Last:
    """Which networks are trained in full at the end, and how often."""

    count: int  # of the most accurate
    also: tuple[int, ...]  # trials
    seeds: int


@dataclass(frozen=True)
class Request:
    """What is asked for, but for costs."""

    name: str
    space: Space
    budget: Budget
    wanted: Wanted
    folder: Path  # of the search
    storage: str  # URL
    last: Last

    @property
    def is_local(self) -> bool:
        """Whether it is kept in a file here."""
        return is_file(self.storage)


def requested(given: argparse.Namespace, core: str) -> Request:
    """What a command line asks for; ``core`` is what the costs are of."""
    minutes = given.minutes
    if minutes is None and given.trials is None:
        minutes = 30.0
    if given.data is not None and given.data_url:
        raise DataError("--data and --data-url are two places: give one")
    wanted = options.wanted(given)
    source = wanted.source.path.resolve().stem if wanted.given and wanted.source else "mnist"
    name = given.name or f"{_UNNAMED.sub('-', source).strip('-') or 'data'}-{core}"
    if not name.replace("-", "").replace("_", "").replace(".", "").isalnum() or name[0] in ".-":
        raise DataError(f"--name {name!r} cannot be: it is a folder's too; give letters and digits")
    folder = given.out / name
    storage = given.storage or f"sqlite:///{folder.resolve() / 'study.db'}"
    last = Last(given.finalists, _numbers(given.also), given.seeds)
    budget = Budget(given.trials, minutes)
    return Request(name, load(given.space), budget, wanted, folder, storage, last)


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.split(",") if word)
    except ValueError as error:
        raise DataError(f"--also {text!r} is not numbers of trials: give 3,17") from error
