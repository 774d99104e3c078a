"""The caller's standard streams as one TCP connection."""

from __future__ import annotations

import os
import socket
import threading

_CHUNK = 65536


def both_ways(connection: socket.socket, given: int = 0, out: int = 1) -> None:
    """Returns when the other side has closed the connection, or when nobody reads any more. The end of what the caller
    sends is handed on by itself: the answer may be still to come. Raises OSError where the connection breaks."""
    threading.Thread(target=_hand_in, args=(given, connection), daemon=True).start()
    while data := connection.recv(_CHUNK):
        try:
            while data:
                data = data[os.write(out, data) :]
        except BrokenPipeError:
            return


def _hand_in(given: int, connection: socket.socket) -> None:
    try:
        while data := os.read(given, _CHUNK):
            connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        # Who reads from the connection learns of it, too.
        pass
