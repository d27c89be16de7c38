"""What TensorFlow's converter makes of a network, and what is put right in it."""

import itertools

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


@pytest.mark.parametrize("names", list(itertools.permutations(("a", "b", "c"))))
def test_inputs_stay_in_the_network_s_order(names: tuple[str, ...]) -> None:
    """Each with its own range, whatever they are called, in both forms."""
    from ai_edge_litert.interpreter import Interpreter

    configure(0)
    sizes, spans = (2, 3, 4), (1, 100, 10_000)
    inputs = [keras.layers.Input((n,), 1, name=name) for n, name in zip(sizes, names, strict=True)]
    net = keras.Model(inputs, keras.layers.Add()([keras.layers.Dense(3)(one) for one in inputs]))
    rng = np.random.default_rng(0)
    given = [
        rng.uniform(-span, span, (20, n)).astype(np.float32)
        for n, span in zip(sizes, spans, strict=True)
    ]
    for content in (quantize.int8(net, given), quantize.float32(net)):
        judge = Interpreter(model_content=content)
        judge.allocate_tensors()
        details = judge.get_input_details()
        assert [one["shape"][1] for one in details] == list(sizes)
        if details[0]["dtype"] == np.int8:
            scales = [255 * one["quantization"][0] / 2 for one in details]
            np.testing.assert_allclose(scales, spans, rtol=0.15)
    for one, values in zip(details, given, strict=True):
        judge.set_tensor(one["index"], values[:1])
    judge.invoke()
    want = net.predict([values[:1] for values in given], verbose=0)
    found = judge.get_tensor(judge.get_output_details()[0]["index"])
    np.testing.assert_allclose(found, want, rtol=1e-3)
