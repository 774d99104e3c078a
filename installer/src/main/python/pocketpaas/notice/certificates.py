"""Certificates that expire soon, or could not be had, or not again."""

from __future__ import annotations

import time

from pocketpaas.notice.store import NoticeStore
from pocketpaas.release import slots
from pocketpaas.routing import automatic, certificates
from pocketpaas.routing import names as routing_names
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

#: A certificate is told of from then on (s): 21 days; one that renews itself from a quarter of its time, when its
#: renewal ought to have been long ago.
_EXPIRY = 1_814_400
#: Asking may fail for so long (s), or so often, before anybody is told: where there is one still, and where there is
#: none, as its DNS record may be to come.
_RENEWAL, _RENEWAL_TRIES = 3600, 2
_ISSUE, _ISSUE_TRIES = 86_400, 3
_MAX_ERROR = 300


def look(paths: HostPaths, store: NoticeStore, app: str) -> None:
    """Leaves the app's notices as they are now. Raises `Damaged`."""
    live = slots.live_release(paths, app)
    domains: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    if live is not None:
        settings = paths.release(app, live) / "settings"
        domains = routing_names.names_of(paths, app, settings)
        if automatic.ready(paths):
            wanted = tuple(automatic.wanted(paths, app, paths.release(app, live)))
    for domain in domains:
        if not _expires_soon(paths, store, app, domain) and domain in wanted:
            _look_at_renewal(paths, store, app, domain)
    store.sweep("certificate", app)
    store.sweep("renewal", app)


def _expires_soon(paths: HostPaths, store: NoticeStore, app: str, domain: str) -> bool:
    directory = certificates.current(paths, app, domain)
    if directory is None:
        return False
    after = int(values.need(directory / "info" / "not-after", names.is_number))
    horizon = float(_EXPIRY)
    hint = f"bring a new one: pocketpaas ssl add --app {app} --cert FILE --key FILE"
    if automatic.is_own(directory):
        before = int(values.need(directory / "info" / "not-before", names.is_number))
        horizon = min(horizon, (after - before) / 4)
        hint = f"what keeps it from being renewed: pocketpaas ssl --app {app}"
    if after - time.time() > horizon:
        return False
    place = store.place("certificate", app, domain)
    if values.read_or(place / "id", directory.name) != directory.name:
        # Another certificate is another matter.
        values.remove_tree(place)
    store.put("certificate", app, domain, "", hint, id=directory.name, not_after=str(after))
    return True


def _look_at_renewal(paths: HostPaths, store: NoticeStore, app: str, domain: str) -> None:
    """Of a domain that is to have a certificate by itself, whose certificate is not about to expire: whether asking
    goes wrong."""
    directory = automatic.remembered(paths, app, domain)
    error = values.read(directory / "error")
    if error is None:
        return
    text, patience, few = f"{domain} ({app}) has no certificate yet", _ISSUE, _ISSUE_TRIES
    if certificates.current(paths, app, domain) is not None:
        text, patience, few = f"the certificate of {domain} ({app}) could not be renewed", _RENEWAL, _RENEWAL_TRIES
    tries = _number(values.read_or(directory / "tries", ""), 0)
    since = _number(values.read_or(directory / "since", ""), int(time.time()))
    if tries >= few or time.time() - since > patience:
        hint = f"when it is tried again: pocketpaas ssl --app {app}"
        store.put("renewal", app, domain, f"{text}: {error[:_MAX_ERROR]}", hint, (directory / "error",))


def _number(text: str, otherwise: int) -> int:
    return int(text) if names.is_number(text) else otherwise
