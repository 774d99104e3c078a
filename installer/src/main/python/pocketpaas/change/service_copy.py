"""Copies the data of an app in one service into another service of the same kind."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.failure import BadRequest, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.service import container, copying, data, kinds, reading, store
from pocketpaas.service.links import Link
from pocketpaas.service.store import Service
from pocketpaas.state import moves


def copy(operation: Operation, arguments: Sequence[str]) -> int:
    """TARGET TARGET-APP SOURCE SOURCE-APP: what TARGET-APP has in TARGET is replaced. TARGET-APP may be `-`: the same
    app; SOURCE-APP, too: the only one that has data there."""
    if len(arguments) != 4:
        raise BadRequest("service copy: TARGET TARGET-APP SOURCE SOURCE-APP")
    target_name, target_app, source_name, source_app = arguments
    found = {name: store.need(operation.paths, name) for name in (target_name, source_name)}
    # In the order of their names: two copies in opposite directions do not wait for each other.
    for name in sorted(found):
        store.lock(operation.paths, name, operation.holder(), operation.reporter)
        found[name] = store.need(operation.paths, name)
    source = data.of(found[source_name], source_app)
    target = _target(found[target_name], target_app, source)
    copying.refuse(source, target)
    moves.refuse(operation.paths, target.app)
    _note_older(operation, source.service, target.service)
    reads = container.running(operation.engine, source.service)
    fills = reading.fillable(operation.engine, target.service)
    words = f"{source.app} in {source_name} to {target.app} in {target_name}"
    operation.reporter.step("service-copy", "start", words)
    try:
        copying.copy(operation.engine, source, reads, target, fills, exchange=operation.beyond_cancelling)
    except Exception:
        operation.reporter.step("service-copy", "fail")
        raise
    operation.reporter.step("service-copy", "done", words)
    operation.reporter.result("service", target_name)
    return 0


def _note_older(operation: Operation, source: Service, target: Service) -> None:
    if source.major and target.major and kinds.is_later(source.major, target.major):
        operation.reporter.note(
            f"{target.name} is {target.kind.name} {target.major}, older than the {source.major} of {source.name}: it "
            "may not take the copy, and keeps what it has then"
        )


def _target(service: Service, app: str, source: Link) -> Link:
    """Where nobody says whose data are replaced, those of the same app are: never another one's. Raises `Refused`."""
    wanted = source.app if app == "-" else app
    known = service.apps()
    if wanted in known:
        return Link(service, wanted)
    cure = f"pocketpaas services link {service.name} --app {wanted}"
    if known:
        cure += f"; to replace another app's data: --to-app NAME, one of: {', '.join(known)}"
    raise Refused("no-data", f"{wanted} has no data in {service.name}", cure)
