"""The template of an operator works as it stands, so that what is copied from it does."""

from pathlib import Path

import numpy as np
import pytest

from convert.compiler.operators import registry, template
from convert.compiler.targets.options import Options
from tests.compiler import harness
from tests.compiler.builder import Builder


def test_the_template_compiles_and_computes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Registered in the place of an operator that is not supported, it gives NumPy's maxima."""
    (operator,) = template.OPERATORS
    assert "COS" not in registry()
    known = dict(registry()) | {"COS": operator}
    for module in (
        "bands.schedule",
        "channels",
        "frontend.read",
        "lower",
        "resident",
        "simulate",
        "targets.candidates",
    ):
        monkeypatch.setattr(f"convert.compiler.{module}.registry", lambda: known)
    b = Builder()
    x, y = b.tensor((1, 5, 7), 0.1, 3), b.tensor((1, 5), 0.1, 3)
    b.add("COS", [x], y)
    compiled = harness.compile_all([b.pack([x], y)], Options())
    given = np.random.default_rng(1).integers(-128, 128, (9, 1, 5, 7), np.int8)
    compiler = [*harness.SANITIZED, *harness.WARNINGS]
    program = harness.build(tmp_path, compiled, len(given), compiler)
    ((answer,),) = harness.run([program], compiled, [[given]])
    assert np.array_equal(answer, given.max(axis=-1))
