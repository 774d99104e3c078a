"""An answer below /.well-known/ on every machine of the cluster: an authority, or the host itself, may come to any of
them. The home hands it to the others before somebody is told to look, and takes it back afterwards. No machine asks
another one for an answer, so none can be made to fetch something."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from pocketpaas.failure import BadRequest
from pocketpaas.machine.events import Reporter
from pocketpaas.routing import wellknown
from pocketpaas.routing.wellknown import Told, WellKnown
from pocketpaas.state import nodes, values
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths

#: The word of the verb `peer`.
WORD = "well-known"
_SECONDS = 15.0


@contextmanager
def everywhere(paths: HostPaths, one: WellKnown) -> Iterator[Told]:
    """`wellknown.Leave` for all machines of the cluster; for this one alone on a host that is alone. A machine that
    cannot be told keeps nobody from asking at the others."""
    with wellknown.here(paths, one):
        others = nodes.others(paths) if nodes.is_home(paths) else ()
        told = _hand(paths, others, one)
        try:
            yield Told(tuple(node.name for node in told), tuple(node.name for node in others if node not in told))
        finally:
            _take_back(paths, told, one)


def _hand(paths: HostPaths, to: Sequence[Node], one: WellKnown) -> tuple[Node, ...]:
    """Those that have it now."""
    sent = {"kind": one.kind, "name": one.name, "text": one.text}
    return _ask(paths, to, sent)


def _take_back(paths: HostPaths, of: Sequence[Node], one: WellKnown) -> None:
    """One that cannot be told forgets it by itself."""
    _ask(paths, of, {"kind": one.kind, "name": one.name})


def _ask(paths: HostPaths, to: Sequence[Node], sent: Mapping[str, str]) -> tuple[Node, ...]:
    if not to:
        return ()
    # Loaded in a cluster alone.
    from pocketpaas.cluster import peers
    from pocketpaas.engine import parallel

    answered = parallel.tried(lambda node: peers.ask(paths, node, [WORD], sent, seconds=_SECONDS), to)
    return tuple(node for node, answer in zip(to, answered) if not isinstance(answer, Exception))


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """The program `challenge`, which certbot starts: `put MACHINE…` before it tells the authority to look, `remove
    MACHINE…` afterwards. The challenge is in its environment, as certbot's manual says."""
    action, *machines = arguments or [""]
    one = WellKnown(wellknown.ACME, os.environ.get("CERTBOT_TOKEN", ""), os.environ.get("CERTBOT_VALIDATION", ""))
    if action not in ("put", "remove") or not wellknown.is_one(one.kind, one.name, one.text):
        raise BadRequest("challenge: put or remove, with a challenge in the environment")
    others = [node for node in nodes.others(paths) if node.name in machines]
    if action == "put":
        wellknown.put(paths, one)
        _hand(paths, others, one)
    else:
        wellknown.remove(paths, one.kind, one.name)
        _take_back(paths, others, one)
    return 0


# ---------------------------------------------------------------- on the other machine


def take(paths: HostPaths, sent: Mapping[str, str]) -> None:
    """This front answers by what was sent; without a text no more. Raises `BadRequest`, `CannotWrite`, OSError."""
    kind, name, text = sent.get("kind", ""), sent.get("name", ""), sent.get("text", "")
    from pocketpaas.cluster import fronts

    if not wellknown.is_one(kind, name, text or "-"):
        raise BadRequest("this is no answer to a challenge")
    front = fronts.paths_of(paths)
    if not text:
        wellknown.remove(front, kind, name)
        return
    values.make_directory(front.root, 0o711)
    wellknown.put(front, WellKnown(kind, name, text))
