"""Certificates by themselves: one for each public domain of an app, from an ACME authority (host/acme-directory), by
certbot. A name whose turn has not come serves HTTP; one that fails waits longer each time, so that no authority's limit
is reached. Nothing here ever fails an operation.

apps/<app>/automatic/<domain>/: tries, since and next (seconds), error; operator/ssl-off: domains that shall have
none."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pocketpaas.failure import CannotWrite
from pocketpaas.machine import locks
from pocketpaas.machine.events import Reporter, clean
from pocketpaas.machine.locks import Holder
from pocketpaas.routing import acme, certificates, fetch, wellknown
from pocketpaas.routing import names as app_names
from pocketpaas.routing.fetch import Answer
from pocketpaas.routing.reach import Missed
from pocketpaas.routing.wellknown import Leave, Told, WellKnown
from pocketpaas.state import host_settings, names, values
from pocketpaas.state.clock import new_id
from pocketpaas.state.paths import HostPaths

#: Let's Encrypt allows five failed validations of a name an hour. Seconds.
PAUSES = (600, 1800, 3600, 10_800, 21_600, 43_200)
_DAY = 86_400
#: RFC 2606, 6761, 6762, 8375: no authority can know these.
_RESERVED = (
    ".localhost .local .test .example .invalid .internal .lan .home.arpa .onion "
    ".example.com .example.net .example.org"
).split()


# ---------------------------------------------------------------- which


def ready(paths: HostPaths) -> bool:
    """Whether this host asks an authority at all."""
    return (host_settings.stated(paths, "acme-directory") or "none") != "none" and shutil.which("certbot") is not None


def is_public(domain: str) -> bool:
    """Whether an authority can know the name: none of those that are reserved, no wildcard, which would need a DNS
    record of its own."""
    return not domain.startswith("*") and not f".{domain}".endswith(tuple(_RESERVED))


def wanted(paths: HostPaths, app: str, bundle: Path) -> tuple[str, ...]:
    """The app's domains that shall have a certificate by themselves; `bundle` is that of the live release. Raises
    `Damaged`."""
    settings = bundle / "settings"
    if not (bundle / "processes" / "web").is_dir() or values.read_or(settings / "ssl" / "automatic", "on") == "off":
        return ()
    off = values.lines(off_file(paths, app))
    found = []
    for domain in app_names.names_of(paths, app, settings):
        certificate = certificates.current(paths, app, domain)
        if is_public(domain) and domain not in off and (certificate is None or is_own(certificate)):
            found.append(domain)
    return tuple(found)


def off_file(paths: HostPaths, app: str) -> Path:
    """The list of the domains that are served by plain HTTP on purpose."""
    return paths.app(app) / "operator" / "ssl-off"


def is_own(certificate: Path) -> bool:
    """Whether it came from here: one that somebody brought is theirs to renew."""
    return values.read_or(certificate / "info" / "source", "own") == "automatic"


def is_due(paths: HostPaths, app: str, domain: str, now: float) -> bool:
    """Whether it is the domain's turn: it has none, or one that expires, and no pause is on. Raises `Damaged`."""
    text = values.read_or(remembered(paths, app, domain) / "next", "0")
    if names.is_number(text) and now < int(text):
        return False
    certificate = certificates.current(paths, app, domain)
    return certificate is None or expires(certificate, now)


def expires(certificate: Path, now: float) -> bool:
    """Whether less than a third of its time is left: thirty days of ninety, two of six. Raises `Damaged`."""
    before, after = (
        int(values.need(certificate / "info" / name, names.is_number)) for name in ("not-before", "not-after")
    )
    return now >= after - (after - before) // 3


def remembered(paths: HostPaths, app: str, domain: str) -> Path:
    """Where it is remembered that the domain's certificate could not be had."""
    return paths.app(app) / "automatic" / certificates.file_name(domain)


# ---------------------------------------------------------------- asking


@contextmanager
def asking(paths: HostPaths, who: str, patience: float) -> Iterator[bool]:
    """One question to the authority at a time: the client would refuse a second one. Whether it is our turn, after
    `patience` seconds at most."""
    lock = locks.take(paths.root / "acme.lock", Holder(who or "host", "asking for certificates"), patience)
    try:
        yield lock is not None
    finally:
        if lock is not None:
            lock.release()


