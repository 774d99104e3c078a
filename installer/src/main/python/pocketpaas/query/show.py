"""Looks at one app: a tree (docs/protocol.md, "Answers of the queries").

Arguments: APP releases|env|domains|ps|scale|ssl|bundle|cron|runs|info|blueprint,
or APP release N.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from pocketpaas.engine.client import Engine, EngineAway, EngineError
from pocketpaas.machine.request import Request, answer
from pocketpaas.failure import BadRequest, NoEngine, Refused
from pocketpaas.query import background, blueprint, environment, info, processes
from pocketpaas.release import bundle as bundles
from pocketpaas.release import slots
from pocketpaas.routing import automatic, certificates
from pocketpaas.routing import names as routing_names
from pocketpaas.state import host_settings, keys, names, tree, values
from pocketpaas.state.paths import HostPaths

_NEWEST = 100
_OF_A_RELEASE = ("status", "kind", "change", "who", "when", "commit", "subject", "image", "failure", "set", "unset")
_OF_ONE_RELEASE = (
    *("status", "kind", "change", "who", "when", "failure", "commit", "tree", "subject", "author"),
    *("builder", "base", "image", "reference", "digest", "port", "release"),
)
_OF_ITS_SETTINGS = ("drain", "stop-timeout", "stop-signal", "domains", "volumes")
_OF_A_BUNDLE = ("commit", "tree", "subject", "builder", "base", "port", "release")

Answer = dict[str, str]


def serve(request: Request) -> int:
    """See the module."""
    what, *more = request.arguments[1:]
    if what == "release" and more:
        return answer(_release(request, more[0]))
    if what not in _QUERIES or more:
        raise BadRequest(f"there is nothing to show by the name {what}")
    return answer(_QUERIES[what](request))


def release_directory(request: Request, word: str) -> Path:
    """The bundle of a release as people write it (v12); raises `BadRequest`, `Refused`."""
    number = word.removeprefix("v")
    if not names.is_release(number):
        raise BadRequest("a release looks like v12")
    found = request.paths.release(request.app, int(number))
    if not found.is_dir():
        raise Refused("no-release", f"{request.app} has no release v{number}", 'see "pocketpaas releases"')
    return found


def _some(pairs: Mapping[str, str | None]) -> Answer:
    return {path: value for path, value in pairs.items() if value is not None}


def _fields(prefix: str, directory: Path, fields: tuple[str, ...]) -> Answer:
    return _some({f"{prefix}{name}": values.read(directory / name) for name in fields})


def _live(request: Request) -> Answer:
    live = slots.live_release(request.paths, request.app)
    return {} if live is None else {"live": str(live)}


def _live_bundle(request: Request) -> Path | None:
    live = slots.live_release(request.paths, request.app)
    return None if live is None else request.paths.release(request.app, live)


def _is_admin(request: Request) -> bool:
    return keys.role(request.paths, request.key) == keys.ADMIN


def _releases(request: Request) -> Answer:
    """The newest hundred."""
    newest = bundles.newest(request.paths, request.app)
    found = _live(request)
    for number in range(newest, max(0, newest - _NEWEST), -1):
        found |= _fields(f"{number}/", request.paths.release(request.app, number), _OF_A_RELEASE)
    return found


def _release(request: Request, word: str) -> Answer:
    """All of one bundle; values of the environment for admins only."""
    bundle = release_directory(request, word)
    found = {"number": bundle.name, **_live(request), **_fields("", bundle, _OF_ONE_RELEASE)}
    found["image-there"] = _is_there(request, found.get("image", ""))
    found["log"] = "yes" if (bundle / "build.log").is_file() else "no"
    for kind in bundles.types(bundle):
        # Also of a type that has only the image's own command there is a value.
        found |= {f"processes/{kind}/type": kind, **tree.of_files(f"processes/{kind}", bundle / "processes" / kind)}
    for name in ("limits", "check"):
        found |= tree.of_files(name, bundle / "settings" / name)
    found |= _fields("", bundle / "settings", _OF_ITS_SETTINGS)
    sources = environment.of_release(bundle)
    for name in values.names(bundle / "env"):
        layer, value = sources.get(name) or ("shared", values.need(bundle / "env" / name))
        found |= _variable(request, "source", "value", name, layer, value)
    return found


def _is_there(request: Request, image: str) -> str:
    """yes or no; unknown where the engine does not answer: the rest is told all the same."""
    if not names.is_image(image):
        return "no"
    engine = Engine(request.paths)
    try:
        engine.look()
        engine.get(f"/images/{image}/json")
        return "yes"
    except (NoEngine, EngineAway):
        return "unknown"
    except EngineError:
        return "no"


def _env(request: Request) -> Answer:
    """source/KEY and value/KEY are what the app has; pending/KEY (a source, or unset) and pending-value/KEY what its
    next release changes."""
    paths, app = request.paths, request.app
    now, coming = environment.of_app(paths, app, _live_bundle(request))
    found: Answer = {}
    for name, (layer, value) in now.items():
        found |= _variable(request, "source", "value", name, layer, value)
    for name in sorted(now.keys() | coming.keys()):
        if name not in coming:
            found[f"pending/{name}"] = "unset"
        elif name not in now or now[name][1] != coming[name][1]:
            found |= _variable(request, "pending", "pending-value", name, *coming[name])
    return found


def _variable(request: Request, source: str, held: str, name: str, layer: str, value: str) -> Answer:
    found = {f"{source}/{name}": environment.source(layer, value)}
    if _is_admin(request):
        found[f"{held}/{name}"] = environment.shown(request.paths, request.app, layer, value)
    return found


def _domains(request: Request) -> Answer:
    """The manifest's, those of `domains add`, the host's default, and the URLs that follow from them."""
    paths, app = request.paths, request.app
    directory = paths.app(app)
    all_names = routing_names.names_of(paths, app, directory / "settings")
    return _some(
        {
            "default": routing_names.default_name(paths, app),
            "default-off": None if routing_names.serves_default(paths, app) else "yes",
            "manifest": values.read(directory / "settings" / "domains"),
            "operator": values.read(directory / "operator" / "domains"),
            "url": "\n".join(routing_names.url(paths, app, name) for name in all_names),
        }
    )


def _ps(request: Request) -> Answer:
    return {**_scale(request), **processes.of_app(request.paths, request.app, Engine(request.paths))}


def _scale(request: Request) -> Answer:
    """How many of each type are wanted, and whose word that is."""
    bundle = _live_bundle(request)
    return {} if bundle is None else processes.scale_of(request.paths, request.app, bundle)


def _ssl(request: Request) -> Answer:
    """The names that the app answers to, the certificates it has, and where visitors come in."""
    paths, app = request.paths, request.app
    all_names = routing_names.names_of(paths, app, paths.app(app) / "settings")
    found = {"domains": "\n".join(all_names), **_some(_reached(paths))}
    bundle = _live_bundle(request)
    if automatic.ready(paths) and bundle is not None:
        wanted = automatic.wanted(paths, app, bundle)
        found["automatic"] = "\n".join(wanted)
        for domain in wanted:
            place = automatic.remembered(paths, app, domain)
            found |= _fields(f"waiting/{certificates.file_name(domain)}/", place, ("error", "next"))
    for domain in certificates.domains_with_one(paths, app):
        directory = certificates.current(paths, app, domain)
        if directory is not None:
            prefix = f"certificate/{certificates.file_name(domain)}"
            found |= {f"{prefix}/domain": domain, f"{prefix}/id": directory.name}
            found |= tree.of_files(f"{prefix}/info", directory / "info")
    return found


def _reached(paths: HostPaths) -> dict[str, str | None]:
    return {f"host/{name}": host_settings.stated(paths, name) for name in ("address", "public-https-port")}


def _bundle(request: Request) -> Answer:
    """All that a plan compares with: the live release as it was made, and what commands have set. Of values no more
    than a digest."""
    bundle = _live_bundle(request)
    if bundle is None:
        return {}
    directory = request.paths.app(request.app)
    found = {**_live(request), **_fields("", bundle, _OF_A_BUNDLE)}
    for kind in bundles.types(bundle):
        found[f"command/{kind}"] = values.read_or(bundle / "processes" / kind / "command", "")
    for path, value in tree.of_files("", bundle / "settings").items():
        if path.startswith(("env/", "build/")):
            found[f"digest/{path}"] = hashlib.sha256(values.encode(value)).hexdigest()
        elif not path.startswith("env.json/"):
            found[f"settings/{path}"] = value
    found |= _scale(request)
    if (directory / "operator" / "stopped").exists():
        found["stopped"] = "yes"
    found |= _some({"operator/domains": values.read(directory / "operator" / "domains")})
    if (directory / "operator" / "env").is_dir():
        found["operator/env"] = "\n".join(values.names(directory / "operator" / "env"))
    return found


_QUERIES: Mapping[str, Callable[[Request], Answer]] = {
    "releases": _releases,
    "env": _env,
    "domains": _domains,
    "ps": _ps,
    "scale": _scale,
    "ssl": _ssl,
    "bundle": _bundle,
    "cron": background.cron,
    "runs": background.detached,
    "info": info.of_app,
    "blueprint": blueprint.of_app,
}
