"""Why a registry does not give out an image, or does not take a login: by its status, and where there is none by a look
at it. Each case has its own cause and its own way out."""

from __future__ import annotations

from dataclasses import dataclass

from pocketpaas.engine import registry
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.image_name import HUB, ImageName
from pocketpaas.engine.registry_look import Look, Met, look
from pocketpaas.state.registries import Login

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY = 401, 403, 404, 429


@dataclass(frozen=True)
class Trouble:
    """A cause (one word), a sentence, and what to do."""

    cause: str
    text: str
    cure: str


def of_image(engine: Engine, name: ImageName, login: Login | None, error: EngineError) -> Trouble:
    """Why the image cannot be had. Raises `EngineAway`."""
    host = name.host
    if error.status == _TOO_MANY:
        more = "an account with a higher limit" if login else "a login, which has a higher limit"
        return Trouble(
            "registry-limit",
            f"{host} gives out no more images for now (429, too many requests)",
            f"wait, or use {more}: {_login(name, login)}",
        )
    if error.status == _NOT_FOUND:
        hint = "check its name and its tag"
        if login is None:
            hint += f"; some registries say the same of a private one to who is not logged in: {_login(name, login)}"
        return Trouble("image-missing", f"{host} has no image {_image(name)}", hint)
    if error.status == _UNAUTHORIZED:
        return _refused(engine, name, login)
    if error.status == _FORBIDDEN:
        return _denied(name, login) if login else _needs_login(name)
    seen = look(engine, host)
    if seen.met is Met.ASKS_FOR_LOGIN:
        if login is None:
            return _needs_login(name)
        if registry.accepted(engine, login):
            return _expired(name, login)
    return _unreachable(host, seen) or Trouble(
        "registry-answer", f"{host} does not give out {_image(name)}: {error.text}", "ask who runs the registry"
    )


def of_login(engine: Engine, login: Login, why: str) -> Trouble:
    """Why the login is not taken. Raises `EngineAway`."""
    seen = look(engine, login.host)
    return _unreachable(login.host, seen) or (
        Trouble(
            "registry-login",
            f"{login.host} does not accept this password of {login.user}",
            "check both; many registries want an access token in the place of a password",
        )
        if seen.met is Met.ASKS_FOR_LOGIN
        else Trouble("registry-answer", f"{login.host} does not take the login: {why}", "check the registry's name")
    )


def _refused(engine: Engine, name: ImageName, login: Login | None) -> Trouble:
    if login is None:
        return _needs_login(name)
    return _expired(name, login) if registry.accepted(engine, login) else _denied(name, login)


def _needs_login(name: ImageName) -> Trouble:
    return Trouble(
        "registry-login",
        f"{name.host} gives {_image(name)} to nobody without a login, or has no such image",
        _login(name, None),
    )


def _expired(name: ImageName, login: Login) -> Trouble:
    return Trouble(
        "registry-login",
        f"{name.host} does not accept the login of {login.user} any more, stored {login.when}: "
        "the password is wrong, has expired or was revoked",
        _login(name, login),
    )


def _denied(name: ImageName, login: Login) -> Trouble:
    return Trouble(
        "registry-denied",
        f"{login.user} may not fetch {_image(name)} from {name.host}",
        f"give this account the right to read it, or use another one: {_login(name, login)}",
    )


def _login(name: ImageName, login: Login | None) -> str:
    only = f" --app {login.app}" if login is not None and login.app else ""
    return f"pocketpaas registries login {name.host}{only}"


def _image(name: ImageName) -> str:
    repository = name.repository.removeprefix("library/") if name.host == HUB else name.repository
    return f"{repository}@{name.digest}" if name.digest else f"{repository}:{name.tag or 'latest'}"


def _unreachable(host: str, seen: Look) -> Trouble | None:
    why = f": {seen.why}" if seen.why else ""
    if seen.met is Met.NO_SUCH_HOST:
        return Trouble(
            "registry-unknown", f"there is no registry {host}: the name leads nowhere{why}", "check its name"
        )
    if seen.met is Met.NO_CONNECTION:
        return Trouble(
            "registry-unreachable",
            f"the registry {host} cannot be reached from this host{why}",
            "is it up, and does a firewall stand between?",
        )
    if seen.met is Met.NO_TLS:
        return Trouble(
            "registry-tls",
            f"the certificate of {host} is not valid on this host{why}",
            f"put its authority's certificate into /etc/docker/certs.d/{host}/ca.crt on the host",
        )
    return None
