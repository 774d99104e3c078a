"""What the host has noticed and somebody has to know: notices/<id>/, a directory for each, made and removed by the
timer's program, told after a verb.

Files: kind · app (empty: about the host itself) · name (what of it) · since, seen (seconds: noticed first, looked at
last) · text · hint · while (paths, lines: where one is gone, so is what was noticed) · sent; of a certificate, whose
text is worked out when it is told, also id and not-after. """

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.state import names, values
from pocketpaas.state.clock import ago_seconds
from pocketpaas.state.paths import HostPaths

_MAX_ID = 200
_MAX_ERROR = 300
_DAY = 86_400
#: What can change from one minute to the next is told with the time when it was seen.
_FLEETING = ("disk", "crash-loop")


@dataclass(frozen=True)
class Notice:
    """One that stands: its kind, the app (empty: the host), what is told, what to do; of a certificate the seconds that
    are left."""

    kind: str
    app: str
    text: str
    hint: str
    directory: Path
    left: float | None = None


class NoticeStore:
    """The notices of a host. `run` tells one look of the timer from every other."""

    def __init__(self, paths: HostPaths, run: str = "") -> None:
        self._paths = paths
        self.directory = paths.root / "notices"
        self.run = run or f"{time.time():.6f}"

    def place(self, kind: str, app: str = "", name: str = "") -> Path:
        """The directory of a notice."""
        notice = f"{kind}@{app}@{_file_name(name)}"
        if len(values.encode(notice)) > _MAX_ID:
            digest = hashlib.sha256(values.encode(notice)).hexdigest()[:16]
            notice = f"{values.decode(values.encode(notice)[:180])}.{digest}"
        return self.directory / notice

    def all(self) -> list[Path]:
        """The directories of all of them, whether they stand or not."""
        return [self.directory / name for name in values.names(self.directory) if (self.directory / name).is_dir()]

    def put(
        self, kind: str, app: str, name: str, text: str, hint: str, standing: tuple[Path, ...] = (), **more: str
    ) -> None:
        """It is so, as of this run. What was noticed before keeps its `since`. `standing`: it is over when one of these
        is gone."""
        directory = self.place(kind, app, name)
        if not _stands(directory):
            # What it was about is gone: this is another one.
            values.remove_tree(directory)
        fields = {"kind": kind, "app": app, "name": name, "text": text, "hint": hint}
        fields |= {"while": "\n".join(str(path) for path in standing)}
        fields |= {field.replace("_", "-"): value for field, value in more.items()} | {"seen": self.run}
        if directory.is_dir():
            for field, value in fields.items():
                if values.read(directory / field) != value:
                    values.write(directory / field, value, durable=False)
            return
        new = self.directory / f".new.{os.getpid()}"
        values.fresh_directory(new)
        for field, value in (fields | {"since": str(int(float(self.run)))}).items():
            values.put(new / field, value)
        os.rename(new, directory)

    def sweep(self, kind: str, app: str | None = None) -> None:
        """Those of a kind (and app) that this run did not find any more are over."""
        prefix = f"{kind}@" if app is None else f"{kind}@{app}@"
        for directory in self.all():
            if directory.name.startswith(prefix) and values.read_or(directory / "seen", "") != self.run:
                values.remove_tree(directory)

    def read(self, directory: Path) -> Notice | None:
        """The notice; None where it is over, whatever the timer saw last."""
        kind = values.read(directory / "kind")
        app = values.read_or(directory / "app", "")
        if kind is None or (app and not (names.is_app(app) and self._paths.app(app).is_dir())):
            return None
        if not _stands(directory):
            return None
        hint = values.read_or(directory / "hint", "")
        if kind == "certificate":
            return self._certificate(directory, app, hint)
        text = values.read(directory / "text")
        if text is None:
            return None
        if kind in _FLEETING:
            text += f" (seen {ago_seconds(float(values.read_or(directory / 'seen', '0')))})"
        return Notice(kind, app, text, hint, directory)

    def _certificate(self, directory: Path, app: str, hint: str) -> Notice | None:
        """How long it still is, as of now; None where the domain has another one by now."""
        domain = values.read_or(directory / "name", "")
        serial = values.read_or(directory / "id", "")
        after = values.read_or(directory / "not-after", "")
        if not (names.is_domain(domain) and names.is_sha256(serial) and names.is_number(after)):
            return None
        current = self._paths.app(app) / "certificates" / _file_name(domain) / "current"
        if os.path.realpath(current) != os.path.realpath(current.parent / serial):
            return None
        left = int(after) - time.time()
        text = f"the certificate of {domain} ({app})"
        if left <= 0:
            text += f" has expired, {ago_seconds(float(after))}: browsers refuse the page"
        elif left < 2 * _DAY:
            text += f" expires in {int(left) // 3600} h"
        else:
            text += f" expires in {int(left) // _DAY} days"
        error = values.read(self._paths.app(app) / "automatic" / _file_name(domain) / "error")
        if error:
            text += f"; it could not be renewed: {error[:_MAX_ERROR]}"
        return Notice("certificate", app, text, hint, directory, left)


def _file_name(name: str) -> str:
    """A wildcard has _ for its asterisk."""
    return f"_{name[1:]}" if name.startswith("*") else name


def _stands(directory: Path) -> bool:
    return all(os.path.exists(path) for path in values.lines(directory / "while"))
