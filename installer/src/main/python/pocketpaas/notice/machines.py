"""The machines of a cluster: one that is down is a notice, as is one that this machine's own firewall keeps out. One
that has come back is brought up to date. Nothing on a host that is alone."""

from __future__ import annotations

from pocketpaas.cluster import host_firewall, membership, peers
from pocketpaas.engine import swarm
from pocketpaas.engine.client import Engine
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.locks import Holder
from pocketpaas.notice.store import NoticeStore
from pocketpaas.state import nodes, values
from pocketpaas.state.paths import HostPaths

_KIND = "machine"


def look(paths: HostPaths, store: NoticeStore, engine: Engine, reporter: Reporter) -> None:
    """Leaves the notices as they are now. Raises `EngineError` without a majority of the managers, `Damaged`."""
    if nodes.is_member(paths):
        _look_at_firewall(paths, store)
    if not nodes.is_home(paths):
        store.sweep(_KIND)
        return
    peers.sweep()
    ready = {one.labels.get(membership.NAME, one.hostname) for one in swarm.members(engine) if one.is_ready}
    for node in nodes.others(paths):
        if node.name not in ready:
            text = f"the machine {node.name} of the cluster is down; the others do its work"
            store.put(_KIND, "", node.name, text, f"gone for good: pocketpaas host leave {node.name} --lost")
    store.sweep(_KIND)
    # Loaded in a cluster alone.
    from pocketpaas.backup import mirror
    from pocketpaas.cluster import log_drains
    from pocketpaas.release import catching_up

    mirror.send(paths, engine, reporter)
    seen = nodes.directory(paths) / "ready"
    catching_up.bring_missed(paths, ready, bool(ready - set(values.lines(seen))))
    values.write_lines(seen, sorted(ready))
    up = [node for node in nodes.others(paths) if node.name in ready]
    log_drains.settle_alone(paths, reporter, Holder("host", "sending logs elsewhere"), up)
    log_drains.keep_counts(paths, up)


def _look_at_firewall(paths: HostPaths, store: NoticeStore) -> None:
    """The host's timer has just opened it, where that was possible."""
    kind, kept_out = host_firewall.kept_out(paths)
    if kept_out:
        own = nodes.own_name(paths)
        text = f"{kind} of {own} has no rules for other machines of the cluster: {' '.join(kept_out)}"
        store.put(_KIND, "", "firewall", text, host_firewall.cure(kind))
