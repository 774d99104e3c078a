"""A preview is made: an app of its own with what it takes over from its parent. All of it at once, by a rename; what a
killed program leaves has begun to be an app with an end, which the host's timer brings."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.engine import volumes
from pocketpaas.engine.client import Engine, EngineAway
from pocketpaas.failure import NoEngine, Refused
from pocketpaas.operation import apps
from pocketpaas.state import names, previews, values
from pocketpaas.state.clock import text_of
from pocketpaas.state.paths import HostPaths
from pocketpaas.state.previews import Policy, Preview

_PARTS = ("env", "env.json")
#: Variables whose names say that nobody else should know their values.
_SECRET_WORDS = (
    *("SECRETS?", "TOKENS?", "KEYS?", "APIKEY", "PASSWORDS?", "PASSWD", "PASSPHRASE", "PWD", "PASS", "PW"),
    *("CREDENTIALS?", "CREDS", "PRIVATE", "SALT", "PEPPER", "DSN", "AUTH", "WEBHOOK"),
)
_SECRET_NAME = re.compile(f"(^|_)({'|'.join(_SECRET_WORDS)})(_|$)", re.IGNORECASE)
_LOGIN_IN_ADDRESS = re.compile(r"://[^/@\s]*:[^/@\s]*@")


@dataclass(frozen=True)
class Made:
    """A new preview. `left_out`: variables of its parent that it does not have."""

    preview: Preview
    left_out: tuple[str, ...]


def make(paths: HostPaths, parent: str, label: str, ttl: int, key: str) -> Made:
    """Makes it. The host's lock is held. Raises `Refused` where there are as many as there may be, `CannotWrite`,
    `NoEngine`."""
    policy = Policy.of(paths, parent)
    refuse_full(paths, parent, policy.most)
    app, now = free_name(paths, parent, label), time.time()
    files = {f"preview/{name}": text for name, text in previews.first_values(parent, label, ttl, now).items()}
    # Those that previews have a value of their own for come with each deploy.
    taken, left_out = variables(paths, parent, policy.variables, policy.secrets)

    def fill(new: Path) -> None:
        for path, text in {**files, **taken}.items():
            values.make_directory((new / path).parent)
            values.put(new / path, text)
        protect(paths.app(parent) / "visitors", new / "visitors")

    apps.create(paths, app, key, fill)
    if previews.parent_of(paths, app) != parent:
        # A restore has brought an app of that name meanwhile.
        raise Refused("name-taken", f"there is an app {app} on this host already", "run the same command again")
    return Made(Preview(app, parent, label, ttl, now + ttl), left_out)


def protect(visitors: Path, target: Path) -> None:
    """What only some may see, they alone may see before it is done, too. The server has to be able to read the file."""
    if visitors.is_file():
        shutil.copy2(visitors, target)
        if os.geteuid() == 0:
            there = visitors.stat()
            os.chown(target, there.st_uid, there.st_gid)


def free_name(paths: HostPaths, parent: str, label: str) -> str:
    """The name that a new preview gets: one of which nothing is on the host, no app and nothing that one has left.
    Raises `NoEngine`."""
    plain, marked = previews.app_names(parent, label)
    if not is_taken(paths, plain):
        return plain
    if is_taken(paths, marked):
        raise Refused(
            "name-taken",
            f"neither {plain} nor {marked} can be the name of the preview: there is something by these names",
            "choose another one: deploy --preview NAME",
        )
    return marked


def is_taken(paths: HostPaths, app: str) -> bool:
    """Whether there is an app of that name, or data that one has left: it would be the new one's. Raises `NoEngine`."""
    if paths.app(app).exists():
        return True
    if any((paths.service(name) / "apps" / app).exists() for name in values.names(paths.services)):
        return True
    try:
        return bool(volumes.of_app(Engine(paths), app))
    except EngineAway as away:
        raise NoEngine(away.why) from away


def refuse_full(paths: HostPaths, parent: str, most: int) -> None:
    """Raises `Refused` where there are as many as there may be."""
    there = previews.of_parent(paths, parent)
    if len(there) < most:
        return
    oldest = sorted(there, key=lambda one: one.ends)
    shown = ", ".join(f"{one.label} (ends {text_of(one.ends)})" for one in oldest)
    larger = "set a larger previews.max in pocketpaas.yml and deploy it"
    if not oldest:
        raise Refused("previews-full", f"{parent} may have no previews: previews.max is 0", larger)
    raise Refused(
        "previews-full",
        f"{parent} has as many previews as it may have ({most}): {shown}",
        f"pocketpaas previews remove {oldest[0].label} --app {parent}; or {larger}",
    )


# ---------------------------------------------------------------- the environment


def variables(
    paths: HostPaths, app: str, left: Collection[str], wanted: Collection[str] | None
) -> tuple[dict[str, str], tuple[str, ...]]:
    """What `env set` has given the app, as files of a copy of it, without those of `left`; of its secrets those alone
    that are `wanted` (None: all). And the names of the secrets that are left out."""
    operator = paths.app(app) / "operator"
    declared = values.lines(paths.app(app) / "settings" / "secrets")
    taken: dict[str, str] = {}
    left_out = []
    for name in values.names(operator / "env"):
        value = values.read(operator / "env" / name)
        if value is None or not names.is_variable(name) or name in left:
            continue
        if wanted is not None and name not in wanted and (name in declared or is_secret(name, value)):
            left_out.append(name)
            continue
        for part in _PARTS:
            taken[f"operator/{part}/{name}"] = values.need(operator / part / name)
    return taken, tuple(left_out)


def is_secret(name: str, value: str) -> bool:
    """Whether it looks like one: by its name, or as an address with a password."""
    return _SECRET_NAME.search(name) is not None or _LOGIN_IN_ADDRESS.search(value) is not None
