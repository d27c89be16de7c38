"""What a runtime refuses of convolutions and dense layers is refused for it, by name."""

from collections.abc import Callable

import numpy as np
import pytest

from convert.compiler.arithmetic.match import Match
from tests.compiler import models
from tests.compiler.builder import Builder
from tests.compiler.test_refuse import attempt, changed, set_option, set_tensor

LITERT = (Match.XNNPACK, Match.REF)
EVERY = tuple(Match)


def weights(**values: object) -> Callable[[object], None]:
    return set_tensor(1, **values)


def bias(**values: object) -> Callable[[object], None]:
    return set_tensor(2, **values)


def shift_bias(model: object) -> None:
    found = model.subgraphs[0].tensors[2].quantization
    found.zeroPoint = np.asarray(found.zeroPoint) + 5


def one_scale(model: object) -> None:
    found = model.subgraphs[0].tensors[2].quantization
    found.scale, found.zeroPoint = found.scale[:1], found.zeroPoint[:1]


def tall(model: object) -> None:
    tensor = model.subgraphs[0].tensors[2]
    tensor.shape = [1, tensor.shape[0]]
    tensor.quantization.quantizedDimension = 1


@pytest.mark.parametrize(
    ("kind", "change", "named", "refusing"),
    [
        ("CONV_2D", bias(quantizedDimension=3), "axis", LITERT),
        ("CONV_2D", shift_bias, "zero point", LITERT),
        ("DEPTHWISE_CONV_2D", shift_bias, "zero point", (Match.XNNPACK,)),
        ("FULLY_CONNECTED", shift_bias, "zero point", (Match.XNNPACK,)),
        ("DEPTHWISE_CONV_2D", one_scale, "scales", (Match.XNNPACK,)),
        ("DEPTHWISE_CONV_2D", tall, "dimensions", LITERT),
        ("CONV_2D", weights(buffer=0), "variable", EVERY),
        ("FULLY_CONNECTED", weights(buffer=0), "variable", EVERY),
        ("FULLY_CONNECTED int4 even", weights(shape=[7, 40]), "damaged", EVERY),
        ("FULLY_CONNECTED", set_option(weightsFormat=1), "shuffled", EVERY),
        ("CONV_2D int16", set_tensor(3, type=9), "INT8 of INT16", EVERY),
        ("CONV_2D groups", set_tensor(0, shape=[1, 1, 1, 7]), "do not fit", EVERY),
        ("MAX_POOL_2D int16", set_option(filterHeight=4096, filterWidth=4096), "window", EVERY),
        ("CONV_2D", lambda model: setattr(model, "version", 2), "schema version 2", EVERY),
    ],
)  # fmt: skip
def test_what_a_runtime_refuses_is_refused_for_it_alone(
    kind: str, change: Callable[[object], None], named: str, refusing: tuple[Match, ...]
) -> None:
    """The line says why; the other runtimes' code is made."""
    content = changed(models.random(kind, 3), change)
    for match in Match:
        text = attempt(content, match)
        assert (named in text) if match in refusing else not text, (match, text)


@pytest.mark.parametrize("dtype", ["INT8", "INT16"])
def test_a_factor_beyond_fixed_point_is_refused(dtype: str) -> None:
    """Scales that make a factor of 5,000 are refused where the runtime cannot do them."""
    b = Builder()
    x, y = b.tensor((1, 4), 0.5, 0, dtype=dtype), b.tensor((1, 1), 1e-5, 0, dtype=dtype)
    w = b.tensor((1, 4), 0.1, 0, np.ones((1, 4), np.int8))
    b.add("FULLY_CONNECTED", [x, w], y)
    match = Match.XNNPACK if dtype == "INT8" else Match.TFLM
    assert "factor" in attempt(b.pack([x], y), match)


def test_only_an_old_code_of_an_operator_will_do() -> None:
    """Files older than schema 3a have the deprecated field alone."""

    def old(model: object) -> None:
        model.operatorCodes[0].builtinCode = 0

    assert not attempt(changed(models.random("CONV_2D", 3), old))


def test_mutated_linear_models_compile_or_are_refused() -> None:
    """Bytes changed at random in models of every shape and width: one clear line, or C."""
    rng = np.random.default_rng(16)
    kinds = [kind for kind in models.kinds() if " " in kind and ("CONV" in kind or "FULLY" in kind)]
    originals = [models.random(kind, 1) for kind in kinds]
    for number in range(300):
        content = bytearray(originals[number % len(originals)])
        for at in rng.integers(len(content), size=rng.integers(1, 4)):
            content[at] = rng.choice([0, 1, 127, 128, 255, content[at] ^ 1 << rng.integers(8)])
        attempt(bytes(content), Match(rng.choice(list(Match))))
