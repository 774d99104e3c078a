"""Logins at registries of images: for all apps, or for one app alone.

Arguments: list | login HOST [APP] | remove HOST [APP]. `login` reads a tree, `user` and `password`, and stores it when
the registry has taken it. Answers with a tree; of `list` N/{registry,user,app,who,when}: never a password."""

from __future__ import annotations

from pocketpaas.engine import registry, registry_trouble
from pocketpaas.engine.client import Engine, EngineAway
from pocketpaas.engine.image_name import registry as one_name
from pocketpaas.failure import BadRequest, NoEngine, Refused
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.machine.request import Request, answer
from pocketpaas.operation.audit import audit
from pocketpaas.state import names, registries, tree
from pocketpaas.state.registries import Login

_MAX_BYTES, _MAX_VALUES = 65536, 4


def serve(request: Request) -> int:
    """See the module."""
    action, *words = request.arguments
    if action == "list" and not words:
        return answer(_listing(request))
    if action not in ("login", "remove") or not words:
        raise BadRequest("registries: list, login HOST [APP], remove HOST [APP]")
    host, app = one_name(words[0]), words[1] if len(words) == 2 else ""
    if not registries.is_registry(host):
        raise BadRequest(f'"{words[0]}" is not the name of a registry')
    if app and not (names.is_app(app) and request.paths.app(app).is_dir()):
        raise Refused("no-app", f"there is no app {app} on this host", 'see "pocketpaas apps"')
    if action == "login":
        return _login(request, host, app)
    with host_lock(request.paths, Holder(request.key, "removing a login")):
        was_there = registries.remove(request.paths, host, app)
    audit(request.paths, request.key, app or "-", f"registries remove {host}", 0)
    return answer({"removed": "yes" if was_there else "no"})


def _listing(request: Request) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, login in enumerate(registries.all_logins(request.paths), 1):
        parts = {"registry": login.host, "user": login.user, "app": login.app, "who": login.who, "when": login.when}
        found |= {f"{number}/{part}": value for part, value in parts.items()}
    return found


def _login(request: Request, host: str, app: str) -> int:
    sent = tree.read(request.stdin, _MAX_BYTES, _MAX_VALUES)
    user, password = sent.get("user", ""), sent.get("password", "")
    if not registries.is_user(user):
        raise BadRequest("the name of the account is missing, or holds what none has")
    if not registries.is_password(password):
        raise BadRequest("the password is missing, or longer than any")
    login = Login(host, user, password, app, request.key)
    _try(request, login)
    with host_lock(request.paths, Holder(request.key, "storing a login")):
        registries.store(request.paths, login)
    audit(request.paths, request.key, app or "-", f"registries login {host}", 0)
    return answer({"registry": host, "user": user})


def _try(request: Request, login: Login) -> None:
    """Raises `Refused` for one that the registry does not take: what was stored before stays."""
    engine = Engine(request.paths)
    engine.look()
    try:
        why = registry.accepted(engine, login)
        if not why:
            return
        trouble = registry_trouble.of_login(engine, login, why)
    except EngineAway as away:
        raise NoEngine(away.why) from away
    raise Refused(trouble.cause, trouble.text, trouble.cure)
