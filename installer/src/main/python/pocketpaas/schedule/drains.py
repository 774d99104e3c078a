"""Where logs of apps are sent: apps/APP/drains/N/ (target format headers who when lost seen). The distribution's
rsyslogd does it, an instance of our own with its own configuration and its own unit, whatever else of it runs on the
host. It reads the journal, remembers its place, and keeps what a target does not take in a bounded queue on the
disk. On a machine of a cluster that is not the home, the drains are those that the home has handed over
(`cluster.log_drains`)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pocketpaas import rules
from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.machine.process import run
from pocketpaas.schedule import drain_place
from pocketpaas.schedule.drain_place import place
from pocketpaas.schedule.drain_target import HTTPS, LOGPLEX, Target, is_target
from pocketpaas.schedule.log_lines import MOST_LINES
from pocketpaas.state import host_settings, listing, names, nodes, renames, values
from pocketpaas.state.paths import HostPaths

UNITS = Path("/etc/systemd/system")
UNIT = "pocketpaas-logdrain.service"
PROGRAM = "/usr/sbin/rsyslogd"
#: How much of what waits for a target is kept, in megabytes.
BUFFER_MB = 100
_SYSTEM_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_MEGABYTES, _MEGABYTES_EACH = 128, 64
_PATIENCE = 120

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
KillMode=mixed
MemoryMax={megabytes}M
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
#: A process of a cluster has its number in no label, but in its environment: TYPE.N (46 is the dot).
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
if $!POCKETPAAS_INSTANCE == "" and $!POCKETPAAS_PROCESS != "" then {{
  set $!POCKETPAAS_INSTANCE = field($!POCKETPAAS_PROCESS, 46, 2);
}}
"""
_HEAD_HTTPS = """module(load="omprog")
template(name="object" type="list") {
  constant(value="{") property(outname="pri" name="pri" format="jsonf") constant(value=",")
  property(outname="time" name="timereported" dateFormat="rfc3339" date.inUTC="on" format="jsonf") constant(value=",")
  property(outname="host" name="hostname" format="jsonf") constant(value=",")
  property(outname="app" name="$!POCKETPAAS_APP" format="jsonf") constant(value=",")
  property(outname="type" name="$!POCKETPAAS_TYPE" format="jsonf") constant(value=",")
  property(outname="instance" name="$!POCKETPAAS_INSTANCE" format="jsonf") constant(value=",")
  property(outname="message" name="msg" format="jsonf") constant(value="}\\n")
}
"""
_ACTION = """if {of_app} then {{
  action({module}
    action.resumeRetryCount="-1" action.resumeInterval="5" action.resumeIntervalMax="60"
    queue.type="Disk" queue.filename="{name}" queue.spoolDirectory="{spool}" queue.maxDiskSpace="{buffer}m"
    queue.maxFileSize="10m" queue.size="500000" queue.checkpointInterval="100" queue.saveOnShutdown="on"
    queue.dequeueBatchSize="{batch}" queue.timeoutEnqueue="0")
}}
"""
_SYSLOG = """type="omfwd" name="{name}" target="{host}" port="{port}" protocol="tcp" TCP_Framing="octet-counted"
    template="line"{tls}"""
#: It confirms what the target has taken, however long that takes (`log_output`). A target that is away for longer than
#: these 23 days gets the batch of then twice.
_PROGRAM = """type="omprog" name="{name}" binary="{sender} {name}" template="object"
    confirmMessages="on" useTransactions="on" confirmTimeout="2000000000" closeTimeout="20000\""""
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
        """The app is called so, and gets another name. Raises `CannotWrite`."""
        if not (self.directory / _NAME).exists():
            values.write(self.directory / _NAME, f"{app}_{self.number}")

    @property
    def to(self) -> Target:
        """The target's parts."""
        return Target(self.target)

    @property
    def format(self) -> str:
        """Of lines that go by HTTPS."""
        found = values.read_or(self.directory / "format", "")
        return found if found in rules.words("drain-formats") else LOGPLEX

    @property
    def lost(self) -> int:
        """How many lines its queue had no room for, since it is there."""
        return values.number(self.directory / "lost", 0)


def of_app(paths: HostPaths, app: str) -> list[Drain]:
    """In the order of their numbers."""
    return _within(app, paths.app(app) / "drains")


