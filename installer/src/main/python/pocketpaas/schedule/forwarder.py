"""What sends logs elsewhere (`schedule.drains`): the distribution's rsyslogd, with its module for TLS."""

from __future__ import annotations

import os
import socket

from pocketpaas.failure import Failed, Refused
from pocketpaas.machine import packages
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import run
from pocketpaas.schedule import drains
from pocketpaas.schedule.drain_target import is_closed

_SECONDS = 60.0
_TLS_MODULE = "lmnsd_ossl.so"
_MODULES = "/usr/lib"


def _has_forwarder() -> bool:
    return os.access(drains.PROGRAM, os.X_OK) and any(
        _TLS_MODULE in files for directory, _, files in os.walk(_MODULES) if directory.endswith("/rsyslog")
    )


def need(reporter: Reporter) -> None:
    """rsyslogd and its module for TLS are on the host, else they are installed. Where we bring the program, the
    distribution's own instance of it does not run: it would write every log a second time. Raises `Failed`."""
    if _has_forwarder():
        return
    ours = not os.access(drains.PROGRAM, os.X_OK)
    if ours:
        _systemctl("mask", "--quiet", "rsyslog.service")
    try:
        packages.install(reporter, ("rsyslog", "rsyslog-openssl"))
    finally:
        if ours:
            _systemctl("unmask", "--quiet", "rsyslog.service")
    if ours:
        _systemctl("disable", "--quiet", "--now", "rsyslog.service")


def look_at(host: str, port: str) -> str:
    """What is wrong with a target, as this machine sees it, for now; empty for nothing. Raises `Refused` where its name
    leads to the machine itself, or to what clouds tell machines."""
    try:
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
    except OSError as error:
        return f"does not resolve {host} yet: {error.strerror or error}"
    for *_, address in found:
        one = str(address[0])
        if is_closed(one):
            raise Refused(
                "bad-target", f"logs are not sent to {one}{'' if one == host else f' ({host})'}", "name another machine"
            )
    return ""


def _systemctl(*words: str) -> None:
    ended = run(["systemctl", *words], seconds=_SECONDS)
    if not ended.ok:
        raise Failed("packages", f"rsyslog could not be set up: systemctl {words[0]}: {ended.complaint}")
