"""What the machine was like before `init host` changed it: kept by work/init in the state, to be put back."""

from __future__ import annotations

from dataclasses import dataclass

from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths


@dataclass(frozen=True)
class Before:
    """The files of STATE/before. One that is missing: it was not changed (or by a program older than this)."""

    paths: HostPaths

    @property
    def is_known(self) -> bool:
        """Whether there is a record at all: programs older than this kept none."""
        return (self.paths.root / "before").is_dir()

    @property
    def daemon(self) -> str:
        """What we wrote into /etc/docker/daemon.json; empty where it was there."""
        return values.read_or(self.paths.root / "before" / "daemon.json", "")

    @property
    def stock_site(self) -> bool:
        """Whether nginx's own site was enabled."""
        return (self.paths.root / "before" / "stock-site").exists()

    @property
    def disabled(self) -> tuple[str, ...]:
        """The units that did not start at boot."""
        return values.lines(self.paths.root / "before" / "disabled")

    @property
    def firewall(self) -> tuple[str, ...]:
        """What we opened: lines PROGRAM PORT."""
        return values.lines(self.paths.root / "before" / "firewall")

    def packages(self) -> tuple[str, ...]:
        """What we installed."""
        return values.lines(self.paths.root / "before" / "packages")

    def installed(self, package: str) -> bool:
        """Whether we installed it."""
        return package in self.packages()
