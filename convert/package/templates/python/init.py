"""{{title}}

{{origin}}

    import {{package}}

    network = {{package}}.Network()
{{usage}}
"""

from __future__ import annotations

{{imports}}

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Buffer

__all__ = [{{exported}}]
__version__ = "{{version}}"

SHA256 = "{{sha256}}"
"""Of the .tflite that the network was compiled from."""

EQUALS = "{{equals}}"
"""The runtime whose bytes the network gives."""
{{labels}}

@dataclass(frozen=True)
class Tensor:
    """An input or output."""

    name: str
    dtype: str
    """As NumPy calls it."""
    shape: tuple[int, ...]
    size: int
    """Bytes."""
    scale: float
    """real = scale * (stored - zero_point); 0.0: what is stored is the number itself."""
    zero_point: int


INPUTS: tuple[Tensor, ...] = (
{{input_rows}}
)
OUTPUTS: tuple[Tensor, ...] = (
{{output_rows}}
)

{{answer}}
class Network:
    """The network, with the {{memory}} bytes that it runs in.

    Threads may share one: they take turns, and run without the GIL. Give each thread one of its
    own to run at the same time.
    """

    def __init__(self) -> None:
        self._native = _network.Network()

    def run(self, {{run_parameters}}) -> {{run_result}}:
        """Run the network on elements as it stores them; gives those of {{whose}}.

{{run_told}}

        Raises ValueError for other sizes and formats.
        """
        return self._native.run({{arguments}}){{first}}

    def predict(self, {{predict_parameters}}) -> {{predict_result}}:
        """Run the network on numbers; gives the real numbers of {{whose}}.

{{values_told}}

        Raises ValueError for other counts and formats.
        """
        found = self._native.predict({{arguments}})
        {{predict}}
{{classify}}
    def reset(self) -> None:
        """Begin a sequence: forget what is kept from one run to the next{{nothing_kept}}."""
        self._native.reset()

    def self_test(self) -> None:
        """Check the tables, and run the golden vectors; as after ``reset`` behind it.

        Raises RuntimeError where the tables are damaged or an answer is wrong.
        """
        status = self._native.self_test()
        if status:
            what = {1: "its tables are damaged", 2: "a golden vector gives another output"}
            raise RuntimeError(f"the network fails its self-test: {what[status]}")
