"""A debug probe for pyocd with an emulated nRF51 behind it, in place of a cable and a chip.

It has an SWD debug port with one AHB access port. What QEMU has none of, a core's debug registers
and what says which components there are, is simulated here; memory and core registers are those of
QEMU, through its GDB server. Only RAM can be written: flash has to be written by the core.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import Any

from pyocd.core.exceptions import TransferFaultError
from pyocd.core.plugin import Plugin
from pyocd.probe.debug_probe import DebugProbe

from tests.firmware.gdb import Gdb

SOCKET = "SIMULATED_PROBE_GDB"
"""Environment variable: the Unix socket of QEMU's GDB server. Without it there is no probe."""
SPOIL = "SIMULATED_PROBE_SPOIL"
"""Environment variable: an address in RAM; the first write to it arrives with a wrong bit."""
PLUGIN, UNIQUE_ID = "simulated", "microbit"

RAM = range(0x2000_0000, 0x2000_4000)
PRIVATE = range(0xE000_0000, 0x1_0000_0000)
SCS, ROM_TABLE = 0xE000_E000, 0xF000_0000
WRAP = 1024  # the address moves along within so many bytes

# Debug port; the access port's registers; the core's.
IDR, CTRL_STAT, SELECT = 0x0, 0x4, 0x8
POWER_REQUESTS = 0x5000_0000  # each is acknowledged one bit higher
CSW, TAR, DRW, BASE, AP_IDR = 0x00, 0x04, 0x0C, 0xF8, 0xFC
ENABLED = 1 << 6  # of CSW
CPUID, AIRCR, DHCSR = SCS + 0xD00, SCS + 0xD0C, SCS + 0xDF0
DCRSR, DCRDR, DEMCR = SCS + 0xDF4, SCS + 0xDF8, SCS + 0xDFC
DEBUG, HALT, REGISTER_READY, HALTED = 1 << 0, 1 << 1, 1 << 16, 1 << 17  # of DHCSR
KEY = 0xA05F  # of DHCSR
LR, XPSR, GDB_XPSR = 14, 16, 25
BKPT = 0xBE  # high byte of the instruction


def _identity(base: int, component: int, part: int) -> dict[int, int]:
    """The identification registers, at their addresses, of a component of Arm's."""
    peripheral = (0x04, 0, 0, 0, part, 0xB0, 0x0B, 0x00)
    values = (*peripheral, 0x0D, component << 4, 0x05, 0xB1)
    return {base + 0xFD0 + 4 * i: value for i, value in enumerate(values)}


COMPONENTS = {
    CPUID: 0x410C_C200,
    ROM_TABLE: (SCS - ROM_TABLE) & 0xFFFF_F000 | 3,
    **_identity(ROM_TABLE, component=0x1, part=0x71),
    **_identity(SCS, component=0xE, part=0x08),
}
"""What a debugger finds out from these words: there is one core, a Cortex-M0."""


class Core:
    """Memory and debug registers of the core, as the access port meets them.

    From connecting to the first halt the core stands still, though it says that it runs.
    """

    def __init__(self, gdb: Gdb) -> None:
        self._gdb = gdb
        self._control = 0  # of DHCSR
        self._halted = self._running = False
        self._registers = {DCRDR: 0, DEMCR: 0}
        self._spoil = int(os.environ.get(SPOIL, "0"), 0)

    def read(self, address: int, size: int) -> bytes:
        """Read over the bus."""
        if address == DHCSR:
            return self._status().to_bytes(4, "little")
        if address in PRIVATE:
            value = self._registers.get(address, COMPONENTS.get(address, 0))
            return value.to_bytes(4, "little")[:size]
        with self.at_rest():
            return self._gdb.read(address, size)

    def write(self, address: int, content: bytes) -> None:
        """Write over the bus; raises TransferFaultError for what only the core can write."""
        if address in PRIVATE:
            self._write_private(address, int.from_bytes(content, "little"))
            return
        if address not in RAM:
            raise TransferFaultError(fault_address=address, length=len(content))
        if address == self._spoil:
            self._spoil, content = 0, bytes([content[0] ^ 1]) + content[1:]
        with self.at_rest():
            self._gdb.write(address, content)

    @contextlib.contextmanager
    def at_rest(self) -> Iterator[None]:
        """Stop QEMU for a moment if it runs: it gives access to a machine at rest only."""
        running = self._running
        if running:
            self._stop()
        try:
            yield
        finally:
            if running:
                self._resume()

    def _write_private(self, address: int, value: int) -> None:
        if address == DHCSR and value >> 16 == KEY:
            self._set_control(value & 0xFFFF)
        elif address == DCRSR:
            self._transfer(value & 0x1F, write=bool(value & 1 << 16))
        elif address == AIRCR and value & 1 << 2:
            self._reset()
        elif address in self._registers:
            self._registers[address] = value

    def _status(self) -> int:
        if self._running and self._gdb.has_stopped():
            self._running, self._halted = False, True
            self._control |= HALT
        return self._control | REGISTER_READY | HALTED * self._halted

    def _set_control(self, control: int) -> None:
        going = self._running or self._halted or not control & DEBUG
        if self._running:
            self._stop()
        self._control = control
        self._halted = control & (DEBUG | HALT) == DEBUG | HALT
        if going and not self._halted:
            self._resume()

    def _stop(self) -> None:
        self._gdb.stop()
        self._running = False

    def _resume(self) -> None:
        """Run, up to a BKPT where a called function returns to: QEMU takes that for a fault."""
        back = self._gdb.register(LR) & ~1
        stops = self._control & DEBUG and back in RAM and self._gdb.read(back, 2)[1] == BKPT
        self._gdb.run(back if stops else None)
        self._running = True

    def _transfer(self, number: int, *, write: bool) -> None:
        number = GDB_XPSR if number == XPSR else number
        if write:
            self._gdb.set_register(number, self._registers[DCRDR])
        else:
            self._registers[DCRDR] = self._gdb.register(number)

    def _reset(self) -> None:
        if self._running:
            self._stop()
        self._gdb.reset()
        self._halted = bool(self._registers[DEMCR] & 1)
        self._control = self._control & DEBUG | HALT * self._halted
        if not self._halted:
            self._resume()


