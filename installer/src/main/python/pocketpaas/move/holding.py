"""Whoever drives a move says so, as long as he does. What sshd runs for him is no proof of it: where his network is
gone it lives on for hours."""

from __future__ import annotations

import os
import select
import time

from pocketpaas.machine.client import Client
from pocketpaas.machine.request import Request
from pocketpaas.move import store

_LOOK_SECONDS = 2.0


def hold(request: Request) -> int:
    """Each line that comes renews the lease, until the channel is closed or none came for as long as a lease lasts. One
    of an earlier version never sends any: for him his connection has to do. Raises `CannotWrite`."""
    client, source = Client.of_this_process(), request.stdin.fileno()
    store.touch_lease(request.paths, request.app)
    # Only who reads this sends lines: to a program of an earlier version the first one is the end.
    request.reporter.note("held by signs")
    signs, heard = False, time.monotonic()
    # Who lets go closes the channel; the connection may stay.
    while client.is_there() and time.monotonic() - heard < store.LEASE_SECONDS:
        if select.select([source], [], [], _LOOK_SECONDS)[0]:
            if not os.read(source, 4096):
                break
            signs = True
        elif signs:
            continue
        heard = time.monotonic()
        store.touch_lease(request.paths, request.app)
    return 0
