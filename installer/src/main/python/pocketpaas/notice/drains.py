"""Lines that could not be sent to where an app's logs go, and targets that take none for a while."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pocketpaas.cluster import log_drains
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.notice.store import NoticeStore
from pocketpaas.schedule import drain_counts, drain_place, drains
from pocketpaas.schedule.drain_counts import Told
from pocketpaas.schedule.drains import Drain
from pocketpaas.state import values
from pocketpaas.state.clock import seconds_of
from pocketpaas.state.paths import HostPaths

KIND = "drain"
#: A target that is restarted is no news.
_PATIENCE = 600.0


def look(paths: HostPaths, store: NoticeStore, app: str) -> None:
    """Leaves the notices of the app's drains as they are now. One that is told stays until the drain is removed."""
    there = drains.of_app(paths, app)
    known = list(log_drains.known(paths)) if there else []
    for one in there:
        said = [(machine, found[one.name]) for machine, found in known if one.name in found]
        _losses(store, one, sum(told.lost for _, told in said))
        _problems(paths, store, one, said)
    store.sweep(KIND, app)


def _losses(store: NoticeStore, one: Drain, lost: int) -> None:
    if lost:
        store.put(
            KIND,
            one.app,
            str(one.number),
            f"{lost} lines of {one.app} were not sent to {one.to.shown}: it took none, and the buffer of"
            f" {drains.BUFFER_MB} MB was full",
            f"see what waits: pocketpaas logs drain --app {one.app}",
            (one.directory / "target",),
        )


def _problems(paths: HostPaths, store: NoticeStore, one: Drain, said: Sequence[tuple[str, Told]]) -> None:
    for machine, told in said:
        if not told.problem or time.time() - (seconds_of(told.since) or 0.0) <= _PATIENCE:
            continue
        whose = f"{one.app} on {machine}" if machine else one.app
        # Here it is known at once when it is over.
        standing = one.directory / "target" if machine else drain_place.https(paths) / one.name / "problem"
        store.put(
            KIND,
            one.app,
            f"{one.number} problem {machine}".strip(),
            f"the logs of {whose} do not reach {one.to.shown} since {told.since}: {told.problem}",
            f"they wait, up to {drains.BUFFER_MB} MB; see pocketpaas logs drain --app {one.app}",
            (standing,),
        )


def count(paths: HostPaths) -> None:
    """Before `look`. Raises `Failed`, `Busy`."""
    if values.names(drain_place.place(paths)):
        drain_counts.count_losses(paths)
        if not drains.is_current(paths):
            # Of other programs, or an update of the state that was killed.
            with host_lock(paths, Holder("host", "sending logs elsewhere")):
                drains.apply(paths)
