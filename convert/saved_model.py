"""A SavedModel of which only the function is known, as a float ``.tflite``."""

from pathlib import Path
from typing import Any

from convert import quantize, tflite, trial
from runtime.errors import ModelError
from train.tf import silence, tf


def flattened(path: Path) -> tflite.Model:
    """The SavedModel in folder ``path`` as a float ``.tflite`` of batch 1."""
    with silence(tell=False):
        try:
            whole = tf.saved_model.load(str(path))
        except Exception as error:  # TensorFlow raises whatever it stumbles over
            raise ModelError(f"{path} is not a SavedModel that can be read: {error}") from error
    signatures = dict(whole.signatures)
    name = "serving_default" if "serving_default" in signatures else next(iter(signatures), "")
    if not name:
        raise ModelError(f"{path} has no signature: save it with model.export('folder')")
    function = signatures[name]
    given = function.structured_input_signature[1]
    specifications = {key: _of_one(spec, str(path)) for key, spec in given.items()}

    def single(*values: tf.Tensor) -> Any:
        return function(**dict(zip(specifications, values, strict=True)))

    concrete = tf.function(single).get_concrete_function(*specifications.values())
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], whole)
    return tflite.parse(trial.converted(lambda: quantize.convert(converter)), str(path))


def _of_one(spec: tf.TensorSpec, name: str) -> tf.TensorSpec:
    sides = [] if spec.shape.rank is None else spec.shape.as_list()
    if not sides or None in sides[1:] or spec.dtype != tf.float32:
        raise ModelError(
            f"{name}: input {spec.name!r} is {spec.dtype.name} {sides or 'of any shape'}: only "
            "float32 of a fixed shape is known here"
        )
    return tf.TensorSpec((1, *sides[1:]), spec.dtype, name=quantize.identifier(spec.name))
