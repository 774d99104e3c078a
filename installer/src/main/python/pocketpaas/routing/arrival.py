"""nginx answers the other host of a move: it tells whose word it is, and takes what that one passes on."""

from __future__ import annotations

import shutil
from pathlib import Path

from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.machine.locks import host_lock
from pocketpaas.operation.unit import Operation
from pocketpaas.routing import nginx, places, site
from pocketpaas.routing.certificates import complaint
from pocketpaas.routing.front import Front
from pocketpaas.routing.site import Site
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

_SUFFIX = places.arrival("").name


def directory(paths: HostPaths, app: str) -> Path:
    """Where the certificate and the secret for it are."""
    return paths.moves / app


def serve(operation: Operation, scale: int | None = None, settings: Path | None = None) -> None:
    """nginx answers it: with `scale` web containers of the app by its settings, else that the app is not here. Nothing
    where it does already. Raises `Failed`, `CannotWrite`, `Busy`, `Damaged`."""
    paths, app = operation.paths, operation.app
    here = scale is not None and settings is not None
    if scale is not None and settings is not None:
        found = site.read(paths, app, scale, (), settings)
    else:
        ipv6 = Path("/proc/net/if_inet6").exists()
        found = Site(paths, app, {}, (), (), Front(app, paths.app(app)), ipv6=ipv6)
    place = directory(paths, app)
    secret, move = values.need(place / "secret"), values.need(place / "id")
    _put(operation, site.arrival(found, place, secret, move, here, values.read_or(place / "target", "")))


def _put(operation: Operation, text: str) -> None:
    file = places.arrival(operation.app)
    if values.read(file) == text:
        return
    with host_lock(operation.paths, operation.holder(f"changing nginx for {operation.app}")):
        with nginx.aside() as aside:
            try:
                values.make_directory(places.SITES, 0o755)
                shutil.copytree(places.SITES, aside, symlinks=True, dirs_exist_ok=True)
                values.write(aside / file.name, text, durable=False)
            except OSError as error:
                raise CannotWrite(aside, error) from error
            ended = nginx.try_with(aside)
        if not ended.ok:
            said = complaint(values.decode(ended.err + ended.out))
            raise Failed("nginx", f"nginx does not take what is passed on: {said}")
        values.touch(places.stale(operation.paths))
        # It holds the secret; nginx reads it as root.
        values.write(file, text, 0o600)
        nginx.reload(operation)


def close(operation: Operation) -> None:
    """The other host gets no answer any more. Raises `Failed`, `Busy`, OSError."""
    file = places.arrival(operation.app)
    if file.exists():
        with host_lock(operation.paths, operation.holder(f"changing nginx for {operation.app}")):
            _remove(operation.paths, file)
            nginx.reload(operation)


def _remove(paths: HostPaths, file: Path) -> None:
    try:
        values.touch(places.stale(paths))
    except CannotWrite:
        # Only for who kills us before the reload: without room for it the file goes all the same.
        pass
    values.remove(file)


def left(paths: HostPaths) -> list[Path]:
    """Files whose move is not there any more: nginx takes no configuration with them, as their certificate is gone."""
    found = places.SITES.glob(f"*{_SUFFIX}")
    return sorted(file for file in found if not _certificate(paths, file.name.removesuffix(_SUFFIX)).exists())


def _certificate(paths: HostPaths, app: str) -> Path:
    return directory(paths, app) / "certificate.pem"


def sweep(paths: HostPaths) -> None:
    """Removes those; the next reload makes it so. Needs host.lock. Raises `CannotWrite`."""
    for file in left(paths):
        try:
            _remove(paths, file)
        except OSError as error:
            raise CannotWrite(file, error) from error
