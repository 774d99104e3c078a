"""Makes a machine harder to get into: no passwords for SSH, a firewall, fail2ban. Each change is taken back by a timer
of systemd's, within a minute and over a reboot, unless somebody has logged in anew by then and said so (`confirm`)."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.failure import Failed, Refused
from pocketpaas.machine import packages
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import Ended, run
from pocketpaas.query import audit, audit_network
from pocketpaas.state import values
from pocketpaas.system.files import Machine

#: What can be asked for.
SSH, FIREWALL, BANS = "ssh-keys-only", "firewall", "fail2ban"
SECONDS = 50
UNIT = "pocketpaas-harden-undo"
_SSHD = "etc/ssh/sshd_config.d/00-pocketpaas.conf"
_JAIL = "etc/fail2ban/jail.d/pocketpaas.conf"
_WEB = ("80", "443")
_HEAD = "# Written by PocketPaaS (host harden); changes are overwritten.\n"
#: The first value counts for sshd, and this file is read before the others.
_SSHD_TEXT = f"""{_HEAD}PasswordAuthentication no
KbdInteractiveAuthentication no
PermitEmptyPasswords no
PermitRootLogin prohibit-password
"""
_JAIL_TEXT = f"""{_HEAD}[sshd]
enabled = true
backend = systemd
port = {{ports}}
"""
_SERVICE = f"""{_HEAD}[Unit]
Description=PocketPaaS: take back a change that nobody has confirmed

[Service]
Type=oneshot
ExecStart={{program}} undo
TimeoutStartSec=2min
"""
_TIMER = f"""{_HEAD}[Unit]
Description=PocketPaaS: take back a change that nobody has confirmed

[Timer]
OnActiveSec={SECONDS}
AccuracySec=1s

