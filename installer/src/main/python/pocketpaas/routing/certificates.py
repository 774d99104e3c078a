"""Certificates of an app's domains: apps/<app>/certificates/<domain>/<id>/{fullchain.pem,key.pem,info/}, readable by
root alone; `current` is a link to the one in use, replaced by rename, and `previous` to the one before it. The id, a
digest of the chain, is in nginx's file, so another certificate is another text. A wildcard's directory has _ for the
asterisk."""

from __future__ import annotations

import os
from pathlib import Path

from pocketpaas.failure import CannotWrite, Damaged
from pocketpaas.machine.process import run
from pocketpaas.routing import places
from pocketpaas.routing.tried import NOTHING, Tried
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

_TEST = """\
pid {aside}/pid;
events {{}}
http {{
server {{
listen unix:{aside}/socket ssl;
server_name _;
ssl_certificate {certificate}/fullchain.pem;
ssl_certificate_key {certificate}/key.pem;
}}
}}
"""


def directory(paths: HostPaths, app: str, domain: str) -> Path:
    """Where the domain's certificates are."""
    return paths.app(app) / "certificates" / file_name(domain)


def file_name(domain: str) -> str:
    """The name of a domain's directory."""
    return domain.replace("*", "_", 1)


def current(paths: HostPaths, app: str, domain: str, tried: Tried = NOTHING) -> Path | None:
    """The directory of the certificate that the domain is to have; None for plain HTTP. Raises `Damaged`."""
    if domain in tried.certificates:
        return tried.certificates[domain]
    place = directory(paths, app, domain)
    goal = _goal(place / "current")
    if goal is None:
        return None
    found = place / goal
    if not (names.is_sha256(goal) and (found / "fullchain.pem").is_file() and (found / "key.pem").is_file()):
        raise Damaged(place / "current", "does not lead to a certificate")
    return found


def previous(paths: HostPaths, app: str, domain: str) -> Path | None:
    """The certificate that was in use before; None where there was none."""
    place = directory(paths, app, domain)
    goal = _goal(place / "previous")
    return None if goal is None else place / goal


def domains_with_one(paths: HostPaths, app: str) -> tuple[str, ...]:
    """The domains that have one."""
    place = paths.app(app) / "certificates"
    found = []
    for name in values.names(place):
        domain = name.replace("_", "*", 1) if name.startswith("_") else name
        if (place / name / "current").is_symlink() and names.is_domain(domain):
            found.append(domain)
    return tuple(found)


def store(paths: HostPaths, app: str, domain: str, certificate: str, source: Path) -> Path:
    """What is in `source` (fullchain.pem, key.pem, info/) becomes the domain's certificate of that id, on the disk, but
    not yet in use; its directory. Raises `CannotWrite`."""
    place = directory(paths, app, domain)
    target, new = place / certificate, place / ".new"
    values.make_directory(place)
    if target.is_dir():
        return target
    try:
        values.fresh_directory(new)
        values.make_directory(new / "info")
        for name in ("fullchain.pem", "key.pem", *(f"info/{name}" for name in values.names(source / "info"))):
            values.write_file(new / name, (source / name).read_bytes(), durable=False)
        values.sync_tree(new)
        os.rename(new, target)
        values.sync(place)
    except OSError as error:
        raise CannotWrite(target, error) from error
    return target


def use(paths: HostPaths, app: str, domain: str, certificate: str) -> None:
    """From now on it is the domain's; what was before it is kept as `previous`, older ones go. Raises `CannotWrite`."""
    place = directory(paths, app, domain)
    before = _goal(place / "current")
    if before == certificate:
        return
    try:
        if before is None:
            values.remove(place / "previous")
        else:
            values.link(before, place / "previous")
        values.link(certificate, place / "current")
        for name in values.names(place):
            if name not in ("current", "previous", certificate, before):
                values.remove_tree(place / name)
    except OSError as error:
        raise CannotWrite(place, error) from error


def forget(paths: HostPaths, app: str, domain: str) -> None:
    """The domain has none any more. Raises `CannotWrite`."""
    place = directory(paths, app, domain)
    try:
        values.remove(place / "current")
        values.remove_tree(place)
    except OSError as error:
        raise CannotWrite(place, error) from error


def objection(certificate: Path) -> str | None:
    """What nginx has against serving with what is in the directory (the key is not the certificate's, one cannot be
    read); None for nothing."""
    import tempfile

    try:
        with tempfile.TemporaryDirectory(prefix="pocketpaas-certificate.", dir=places.RUN) as aside:
            configuration = Path(aside) / "nginx.conf"
            values.put(configuration, _TEST.format(aside=aside, certificate=certificate))
            ended = run(["nginx", "-t", "-q", "-e", "stderr", "-c", str(configuration)])
    except (OSError, CannotWrite):
        return f"it could not be tried (is {places.RUN} full?)"
    return None if ended.ok else complaint(values.decode(ended.err or ended.out))


def complaint(output: str) -> str:
    """nginx's reason in what it printed: its first `[emerg]` line, else the last one."""
    lines = [line for line in output.split("\n") if line]
    return next((line for line in lines if "[emerg]" in line), lines[-1] if lines else "nginx gave no reason")


def _goal(link: Path) -> str | None:
    try:
        return os.readlink(link)
    except OSError:
        return None
