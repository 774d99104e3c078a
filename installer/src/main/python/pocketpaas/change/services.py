"""work/service: changes a service, by the first argument of the operation. What concerns an app, too, takes the
service's lock first, then the app's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pocketpaas.change import (
    service_control,
    service_copy,
    service_create,
    service_link,
    service_rotate,
    service_undo,
    service_unlink,
    service_upgrade,
)
from pocketpaas.failure import BadRequest
from pocketpaas.operation.unit import Operation
from pocketpaas.release import serving
from pocketpaas.service import moving, store
from pocketpaas.state import names, values

_PREFIX = "service."

#: Each takes the operation and its further arguments, of which the first is the name of the service.
_CHANGES: Mapping[str, Callable[[Operation, Sequence[str]], int]] = {
    "copy": service_copy.copy,
    "create": service_create.create,
    "destroy": service_control.destroy,
    "restart": service_control.restart,
    "stop": service_control.stop,
    "start": service_control.start,
    "link": service_link.link,
    "unlink": service_unlink.unlink,
    "promote": service_link.promote,
    "rotate": service_rotate.rotate,
    "upgrade": service_upgrade.upgrade,
    "undo": service_undo.undo,
}


def subject(service: str) -> str:
    """What an operation on a service says it is about: no app has such a name."""
    return _PREFIX + service


def is_subject(text: str) -> bool:
    """Whether it is that."""
    return text.startswith(_PREFIX) and names.is_service(text.removeprefix(_PREFIX))


def change(operation: Operation) -> int:
    """Does it; the exit code."""
    action, *arguments = values.lines(operation.work.directory / "args")
    if action not in _CHANGES or not arguments or subject(arguments[0]) != operation.app:
        raise BadRequest(f"there is no change of a service by the name {action}")
    operation.engine.need()
    found = store.find(operation.paths, arguments[0])
    if found is not None:
        moving.settle_alone(operation.paths, operation.engine, found, operation.reporter)
    return _CHANGES[action](operation, arguments)


def tell(operation: Operation) -> int:
    """What serves after a failure: of a change that is about an app, the app's old release."""
    _, *arguments = values.lines(operation.work.directory / "args")
    if len(arguments) > 1 and names.is_app(arguments[1]) and operation.paths.app(arguments[1]).is_dir():
        return serving.tell(replace(operation, app=arguments[1]))
    return 5
