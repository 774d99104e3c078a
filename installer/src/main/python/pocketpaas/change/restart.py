"""New containers of the live release; where values wait for the next release, that is this one."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.change import env, environment, outcome
from pocketpaas.change.changing import Changing, no_arguments
from pocketpaas.release import activate, network
from pocketpaas.routing import flags


def change(changing: Changing, arguments: Sequence[str]) -> int:
    """A stopped app is started, as it was."""
    no_arguments(arguments)
    operation = changing.operation
    release = outcome.need_live(operation)
    staged = environment.stage(operation)
    changed = environment.changed(operation, staged)
    if changed and not flags.is_stopped(operation.paths, operation.app):
        operation.reporter.note(f"taken up with the restart: {' '.join(changed)}")
        return env.apply(changing, staged, changed)
    network.ensure(operation)
    activate.activate(operation, changing.running, release)
    return outcome.released(operation, release)
