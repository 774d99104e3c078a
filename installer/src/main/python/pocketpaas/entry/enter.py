"""The one program that the user pocketpaas may run as root (sudoers): checks the key, its rights and the arguments,
then does the verb.

Arguments: KEY VERB ARG…; data is on standard input. Exit codes: the verb's; 2 bad request, 4 not allowed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from pocketpaas import rules
from pocketpaas.machine.request import Request
from pocketpaas.entry.verbs import handler
from pocketpaas.failure import BadRequest, CannotWrite, Failure, Refused, is_no_room
from pocketpaas.machine.events import Reporter
from pocketpaas.state import keys, listing, moves, names, nodes, renames
from pocketpaas.state.paths import HostPaths

#: What these change is changed at once or not at all; other changes are operations, which tell what became of them.
_AT_ONCE = ("create", "keys", "maintenance", "preview", "refresh", "registries", "shared", "visitors")
#: What makes or changes something that is at the home of a cluster, where there is one.
_AT_HOME = (
    *("admit", "backup", "clone", "create", "move", "move-host", "preview", "promote", "registries", "service"),
    "shared",
)
#: After these the managers of a cluster are told; after other changes the operation itself sees to it.
_TOLD = (
    "auth",
    "backup",
    "create",
    "cron",
    "drains",
    "keys",
    "lock",
    "maintenance",
    "nginx",
    "preview",
    "registries",
    "shared",
)
#: What a key for previews of an app may ask of the app itself.
_OF_ITS_PREVIEWS = ("preview", "previews")
#: What the keys of a role may do, in words.
_ALLOWED = {
    keys.DEPLOY: "deploy and look at its own apps",
    keys.PREVIEW: "deploy previews of its own apps",
    keys.READ: "look at its own apps",
    keys.ADMIN: "do all that a person may",
    keys.NODE: "ask what a machine of the cluster asks",
}
#: The commands of verbs that people do not know; of those of services the first word says more.
_TYPED = {
    **{"service": "services", "service-stream": "services", "backup": "backups", "drains": "logs drain"},
    **{"clone": "apps clone", "rename": "apps rename", "lock": "apps lock", "move": "apps move"},
    **{"mend": "doctor --fix", "connect": "tunnel", "files": "cp", "detach": "run", "create": "apps"},
    **{"audit": "host audit", "settings": "hosts settings", "shared": "env --shared", "move-host": "host move"},
    **{"node": "host", "cluster": "hosts nodes"},
}
_OF_SERVICES = {"rotate": "credentials rotate", "undo": "upgrade --undo", "connect": "tunnel"}
#: What may be asked about an app that is on its way to another host, or was moved there; None: whatever the words.
_OF_MOVED: Mapping[str, tuple[str, ...] | None] = {
    **dict.fromkeys(
        ("hello", "status", "checkup", "show", "log", "logs", "digests", "previews", "attach", "cancel", "move")
    ),
    **{"auth": ("list",), "maintenance": ("state",), "nginx": ("show",), "admit": ("fetch",)},
}
_INIT_HOST = 'the host\'s programs may be older than yours: run "pocketpaas init host"'


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """See the module."""
    os.chdir("/")
    request = checked(paths, reporter, arguments)
    rule = _rule(request.verb)
    try:
        code = _answer(request)
    except Failure as failure:
        if not rule["notices"]:
            raise
        reporter.failed(failure)
        code = failure.code
    if request.verb in _TOLD and nodes.is_home(paths):
        # Loaded in a cluster alone.
        from pocketpaas.operation import mirroring

        mirroring.start(paths)
    if rule["notices"] and (paths.root / "notices").is_dir():
        _tell_notices(request)
    return code


def _answer(request: Request) -> int:
    serve = handler(request.verb)
    if request.verb not in _AT_ONCE:
        return serve(request)
    try:
        return serve(request)
    except (CannotWrite, OSError) as error:
        if not is_no_room(error):
            raise
        cure = "make room on the host: df -h, df -i, docker system df"
        raise Refused("disk-full", "the host's disk is full; nothing was changed", cure) from error


def _typed(verb: str, words: Sequence[str]) -> str:
    """The command that asks so, as people type it."""
    typed = _TYPED.get(verb, verb)
    if typed != "services" or not words:
        return typed
    return f"{typed} {_OF_SERVICES.get(words[0], words[0])}"


def checked(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> Request:
    """The request, once the key, its rights and the arguments are as they have to be; raises `BadRequest` or
    `Refused`."""
    if len(arguments) < 2:
        raise BadRequest("a key and a verb are needed")
    key, verb, *words = arguments
    if not keys.exists(paths, key):
        raise Refused("not-allowed", "this key is not (or no longer) known on this host")
    if not all(names.is_argument(word) for word in words):
        raise BadRequest("an argument holds characters that none has")
    rule = _rule(verb)
    if not rule["least"] <= len(words) <= rule["most"]:
        raise BadRequest(f'"{verb}" has the wrong number of arguments')
    if not keys.may(paths, key, rule["rights"]):
        raise Refused(
            "not-allowed",
            f'the key {key} may {_ALLOWED[keys.role(paths, key)]}, but not "{_typed(verb, words)}"',
            "ask an admin of the host",
        )
    if verb in _AT_HOME:
        nodes.refuse_away(paths)
    if rule["app"] != "none" and words:
        _check_app(paths, key, words[0], verb, rule)
        if verb == "destroy":
            moves.refuse_destroy(paths, words[0])
        allowed = _OF_MOVED.get(verb, ())
        if allowed is not None and words[1:2] not in [[word] for word in allowed]:
            moves.refuse(paths, words[0])
    return Request(paths, reporter, key, verb, tuple(words), sys.stdin.buffer)


def _rule(verb: str) -> dict[str, Any]:
    rule = rules.verb(verb)
    if rule is None:
        raise BadRequest("there is no such verb", "unknown-verb", _INIT_HOST)
    return rule


def _check_app(paths: HostPaths, key: str, app: str, verb: str, rule: dict[str, Any]) -> None:
    if not names.is_app(app):
        raise BadRequest(f'"{app}" is not the name of an app')
    seen = rule["rights"] != keys.PREVIEW and keys.sees(paths, key, app)
    if not listing.is_there(paths, app):
        _refuse_renamed(paths, key, app, rule)
    if not seen and not (verb in _OF_ITS_PREVIEWS and keys.previews_of(paths, key, app)):
        # The same sentence whether there is such an app or not: a key for one app learns nothing of the others.
        raise Refused(
            "not-allowed",
            f"the key {key} may not use the app {app}",
            f"ask an admin of the host for: pocketpaas keys add NAME --app {app}",
        )
    if rule["app"] == "app" and not listing.is_there(paths, app):
        raise Refused(
            "no-app", f"there is no app {app} on this host", 'see "pocketpaas apps"; the first deploy makes it'
        )


def _refuse_renamed(paths: HostPaths, key: str, app: str, rule: dict[str, Any]) -> None:
    """Raises `Refused` for a name that an app of the key's had before; who makes a new one of it says so."""
    now = renames.now(paths, app)
    if now != app and keys.sees(paths, key, now) and rule["app"] != "new":
        raise Refused(
            "renamed",
            f"{app} is called {now} now",
            f"app: {now} in pocketpaas.yml, or --app {now}; if another app is meant, which is to have the name {app}: "
            f"pocketpaas apps clone {now} {app}, then deploy it",
        )


def _tell_notices(request: Request) -> None:
    """What the host has noticed, on standard error: afterwards, as the verb may be what puts an end to it. With a push
    it is part of what is shown."""
    from pocketpaas.notice.tell import tell

    tell(request.paths, request.reporter if request.verb == "push" else Reporter(_standard_error), request.key)


def _standard_error(data: bytes) -> None:
    try:
        os.write(2, data)
    except BrokenPipeError:
        # Who asked is gone.
        pass
