"""What TensorFlow's converter makes of a network, and what is put right in it."""

import numpy as np
import pytest

from convert import quantize, tflite
from train.tf import configure, keras


@pytest.mark.parametrize("names", [("a", "b", "c"), ("c", "a", "b"), ("z", "y", "x")])
def test_outputs_stay_in_the_network_s_order(names: tuple[str, ...]) -> None:
    """Whatever they are called, in both forms; LiteRT tells them by their shapes."""
    from ai_edge_litert.interpreter import Interpreter

    configure(0)
    source = keras.layers.Input((5,), 1)
    sizes = (2, 3, 4)
    heads = [keras.layers.Dense(n, name=name)(source) for n, name in zip(sizes, names, strict=True)]
    net = keras.Model(source, heads)
    given = np.random.default_rng(0).normal(0, 1, (20, 5)).astype(np.float32)
    real = net.predict(given[:1], verbose=0)
    for content in (quantize.int8(net, [given]), quantize.float32(net)):
        graph = tflite.parse(content)
        assert [graph.tensors[number].shape for number in graph.outputs] == [
            (1, size) for size in sizes
        ]
        judge = Interpreter(model_content=content)
        (signature,) = judge.get_signature_list().values()
        assert set(signature["outputs"]) == set(names)
        judge.allocate_tensors()
        assert [one["shape"][1] for one in judge.get_output_details()] == list(sizes)
    judge.set_tensor(judge.get_input_details()[0]["index"], given[:1])
    judge.invoke()
    for details, want in zip(judge.get_output_details(), real, strict=True):
        np.testing.assert_allclose(judge.get_tensor(details["index"]), want, rtol=1e-5, atol=1e-6)
