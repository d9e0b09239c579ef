"""A wire between a browser and a platform that can be cut and mended."""

import socket
from contextlib import suppress
from threading import Lock, Thread

_CHUNK = 65_536


class Wire:
    """Carries bytes from a port of its own to another one of this machine, until it is cut or closed."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._target = 0
        self._is_whole = True
        self._open: set[socket.socket] = set()
        self._lock = Lock()

    @property
    def url(self) -> str:
        """Where a browser goes."""
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def lead_to(self, port: int) -> None:
        """Begin to carry."""
        self._target = port
        Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break everything that is carried, and carry nothing more."""
        with self._lock:
            self._is_whole = False
            ends, self._open = self._open, set()
        for end in ends:
            _break(end)

    def mend(self) -> None:
        """Carry again what comes from now on."""
        with self._lock:
            self._is_whole = True

    def close(self) -> None:
        """End for good."""
        self.cut()
        _break(self._listening)
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            self._connect(near)

    def _connect(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            near.close()
            return
        with self._lock:
            self._open |= {near, far}
            is_whole = self._is_whole
        Thread(target=self._serve, args=(near, far), daemon=True).start()
        if not is_whole:
            _break(near)

    def _serve(self, near: socket.socket, far: socket.socket) -> None:
        """Carry both ways until both have ended."""
        back = Thread(target=_carry, args=(far, near), daemon=True)
        back.start()
        _carry(near, far)
        back.join()
        with self._lock:
            self._open -= {near, far}
        near.close()
        far.close()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _break(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
