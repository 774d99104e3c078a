"""A look at a registry without any login, for who has to say why the engine cannot fetch an image: the engine tells it
in words alone where it is not the registry that has refused."""

from __future__ import annotations

import enum
import http.client
import socket
import ssl
from dataclasses import dataclass
from typing import Any

from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.image_name import HUB

_SECONDS = 8.0
_HUB_HOST = "registry-1.docker.io"


class Met(enum.Enum):
    """What was met."""

    NO_SUCH_HOST = "no such host"
    NO_CONNECTION = "no connection"
    #: Its certificate is not valid here, or it speaks no TLS.
    NO_TLS = "no TLS"
    ASKS_FOR_LOGIN = "asks for a login"
    OPEN = "open"
    #: It answers, but not as a registry does.
    ODD = "odd"
    #: Nobody looked: the engine reaches it another way than we would.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Look:
    """What was met, and why in words (may be empty)."""

    met: Met
    why: str = ""


def look(engine: Engine, host: str) -> Look:
    """What the registry at `host` says to nobody in particular, within seconds. Raises `EngineAway`."""
    try:
        info = engine.get("/info")
    except EngineError as error:
        if error.status == 0:
            raise
        return Look(Met.UNKNOWN)
    if info.get("HttpProxy") or info.get("HttpsProxy"):
        return Look(Met.UNKNOWN)
    found = _ask(host, secure=True)
    if found.met is Met.NO_TLS and _may_be_plain(host, info):
        return _ask(host, secure=False)
    return found


def _may_be_plain(host: str, info: Any) -> bool:
    """Whether the engine speaks plain HTTP with it, too."""
    configured = ((info.get("RegistryConfig") or {}).get("IndexConfigs") or {}).get(host) or {}
    name = host.partition(":")[0]
    return name == "localhost" or name.startswith("127.") or configured.get("Secure") is False


def _ask(host: str, secure: bool) -> Look:
    name, _, port = (_HUB_HOST if host == HUB else host).partition(":")
    number = int(port) if port else None
    connection = (
        http.client.HTTPSConnection(name, number, timeout=_SECONDS, context=ssl.create_default_context())
        if secure
        else http.client.HTTPConnection(name, number, timeout=_SECONDS)
    )
    try:
        connection.request("GET", "/v2/")
        status = connection.getresponse().status
    except socket.gaierror as error:
        return Look(Met.NO_SUCH_HOST, error.strerror or "")
    except ssl.SSLCertVerificationError as error:
        return Look(Met.NO_TLS, error.verify_message)
    except ssl.SSLError as error:
        return Look(Met.NO_TLS, error.reason or "")
    except http.client.HTTPException:
        return Look(Met.ODD)
    except (OSError, ValueError) as error:
        return Look(Met.NO_CONNECTION, (error.strerror if isinstance(error, OSError) else None) or str(error))
    finally:
        connection.close()
    if status == 401:
        return Look(Met.ASKS_FOR_LOGIN)
    return Look(Met.OPEN) if status == 200 else Look(Met.ODD, f"status {status}")
