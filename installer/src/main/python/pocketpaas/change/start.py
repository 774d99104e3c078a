"""A stopped app runs again: the live release in new containers, checked before anybody is sent there."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.change import outcome
from pocketpaas.change.changing import Changing, no_arguments
from pocketpaas.release import activate, network
from pocketpaas.routing import flags


def change(changing: Changing, arguments: Sequence[str]) -> int:
    """Nothing where the app is not stopped."""
    no_arguments(arguments)
    operation = changing.operation
    release = outcome.need_live(operation)
    if not flags.is_stopped(operation.paths, operation.app):
        return outcome.nothing_to_do(operation, f"{operation.app} is not stopped")
    network.ensure(operation)
    activate.activate(operation, changing.running, release)
    return outcome.released(operation, release)
