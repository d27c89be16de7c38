"""How many networks an hour are judged by their costs: ``python -m tests.search.judging uno``."""

import random
import sys
import time
from collections import Counter

from convert import boards
from convert.compiler.targets.options import Target
from convert.search.judge import Judge
from convert.search.limits import Limits
from runtime import console
from runtime.tasks.digits import TASK
from train.search import space
from train.search.judge import Refusal
from train.search.place import Drawn

COUNT = 300


def main() -> int:
    """Draw, cost, and tell."""
    (board,) = (one for one in boards.read() if one.name == sys.argv[1])
    judge = Judge(TASK, 10, Limits(Target(board.target), board=board))
    wide, drawn = space.load(), Drawn(random.Random(0))  # noqa: S311 - no secret
    points = [wide.suggest(drawn) for _ in range(COUNT)]
    since = time.process_time()
    found = [judge.cost(point) for point in points]
    rate = 3600 * COUNT / (time.process_time() - since)
    reasons = Counter(one.reason if isinstance(one, Refusal) else "fits" for one in found)
    told = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
    console.finish(f"{rate:,.0f} networks an hour of a processor; of {COUNT}: {told}", {})
    return 0


if __name__ == "__main__":
    console.run(lambda _: main())
