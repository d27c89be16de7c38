"""From a float or a fake-quantized Keras model to a full-int8 ``.tflite``."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from train.tf import keras, silence, tf


def int8(model: keras.Model, calibration: npt.NDArray[np.float32] | None = None) -> bytes:
    """Convert to int8 weights, activations, input and output; batch 1, static shapes.

    ``model`` carries its ranges when it went through quantization-aware training; otherwise they
    are taken from ``calibration``, the network's real inputs [count, *shape].
    """
    converter = _converter(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    if calibration is not None:

        def batches() -> Iterator[list[npt.NDArray[np.float32]]]:
            yield from ([example[None]] for example in calibration)

        converter.representative_dataset = batches
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    return _convert(converter)


def float32(model: keras.Model) -> bytes:
    """The same network without quantization, to compare with."""
    return _convert(_converter(model))


def _converter(model: keras.Model) -> tf.lite.TFLiteConverter:
    def image(image: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"logits": model(image, training=False)}

    specification = tf.TensorSpec((1, *model.input_shape[1:]), tf.float32, name="image")
    function = tf.function(image).get_concrete_function(specification)
    return tf.lite.TFLiteConverter.from_concrete_functions([function], model)


def _convert(converter: tf.lite.TFLiteConverter) -> bytes:
    with silence():
        return bytes(converter.convert())
