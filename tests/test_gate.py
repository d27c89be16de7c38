"""What int8 may lose, and that an export which loses more is refused."""

import pytest

from convert import gate, parity
from runtime.errors import GateError
from runtime.judge import ACCURACY, Judgement


def judged(right: int, count: int) -> Judgement:
    """An accuracy."""
    return Judgement(ACCURACY, right / count, (0.0, 1.0), count)


def test_gate_is_as_wide_as_chance() -> None:
    """0.1 points on 10,000 images, wider on fewer, and what the option says when it is given."""
    assert gate.allowed(None, 10_000) == pytest.approx(0.1)
    assert gate.allowed(None, 2_500) == pytest.approx(0.2)
    assert gate.allowed(None, 50) == pytest.approx(2.0)
    assert gate.allowed(0.3, 50) == 0.3


@pytest.mark.parametrize("images", range(20, 2_000, 17))
def test_one_example_is_always_allowed(images: int) -> None:
    """However its share is rounded; two are not, where the gate is one."""
    most = round(0.9 * images)
    for lost in (1, 2):
        real, int8 = (judged(right, images) for right in (most, most - lost))
        found = parity.Parity(images, (parity.Judged(real, int8),), (), (), ())
        if lost == 1 or 100 * lost / images < gate.allowed(None, images):
            gate.require_kept(None, found)
        elif 100 * lost / images > gate.allowed(None, images):
            with pytest.raises(GateError, match=r"--max-drop"):
                gate.require_kept(None, found)
