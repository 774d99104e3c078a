"""What the tests of changes share: the app `shop` with a live release, an engine and an nginx that do what they are
told, and a reconcile that only notes that it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fake_engine import FakeEngine
from pocketpaas.change.changing import Changing
from pocketpaas.engine.client import Engine
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Lock
from pocketpaas.operation.unit import Operation
from pocketpaas.release import activate, bundle, reconcile, seal, slots
from pocketpaas.release.running import Running
from pocketpaas.routing import site
from pocketpaas.state import values
from routing_fixture import RoutingCase


class ChangeCase(RoutingCase):
    """`self.operation` is an operation of ann's; `self.live(1)` makes v1 live; what is activated is in
    `self.activated`."""

    def setUp(self) -> None:
        super().setUp()
        self.fake = FakeEngine(self.paths.root)
        self.fake.begin()
        self.addCleanup(self.fake.end)
        self.running = Running()
        self.activated: list[int] = []
        self.stored: list[int] = []
        self.reconciled = 0
        self.lock: Lock | None = None
        self.patch(reconcile, "reconcile", self.reconcile)
        self.patch(activate, "activate", lambda operation, _running, release, *_: self.activate(operation, release))
        self.patch(activate, "store", lambda operation, running, release: self.store(operation, release))
        self.patch(site, "text", lambda found: f"{found.app} {' '.join([*found.plain, *(n for n, _ in found.secure)])}")

    def operate(self, kind: str, app: str = "shop") -> Operation:
        operation = super().operate(kind, app)
        socket = self.paths.root / "docker.sock"
        operation.engine = Engine(self.paths, getattr(self, "fake", None) and self.fake.socket or socket, socket)
        return operation

    def reconcile(self, operation: Operation, meanwhile: Callable[[], None] | None = None) -> Running:
        self.reconciled += 1
        if meanwhile is not None and slots.live_release(self.paths, "shop") is not None:
            meanwhile()
        return self.running

    def activate(self, operation: Operation, release: int) -> None:
        self.activated.append(release)
        self.switch(release)
        values.remove(self.app / "operator" / "stopped")
        bundle.adopt(self.paths, "shop", release)
        operation.committed()

    def store(self, operation: Operation, release: int) -> None:
        self.stored.append(release)
        self.switch(release, "stored")
        bundle.adopt(self.paths, "shop", release)
        operation.committed()

    def switch(self, release: int, status: str = "good") -> None:
        seal.seal(self.paths.release("shop", release))
        bundle.set_status(self.paths, "shop", release, status)
        slot = slots.idle_slot(self.paths, "shop") if (self.app / "live").is_symlink() else "blue"
        slots.prepare(self.paths, "shop", slot, release)
        slots.switch(self.paths, "shop", slot)

    def release(self, number: int, files: dict[str, str] | None = None) -> Path:
        """A bundle that was never live."""
        usual = {
            "image": f"sha256:{number:064x}",
            "base": "image",
            "status": "good",
            "commit": "c" * 40,
            "kind": "deploy",
        }
        usual |= {"processes/web/command": "run", "who": "bob", "change": "Fix the cart", "environment": ""}
        directory = self.tree(self.app / "releases" / str(number), {**usual, **(files or {})})
        for part in (
            "settings",
            *(f"{layer}{name}" for layer in ("", "shared/", "operator/") for name in ("env", "env.json")),
        ):
            values.make_directory(directory / part)
        return directory

    def live(self, number: int, files: dict[str, str] | None = None) -> Path:
        """The same, live."""
        directory = self.release(number, files)
        self.switch(number)
        bundle.adopt(self.paths, "shop", number)
        return directory

    def send(self, files: dict[str, str]) -> None:
        """What comes with the request."""
        self.tree(self.operation.work.directory / "values", files)

    def send_env(self, **variables: str) -> None:
        """Variables to be set."""
        for name, value in variables.items():
            self.send({f"set/{name}": value, f"set.json/{name}": f'"{name}={value}"'})

    def operator(self, **variables: str) -> None:
        """Variables that the operator has set."""
        for name, value in variables.items():
            self.tree(self.app / "operator", {f"env/{name}": value, f"env.json/{name}": f'"{name}={value}"'})

    def changing(self) -> Changing:
        """With the app's lock; what had it before has it no more."""
        if self.lock is not None:
            self.lock.release()
        self.lock = lock = locks.app_lock(self.paths, "shop", self.operation.holder(), self.reporter)
        self.addCleanup(lock.release)
        return Changing(self.operation, self.running, lock)
