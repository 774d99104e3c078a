"""What a container is made from, whoever needs one: a process, a release command, a one-off command, a build. Pure:
configuration in, JSON out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Bind:
    """A file or directory of the host in the container."""

    source: str
    target: str
    read_only: bool = True

    def document(self) -> dict[str, Any]:
        """As the engine takes it."""
        found: dict[str, Any] = {"Type": "bind", "Source": self.source, "Target": self.target}
        return {**found, "ReadOnly": True} if self.read_only else found


@dataclass(frozen=True)
class Volume:
    """A volume by its name; the labels are for one that the engine makes."""

    name: str
    target: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As the engine takes it."""
        return {
            "Type": "volume",
            "Source": self.name,
            "Target": self.target,
            "VolumeOptions": {"Labels": dict(self.labels)},
        }


@dataclass(frozen=True)
class Limits:
    """What it may use: bytes of memory, billionths of a CPU, processes; 0 is without limit. `swap`: memory and swap
    together, as much as `memory` where it is None. `shares` and `oom_score` only where they are not None."""

    memory: int = 0
    cpus: int = 0
    pids: int = 0
    swap: int | None = None
    shares: int | None = None
    oom_score: int | None = None

    def document(self) -> dict[str, Any]:
        """The part of HostConfig."""
        found = {
            "Memory": self.memory,
            "MemorySwap": self.memory if self.swap is None else self.swap,
            "NanoCpus": self.cpus,
            "PidsLimit": self.pids,
        }
        if self.shares is not None:
            found["CpuShares"] = self.shares
        if self.oom_score is not None:
            found["OomScoreAdj"] = self.oom_score
        return found


@dataclass(frozen=True)
class ContainerSpec:
    """A container to be made.

    `name` empty: the engine gives one. `command` None: that of the image; so are `entrypoint`, `user`, `directory`
    where they are not given, and `stop_signal` (the engine takes SIGTERM where the image has none). `environment` are
    whole texts KEY=VALUE; of two for one key the engine takes the last. `network` None: the engine's default one;
    `address` is a fixed one in it. `log`: `journald` with a tag, or `none`; None for what the engine is set to.
    `stdin`: it stays open for one who attaches. `aliases` are further names in the network; `shared_memory` bytes of
    /dev/shm (0: the engine's 64 MB). `cores`: a process that crashes may leave its memory as a file.
    """

    image: str
    name: str = ""
    hostname: str = ""
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    user: str = ""
    directory: str = ""
    environment: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[Bind | Volume, ...] = ()
    tmpfs: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = Limits()
    network: str | None = None
    address: str | None = None
    init: bool = False
    stop_signal: str | None = None
    stdin: bool = False
    tty: bool = False
    log: str | None = None
    log_options: Mapping[str, str] = field(default_factory=dict)
    drop_capabilities: tuple[str, ...] = ()
    add_capabilities: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    shared_memory: int = 0
    cores: bool = True

    def document(self) -> dict[str, Any]:
        """The body of POST /containers/create."""
        found: dict[str, Any] = {
            "Image": self.image,
            "Cmd": None if self.command is None else list(self.command),
            "Env": list(self.environment),
            "Tty": self.tty,
            "OpenStdin": self.stdin,
            "StdinOnce": self.stdin,
            "AttachStdin": self.stdin,
            "AttachStdout": True,
            "AttachStderr": True,
            "StopSignal": self.stop_signal,
            "Labels": dict(self.labels),
            "HostConfig": self._host(),
        }
        optional = {
            "Hostname": self.hostname,
            "User": self.user,
            "WorkingDir": self.directory,
            "Entrypoint": list(self.entrypoint or ()),
        }
        found.update({key: value for key, value in optional.items() if value})
        if self.network is not None:
            endpoint: dict[str, Any] = {"IPAMConfig": None if self.address is None else {"IPv4Address": self.address}}
            if self.aliases:
                endpoint["Aliases"] = list(self.aliases)
            found["NetworkingConfig"] = {"EndpointsConfig": {self.network: endpoint}}
        return found

    def _host(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "RestartPolicy": {"Name": "no"},
            "Init": self.init,
            **self.limits.document(),
            "SecurityOpt": ["no-new-privileges"],
            "Mounts": [mount.document() for mount in self.mounts],
        }
        if self.network is not None:
            found["NetworkMode"] = self.network
        if self.log is not None:
            found["LogConfig"] = {"Type": self.log, "Config": dict(self.log_options)}
        if self.shared_memory:
            found["ShmSize"] = self.shared_memory
        if not self.cores:
            found["Ulimits"] = [{"Name": "core", "Soft": 0, "Hard": 0}]
        if self.tmpfs:
            found["Tmpfs"] = dict(self.tmpfs)
        if self.drop_capabilities:
            found["CapDrop"] = list(self.drop_capabilities)
        if self.add_capabilities:
            found["CapAdd"] = list(self.add_capabilities)
        return found
