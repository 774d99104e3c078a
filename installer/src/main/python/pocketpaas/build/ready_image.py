"""A ready image as an app: of a registry, or one that the engine just built from a Dockerfile.

Before anything else the registry is asked what the name stands for now (`resolve`): that very image is fetched, run and
kept. It gets a name of ours, by which it stays as long as a release needs it, and loses the one it came with."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.build import local_image, owned
from pocketpaas.build.failure import BuildFailed
from pocketpaas.build.outcome import Outcome
from pocketpaas.build.procfile import Procfile
from pocketpaas.build.request import BuildRequest
from pocketpaas.build.source import Source
from pocketpaas.engine import images, registry, registry_trouble
from pocketpaas.engine.client import Engine, EngineAway, EngineError
from pocketpaas.engine.image_name import ImageName, short
from pocketpaas.engine.pull import pull
from pocketpaas.engine.registry_trouble import Trouble
from pocketpaas.operation.unit import Operation
from pocketpaas.state import names, registries, values
from pocketpaas.state.registries import Login

#: What the host says of a name that it need not fetch may be used without its registry.
_ON_HOST = ("image-missing", "registry-login", "registry-unknown", "registry-unreachable", "registry-answer")


def is_asked(settings: Path) -> bool:
    """Whether the settings want a ready image."""
    builder = values.read_or(settings / "builder", "")
    return builder == "image" or (not builder and values.read(settings / "image") is not None)


def reference(settings: Path, app: str) -> str:
    """The image that the settings name. Raises `BuildFailed`."""
    text = values.read_or(settings / "image", "")
    if not names.is_image_reference(text):
        raise BuildFailed("bad-image", f"this is not the name of an image: {text[:100]!r}")
    if names.is_image(text):
        raise BuildFailed(
            "bad-image", f"{text[:19]}… is the id of an image on some machine", "name one that comes from a registry"
        )
    if owned.has_name_of_ours(text, app):
        raise owned.of_another_app(text)
    return text


# ---------------------------------------------------------------- before the build


def resolve(operation: Operation, settings: Path) -> str:
    """What the name stands for now: the repository with the digest; of an image that is on this host alone, its id.
    Also in the operation's directory, for `build`. Raises `BuildFailed`, `EngineAway`."""
    if local_image.is_local(settings):
        return _sent(operation)
    text = reference(settings, operation.app)
    operation.reporter.step("registry", "start", text)
    try:
        found = _resolved(operation, settings, text)
    except (BuildFailed, EngineError):
        operation.reporter.step("registry", "fail")
        raise
    values.write(operation.work.directory / "digest", found)
    operation.reporter.step("registry", "done", short(found))
    return found


def _sent(operation: Operation) -> str:
    """The digest of an image that a laptop has sent: now, or for the release that is tried again."""
    digest = values.read_or(operation.work.directory / "digest", "")
    if not names.is_image(digest):
        raise _not_here()
    return digest


def _not_here() -> BuildFailed:
    return BuildFailed(
        "image-missing",
        "the image came from a laptop and is not on the host any more",
        "pocketpaas deploy --local IMAGE",
    )


def _resolved(operation: Operation, settings: Path, text: str) -> str:
    name, engine, app = ImageName.parse(text), operation.engine, operation.app
    if name.digest and _is_kept(BuildRequest.of(operation, settings), name.at(name.digest)):
        return name.at(name.digest)
    login = registries.stored(operation.paths, name.host, app)
    try:
        described = registry.described(engine, name, login)
    except EngineError as error:
        if isinstance(error, EngineAway):
            # It gives up later than we do: it may be the registry that is silent.
            engine.need()
        return _on_host(operation, text, registry_trouble.of_image(engine, name, login, error), login)
    wanted = registry.platform(engine)
    if described.platforms and wanted not in described.platforms:
        raise _other_platform(text, ", ".join(described.platforms), wanted)
    return name.at(described.digest)


def _is_kept(request: BuildRequest, digest: str) -> bool:
    """Whether it is one of this app's: its registry need not be asked."""
    values.make_directory(request.cache)
    return images.exists(request.engine, _own_name(request, digest))


def _on_host(operation: Operation, text: str, trouble: Trouble, login: Login | None) -> str:
    """The id of an image that was made on this host, for a name that no registry knows. Whatever once came from a
    registry is only for those to whom it still gives it."""
    found = images.inspect(operation.engine, text) if trouble.cause in _ON_HOST and login is None else None
    named = text if ":" in text.rpartition("/")[2] else f"{text}:latest"
    if found is None or found.get("RepoDigests") or named not in (found.get("RepoTags") or ()):
        raise BuildFailed(trouble.cause, trouble.text, trouble.cure)
    owned.refuse(operation.engine, text, operation.app)
    operation.reporter.note(f"{trouble.text}; the one of this name on the host is used")
    return str(found["Id"])


