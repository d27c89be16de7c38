"""Where the float network of an export comes from, and how it becomes int8."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from convert import meanings, network
from convert.network import WAYS, Network, Support
from convert.request import Request
from runtime import console
from runtime.errors import DataError, ModelError
from runtime.options import Wanted
from runtime.tasks import scaling
from runtime.tasks.digits import Digits
from train import curves, fit, presets, store
from train.data import Dataset
from train.loop import Epoch
from train.tf import keras


@dataclass(frozen=True)
class Origin:
    """Where the float network comes from."""

    network: Network
    dataset: Dataset
    phrase: str  # for people
    history: Sequence[Epoch] | None  # of its training; None: not kept
    given: Mapping[str, bytes]  # its own file, by the name that it gets in the result


def of(request: Request) -> Origin:
    """The network that is asked for, with its data; raises ThimbleError for what cannot be."""
    return _own(request, request.model) if request.model else _preset(request)


def way(request: Request, origin: Origin) -> str:
    """How the network becomes int8, "qat", "ptq" or "ready", said before anything is trained."""
    support = origin.network.support
    if support.how == "qat" and (reason := _silent(origin)):
        support = Support("ptq", reason)
    keras.backend.reset_uids()  # names in the result do not depend on what was tried before
    if request.quantize == "qat" and support.how != "qat":
        raise ModelError(f"--quantize qat is not possible: {support.reason}")
    chosen = request.quantize if request.quantize and support.how == "qat" else support.how
    if request.model:
        asked = request.quantize and support.how == "qat"
        reason = "as --quantize asks for" if asked else support.reason
        console.note(f"quantization: {WAYS[chosen]} ({reason})")
    return chosen


def _silent(origin: Origin) -> str:
    """Why the data do not say what every output shall learn to give; "": they do."""
    found = meanings.of(origin.network, origin.dataset.train)
    silent = meanings.untaught(found, origin.dataset.train)
    if not silent:
        return ""
    names = ", ".join(repr(origin.network.outputs[number].name) for number in silent)
    return f"the data do not say what output {names} shall give, so that nothing can be learnt"


def _own(request: Request, path: Path) -> Origin:
    """The network in the file ``path``, with the data that it is judged on."""
    source = network.load(path)
    source.support  # noqa: B018 - every operator is checked before data are read
    if len(source.inputs) != 1:
        raise ModelError(
            f"{path} has {len(source.inputs)} inputs: give --inputs with an .npz of arrays named "
            f"{', '.join(one.name for one in source.inputs)} instead of --data"
        )
    wanted = _data_for(request, source)
    if len(source.outputs) > 1 and wanted.source is not None:
        names = tuple(output.name for output in source.outputs)
        wanted = replace(wanted, source=replace(wanted.source, outputs=names))
    dataset = fit.loaded(wanted, source.inputs[0].shape)
    if source.scaling is not None and not request.wanted.scaling:
        read = scaling.alike(source.scaling.mean, source.scaling.deviation)
        console.note(f"scaling: {read}, as the network did it itself")
        dataset = dataset.scaled(dataset.task.scaled(read))
    phrase, history = f"{source.origin}, as given", curves.beside(path)
    return Origin(source, dataset, phrase, history, network.own(path))


def _data_for(request: Request, source: Network) -> Wanted:
    """The data that are asked for; digits that are there anyway are only for networks of digits."""
    wanted = request.wanted
    if wanted.given or Digits.fits(source.inputs[0].shape):
        return wanted
    raise DataError(
        f"{request.model} takes {list(source.inputs[0].shape)}: pass --data with examples of that, "
        "to calibrate by and to prove on"
    )


def _preset(request: Request) -> Origin:
    """The preset's network: pretrained for MNIST, else trained on the data."""
    dataset = fit.loaded(request.wanted)
    name = request.preset.name
    shipped = request.preset == presets.find(name)
    if dataset.is_mnist and shipped:
        path = store.pretrained(name)
        phrase, history = f"{path.name}, pretrained on MNIST", curves.beside(path)
        return _of_keras(store.load(path), path.name, dataset, phrase, history)
    console.note(f"training {name} on {dataset.source}")
    setup = fit.setup(request.preset, dataset, request.seed, request.threads)
    model, rows = fit.train(setup, dataset)
    phrase = f"{name}, trained in this run on {dataset.source}"
    return _of_keras(model, name, dataset, phrase, rows)


def _of_keras(
    model: keras.Model,
    name: str,
    dataset: Dataset,
    phrase: str,
    history: Sequence[Epoch] | None,
) -> Origin:
    given = {"float.keras": store.dump(model)}
    return Origin(network.Layers(model, name), dataset, phrase, history, given)
