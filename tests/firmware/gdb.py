"""A client of QEMU's GDB server, with as much of the protocol as a debug probe needs."""

import select
import socket

from pyocd.core.exceptions import ProbeDisconnected, TransferFaultError


class Gdb:
    """A client of QEMU's GDB server. Connecting stops the machine."""

    def __init__(self, path: str) -> None:
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(path)
        self._received = b""
        self._breakpoint: int | None = None
        self._ask("qXfer:features:read:target.xml:0,ff")  # before that it gives no registers

    def read(self, address: int, size: int) -> bytes:
        """Read memory or peripherals; raises TransferFaultError where there is nothing."""
        return bytes.fromhex(self._ask(f"m{address:x},{size:x}"))

    def write(self, address: int, content: bytes) -> None:
        """Write memory."""
        self._ask(f"M{address:x},{len(content):x}:{content.hex()}")

    def register(self, number: int) -> int:
        """Read a core register."""
        return int.from_bytes(bytes.fromhex(self._ask(f"p{number:x}")), "little")

    def set_register(self, number: int, value: int) -> None:
        """Write a core register."""
        self._ask(f"P{number:x}={value.to_bytes(4, 'little').hex()}")

    def reset(self) -> None:
        """Reset the machine; it stays at rest."""
        reply = self._ask(f"qRcmd,{b'system_reset'.hex()}")
        while reply != "OK":
            reply = self._reply()

    def run(self, stop_at: int | None) -> None:
        """Let the machine run, up to an address."""
        self._breakpoint = stop_at
        if stop_at is not None:
            self._ask(f"Z0,{stop_at:x},2")
        self._send("c")

    def has_stopped(self) -> bool:
        """Whether a machine that was let run has come to where it is to stop."""
        while not self._whole() and select.select([self._line], [], [], 0.001)[0]:
            self._receive()
        stopped = self._whole()
        if stopped:
            self._await_stop()
        return stopped

    def stop(self) -> None:
        """Stop a machine that was let run."""
        self._line.sendall(b"\x03")
        self._await_stop()

    def close(self) -> None:
        """Go away; the machine stays as it is, running or not."""
        self._line.close()

    def _await_stop(self) -> None:
        self._reply()
        if self._breakpoint is not None:
            self._ask(f"z0,{self._breakpoint:x},2")

    def _ask(self, request: str) -> str:
        self._send(request)
        reply = self._reply()
        while reply.startswith("T"):  # it says that connecting has stopped it
            reply = self._reply()
        if not reply or reply.startswith("E"):
            raise TransferFaultError
        return reply

    def _send(self, request: str) -> None:
        self._line.sendall(f"${request}#{sum(request.encode()) & 0xFF:02x}".encode())

    def _reply(self) -> str:
        while not self._whole():
            self._receive()
        packet, rest = self._received.split(b"#", 1)
        self._received = rest[2:]
        self._line.sendall(b"+")
        return packet.split(b"$", 1)[1].decode()

    def _whole(self) -> bool:
        return b"#" in self._received[:-2]

    def _receive(self) -> None:
        received = self._line.recv(65536)
        if not received:
            raise ProbeDisconnected
        self._received += received
