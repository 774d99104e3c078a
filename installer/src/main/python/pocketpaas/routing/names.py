"""The names of apps, and the addresses that people type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.failure import Damaged
from pocketpaas.routing import certificates
from pocketpaas.routing.tried import NOTHING, Tried
from pocketpaas.state import host_settings, listing, names, renames, values
from pocketpaas.state.paths import HostPaths

#: Of more names people are shown as many, and how many there are.
MOST_SHOWN = 5


@dataclass(frozen=True)
class Redirect:
    """A name that only sends on to another one."""

    source: str
    target: str


def names_of(paths: HostPaths, app: str, settings: Path, operator: Sequence[str] | None = None) -> tuple[str, ...]:
    """All names of the app, its own first: the manifest's (in `settings`), those of `domains add` (`operator`; None:
    the stored ones), the default one; then those that only send on. Raises `Damaged`: what is no domain never reaches
    nginx."""
    added = operator_names(paths, app) if operator is None else tuple(operator)
    own = _unique([*_domains(settings / "domains"), *added])
    if not own or serves_default(paths, app):
        own = _unique([*own, default_name(paths, app)])
    return _unique([*own, *(redirect.source for redirect in redirects(settings))])


def addresses(paths: HostPaths, app: str, settings: Path) -> tuple[str, ...]:
    """The addresses to show to people: of the app's own names those that lead here as far as anybody has seen, where
    none does the default one, where that is switched off all of its own. Raises `Damaged`."""
    sent_on = {redirect.source for redirect in redirects(settings)}
    served = [name for name in names_of(paths, app, settings) if not name.startswith("*.") and name not in sent_on]
    default, missed = default_name(paths, app), unreached(paths, app)
    shown = [name for name in served if name != default and name not in missed]
    if not shown and default in served:
        shown = [default]
    return tuple(url(paths, app, name) for name in shown or served)


def shown(all_names: Sequence[str]) -> str:
    """The names as one line for people: the first few, and how many more there are."""
    rest = f" and {len(all_names) - MOST_SHOWN} more" if len(all_names) > MOST_SHOWN else ""
    return " ".join(all_names[:MOST_SHOWN]) + rest


def serves_default(paths: HostPaths, app: str) -> bool:
    """Whether the app answers to its default name besides its own ones (`domains default`)."""
    return values.read_or(default_switch(paths, app), "on") != "off"


def default_switch(paths: HostPaths, app: str) -> Path:
    """The file that holds `off` where the default name is switched off."""
    return paths.app(app) / "operator" / "default-domain"


def unreached(paths: HostPaths, app: str) -> tuple[str, ...]:
    """The names that did not lead here when they were last looked at."""
    return values.lines(paths.app(app) / "unreached")


def operator_names(paths: HostPaths, app: str) -> tuple[str, ...]:
    """The names that `domains add` has added. Raises `Damaged`."""
    return _domains(paths.app(app) / "operator" / "domains")


def manifest_names(settings: Path) -> tuple[str, ...]:
    """The names that a manifest states, those that only send on last. Raises `Damaged`."""
    return (*_domains(settings / "domains"), *(redirect.source for redirect in redirects(settings)))


def redirects(settings: Path) -> tuple[Redirect, ...]:
    """The names that only send on. Raises `Damaged`."""
    file = settings / "http" / "redirects"
    found = []
    for line in values.lines(file):
        source, _, target = line.partition("\t")
        if not (names.is_domain(source) and names.is_domain(target)):
            raise Damaged(file, "does not hold domains")
        found.append(Redirect(source, target))
    return tuple(found)


def default_name(paths: HostPaths, app: str) -> str:
    """APP.<domain of the host>."""
    return f"{app}.{host_settings.need(paths, 'domain')}"


def claimed(paths: HostPaths, app: str, wanted: Iterable[str]) -> str | None:
    """The sentence that says which of the names another app has; None where none is taken. Decided under host.lock."""
    mine = set(wanted)
    suffix = host_settings.need(paths, "domain")
    renamed = renames.of_app(paths, app)
    own = (app,) if renamed is None else (renamed.old, renamed.new)
    for other in values.names(paths.apps):
        if other in own or not listing.is_there(paths, other):
            continue
        settings = paths.app(other) / "settings"
        theirs = [*values.lines(settings / "domains"), f"{other}.{suffix}"]
        theirs += [redirect.source for redirect in redirects(settings)]
        theirs += values.lines(paths.app(other) / "operator" / "domains")
        for name in theirs:
            if name in mine:
                return f"{name} belongs to the app {other}"
    return None


def url(paths: HostPaths, app: str, domain: str, tried: Tried = NOTHING) -> str:
    """The address that people type: by HTTPS where the domain has a certificate, with the port where it is not the
    usual one."""
    if certificates.current(paths, app, domain, tried) is not None:
        return f"https://{domain}{_suffix(https_port(paths), 443)}"
    return f"http://{domain}{_suffix(http_port(paths), 80)}"


def http_port(paths: HostPaths) -> int:
    """The port for HTTP that people type. Raises `Damaged`."""
    return host_settings.number(paths, "public-port")


def https_port(paths: HostPaths) -> int:
    """The port for HTTPS that people type. Raises `Damaged`."""
    return host_settings.number(paths, "public-https-port")


def _suffix(port: int, usual: int) -> str:
    return "" if port == usual else f":{port}"


def _domains(file: Path) -> tuple[str, ...]:
    found = values.lines(file)
    for name in found:
        if not names.is_domain(name):
            raise Damaged(file, "holds an invalid domain")
    return found


def _unique(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
