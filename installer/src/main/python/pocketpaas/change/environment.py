"""The operator's layer of the environment on its way into a release: what the app has, with what is pending over it,
and what was sent over that. It is the app's only with the release that starts with it."""

from __future__ import annotations

import filecmp
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pocketpaas import rules
from pocketpaas.change import settings as app_settings
from pocketpaas.failure import Refused
from pocketpaas.machine.locks import host_lock
from pocketpaas.operation.unit import Operation
from pocketpaas.release import slots
from pocketpaas.release.layers import PARTS
from pocketpaas.service import links
from pocketpaas.state import names, values


@dataclass(frozen=True)
class Staged:
    """Layers, each a directory with `env` and `env.json`: what the operator's is to be (with `pending-id`, which tells
    the release that starts with it which pending values it has taken up), what all apps of the host get, and the names
    of the services that the app is linked to."""

    operator: Path
    shared: Path
    service: Path

    @property
    def given(self) -> dict[str, Path]:
        """By the names of the layers."""
        return {"shared": self.shared, "service": self.service, "operator": self.operator}

    def unset(self, key: str) -> None:
        """The operator has no value for it any more."""
        for part in PARTS:
            values.remove(self.operator / part / key)


def stage(operation: Operation) -> Staged:
    """In the operation's directory: the app's values, what is pending, what was sent (values/set, values/set.json).
    Raises `BadRequest`, `CannotWrite`, `Busy`. The app's lock is held."""
    work = operation.work.directory
    sent = {"env": work / "values" / "set", "env.json": work / "values" / "set.json"}
    app_settings.check_environment(sent["env"], sent["env.json"])
    stored = operation.paths.app(operation.app) / "operator"
    staged = Staged(work / "operator", work / "shared", work / "service")
    values.fresh_directory(staged.operator)
    for part in PARTS:
        values.make_directory(staged.operator / part)
        values.copy_values(stored / part, staged.operator / part)
        values.copy_values(stored / "pending" / part, staged.operator / part)
    for key in values.names(stored / "pending" / "unset"):
        staged.unset(key)
    for part in PARTS:
        values.copy_values(sent[part], staged.operator / part)
    pending = values.read(stored / "pending" / "id")
    if pending is not None:
        values.put(staged.operator / "pending-id", pending)
    _stage_shared(operation, staged.shared)
    links.write_layer(operation.paths, operation.app, staged.service)
    return staged


def _stage_shared(operation: Operation, target: Path) -> None:
    """Under host.lock, or half of a change could be in it."""
    values.fresh_directory(target)
    source = operation.paths.root / "shared"
    if source.is_dir():
        with host_lock(operation.paths, operation.holder("reading the shared variables")):
            values.copy_tree(source, target)


def changed(operation: Operation, staged: Staged) -> tuple[str, ...]:
    """The names by which what is staged differs from what the app has: the operator's values, and by the live release
    those of all apps and those of services."""
    found = differing(operation.paths.app(operation.app) / "operator" / "env", staged.operator / "env")
    release = slots.live_release(operation.paths, operation.app)
    if release is not None:
        bundle = operation.paths.release(operation.app, release)
        found += differing(bundle / "shared" / "env", staged.shared / "env")
        found += differing(bundle / "service" / "env", staged.service / "env")
    return tuple(dict.fromkeys(found))


def differing(one: Path, other: Path) -> list[str]:
    """The files that only one of the directories has, or with other content; in order."""
    return [name for name in sorted({*values.names(one), *values.names(other)}) if not _same(one / name, other / name)]


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)


def keep_new_secrets(operation: Operation, settings: Path) -> None:
    """Of what was sent only what the settings name as secrets and the host lacks: a key that may only deploy must not
    change what `env` has set. Raises `BadRequest`."""
    sent = operation.work.directory / "values"
    stored = operation.paths.app(operation.app) / "operator" / "env"
    secrets = values.lines(settings / "secrets")
    for key in values.names(sent / "set"):
        if key not in secrets:
            raise app_settings.refuse(f"set/{key}", "is not one of the app's secrets")
        kept = values.read_or(stored / key, "")
        if kept:
            if kept != values.read(sent / "set" / key):
                operation.reporter.note(f"env {key} is kept as it is on the host")
            values.remove(sent / "set" / key)
            values.remove(sent / "set.json" / key)


def need_secrets(settings: Path, given: Mapping[str, Path]) -> None:
    """Every name in settings/secrets has a value, and not the empty one. Raises `Refused`, `BadRequest`."""
    layers = {**given, "settings": settings}
    missing = []
    for name in values.lines(settings / "secrets"):
        if not names.is_variable(name):
            raise app_settings.refuse("secrets", f'holds "{name}"')
        found = [values.read(layers[layer] / "env" / name) for layer in rules.words("layers") if layer in layers]
        # What the app gets is the last that is there.
        if not next((value for value in reversed(found) if value is not None), ""):
            missing.append(name)
    if missing:
        raise Refused(
            "missing-secret",
            f"the app needs {', '.join(missing)}, which the host does not have (or has as the empty text)",
            f"pocketpaas env set {' '.join(f'{name}=-' for name in missing)}",
        )
