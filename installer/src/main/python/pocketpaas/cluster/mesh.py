"""The network that an app has over all machines: an overlay of the engine's, encrypted unless the cluster was made
without. Beside it, the app's bridge on its home stays what it is."""

from __future__ import annotations

from pocketpaas.cluster import encryption
from pocketpaas.engine import networks
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.containers import APP
from pocketpaas.state.paths import HostPaths


def ensure(paths: HostPaths, engine: Engine, app: str) -> None:
    """Makes it where it is missing. Containers of a machine may be attached, too: services, one-off commands. Raises
    `EngineError`."""
    if is_there(engine, app):
        return
    document = {
        "Name": networks.over_cluster(app),
        "CheckDuplicate": True,
        "Driver": "overlay",
        "Attachable": True,
        "Options": {} if encryption.is_plain(paths) else {"encrypted": "true"},
        "Labels": {APP: app},
    }
    engine.call("POST", "/networks/create", document=document)


def is_there(engine: Engine, app: str) -> bool:
    """Whether there is one. Raises `EngineError`."""
    try:
        engine.get(f"/networks/{networks.over_cluster(app)}")
        return True
    except EngineError as error:
        if error.status == 404:
            return False
        raise
