"""An app that is made as a clone of another one: with its settings and variables all at once, by a rename. Until its
first release is live the directory `clone` of its state says whose clone it is (`source`), and whether it gets a copy
of the data (`data`), so that the same command can go on with what was killed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.failure import CannotWrite, Refused
from pocketpaas.operation import apps, preview
from pocketpaas.state import marks, names, values
from pocketpaas.state.paths import HostPaths

#: Of the operator's layer what does not come along by itself: variables are chosen, names cannot be two apps', what
#: waits for a release of the other app and whether that is stopped is its own.
_NOT_TAKEN = ("env", "env.json", "domains", "default-domain", "pending", "stopped", "scale")
#: What else comes along. Logins at registries are secrets.
_TAKEN, _SECRET = ("paused",), ("registries",)


@dataclass(frozen=True)
class Clone:
    """The app `app` is to be as `source` is; with `data`, with a copy of its data."""

    app: str
    source: str
    data: bool

    def directory(self, paths: HostPaths) -> Path:
        """What is kept of it until it is done."""
        return paths.app(self.app) / "clone"


def find(paths: HostPaths, app: str) -> Clone | None:
    """What the app is to be a clone of; None for an app that is none, or is done."""
    place = paths.app(app) / "clone"
    source = values.read_or(place / "source", "")
    return Clone(app, source, values.read_or(place / "data", "") == "yes") if names.is_app(source) else None


def make(paths: HostPaths, clone: Clone, secrets: bool, scale: dict[str, int], key: str) -> tuple[str, ...]:
    """Makes the app, of which nothing runs yet; the variables that it does not get, as they are secrets. `scale`: how
    many processes of each type there are to be. The host's lock is held. Raises `Refused`, `CannotWrite`, `NoEngine`.
    """
    if preview.is_taken(paths, clone.app):
        raise _taken(paths, clone.app)
    source = paths.app(clone.source)
    taken, left_out = preview.variables(paths, clone.source, (), None if secrets else ())
    _refuse_missing(paths, clone, left_out)
    files = {"clone/source": clone.source, "clone/data": "yes" if clone.data else "no"}
    files["clone/mark"] = marks.ensure(source)
    files |= {f"operator/scale/{kind}": str(number) for kind, number in scale.items()}

    def fill(new: Path) -> None:
        for name in (*_TAKEN, *(_SECRET if secrets else ())):
            _copy(source / name, new / name)
        for name in values.names(source / "operator"):
            if name not in _NOT_TAKEN:
                _copy(source / "operator" / name, new / "operator" / name)
        for path, text in {**files, **taken}.items():
            values.make_directory((new / path).parent)
            values.put(new / path, text)
        preview.protect(source / "visitors", new / "visitors")

    apps.create(paths, clone.app, key, fill)
    if find(paths, clone.app) != clone:
        # A restore has brought an app of that name meanwhile.
        raise _taken(paths, clone.app)
    return left_out


def refuse_other(paths: HostPaths, clone: Clone) -> None:
    """What was killed goes on with the app that it began with alone, and not with one that has its name now. Raises
    `Refused`."""
    mark, source = values.read_or(clone.directory(paths) / "mark", ""), paths.app(clone.source)
    if mark and source.is_dir() and mark != marks.of(source).text:
        raise Refused(
            "other-app",
            f"the app {clone.source} that {clone.app} was to be a clone of is gone: another one has its name now",
            f"remove what was begun: pocketpaas destroy --app {clone.app} --volumes; then clone again",
        )


def ended(paths: HostPaths, app: str) -> None:
    """It is an app as any other. Raises `CannotWrite`."""
    try:
        values.remove_tree(paths.app(app) / "clone")
    except OSError as error:
        raise CannotWrite(paths.app(app) / "clone", error) from error


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        values.copy_tree(source, target)
    elif source.is_file():
        shutil.copy2(source, target)


def _taken(paths: HostPaths, app: str) -> Refused:
    if paths.app(app).is_dir():
        return Refused("name-taken", f"there is an app {app} on this host already", "choose another name")
    return Refused(
        "name-taken",
        f"an earlier app {app} has left data on this host, which would be the new app's",
        f"choose another name; or make the app, and remove it with its data: pocketpaas destroy --app {app} --volumes",
    )


def _refuse_missing(paths: HostPaths, clone: Clone, left_out: tuple[str, ...]) -> None:
    """What the app cannot start without is asked for before anything is made."""
    settings = paths.app(clone.source) / "settings"
    known = {*values.names(settings / "env"), *values.names(paths.root / "shared" / "env")}
    missing = [name for name in values.lines(settings / "secrets") if name in left_out and name not in known]
    if missing:
        raise Refused(
            "missing-secret",
            f"{clone.source} needs the secrets {', '.join(missing)}, and a clone gets no secrets unasked",
            "add --env: then all variables are copied, secrets, too",
        )
