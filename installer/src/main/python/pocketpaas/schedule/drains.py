"""Where logs of apps are sent: apps/APP/drains/N/ (target who when lost seen). The distribution's rsyslogd does it, an
instance of our own with its own configuration and its own unit, whatever else of it runs on the host. It reads the
journal, remembers its place, and keeps what a target does not take in a bounded queue on the disk."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pocketpaas import rules
from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.machine.process import run
from pocketpaas.state import host_settings, listing, names, values
from pocketpaas.state.paths import HostPaths

UNITS = Path("/etc/systemd/system")
UNIT = "pocketpaas-logdrain.service"
PROGRAM = "/usr/sbin/rsyslogd"
#: How much of what waits for a target is kept, in megabytes.
BUFFER_MB = 100
_SYSTEM_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_PORTS = {"tls": "6514", "tcp": "514"}
_PATIENCE = 120
_MOST_STATS = 1_000_000

_SERVICE = """# Written by PocketPaaS; changes are overwritten.
[Unit]
Description=PocketPaaS: sends logs of apps to their drains
Wants=network-online.target
After=network-online.target systemd-journald.service

[Service]
ExecStart={program} -n -iNONE -f {directory}/rsyslog.conf
Restart=always
RestartSec=5
TimeoutStopSec=30
MemoryMax=128M
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ReadWritePaths={directory}
IPAddressDeny=169.254.0.0/16 fe80::/10 fd00:ec2::254/128
AppArmorProfile=-unconfined

[Install]
WantedBy=multi-user.target
"""
_HEAD = """# Written by PocketPaaS; changes are overwritten.
global(workDirectory="{spool}" maxMessageSize="64k" defaultNetstreamDriverCAFile="{directory}/authorities.pem")
module(load="imjournal" StateFile="place" IgnorePreviousMessages="on" PersistStateInterval="20" Ratelimit.Interval="0"
  DefaultSeverity="6")
module(load="impstats" interval="60" format="json" log.syslog="off" log.file="{directory}/stats" resetCounters="off")
template(name="line" type="list") {{
  constant(value="<") property(name="pri") constant(value=">1 ")
  property(name="timereported" dateFormat="rfc3339" date.inUTC="on") constant(value=" ")
  property(name="hostname") constant(value=" ") property(name="$!POCKETPAAS_APP") constant(value=" ")
  property(name="$!POCKETPAAS_TYPE") constant(value=".") property(name="$!POCKETPAAS_INSTANCE")
  constant(value=" - - ") property(name="msg")
}}
"""
_ACTION = """if $!POCKETPAAS_APP == "{app}" then {{
  action(type="omfwd" name="{name}" target="{host}" port="{port}" protocol="tcp" TCP_Framing="octet-counted"
    template="line"{tls}
    action.resumeRetryCount="-1" action.resumeInterval="5" action.resumeIntervalMax="60"
    queue.type="Disk" queue.filename="{name}" queue.spoolDirectory="{spool}" queue.maxDiskSpace="{buffer}m"
    queue.maxFileSize="10m" queue.size="500000" queue.checkpointInterval="100" queue.saveOnShutdown="on"
    queue.dequeueBatchSize="1" queue.timeoutEnqueue="0")
}}
"""
#: Of a closed connection it learns by looking whether something came. With TLS 1.3 something always has (tickets), and
#: the next line is written to nobody.
_TLS = """ StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name"
    StreamDriverPermittedPeers="{host}" gnutlsPriorityString="Protocol=-ALL,TLSv1.2\""""


#: The file with the name of a drain's queue, where its app has got another name since.
_NAME = "queue"


@dataclass(frozen=True)
class Drain:
    """One of an app's: `directory` is its place in the state, whose name is its number."""

    app: str
    number: int
    target: str
    directory: Path

    @property
    def name(self) -> str:
        """Of its queue and of its files; an underscore is in no app's name. It stays when the app gets another name."""
        return values.read_or(self.directory / _NAME, "") or f"{self.app}_{self.number}"

    def keep_name(self, app: str) -> None:
        """The app was called so when the drain was added. Raises `CannotWrite`."""
        if not (self.directory / _NAME).exists():
            values.write(self.directory / _NAME, f"{app}_{self.number}")

    @property
    def kind(self) -> str:
        """tls or tcp."""
        return self.target.partition("://")[0].removeprefix("syslog+")

    @property
    def host(self) -> str:
        """A name or an IPv4 address."""
        return self.target.partition("://")[2].partition(":")[0]

    @property
    def port(self) -> str:
        """The kind's own where none is stated."""
        return self.target.partition("://")[2].partition(":")[2] or _PORTS[self.kind]

    @property
    def lost(self) -> int:
        """How many lines its queue had no room for, since it is there."""
        return values.number(self.directory / "lost", 0)


@dataclass(frozen=True)
class State:
    """What rsyslogd told last: lines that wait, and that were thrown away since it was started."""

    waiting: int
    discarded: int


