"""An admin's own lines for nginx, in the servers of one app. operator/nginx is what was set, snippets/APP.conf among
nginx's files is nginx's copy. A site includes it by a pattern, so that one that is not there is no error; and in an
included file nginx lets no brace end a block that began outside.

What nginx does not take any more (it was upgraded, a file that the snippet includes has gone) is left out, and
apps/<app>/nginx-refused says why: no app's snippet stops another app, a reload, or nginx at boot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pocketpaas.failure import CannotWrite
from pocketpaas.machine.events import Reporter
from pocketpaas.routing import places
from pocketpaas.routing.tried import NOTHING, Tried
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

_NUMBER = re.compile(r"[0-9]+#[0-9]+: ", re.ASCII)


@dataclass(frozen=True)
class Snippets:
    """The snippets as they are to be: what is stored, but for what is tried of `app`, and those that are `left_out` (by
    app: why)."""

    paths: HostPaths
    app: str
    tried: Tried = NOTHING
    left_out: Mapping[str, str] = field(default_factory=dict)

    def without(self, left_out: Mapping[str, str]) -> Snippets:
        """The same with these left out, and no others."""
        return Snippets(self.paths, self.app, self.tried, dict(left_out))

    def of(self, app: str) -> str:
        """The snippet that the app is to have, empty for none."""
        if app in self.left_out:
            return ""
        if app == self.app and self.tried.snippet is not None:
            return self.tried.snippet
        return values.read_or(stored(self.paths, app), "")

    def apps(self) -> list[str]:
        """The apps whose snippets nginx has, or would have; ours last."""
        files = values.names(places.SITES / "snippets")
        found = [name.removesuffix(".conf") for name in files if name.endswith(".conf")]
        others = [app for app in found if app != self.app and places.snippet(app).is_file()]
        return [*others, self.app] if self.of(self.app) else others

    def in_place(self) -> bool:
        """Whether nginx's copy of ours is what it is to be."""
        wanted = self.of(self.app)
        return values.read(places.snippet(self.app)) == wanted if wanted else not places.snippet(self.app).exists()

    def copy(self, sites: Path) -> None:
        """Makes it so below `sites`, of ours and of those that are left out. Raises `CannotWrite`, OSError."""
        for app in dict.fromkeys([self.app, *self.left_out]):
            file = sites / "snippets" / f"{app}.conf"
            wanted = self.of(app)
            if wanted:
                values.make_directory(file.parent)
                values.write(file, wanted, durable=False)
            else:
                values.remove(file)

    def settle(self) -> None:
        """nginx's copies become what they are to be; nginx-refused says what is left out. Raises `CannotWrite`,
        OSError. Needs host.lock."""
        self.copy(places.SITES)
        if self.app not in self.left_out:
            values.remove(refused(self.paths, self.app))
        for app, why in self.left_out.items():
            remember(self.paths, app, why)

    def warn(self, reporter: Reporter) -> None:
        """Says what is left out."""
        for app, why in self.left_out.items():
            reporter.warn(f"nginx does not take the snippet of {app} any more, so it is left out: {why}")
            reporter.hint(f"put it right and set it again: pocketpaas nginx set FILE --app {app}")


def stored(paths: HostPaths, app: str) -> Path:
    """The file of what was set."""
    return paths.app(app) / "operator" / "nginx"


def refused(paths: HostPaths, app: str) -> Path:
    """The file that says why the app's snippet is left out; absent where it is not."""
    return paths.app(app) / "nginx-refused"


def remember(paths: HostPaths, app: str, why: str) -> None:
    """That the app's snippet is left out. Where that cannot be written it is only said."""
    if paths.app(app).is_dir():
        try:
            values.write(refused(paths, app), why)
        except CannotWrite:
            pass


def objection(app: str, text: str) -> str:
    """nginx's message with the line of the snippet, as the person who wrote it counts."""
    found = text.partition("[emerg] ")[2] or text
    number = _NUMBER.match(found)
    found = found[number.end() :] if number else found
    reason, mark, line = found.rpartition(f" in {places.snippet(app)}:")
    return f"line {line} of the snippet: {reason}" if mark else found