class SimulatedProbe(DebugProbe):
    """The probe: pyocd sees the registers of the two ports."""

    vendor_name, product_name, unique_id = "Simulated", "probe", UNIQUE_ID
    supported_wire_protocols = (DebugProbe.Protocol.DEFAULT, DebugProbe.Protocol.SWD)
    capabilities: frozenset[DebugProbe.Capability] = frozenset()
    wire_protocol: DebugProbe.Protocol | None = None
    is_open = False

    @classmethod
    def get_all_connected_probes(cls, *_: Any) -> list[DebugProbe]:
        """There is always one."""
        return [cls()]

    @classmethod
    def get_probe_with_id(cls, unique_id: str, *_: Any) -> DebugProbe | None:
        """The probe, if it is meant."""
        return cls() if unique_id == UNIQUE_ID else None

    def open(self) -> None:
        """Take hold of the emulator."""
        self._gdb, self.is_open = Gdb(os.environ[SOCKET]), True
        self._core = Core(self._gdb)
        self._select = self._power = 0
        self._port = {CSW: 0x2300_0002 | ENABLED, TAR: 0, BASE: ROM_TABLE | 3, AP_IDR: 0x0477_0021}

    def close(self) -> None:
        """Let go of it."""
        self._gdb.close()
        self.is_open = False

    def connect(self, *_: Any) -> None:
        """Begin to talk; SWD is all that it speaks."""
        self.wire_protocol = DebugProbe.Protocol.SWD

    def disconnect(self) -> None:
        """End it."""
        self.wire_protocol = None

    def set_clock(self, frequency: float) -> None:
        """Nothing here has a clock."""

    def read_dp(self, addr: int, now: bool = True) -> Any:
        """Read a register of the debug port."""
        acknowledged = (self._power & POWER_REQUESTS) << 1
        value = {IDR: 0x0BB1_1477, CTRL_STAT: self._power | acknowledged}.get(addr, 0)
        return value if now else lambda: value

    def write_dp(self, addr: int, data: int) -> None:
        """Write a register of the debug port."""
        if addr == SELECT:
            self._select = data
        elif addr == CTRL_STAT:
            self._power = data & POWER_REQUESTS

    def read_ap(self, addr: int, now: bool = True) -> Any:
        """Read a register of the access port; there is but one port."""
        register, value = self._register(addr), 0
        if register == DRW:
            address, size = self._next()
            value = int.from_bytes(self._core.read(address, size), "little") << 8 * (address & 3)
        elif register is not None:
            value = self._port.get(register, 0)
        return value if now else lambda: value

    def write_ap(self, addr: int, data: int) -> None:
        """Write a register of the access port."""
        register = self._register(addr)
        if register == DRW:
            address, size = self._next()
            self._core.write(address, data.to_bytes(4, "little")[address & 3 :][:size])
        elif register in (CSW, TAR):
            self._port[register] = data | ENABLED * (register == CSW)

    def read_ap_multiple(self, addr: int, count: int = 1, now: bool = True) -> Any:
        """Read a register again and again."""
        with self._core.at_rest():
            values = [self.read_ap(addr) for _ in range(count)]
        return values if now else lambda: values

    def write_ap_multiple(self, addr: int, values: Sequence[int]) -> None:
        """Write values to a register, one after the other."""
        with self._core.at_rest():
            for value in values:
                self.write_ap(addr, value)

    def _register(self, addr: int) -> int | None:
        """Two bits of it come over the wire; the others, and the port, were selected before."""
        return self._select & 0xF0 | addr & 0xC if self._select >> 24 == 0 else None

    def _next(self) -> tuple[int, int]:
        """Where the access goes, and its bytes; the address moves along if it is to."""
        address, mode = self._port[TAR], self._port[CSW]
        size = 1 << (mode & 7)
        if mode & 0x30 == 0x10:
            self._port[TAR] = address - address % WRAP + (address + size) % WRAP
        return address, size


class SimulatedProbePlugin(Plugin):
    """How pyocd finds the probe."""

    name, description = PLUGIN, "An emulated nRF51"

    def should_load(self) -> bool:
        """Only where there is an emulator."""
        return SOCKET in os.environ

    def load(self) -> type[DebugProbe]:
        """The class of the probe."""
        return SimulatedProbe
