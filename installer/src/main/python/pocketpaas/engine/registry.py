"""Registries of images, asked by the engine: which image a name stands for, and whether a login is good. The password
is in the engine's header `X-Registry-Auth` (and in the body of its `/auth`), nowhere else."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.image_name import HUB, ImageName
from pocketpaas.state import values
from pocketpaas.state.registries import Login

_SECONDS = 120.0
#: What the engine knows the Docker Hub by.
_HUB_ADDRESS = "https://index.docker.io/v1/"


@dataclass(frozen=True)
class Described:
    """An image in its registry; `platforms` are those that it is for (`linux/amd64`), none where the registry does not
    tell."""

    digest: str
    platforms: tuple[str, ...]


def described(engine: Engine, name: ImageName, login: Login | None) -> Described:
    """What the name stands for now. Raises `EngineError`, with the registry's status where that has told why."""
    with engine.open("GET", f"/distribution/{name.named}/json", headers=headers(login), seconds=_SECONDS) as answer:
        found = json.loads(answer.read())
    digest = str((found.get("Descriptor") or {}).get("digest", ""))
    if not digest.startswith("sha256:"):
        raise EngineError(500, "the registry has told no digest")
    return Described(digest, tuple(sorted({_platform(one) for one in found.get("Platforms") or ()} - {""})))


def _platform(document: Mapping[str, Any]) -> str:
    system, machine = document.get("os") or "", document.get("architecture") or ""
    return f"{system}/{machine}" if system and machine and "unknown" not in (system, machine) else ""


def platform(engine: Engine) -> str:
    """That of this host, such as `linux/amd64`. Raises `EngineError`."""
    found = engine.get("/version")
    return f"{found.get('Os', 'linux')}/{found.get('Arch', '')}"


def headers(login: Login | None) -> dict[str, str]:
    """What the engine has to know to log in."""
    if login is None:
        return {}
    return {"X-Registry-Auth": base64.urlsafe_b64encode(json.dumps(_account(login)).encode()).decode()}


def accepted(engine: Engine, login: Login) -> str:
    """Empty where the registry takes the login, else why not, in the engine's words. Raises `EngineAway`."""
    try:
        engine.call("POST", "/auth", document=_account(login), seconds=_SECONDS)
    except EngineError as error:
        if error.status == 0:
            raise
        return error.text
    return ""


def _account(login: Login) -> dict[str, str]:
    address = _HUB_ADDRESS if login.host == HUB else login.host
    return {"username": login.user, "password": _utf8(login.password), "serveraddress": address}


def _utf8(text: str) -> str:
    """JSON has no other bytes."""
    return values.encode(text).decode("utf-8", "replace")
