"""From a service to its container: pure, but for reading its state."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from pocketpaas import rules
from pocketpaas.engine.spec import Bind, ContainerSpec, Limits, Volume
from pocketpaas.service import own_settings
from pocketpaas.service.store import Service

#: The label of a service's container, volumes and network; of its container, of which volume it is, and a digest of
#: what it was made from.
SERVICE, GENERATION = "pocketpaas.service", "pocketpaas.service-generation"
MADE_FROM = "pocketpaas.service-made-from"
LABELS = (SERVICE, GENERATION, MADE_FROM)


def network(service: str) -> str:
    """Of a service's own network, in which it is alone. No app has a network with a dot in its name."""
    return f"pocketpaas.service.{service}"


def container(service: Service) -> ContainerSpec:
    """The container of the service. Raises `Damaged`, and `Refused` for an admin's own settings that cannot be."""
    kind, memory = service.kind, service.memory
    target = str(kind.data["password"])
    found = ContainerSpec(
        name=f"pocketpaas.service.{service.name}.{service.generation}",
        image=service.image,
        hostname=service.name,
        command=kind.command(memory, own_settings.of(service)),
        environment=tuple(str(one).replace("{major}", service.major) for one in kind.data["environment"]),
        labels={SERVICE: service.name, GENERATION: service.generation},
        mounts=(
            Volume(service.volume, str(kind.data["volume"]), {SERVICE: service.name}),
            Bind(str(service.password_file), target),
        ),
        limits=Limits(memory=memory, pids=int(rules.default("pids"))),
        # It would be in the volume, as large as the server's memory.
        cores=False,
        shared_memory=memory // int(kind.data["shared-memory"]),
        # What an ended command leaves behind is the init's. PostgreSQL would take it for its own, and end all sessions.
        init=True,
        network=network(service.name),
        aliases=(service.name,),
        drop_capabilities=("ALL",),
        add_capabilities=rules.words("capabilities-always"),
        log="journald",
        log_options={"tag": f"service/{service.name}", "labels": SERVICE},
    )
    made_from = hashlib.sha256(json.dumps(found.document(), sort_keys=True).encode()).hexdigest()[:32]
    return replace(found, labels={**found.labels, MADE_FROM: made_from})
