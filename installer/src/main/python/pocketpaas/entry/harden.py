"""Looks what would be changed, hardens the machine from a spool, confirms that, or takes it back.

Arguments: SPOOL with values/act (look, apply, confirm), values/wanted and values/allow; or `undo`, by the timer.
The spool of `apply` stays until it is confirmed or taken back, as the timer runs from it. Exit codes: 0 · 4 refused,
or there is nothing to confirm · 5 failed, and taken back. """

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from pocketpaas.entry import spool
from pocketpaas.failure import Refused
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.request import answer
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths
from pocketpaas.system import hardening
from pocketpaas.system.harden_unit import alone, of
from pocketpaas.system.hardening import Hardening


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """See the module."""
    found = of(paths, reporter)
    if list(arguments) == ["undo"]:
        with alone():
            found.undo()
        values.remove_tree(paths.programs.parent)
        return 0
    directory = Path(os.path.realpath(arguments[0]))
    act = values.read_or(directory / "values" / "act", "look")
    if act == "apply":
        return _apply(paths, found, directory)
    try:
        return _confirm(found) if act == "confirm" else _look(found, directory)
    finally:
        values.remove_tree(directory)


def _apply(paths: HostPaths, found: Hardening, directory: Path) -> int:
    try:
        return spool.run(paths, str(directory), "harden", keep=True)
    finally:
        if not found.pending.exists():
            values.remove_tree(directory)


def _confirm(found: Hardening) -> int:
    unit = values.read_or(found.machine.path(f"etc/systemd/system/{hardening.UNIT}.service"), "")
    with alone():
        confirmed = found.confirm()
    if not confirmed:
        raise Refused("taken-back", "it was taken back already", "run the same command again")
    for line in unit.splitlines():
        if line.startswith("ExecStart="):
            # The spool that the timer would have run from.
            program = Path(line.removeprefix("ExecStart=").split()[0])
            if program.parents[1].name.startswith("pocketpaas-init."):
                values.remove_tree(program.parents[1])
    return 0


def _look(found: Hardening, directory: Path) -> int:
    wanted = list(values.lines(directory / "values" / "wanted"))
    allow = [port for port in values.lines(directory / "values" / "allow") if port.isdigit()]
    ports = sorted({*hardening.ssh_ports(), "80", "443", *allow}, key=int)
    told = {
        "todo": "\n".join(found.missing(wanted, allow)),
        "ports": " ".join(ports),
        "pending": "yes" if found.pending.exists() else "no",
    }
    return answer(told)
