"""The keys of the host: `list` · `add NAME ROLE [APP,APP…]`, which reads a tree with `public` · `remove NAME`. Answers
with a tree."""

from __future__ import annotations

from pocketpaas.machine.request import Request, answer
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.operation.audit import audit
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.machine.process import run
from pocketpaas.state import keys, tree, values
from pocketpaas.state.paths import HostPaths

_MAX_BYTES, _MAX_VALUES = 65536, 4
_LEAST_RSA_BITS = 2048


def serve(request: Request) -> int:
    """See the module."""
    action, *words = request.arguments
    if action == "list" and not words:
        return answer(keys.listing(request.paths))
    if action == "add" and len(words) in (2, 3):
        return _add(request, words[0], words[1], words[2] if len(words) == 3 else "")
    if action == "remove" and len(words) == 1:
        with host_lock(request.paths, Holder(request.key, "removing a key")):
            keys.remove(request.paths, words[0])
        audit(request.paths, request.key, "-", f"keys remove {words[0]}", 0)
        return answer({})
    raise BadRequest("keys: list, add NAME admin|deploy [APP,APP], remove NAME")


def _add(request: Request, name: str, role: str, apps: str) -> int:
    sent = tree.read(request.stdin, _MAX_BYTES, _MAX_VALUES)
    if "public" not in sent:
        raise BadRequest("the public key is missing")
    add(request.paths, request.key, name, role, apps, sent["public"])
    return answer({"fingerprint": values.need(request.paths.keys / name / "fingerprint")})


def add(paths: HostPaths, who: str, name: str, role: str, apps: str, public: str) -> None:
    """Adds a key, unless the very same is there already. Raises `BadRequest`, `Refused`."""
    new = keys.NewKey.of(paths, name, role, apps, public)
    fingerprint = _fingerprint(new.public)
    with host_lock(paths, Holder(who, "adding a key")):
        if not keys.is_known(paths, new):
            keys.add(paths, new, fingerprint)
    audit(paths, who, apps or "-", f"keys add {name} {role}", 0)


def _fingerprint(public: str) -> str:
    """The key's SHA256 fingerprint, by ssh-keygen's documented line `BITS FINGERPRINT COMMENT (TYPE)`; refuses what ssh
    itself would not take."""
    told = run(["/usr/bin/ssh-keygen", "-l", "-E", "sha256", "-f", "/dev/stdin"], stdin=public.encode() + b"\n")
    words = told.text.split()
    if not told.ok or len(words) < 2 or not words[0].isdigit():
        raise BadRequest("the public key is damaged", "bad-key")
    if public.startswith("ssh-rsa ") and int(words[0]) < _LEAST_RSA_BITS:
        raise Refused("bad-key", f"an RSA key of {words[0]} bits is too weak", "make a new one: ssh-keygen -t ed25519")
    return words[1]