[Install]
WantedBy=timers.target
"""


@dataclass(frozen=True)
class Hardening:
    """`pending` is the directory that says what has to be taken back; while it is there nobody has confirmed."""

    machine: Machine
    pending: Path
    program: Path
    reporter: Reporter
    #: Lets the machines of the host's cluster in; whether that could be done.
    open_for_cluster: Callable[[], bool] = lambda: True

    # ------------------------------------------------------------ doing

    def apply(self, wanted: list[str], allow: list[str]) -> None:
        """What is wanted, with the timer that takes it back. Raises `Refused`, `Failed`: then it was taken back."""
        if self.pending.exists():
            raise Refused(
                "pending", "a change of before waits to be confirmed or taken back", f"try again in {SECONDS} seconds"
            )
        todo = self.missing(wanted, allow)
        self._packages(todo)
        ports = sorted({*ssh_ports(), *_WEB, *allow}, key=int)
        self._arm()
        try:
            for name, do in self._steps(ports).items():
                if name in todo:
                    self.reporter.step(f"harden-{name}", "start")
                    do()
                    self.reporter.step(f"harden-{name}", "done")
        except BaseException:
            self.undo()
            raise

    def _steps(self, ports: list[str]) -> dict[str, Callable[[], None]]:
        return {SSH: self._ssh, FIREWALL: lambda: self._firewall(ports), BANS: self._bans}

    def missing(self, wanted: list[str], allow: list[str]) -> list[str]:
        """What of it the machine does not have yet."""
        found = []
        if SSH in wanted and not is_keys_only():
            found.append(SSH)
        if FIREWALL in wanted:
            told = audit_network.firewall()
            if told["firewall/kind"] not in ("ufw", "none"):
                raise Refused(
                    "other-firewall",
                    f"this machine has a firewall already: {told['firewall/kind']}",
                    "open the ports of SSH, 80 and 443 there, and leave --firewall out",
                )
            opened = told.get("firewall/open", "").split()
            if told["firewall/kind"] == "none" or not {*ssh_ports(), *_WEB, *allow} <= {*opened}:
                found.append(FIREWALL)
        if BANS in wanted and not run(["systemctl", "--quiet", "is-active", "fail2ban.service"]).ok:
            found.append(BANS)
        return found

    def _packages(self, todo: list[str]) -> None:
        programs = {FIREWALL: ("ufw", "usr/sbin/ufw"), BANS: ("fail2ban", "usr/bin/fail2ban-server")}
        needed = [
            package
            for name, (package, file) in programs.items()
            if name in todo and not self.machine.path(file).exists()
        ]
        if not needed:
            return
        if BANS in todo and "fail2ban" in needed:
            # It reads the journal by this.
            needed.append("python3-systemd")
        packages.install(self.reporter, needed)

    def _ssh(self) -> None:
        main = values.read_or(self.machine.path("etc/ssh/sshd_config"), "")
        if "/etc/ssh/sshd_config.d/" not in main:
            raise Refused(
                "no-include",
                "/etc/ssh/sshd_config does not include sshd_config.d",
                "add at its top: Include /etc/ssh/sshd_config.d/*.conf",
            )
        self._remember("ssh", values.read_or(self.machine.path(_SSHD), ""))
        values.make_directory(self.machine.path(_SSHD).parent, 0o755)
        values.write(self.machine.path(_SSHD), _SSHD_TEXT, 0o644)
        _need(run(["sshd", "-t"]), "sshd refuses its configuration")
        reload_sshd()
        if not is_keys_only():
            raise Failed(
                "still-passwords",
                "sshd still accepts passwords: a file that is read before ours, or a Match block, says so",
                "look at it on the host: sshd -T; grep -ri password /etc/ssh/sshd_config*",
            )

    def _firewall(self, ports: list[str]) -> None:
        active = "Status: active" in run(["ufw", "status"]).text
        self._remember("ufw", "active" if active else "inactive")
        opened = audit_network.firewall().get("firewall/open", "").split() if active else []
        added = run(["ufw", "show", "added"]).text
        fresh = [port for port in ports if port not in opened and f"allow {port}/tcp" not in added]
        self._remember("ufw-ports", "\n".join(fresh))
        for port in ports:
            _need(run(["ufw", "allow", f"{port}/tcp"]), "ufw refuses a rule")
        if not self.open_for_cluster():
            raise Failed("not-hardened", "ufw takes no rules for the machines of the cluster", "see: ufw show added")
        if not active:
            _need(run(["ufw", "--force", "enable"], seconds=60), "ufw cannot be turned on")

    def _bans(self) -> None:
        self._remember("jail", values.read_or(self.machine.path(_JAIL), ""))
        values.make_directory(self.machine.path(_JAIL).parent, 0o755)
        values.write(self.machine.path(_JAIL), _JAIL_TEXT.format(ports=",".join(ssh_ports())), 0o644)
        _need(run(["systemctl", "enable", "--quiet", "fail2ban.service"]), "fail2ban cannot be enabled")
        _need(run(["systemctl", "restart", "fail2ban.service"]), "fail2ban does not start")

    # ------------------------------------------------------------ taking back

    def _arm(self) -> None:
        """From here on the machine takes back what is in `pending`, whatever happens to us."""
        values.make_directory(self.pending)
        units = self.machine.path("etc/systemd/system")
        values.write(units / f"{UNIT}.service", _SERVICE.format(program=self.program), 0o644)
        values.write(units / f"{UNIT}.timer", _TIMER, 0o644)
        _need(run(["systemctl", "daemon-reload"]), "systemd does not reload")
        _need(run(["systemctl", "enable", "--quiet", "--now", f"{UNIT}.timer"]), "the timer cannot be started")

    def _remember(self, name: str, text: str) -> None:
        values.write(self.pending / name, text)

    def confirm(self) -> bool:
        """Somebody got in: the change stays. False where it has been taken back already."""
        if not self.pending.exists():
            return False
        # The state first: from here on a timer that begins finds nothing to take back.
        values.remove_tree(self.pending)
        self._disarm()
        return True

    def undo(self) -> bool:
        """Puts back what `pending` says; whether there was anything. Each part is tried, whatever becomes of others."""
        if not self.pending.exists():
            return False
        for part in (self._undo_firewall, self._undo_ssh, self._undo_bans):
            try:
                part()
            except OSError as error:
                self.reporter.warn(f"not everything could be taken back: {error}")
        values.remove_tree(self.pending)
        self._disarm()
        return True

    def _undo_firewall(self) -> None:
        state = values.read(self.pending / "ufw")
        if state is None:
            return
        if state == "inactive":
            run(["ufw", "--force", "disable"])
        for port in values.lines(self.pending / "ufw-ports"):
            run(["ufw", "delete", "allow", f"{port}/tcp"])

    def _undo_ssh(self) -> None:
        if self._put_back("ssh", _SSHD):
            reload_sshd()

    def _undo_bans(self) -> None:
        if self._put_back("jail", _JAIL):
            verb = "restart" if self.machine.path(_JAIL).exists() else "stop"
            run(["systemctl", verb, "fail2ban.service"])

    def _put_back(self, name: str, file: str) -> bool:
        text = values.read(self.pending / name)
        if text is None:
            return False
        if text:
            values.write(self.machine.path(file), text, 0o644)
        else:
            values.remove(self.machine.path(file))
        return True

    def _disarm(self) -> None:
        # Not --now: the unit of the timer may be the one that we run in.
        run(["systemctl", "disable", "--quiet", f"{UNIT}.timer"])
        run(["systemctl", "stop", f"{UNIT}.timer"])
        for ending in (".timer", ".service"):
            values.remove(self.machine.path("etc/systemd/system") / f"{UNIT}{ending}")
        run(["systemctl", "daemon-reload"])


def _need(ended: Ended, text: str) -> None:
    if not ended.ok:
        raise Failed("not-hardened", f"{text}: {ended.complaint}", "nothing of it stays; see the host")


def is_keys_only() -> bool:
    """Whether sshd lets nobody in by a password."""
    told = audit.sshd()
    return (
        told.get("ssh/passwordauthentication") == "no"
        and told.get("ssh/kbdinteractiveauthentication") == "no"
        and told.get("ssh/permitrootlogin") in ("no", "without-password", "prohibit-password", "forced-commands-only")
    )


def ssh_ports() -> list[str]:
    """The ports that sshd is configured for, and those where it listens."""
    found = audit.sshd().get("ssh/port", "").split()
    told = audit_network.listeners()
    for path, program in told.items():
        if path.endswith("/program") and program == "sshd":
            found.append(told[path.removesuffix("program") + "port"])
    return sorted(set(found), key=int) or ["22"]


def reload_sshd() -> None:
    """Debian and Ubuntu call it ssh; where a socket starts it for each connection there is nothing to reload."""
    unit = "ssh.service" if os.path.exists("/lib/systemd/system/ssh.service") else "sshd.service"
    if run(["systemctl", "--quiet", "is-active", unit]).ok:
        _need(run(["systemctl", "reload", unit]), "sshd does not reload")
