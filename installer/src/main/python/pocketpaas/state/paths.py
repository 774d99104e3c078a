"""Where the state, the logs and the programs are (docs/protocol.md, "State")."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class HostPaths:
    """The directories of a host. Only tests have others than the usual ones."""

    root: Path
    log: Path
    #: The directory of these very programs, never `current`: what runs keeps its own version.
    programs: Path

    @staticmethod
    def of_this_host() -> HostPaths:
        """The usual directories; PP_ROOT and PP_LOG name others for tests (sudo and systemd let neither through)."""
        return HostPaths(
            Path(os.environ.get("PP_ROOT", "/var/lib/pocketpaas")),
            Path(os.environ.get("PP_LOG", "/var/log/pocketpaas")),
            Path(os.path.realpath(__file__)).parents[2],
        )

    @property
    def host(self) -> Path:
        """The settings of the host."""
        return self.root / "host"

    @property
    def keys(self) -> Path:
        """The SSH keys that may use the host."""
        return self.root / "keys"

    @property
    def apps(self) -> Path:
        """One directory an app."""
        return self.root / "apps"

    @property
    def services(self) -> Path:
        """One directory a service."""
        return self.root / "services"

    def service(self, name: str) -> Path:
        """The directory of a service."""
        return self.services / name

    @property
    def backups(self) -> Path:
        """Where backups go, and how."""
        return self.root / "backups"

    @property
    def works(self) -> Path:
        """One directory an operation."""
        return self.root / "work"

    @property
    def moves(self) -> Path:
        """What apps that are moved from or to here need meanwhile, a directory each."""
        return self.root / "moves"

    def app(self, app: str) -> Path:
        """The directory of an app."""
        return self.apps / app

    def release(self, app: str, number: int) -> Path:
        """The bundle of a release."""
        return self.apps / app / "releases" / str(number)

    def work(self, work: str) -> Path:
        """The directory of an operation."""
        return self.works / work
