"""The network of an app, with the services that the app is linked to in it."""

from __future__ import annotations

from pocketpaas.engine import networks
from pocketpaas.engine.client import EngineError
from pocketpaas.operation.unit import Operation
from pocketpaas.service import container


def ensure(operation: Operation) -> None:
    """Makes it where it is missing, and connects services that are not in it. One that cannot be connected is told: the
    app's own check says what that means to it. Raises `Refused`, `NoEngine`."""
    networks.ensure(operation.paths, operation.engine, operation.app, operation.holder())
    try:
        container.connect_all(operation.paths, operation.engine, operation.app)
    except EngineError as error:
        operation.reporter.warn(f"not every service of {operation.app} could be connected: {error.text}")