def is_target(text: str) -> bool:
    """Whether it is where logs can be sent, and nothing else."""
    return (
        rules.pattern("drain-target").fullmatch(text) is not None and 1 <= int(Drain("", 0, text, Path()).port) <= 65535
    )


def of_app(paths: HostPaths, app: str) -> list[Drain]:
    """In the order of their numbers."""
    found = []
    for name in values.names(paths.app(app) / "drains"):
        directory = paths.app(app) / "drains" / name
        target = values.read_or(directory / "target", "")
        if names.is_number(name, 1) and is_target(target):
            found.append(Drain(app, int(name), target, directory))
    return sorted(found, key=lambda one: one.number)


def everywhere(paths: HostPaths) -> Iterator[Drain]:
    """Those of all apps."""
    for app in listing.apps(paths):
        yield from of_app(paths, app)


def place(paths: HostPaths) -> Path:
    """Where the forwarder has its files."""
    return paths.root / "drains"


# ---------------------------------------------------------------- the forwarder


def apply(paths: HostPaths, units: Path = UNITS) -> None:
    """The forwarder sends what the state says; without any drain there is none. The host's lock is held. Raises
    `Failed`: what is sent until now is sent on."""
    wanted, directory = list(everywhere(paths)), place(paths)
    if not wanted:
        if os.path.lexists(units / UNIT):
            _systemctl("disable", "--now", UNIT)
            values.remove(units / UNIT)
            _systemctl("daemon-reload")
        values.remove_tree(directory)
        return
    spool = directory / "spool"
    values.make_directory(spool)
    for left in values.names(spool):
        if left != "place" and left.partition(".")[0] not in {one.name for one in wanted}:
            values.remove(spool / left)
    own = host_settings.text(paths, "ca-certificates.pem")
    values.write(directory / "authorities.pem", values.read_or(_SYSTEM_AUTHORITIES, "") + "\n" + own)
    _put_configuration(directory, _configuration(directory, spool, wanted))
    unit = _SERVICE.format(program=PROGRAM, directory=directory)
    if values.read_or(units / UNIT, "") != unit:
        try:
            values.write(units / UNIT, unit, 0o644)
        except OSError as error:
            raise CannotWrite(units / UNIT) from error
        _systemctl("daemon-reload")
    _systemctl("enable", "--quiet", UNIT)
    _systemctl("restart", UNIT)


def _configuration(directory: Path, spool: Path, wanted: list[Drain]) -> str:
    text = _HEAD.format(directory=directory, spool=spool)
    for one in wanted:
        tls = _TLS.format(host=one.host) if one.kind == "tls" else ""
        text += _ACTION.format(
            app=one.app, name=one.name, host=one.host, port=one.port, tls=tls, spool=spool, buffer=BUFFER_MB
        )
    return text


def _put_configuration(directory: Path, text: str) -> None:
    candidate = directory / "candidate.conf"
    values.write(candidate, text)
    ended = run([PROGRAM, "-N1", "-f", str(candidate)], seconds=_PATIENCE)
    if not ended.ok:
        raise Failed("drain", f"rsyslogd does not take the configuration: {ended.complaint[-300:]}")
    os.replace(candidate, directory / "rsyslog.conf")


def _systemctl(*words: str) -> None:
    ended = run(["systemctl", *words], seconds=_PATIENCE)
    if not ended.ok:
        raise Failed("drain", f"systemctl {words[0]} failed: {ended.complaint}", f"journalctl --unit {UNIT}")


# ---------------------------------------------------------------- what became of it


def states(paths: HostPaths) -> dict[str, State]:
    """By the drains' names, as they were within the last minute; of one that is new there is none yet."""
    found: dict[str, State] = {}
    for line in values.read_or(place(paths) / "stats", "").splitlines():
        _, brace, rest = line.partition("{")
        try:
            counted = json.loads(brace + rest)
            name, _, what = str(counted["name"]).partition(" ")
            if what == "queue":
                found[name] = State(int(counted["size"]), int(counted["discarded.full"]))
        except (ValueError, KeyError, TypeError):
            # Half a line, or of something else.
            continue
    return found


def count_losses(paths: HostPaths) -> None:
    """For the host's timer: adds what was thrown away to what the state knows. The counters begin again with the
    program; what it tells is kept short."""
    told = states(paths)
    for one in everywhere(paths):
        state = told.get(one.name)
        if state is None:
            continue
        seen = values.number(one.directory / "seen", 0)
        more = state.discarded - seen if state.discarded >= seen else state.discarded
        if more:
            values.write(one.directory / "lost", str(one.lost + more))
        if state.discarded != seen:
            values.write(one.directory / "seen", str(state.discarded))
    stats = place(paths) / "stats"
    try:
        if stats.stat().st_size > _MOST_STATS:
            os.truncate(stats, 0)
    except FileNotFoundError:
        pass
