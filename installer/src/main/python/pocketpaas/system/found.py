"""What is on the machine of PocketPaaS, as a tree for the laptop: before `host uninstall`, and after it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field

from pocketpaas.build import stack
from pocketpaas.engine import images, networks
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import NoEngine
from pocketpaas.machine.process import run
from pocketpaas.routing import metadata
from pocketpaas.state import host_settings, listing, names, values
from pocketpaas.state.paths import HostPaths
from pocketpaas.system import files, things
from pocketpaas.system.before import Before
from pocketpaas.system.files import Machine

#: What `init host` and `backups destination` install; packages are the machine's.
PACKAGES = (
    *(
        "docker.io",
        "docker-cli",
        "nginx",
        "git",
        "curl",
        "ca-certificates",
        "sudo",
        "iproute2",
        "iptables",
        "logrotate",
    ),
    *("unattended-upgrades", "apparmor", "certbot", "python3", "restic"),
)
_MINE = "pocketpaas-"
_NO_RECORD = (
    "what an older version changed and kept no record of: Docker's daemon.json, nginx's disabled default site, ports "
    "that were opened in ufw or firewalld"
)


@dataclass
class Found:
    """By kind, the names for people. `data` has the bytes of each volume where the engine tells, else -1."""

    left: dict[str, list[str]] = field(default_factory=dict)
    data: dict[str, int] = field(default_factory=dict)
    stays: list[str] = field(default_factory=list)
    engine: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether nothing of ours is there."""
        return not any(self.left.values())


def has_engine(machine: Machine) -> bool:
    """Whether the machine has a Docker engine at all, at work or not."""
    return shutil.which("dockerd", path=_search(machine)) is not None


def _search(machine: Machine) -> str:
    return ":".join(str(machine.path(one)) for one in ("usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin"))


def look(paths: HostPaths, machine: Machine, engine: Engine) -> Found:
    """Looks for all of it. Raises `NoEngine` where there is an engine that does not answer: then nobody knows."""
    found = Found()
    found.left["files"] = [str(path) for path in machine.all()]
    found.left["units"] = units_at_work(machine)
    found.left["user"] = [files.USER] if files.has_user() else []
    found.left["firewall rules"] = [_short(program, words) for program, words in metadata.rules()]
    found.left["routes"] = [f"unreachable {one}" for one in networks.guards()]
    found.left["swap"] = [line for line in values.lines(machine.path("etc/fstab")) if files.in_fstab(line)]
    found.engine = has_engine(machine)
    if found.engine:
        _look_into(paths, engine, found)
    found.stays += staying(paths, machine, found.engine)
    return found


def _short(program: str, words: list[str]) -> str:
    """A rule for people: where from, and where to."""
    known = {word: words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-s", "-i", "-d")}
    return f"{program}: {known.get('-s') or known.get('-i', 'all')} to {known.get('-d', 'all')}"


def _look_into(paths: HostPaths, engine: Engine, found: Found) -> None:
    engine.look()
    try:
        found.left["containers"] = [one.name for one in things.containers_of(engine)]
        found.left["networks"] = [one.name for one in things.networks_of(engine)]
        found.left["images"] = [one.name for one in things.images_of(paths, engine)]
        fetched = {one.name for one in things.images_of(paths, engine)}
        own = [name for name in stack.names_of(paths) if name not in fetched and images.exists(engine, name)]
        found.stays += [f"the image {name}, which the host has not fetched" for name in own]
        found.left["volumes"] = [one.name for one in things.volumes_of(engine)]
    except EngineError as error:
        raise NoEngine(error.text) from error
    if found.left["volumes"]:
        known = things.sizes(engine)
        found.data = {name: known.get(name, -1) for name in found.left["volumes"]}


def units_at_work(machine: Machine) -> list[str]:
    """The names of systemd's units that are ours and loaded, but for the one that this program runs in."""
    ended = run(["systemctl", "list-units", "--all", "--plain", "--no-legend", "--full", f"{_MINE}*"])
    own = own_unit()
    listed = [line.split()[0] for line in ended.text.splitlines() if line.split()]
    return sorted(name for name in listed if name.startswith(_MINE) and name != own)


def own_unit() -> str:
    """The unit that this program runs in, if it is one of ours; else empty."""
    for line in values.read_or(files.Machine().path("proc/self/cgroup"), "").splitlines():
        last = line.rpartition("/")[2]
        if last.startswith(_MINE):
            return last
    return ""


# ---------------------------------------------------------------- what stays


def staying(paths: HostPaths, machine: Machine, engine: bool) -> list[str]:
    """What is not removed, and why, one sentence each."""
    before = Before(paths)
    found = [" ".join(("packages:", *installed()))]
    if host_settings.path(paths, "domain").parent.is_dir() and not before.is_known:
        found.append(_NO_RECORD)
    ours = " ".join(before.packages())
    if ours:
        text = f"of these, PocketPaaS installed: {ours}; remove them with apt-get purge --autoremove"
        found.append(text)
    if engine and not before.installed("docker.io"):
        found.append("the Docker engine's build cache, which nobody owns; empty it with docker builder prune --all")
    backups = values.read_or(paths.backups / "destination", "")
    if names.is_backup_destination(backups):
        text = f"the backups in {backups}; without the passphrase nobody can read them"
        found.append(text)
    found += [f"{path}, which somebody else has written" for path in machine.foreign()]
    found += [f"{path}, which is yours" for path in machine.own_files()]
    found += [f'{path}, which "host harden" has written' for path in machine.hardened()]
    found.append("lines of the apps in the machine's journal; they go as it turns")
    return found


def installed() -> list[str]:
    """Those of our packages that the machine has."""
    ended = run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\\n", *PACKAGES])
    return sorted(
        {line.removeprefix("installed ") for line in ended.text.splitlines() if line.startswith("installed ")}
    )


def tree(paths: HostPaths, found: Found) -> dict[str, str]:
    """The answer: left/KIND, data/N/{name,bytes}, stays, apps, services."""
    told = {f"left/{kind.replace(' ', '-')}": "\n".join(names_) for kind, names_ in found.left.items() if names_}
    for number, (name, size) in enumerate(sorted(found.data.items()), 1):
        told |= {f"data/{number}/name": name, f"data/{number}/bytes": str(size)}
    told["stays"] = "\n".join(found.stays)
    told["apps"] = "\n".join(listing.apps(paths))
    told["services"] = "\n".join(name for name in values.names(paths.services) if names.is_service(name))
    told["name"] = host_settings.text(paths, "name")
    return told