def handed(paths: HostPaths) -> Path:
    """What the home of the cluster has handed over: apps/APP/N/ as in `of_app`, and its own authorities."""
    return nodes.directory(paths) / "drains"


def _within(app: str, place_of_all: Path) -> list[Drain]:
    found = []
    for name in values.names(place_of_all):
        directory = place_of_all / name
        target = values.read_or(directory / "target", "")
        if names.is_number(name, 1) and is_target(target):
            found.append(Drain(app, int(name), target, directory))
    return sorted(found, key=lambda one: one.number)


def everywhere(paths: HostPaths) -> Iterator[Drain]:
    """Those of all apps of this machine, and those that were handed over."""
    own = [one for app in listing.apps(paths) for one in of_app(paths, app)]
    yield from own
    known = {(one.app, one.number) for one in own}
    for app in values.names(handed(paths) / "apps"):
        there = _within(app, handed(paths) / "apps" / app)
        # Of an app that has just come here (`backup.recovering`), its own.
        yield from (one for one in there if (one.app, one.number) not in known)


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
    theirs = values.read_or(handed(paths) / "authorities", "")
    known = (values.read_or(_SYSTEM_AUTHORITIES, ""), own, theirs)
    values.write(drain_place.authorities(paths), "\n".join(known))
    by_https = [one for one in wanted if one.to.kind == HTTPS]
    _put_https(paths, by_https)
    _put_configuration(directory, _configuration(paths, spool, wanted))
    megabytes = _MEGABYTES + _MEGABYTES_EACH * len(by_https)
    unit = _SERVICE.format(program=PROGRAM, directory=directory, megabytes=megabytes)
    if values.read_or(units / UNIT, "") != unit:
        try:
            values.write(units / UNIT, unit, 0o644)
        except OSError as error:
            raise CannotWrite(units / UNIT, error) from error
        _systemctl("daemon-reload")
    _systemctl("enable", "--quiet", UNIT)
    _systemctl("restart", UNIT)


def is_current(paths: HostPaths) -> bool:
    """Whether the forwarder has the configuration that these programs make, or there is nothing for it to do."""
    wanted, directory = list(everywhere(paths)), place(paths)
    text = _configuration(paths, directory / "spool", wanted)
    return not wanted or values.read_or(directory / "rsyslog.conf", "") == text


def _put_https(paths: HostPaths, wanted: list[Drain]) -> None:
    """What the programs that send by HTTPS read: the addresses, which may hold secrets, are in no argument and in no
    configuration."""
    for left in values.names(drain_place.https(paths)):
        if left not in {one.name for one in wanted}:
            values.remove_tree(drain_place.https(paths) / left)
    for one in wanted:
        directory = drain_place.https(paths) / one.name
        values.make_directory(directory)
        headers = values.read_or(one.directory / "headers", "")
        for name, text in (("format", one.format), ("headers", headers), ("target", one.target)):
            values.write(directory / name, text)


def _configuration(paths: HostPaths, spool: Path, wanted: list[Drain]) -> str:
    text = _HEAD.format(directory=place(paths), spool=spool)
    if any(one.to.kind == HTTPS for one in wanted):
        text += _HEAD_HTTPS
    sender = paths.programs.parent / "current" / "send-logs"
    for one in wanted:
        to, by_https = one.to, one.to.kind == HTTPS
        tls = _TLS.format(host=to.host) if to.kind == "tls" else ""
        syslog = _SYSLOG.format(name=one.name, host=to.host, port=to.port, tls=tls)
        module = _PROGRAM.format(name=one.name, sender=sender) if by_https else syslog
        batch = MOST_LINES if by_https else 1
        text += _ACTION.format(
            of_app=_of_app(paths, one.app), name=one.name, module=module, spool=spool, buffer=BUFFER_MB, batch=batch
        )
    return text


def _of_app(paths: HostPaths, app: str) -> str:
    """rsyslog's condition: by both names, while the app runs under both."""
    rename = renames.of_app(paths, app)
    names_of_it = (app,) if rename is None else (rename.old, rename.new)
    return " or ".join(f'$!POCKETPAAS_APP == "{name}"' for name in names_of_it)


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
