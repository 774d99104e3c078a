"""Who may see an app, by HTTP basic auth: nginx reads the list at each request, so at once, with no reload. With nobody
in it everybody may.

Arguments: APP list | APP change. `change` reads a tree, set/NAME (a password) and unset (lines), and tells as an
operation does; `list` answers with a tree, names (lines). Passwords are kept as salted digests only. """

from __future__ import annotations

import secrets
from pathlib import Path

from pocketpaas.machine.request import Request, answer
from pocketpaas.failure import BadRequest, Failure
from pocketpaas.operation.audit import audit
from pocketpaas.machine.locks import Holder, app_lock
from pocketpaas.machine.process import run
from pocketpaas.release import spread_push
from pocketpaas.routing import visitors as visitors_file
from pocketpaas.rules import pattern
from pocketpaas.state import tree, values

_MAX_BYTES, _MAX_VALUES = 65536, 64
#: Few, as nginx counts them at each request.
_ROUNDS = 1000


def serve(request: Request) -> int:
    """See the module."""
    file = request.paths.app(request.app) / "visitors"
    action = request.arguments[1]
    if action == "list":
        return answer({"names": "\n".join(_visitors(file))})
    if action != "change":
        raise BadRequest("auth: list or change")
    sent = tree.read(request.stdin, _MAX_BYTES, _MAX_VALUES)
    lock = app_lock(request.paths, request.app, Holder(request.key, "auth"), request.reporter)
    try:
        changed = _changed(request, _visitors(file), sent)
        visitors_file.store(file, "".join(f"{name}:{digest}\n" for name, digest in changed.items()))
    finally:
        lock.release()
    for name in changed:
        request.reporter.result("visitor", name)
    if not changed:
        request.reporter.note(f"nobody is in the list: everybody may see {request.app}")
    spread_push.push(request.paths, request.reporter, request.app)
    audit(request.paths, request.key, request.app, "auth", 0)
    return 0


def _visitors(file: Path) -> dict[str, str]:
    """The digests by name."""
    return {name: digest for name, _, digest in (line.partition(":") for line in values.lines(file))}


def _changed(request: Request, visitors: dict[str, str], sent: dict[str, str]) -> dict[str, str]:
    for name in sent.get("unset", "").split("\n"):
        if name and visitors.pop(name, None) is None:
            request.reporter.note(f"{name} is not in the list")
    for path, password in sent.items():
        if path.startswith("set/"):
            name = path.removeprefix("set/")
            if not pattern("visitor").fullmatch(name):
                raise BadRequest(f'"{name}" is not a name for a visitor')
            if not password:
                raise BadRequest(f"the password of {name} is empty")
            visitors[name] = _digest(password)
    return dict(sorted(visitors.items()))


def _digest(password: str) -> str:
    """SHA-512 crypt, by openssl: the password comes on standard input, never in an argument list."""
    salt = f"rounds={_ROUNDS}${secrets.token_urlsafe(9).replace('-', '.').replace('_', '/')}"
    command = ["/usr/bin/openssl", "passwd", "-6", "-salt", salt, "-stdin"]
    told = run(command, stdin=values.encode(password))
    if not told.ok or not told.text.startswith("$6$"):
        raise Failure("auth", f"the password could not be stored: {told.complaint}")
    return told.text.split("\n")[0]
