"""Packages of the distribution that the host gets when it needs them."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.failure import Failed
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import ENVIRONMENT, Ended, run

_SECONDS = 900.0
_LAST = 300


def apt(*words: str, seconds: float = _SECONDS) -> Ended:
    """apt-get, in a unit of its own: a client that goes away stops no package's script. It waits for another one."""
    unit = ["systemd-run", "--quiet", "--wait", "--collect", "--pipe", "--setenv", "DEBIAN_FRONTEND=noninteractive"]
    command = [*unit, "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", *words]
    return run(command, seconds=seconds, environment=ENVIRONMENT)


def install(reporter: Reporter, packages: Sequence[str]) -> None:
    """They are on the host, in the distribution's version of today. Raises `Failed`."""
    wanted = " ".join(packages)
    reporter.step("packages", "start", wanted)
    # Where the lists cannot be had, those that are there may do.
    apt("update")
    ended = apt("install", "--yes", "--no-install-recommends", *packages)
    if not ended.ok:
        reporter.step("packages", "fail")
        raise Failed(
            "packages",
            f"{wanted} could not be installed: {ended.complaint[-_LAST:]}",
            f"install it on the host: apt-get install {wanted}",
        )
    reporter.step("packages", "done", wanted)