def obtain(
    paths: HostPaths, reporter: Reporter, app: str, domain: str, missed: Mapping[str, Missed], leave: Leave
) -> Path | None:
    """Asks the authority; where it gives one, a directory as `certificates.store` takes it, with the id `identity`.
    None, remembered and said, where it does not. No lock of the app is needed. `missed` is what was just concluded of
    names (and said, so it is not said again); `leave` has an answer on each machine that the name may lead to."""
    quiet = domain in missed
    objection, told = _objection(paths, domain, missed.get(domain), leave)
    if objection:
        failed(paths, reporter, app, domain, PAUSES[0], objection, quiet)
        return None
    if told.untold:
        reporter.warn(
            f"{', '.join(told.untold)} cannot be told what the authority asks for: where {domain} leads there, "
            "the authority gets no answer"
        )
    acme.tell_terms(paths, reporter)
    asked = acme.ask(paths, domain, told.told)
    if asked.certificate is not None:
        try:
            values.remove_tree(remembered(paths, app, domain))
        except OSError:
            # A pause that is left there is as harmless as its reason is old.
            pass
        return asked.certificate
    failed(paths, reporter, app, domain, _DAY if asked.limited else None, asked.detail, quiet)
    return None


def identity(certificate: Path) -> str:
    """The id by which it is stored. Raises OSError."""
    return hashlib.sha256((certificate / "fullchain.pem").read_bytes()).hexdigest()


def failed(
    paths: HostPaths, reporter: Reporter, app: str, domain: str, pause: int | None, why: str, quiet: bool = False
) -> None:
    """Remembers it, and says when it is tried again, unless it was just said of the name that it does not lead here
    (`quiet`). `pause` in seconds; None: one that grows from time to time. Where it cannot be remembered it is said all
    the same, and tried again sooner."""
    place = remembered(paths, app, domain)
    now = int(time.time())
    tries = values.read_or(place / "tries", "0")
    count = int(tries) if names.is_number(tries) else 0
    seconds = PAUSES[min(count, len(PAUSES) - 1)] if pause is None else pause
    try:
        # An app that was destroyed while the authority was asked has no directory again by that.
        if values.make_inside(place.parent) and values.make_inside(place):
            if not (place / "since").exists():
                values.write(place / "since", str(now))
            if pause is None:
                values.write(place / "tries", str(count + 1))
            values.write(place / "next", str(now + seconds))
            values.write(place / "error", values.decode(values.encode(clean(why))[:500]))
    except CannotWrite:
        pass
    if not quiet:
        until = time.strftime("%H:%M", time.gmtime(now + seconds))
        reporter.warn(f"no certificate for {domain} yet: {why}; tried again by itself from {until} UTC on")


def _objection(paths: HostPaths, domain: str, missed: Missed | None, leave: Leave) -> tuple[str, Told]:
    """Why the authority is not asked: the name does not lead here, nor to another machine of the cluster; and which of
    those can be told what it asks for. Where it cannot be told from here (some networks do not lead back to themselves)
    the authority may see more. Empty for nothing."""
    found = () if missed is Missed.UNRESOLVED else fetch.addresses(domain)
    if not found:
        return "the name does not resolve: its DNS record is not there yet", Told()
    if missed is Missed.ELSEWHERE:
        return "the name leads to another machine", Told()
    token = new_id()
    one = WellKnown(wellknown.ACME, f"pocketpaas-{token}", token)
    try:
        values.make_directory(acme.client(paths))
        with leave(paths, one) as told:
            answer = fetch.fetch(domain, 80, one.path, token)
    except (OSError, CannotWrite):
        # A token that is not there would look like another machine's.
        return "what the authority looks for cannot be written (disk full?)", Told()
    if answer is Answer.ELSEWHERE:
        also = f" ({', '.join(told.untold)} could not be told to answer)" if told.untold else ""
        return f"the name leads to another machine: its DNS record names {', '.join(found)}{also}", told
    return "", told


# ---------------------------------------------------------------- switching off


def switch_off(paths: HostPaths, app: str, domains: tuple[str, ...]) -> None:
    """The domains shall have no certificate by themselves. Raises `CannotWrite`."""
    kept = [domain for domain in values.lines(off_file(paths, app)) if domain not in domains]
    _write_off(paths, app, [*kept, *domains])


def switch_on(paths: HostPaths, app: str, domains: tuple[str, ...]) -> None:
    """They may have one again. Raises `CannotWrite`."""
    _write_off(paths, app, [domain for domain in values.lines(off_file(paths, app)) if domain not in domains])


def _write_off(paths: HostPaths, app: str, domains: list[str]) -> None:
    file = off_file(paths, app)
    if domains:
        values.make_directory(file.parent)
        values.write_lines(file, domains)
    else:
        values.remove(file)
