"""What sends logs elsewhere (`schedule.drains`): the distribution's rsyslogd, with its module for TLS."""

from __future__ import annotations

import os

from pocketpaas.failure import Failed
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import ENVIRONMENT, run
from pocketpaas.schedule import drains

_INSTALL_SECONDS = 900
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
    reporter.step("packages", "start", "rsyslog")
    if ours:
        _command(["systemctl", "mask", "--quiet", "rsyslog.service"])
    try:
        for words in (["update"], ["install", "--yes", "--no-install-recommends", "rsyslog", "rsyslog-openssl"]):
            _command(
                [
                    *("systemd-run", "--quiet", "--wait", "--collect", "--pipe"),
                    *("--setenv", "DEBIAN_FRONTEND=noninteractive"),
                    *("apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", *words),
                ]
            )
    except Failed:
        reporter.step("packages", "fail")
        raise
    finally:
        if ours:
            _command(["systemctl", "unmask", "--quiet", "rsyslog.service"])
    if ours:
        _command(["systemctl", "disable", "--quiet", "--now", "rsyslog.service"])
    reporter.step("packages", "done", "rsyslog")


def _command(words: list[str]) -> None:
    ended = run(words, seconds=_INSTALL_SECONDS, environment=ENVIRONMENT)
    if not ended.ok:
        raise Failed(
            "packages",
            f"rsyslog could not be installed: {ended.complaint[-300:]}",
            "install it on the host: apt-get install rsyslog rsyslog-openssl",
        )
