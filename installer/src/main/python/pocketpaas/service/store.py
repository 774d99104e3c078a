"""The state of services: services/<name>/ (docs/protocol.md, "Services"), one value a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pocketpaas import rules
from pocketpaas.failure import Busy, Failure, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.locks import Holder, Lock
from pocketpaas.service import kinds
from pocketpaas.service.kinds import Kind
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

_PATIENCE = 120.0


@dataclass(frozen=True)
class Service:
    """A service of this host, as the generation that is in use, or as the one that is `chosen`."""

    name: str
    directory: Path
    kind: Kind
    chosen: str = ""

    def as_of(self, generation: str) -> Service:
        """The same service as another of its generations."""
        return replace(self, chosen=generation)

    @property
    def facts(self) -> Path:
        """Where it is kept what this generation is: major, reference, image, digest."""
        own = self.directory / "generations" / self.generation
        return own if own.is_dir() else self.directory

    @property
    def major(self) -> str:
        """Its major version. Raises `Damaged`."""
        return values.need(self.facts / "major")

    @property
    def version(self) -> str:
        """Kind and version, as people say it: `postgres 17`. Raises `Damaged`."""
        return f"{self.kind.name} {self.major}"

    @property
    def image(self) -> str:
        """The id of its image. Raises `Damaged`."""
        return values.need(self.facts / "image", names.is_image)

    @property
    def reference(self) -> str:
        """The name of its image, as it was asked for."""
        return values.read_or(self.facts / "reference", "")

    @property
    def digest(self) -> str:
        """What the image was when it was chosen: REPOSITORY@DIGEST, or its name where no registry gave it."""
        return values.read_or(self.facts / "digest", "")

    @property
    def memory(self) -> int:
        """Bytes that it may use. Raises `Damaged`."""
        least, most = rules.limits("service-memory")
        return values.number(self.directory / "memory", self.kind.memory, least, most)

    @property
    def volume(self) -> str:
        """The name of the volume with its data. No app's volume has an underscore in the beginning of its name."""
        return f"pocketpaas_service_{self.name}_{self.generation}"

    @property
    def generation(self) -> str:
        """Which volume is in use: an upgrade makes another one. Raises `Damaged`."""
        if self.chosen:
            return self.chosen
        return values.need(self.directory / "generation", is_generation)

    @property
    def way_back(self) -> str:
        """Behind a cure: how the server that an upgrade has kept takes its place again. Empty where none is kept, or
        where this is not the one in use. Raises `Damaged`."""
        kept = self.directory / "kept" / "generation"
        if not kept.exists() or self.generation != self.as_of("").generation:
            return ""
        return (
            "; to go back to the server of before its upgrade, without what was written since: "
            f"pocketpaas services upgrade {self.name} --undo --confirm {self.name}"
        )

    @property
    def is_stopped(self) -> bool:
        """Whether somebody has stopped it."""
        return (self.directory / "stopped").exists()

    @property
    def is_going(self) -> bool:
        """Whether somebody has begun to destroy it: what is left of its data nobody knows."""
        return (self.directory / GOING).exists()

    @property
    def is_restarting(self) -> bool:
        """Whether it is down only as long as somebody restarts it: who did so may have been killed."""
        return (self.directory / RESTARTING).exists() and not self.is_stopped and not self.is_going

    @property
    def is_half_made(self) -> bool:
        """Whether whoever made it is at it, or was killed: no app has anything in it."""
        return (self.directory / MAKING).exists() and not self.users()

    @property
    def password_file(self) -> Path:
        """The superuser's password, as the image takes it: readable in the container, where it is mounted; on the host
        nobody but root comes to it."""
        return self.directory / "password"

    def apps(self) -> tuple[str, ...]:
        """The apps that have data of their own in it, linked or not, but for those whose data is to be removed."""
        return tuple(app for app in self.holders() if not (self.directory / "apps" / app / TO_BE_REMOVED).exists())

    def holders(self) -> tuple[str, ...]:
        """The same with those."""
        return tuple(app for app in self.users() if not (self.directory / "apps" / app / SHARES).exists())

    def users(self) -> tuple[str, ...]:
        """The same, and those that use the data of another app."""
        return tuple(name for name in values.names(self.directory / "apps") if names.is_app(name))


#: The file of a service that is being made, and of one that is being destroyed.
MAKING, GOING = "making", "going"
#: The file of one that has ended to start again.
RESTARTING = "restarting"
#: The file of a link that names the app whose data it leads to.
SHARES = "shares"
#: The file of a link, or of a service, that is there for a preview alone.
OF_PREVIEW = "preview"
#: The file of a link whose data is not copied yet.
TO_BE_COPIED = "to-be-copied"
#: The file of a link whose app was destroyed with its data, and whose data could not be removed yet.
TO_BE_REMOVED = "to-be-removed"


def is_generation(text: str) -> bool:
    """Whether it is the number of a generation."""
    return names.is_number(text, 1, 999_999)


def find(paths: HostPaths, name: str) -> Service | None:
    """The service; None where there is none of that name. Raises `Damaged`, `Refused` where its kind is unknown."""
    directory = paths.service(name)
    if not names.is_service(name) or not (directory / "type").exists():
        return None
    return Service(name, directory, kinds.named(paths, values.need(directory / "type")))


def need(paths: HostPaths, name: str) -> Service:
    """The same; raises `Refused` where there is none, or where its destruction has begun."""
    found = known(paths, name)
    refuse_going(found)
    return found


def known(paths: HostPaths, name: str) -> Service:
    """The same, also of one whose destruction has begun."""
    found = find(paths, name)
    if found is None:
        raise Refused("no-service", f"there is no service {name} on this host", 'see "pocketpaas services"')
    return found


def refuse_going(service: Service) -> None:
    """Raises `Refused` where its destruction has begun: it could come up empty under the name of what was."""
    if service.is_going:
        raise Refused(
            "service-going",
            f"somebody has begun to destroy the service {service.name}: its data may be gone",
            f"pocketpaas services destroy {service.name} --confirm {service.name}",
        )


def all_of(paths: HostPaths) -> list[Service]:
    """All services of this host, by name. Raises as `find` does."""
    found = (find(paths, name) for name in values.names(paths.services))
    return [service for service in found if service is not None]


def readable(paths: HostPaths) -> list[Service]:
    """The same for whoever tidies up: none where one is damaged, which is told by whoever looks at it."""
    try:
        return all_of(paths)
    except Failure:
        return []


def lock(paths: HostPaths, name: str, holder: Holder, reporter: Reporter) -> Lock:
    """A service's lock: before that of any app. Raises `Busy`, and `Refused` where the service is gone."""
    file = paths.service(name) / "lock"
    found = locks.take(file, holder)
    if found is None:
        reporter.note(f"waiting for another change of {name} to end: {locks.holder_text(file)}")
        found = locks.take(file, holder, _PATIENCE)
    if found is None:
        raise Busy(f"{name} is busy: {locks.holder_text(file)}")
    return found
