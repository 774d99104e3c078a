"""All that somebody needs to run the live release of an app with plain Docker: the containers as the engine gets them
(without their variables, which come apart), the commands that are files here, the services that the app is linked to,
and the names that it answers to."""

from __future__ import annotations

import json

from pocketpaas.engine.spec import ContainerSpec
from pocketpaas.failure import Refused
from pocketpaas.machine.request import Request
from pocketpaas.release import bundle as bundles
from pocketpaas.release import layers, scale, slots, spec
from pocketpaas.routing import names as app_names
from pocketpaas.service import links
from pocketpaas.service import spec as services
from pocketpaas.state import keys, values

#: Of a release, and of its settings.
_OF_A_BUNDLE = ("image", "base", "port")
_OF_ITS_SETTINGS = ("stop-timeout", "http/max-body", "http/timeout")


def of_app(request: Request) -> dict[str, str]:
    """See the module. Raises `Refused` before the first release, and for a key that may not see values."""
    paths, app = request.paths, request.app
    if keys.role(paths, request.key) != keys.ADMIN:
        raise Refused("not-allowed", f"the key {request.key} may not see the values of variables", "ask an admin")
    release, slot = slots.live_release(paths, app), slots.live_slot(paths, app)
    if release is None or slot is None:
        raise Refused("no-release", f"{app} has no live release yet", "pocketpaas deploy")
    bundle = paths.release(app, release)
    found = {
        "release": str(release),
        "domains": "\n".join(app_names.names_of(paths, app, bundle / "settings")),
        **{name: values.read_or(bundle / name, "") for name in _OF_A_BUNDLE},
        **{name: values.read_or(bundle / "settings" / name, "") for name in _OF_ITS_SETTINGS},
    }
    for text in layers.resolved(bundle, lambda service: links.resolve(paths, app, service)):
        name, _, value = text.partition("=")
        found[f"env/{name}"] = value
    for kind in bundles.types(bundle):
        directory = bundle / "processes" / kind
        found[f"process/{kind}/count"] = str(scale.wanted(paths, app, bundle, kind))
        found[f"process/{kind}/container"] = _text(spec.process(paths, app, release, kind, slot, 1))
        for name in ("command", "stop-timeout"):
            value = values.read_or(directory / name, "")
            if value:
                found[f"process/{kind}/{name}"] = value
        for name in ("place", "spread"):
            value = values.read_or(bundle / "settings" / "processes" / kind / name, "")
            if value:
                found[f"process/{kind}/{name}"] = value
    for link in links.of_app(paths, app):
        service = link.service
        container = services.container(service)
        found[f"service/{service.name}/container"] = _text(container)
        # The server has its password already; its container starts without it.
        found[f"service/{service.name}/env"] = "\n".join(
            one for one in container.environment if str(service.kind.data["password"]) not in one
        )
        found[f"service/{service.name}/image"] = service.digest or service.image
        found[f"service/{service.name}/stop-seconds"] = str(service.kind.data["stop-seconds"])
    return found


def _text(container: ContainerSpec) -> str:
    return json.dumps({name: value for name, value in container.document().items() if name != "Env"})