def _other_platform(text: str, has: str, wanted: str) -> BuildFailed:
    return BuildFailed(
        "other-platform",
        f"the image {text} is for {has}, and this host is {wanted}",
        f"build it for this host, too: docker buildx build --platform {wanted}",
    )


# ---------------------------------------------------------------- fetched


def inputs(request: BuildRequest, digest: str) -> str:
    """The digest of what the outcome depends on."""
    return request.inputs(f"image {digest}", f"tree {request.tree}")


def build(request: BuildRequest, source: Source) -> Outcome:
    """The image that was found, fetched where it is not there. Raises `BuildFailed`, `EngineError`."""
    digest = values.need(request.work / "digest")
    name = _own_name(request, digest)
    local = local_image.is_local(request.settings)
    image = None if request.from_nothing and not local else images.image_id(request.engine, name)
    if image is None and local:
        image = images.image_id(request.engine, local_image.reference(request.app, request.work.name))
        if image is None:
            raise _not_here()
        images.tag(request.engine, image, *name.rsplit(":", 1))
    elif image is None:
        image = images.image_id(request.engine, digest) if names.is_image(digest) else _fetch(request, digest)
        if image is None:
            raise BuildFailed("image-missing", "the image on the host is gone", "deploy again")
        _refuse_other_platform(request, image)
        images.tag(request.engine, image, *name.rsplit(":", 1))
    _forget(request)
    procfile = Procfile.parse(source.text("Procfile")) if "Procfile" in source.top else None
    return outcome(request, image, "image", inputs(request, digest), procfile, digest)


def _own_name(request: BuildRequest, digest: str) -> str:
    return f"{images.repository(request.app)}:{request.inputs(f'image {digest}')[:32]}"


def _fetch(request: BuildRequest, digest: str) -> str | None:
    """By its digest. The name that it then has goes with `_forget`, unless it was there before."""
    engine, name = request.engine, ImageName.parse(digest)
    if not images.exists(engine, digest):
        values.write(_mark(request), digest)
    login = registries.stored(request.paths, name.host, request.app)
    why = pull(engine, digest, login, lambda line: request.reporter.output(values.encode(line)))
    image = None if why else images.image_id(engine, digest)
    if image is not None:
        return image
    request.reporter.output(values.encode(why))
    try:
        registry.described(engine, name, login)
    except EngineError as error:
        if isinstance(error, EngineAway):
            engine.need()
        trouble = registry_trouble.of_image(engine, name, login, error)
        raise BuildFailed(trouble.cause, trouble.text, trouble.cure) from error
    raise BuildFailed("image-missing", f"the image {name.shown} cannot be fetched: {why}", "deploy again")


def _mark(request: BuildRequest) -> Path:
    """The name of the image that is being fetched."""
    return request.cache / "fetching"


def _forget(request: BuildRequest) -> None:
    """The image keeps no name but ours: the name of a registry is for those to whom the registry gives it."""
    name = values.read(_mark(request))
    if name is not None:
        images.remove(request.engine, name)
        values.remove(_mark(request))


def forget_killed(request: BuildRequest) -> None:
    """What a fetch that was killed left behind; the caller holds the app's build lock. Raises `EngineError`."""
    _forget(request)


def _refuse_other_platform(request: BuildRequest, image: str) -> None:
    """Not every registry tells before."""
    found = images.inspect(request.engine, image) or {}
    has, wanted = f"{found.get('Os')}/{found.get('Architecture')}", registry.platform(request.engine)
    if found.get("Architecture") and has != wanted:
        _forget(request)
        raise _other_platform(reference(request.settings, request.app), has, wanted)


# ---------------------------------------------------------------- the outcome


def outcome(
    request: BuildRequest, image: str, builder: str, inputs_digest: str, procfile: Procfile | None, digest: str = ""
) -> Outcome:
    """Port and processes of an image that is no slug. Its own command is web unless the Procfile says otherwise.
    `digest` is what it was in its registry."""
    commands: dict[str, str | None] = {}
    release = None
    if procfile is not None:
        for line in procfile.odd:
            request.reporter.warn(f"Procfile: this line is no process and is left out: {line[:100]}")
        commands = {kind: command for kind, command in procfile.commands.items() if kind != "release"}
        release = procfile.commands.get("release")
    named = values.read_or(request.settings / "image", "") if digest else ""
    port = _port(request.engine, image)
    return Outcome(image, "image", builder, inputs_digest, commands or {"web": None}, port, release, named, digest)


def _port(engine: Engine, image: str) -> int | None:
    """A sole EXPOSE."""
    document = images.inspect(engine, image) or {}
    exposed = (document.get("Config") or {}).get("ExposedPorts") or {}
    ports = [port.removesuffix("/tcp") for port in exposed if port.endswith("/tcp")]
    return int(ports[0]) if len(ports) == 1 and names.is_number(ports[0], 1, 65535) else None
