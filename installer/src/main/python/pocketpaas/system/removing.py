"""Takes PocketPaaS off a machine. Each step looks for what is there and can be done again, so a run that was cut off is
completed by the next. First nobody gets in any more and nothing of ours runs; the state, which says what has to be put
back, is the last to go."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.engine import containers, networks
from pocketpaas.engine.client import Engine
from pocketpaas.failure import Failed, Refused
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import Ended, run
from pocketpaas.routing import metadata
from pocketpaas.state import nodes, values
from pocketpaas.state.paths import HostPaths
from pocketpaas.system import files, found, restoring, things
from pocketpaas.system.before import Before
from pocketpaas.system.files import Machine

_GRACE_SECONDS = 10
_ENDING_SECONDS = 10.0
_LONG = 3600.0
_MOST = 50


@dataclass
class Removal:
    """One run. `data`: volumes go, too."""

    paths: HostPaths
    machine: Machine
    engine: Engine
    reporter: Reporter
    data: bool

    def run(self) -> int:
        """All of it; the exit code: 0 nothing is left · 5 something is. Raises `Refused` before anything is touched,
        `NoEngine`."""
        nodes.refuse_in_cluster(self.paths, "PocketPaaS is not removed from")
        seen = found.look(self.paths, self.machine, self.engine)
        if seen.left.get("volumes") and not self.data:
            raise Refused(
                "data",
                f"there is data on this host: {' '.join(seen.left['volumes'])}",
                "keep what you need (services dump, backups create), then add --with-data",
            )
        before = Before(self.paths)
        self._step("remove-door", self._door)
        self._step("remove-units", self._units)
        if seen.engine:
            self._step("remove-things", lambda: self._things(before))
        self._step("remove-nginx", lambda: restoring.nginx(self.machine, before, self.reporter))
        self._step("remove-system", lambda: self._system(before, seen.engine))
        stays = seen.stays
        self._step("remove-state", self._state)
        for text in stays:
            self.reporter.event("result", "stays", text)
        return self._tell_left()

    def _step(self, name: str, do: Callable[[], None]) -> None:
        self.reporter.step(name, "start")
        try:
            do()
        except BaseException:
            self.reporter.step(name, "fail")
            raise
        self.reporter.step(name, "done")

    def _tell_left(self) -> int:
        left = found.look(self.paths, self.machine, self.engine)
        for kind, things_ in left.left.items():
            for name in things_[:_MOST]:
                self.reporter.event("result", "left", f"{kind}: {name}")
        if left.is_empty:
            return 0
        raise Failed(
            "left",
            "not everything could be removed",
            "see the lines above, then run the same command again; it continues where this one ended",
        )

    # ------------------------------------------------------------ in their order

    def _door(self) -> None:
        """No key gets in, and no timer begins anything."""
        values.remove_tree(self.paths.root / "home" / ".ssh")
        values.remove(self.machine.path("etc/sudoers.d/pocketpaas"))

    def _units(self) -> None:
        units = found.units_at_work(self.machine)
        if units:
            _need(run(["systemctl", "stop", "--", *units], seconds=180), "systemd does not stop our units")
        for path in self.machine.marked():
            if path.parent == self.machine.path("etc/systemd/system"):
                values.remove(path)
        for link in self.machine.path("etc/systemd/system").glob("*.wants/pocketpaas-*"):
            values.remove(link)
        run(["systemctl", "daemon-reload"])
        if units:
            # One that failed is listed until then. What systemd has forgotten already is no failure.
            run(["systemctl", "reset-failed", "--", *units])
        end_processes(self.machine)

    def _things(self, before: Before) -> None:
        engine = self.engine
        ids = [one.id for one in things.containers_of(engine)]
        containers.stop(engine, _GRACE_SECONDS, ids)
        for text in (
            *things.remove_all(engine, "containers", things.containers_of(engine), {"force": "1", "v": "1"}),
            *things.remove_all(engine, "networks", things.networks_of(engine)),
            *things.remove_all(engine, "images", things.images_of(self.paths, engine), {"force": "1"}),
            *things.remove_all(engine, "volumes", things.volumes_of(engine) if self.data else ()),
        ):
            self.reporter.warn(text)
        if before.installed("docker.io"):
            engine.call("POST", "/build/prune", {"all": "1"}, seconds=_LONG)

    def _system(self, before: Before, engine: bool) -> None:
        if not metadata.forget():
            self.reporter.warn("a rule for the cloud's metadata address could not be removed")
        if not networks.unguard():
            self.reporter.warn("a route of the apps' networks could not be removed")
        restoring.swap(self.machine, self.reporter)
        restoring.firewall(before, self.reporter)
        restoring.system(self.machine, before, self.engine if engine else None)

    def _state(self) -> None:
        for directory in (files.LOGS, files.PROGRAMS):
            values.remove_tree(self.machine.path(directory))
        for trace in self.machine.traces():
            values.remove_tree(trace)
        self.machine.tidy()
        for name in os.listdir(self.paths.root) if self.paths.root.is_dir() else ():
            if name not in ("before", "fetched"):
                values.remove_tree(self.paths.root / name)
        if files.has_user():
            end_processes(self.machine)
            _need(run(["userdel", files.USER]), "the user pocketpaas could not be removed")
        values.remove_tree(self.paths.root)


def _need(ended: Ended, text: str) -> None:
    if not ended.ok:
        raise Failed("not-removed", f"{text}: {ended.complaint}", "look at it on the host, then run this again")


def end_processes(machine: Machine, proc: Path = Path("/proc")) -> None:
    """Ends what runs as our user, and our programs, but for those of this run: SIGTERM, ten seconds, SIGKILL."""
    user = files.user_number()
    for number in (signal.SIGTERM, signal.SIGKILL):
        end = time.monotonic() + _ENDING_SECONDS
        running = _ours(machine, proc, user)
        for process in running:
            _signal(process, number)
        while _ours(machine, proc, user) and time.monotonic() < end:
            time.sleep(0.05)
        if not _ours(machine, proc, user):
            return


def _signal(process: int, number: int) -> None:
    try:
        os.kill(process, number)
    except ProcessLookupError:
        # It has ended meanwhile.
        return


def _ours(machine: Machine, proc: Path, user: int) -> list[int]:
    programs = os.fsencode(machine.path(files.PROGRAMS)) + b"/"
    found_ = []
    for process in proc.glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")[:3]
            owner = process.stat().st_uid
        except OSError:
            # It has ended meanwhile.
            continue
        if any(word.startswith(programs) for word in words) or (user > 0 and owner == user):
            found_.append(int(process.name))
    return [one for one in found_ if one != os.getpid()]
