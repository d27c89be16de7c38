"""From a float ``.tflite`` to one that is int8 from end to end, by ranges seen on real inputs.

ai-edge-quantizer does it. Operators that it leaves in float (LEAKY_RELU, REDUCE_MAX, ...) are known
to TensorFlow's own quantizer, which then does the whole network.
"""

import contextlib
import logging
import warnings
from collections.abc import Iterator, Sequence

from convert import tflite
from convert.quantize import Calibration
from convert.surgery import SIGNATURE, Plain
from runtime.errors import ModelError
from train.tf import Calibrator, silence, tf

AI_EDGE = "ai-edge-quantizer"
TENSORFLOW = "TensorFlow's quantizer"


def int8(model: Plain, calibration: Calibration) -> tuple[bytes, str]:
    """The int8 ``.tflite``, and who made it; raises ModelError naming what stays in float."""
    content = _by_ai_edge(model, calibration)
    left = floats(tflite.parse(content))
    if not left:
        return content, AI_EDGE
    try:
        with silence(tell=False), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            calibrator = Calibrator(model.content)
            content = bytes(
                calibrator.calibrate_and_quantize(
                    lambda: examples(calibration), tf.int8, tf.int8, False
                )
            )
    except (RuntimeError, ValueError) as error:
        raise stays_float(left) from error
    if still := floats(tflite.parse(content)):
        raise stays_float(still)
    return content, f"{TENSORFLOW}, as {AI_EDGE} leaves {', '.join(left)} in float"


def floats(model: tflite.Model) -> tuple[str, ...]:
    """Names of the operators that compute in float, each once."""
    found = [
        operator.name
        for operator in model.operators
        if operator.name not in ("QUANTIZE", "DEQUANTIZE")
        and any(model.tensors[number].dtype == "FLOAT32" for number in operator.outputs)
    ]
    return tuple(dict.fromkeys(found))


def stays_float(operators: Sequence[str]) -> ModelError:
    """The error for operators that no quantizer makes int8."""
    return ModelError(
        f"{', '.join(operators)} would stay in float, because no quantizer has it in int8: use "
        "another layer (for ELU: ReLU or LeakyReLU)"
    )


def examples(calibration: Calibration) -> Iterator[list[object]]:
    """The inputs of one example after the other, each of batch 1."""
    for row in range(len(calibration[0])):
        yield [values[row : row + 1] for values in calibration]


def _by_ai_edge(model: Plain, calibration: Calibration) -> bytes:
    with _quiet():
        from ai_edge_quantizer import (  # noqa: PLC0415 - seconds that few need
            calibrator,
            quantizer,
            recipe,
            recipe_manager,
        )
        from ai_edge_quantizer.utils import qsv_utils  # noqa: PLC0415

        worker = quantizer.Quantizer(model.content, recipe.static_wi8_ai8())
        manager = recipe_manager.RecipeManager()
        manager.load_quantization_recipe(recipe.static_wi8_ai8())
        data = [dict(zip(model.inputs, one, strict=True)) for one in examples(calibration)]
        try:
            # The quantizer's own way is a moving average, which cuts off what is rare.
            seen = calibrator.Calibrator(
                model.content, num_threads=1, qsv_update_func=qsv_utils.min_max_update
            )
            seen.calibrate({SIGNATURE: data}, manager)
            made = worker.quantize(
                seen.get_model_qsvs(), enable_progress_report=False
            ).quantized_model
        except Exception as error:  # it raises whatever it stumbles over
            reason = " ".join(str(error).split())[:160]
            raise ModelError(f"{AI_EDGE} cannot quantize it: {reason}") from error
    return bytes(made or b"")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without progress bars, notes and warnings."""
    kept = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with silence(tell=False), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(kept)
