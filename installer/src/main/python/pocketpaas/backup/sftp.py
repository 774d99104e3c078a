"""A destination on another machine, by SFTP: by a key of this host's own, and never with a machine whose key is not
the one that was pinned. `ssh` finds all of it in a file of ours."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.backup.store import Destination
from pocketpaas.failure import CannotWrite, Failed, Failure, Refused
from pocketpaas.machine.process import run
from pocketpaas.state import values

_PREFIX, _PORT = "sftp:", 22
#: The name that the other machine has in our files.
ALIAS = "destination"
_SCAN_SECONDS, _LOGIN_SECONDS, _KEY_SECONDS = 30.0, 60.0, 60.0
_SSH_FAILED = 255
#: What people compare first.
_BEST = "ssh-ed25519"
_CONFIG = """Host {alias}
HostName {host}
Port {port}
User {user}
IdentityFile {key}
IdentitiesOnly yes
IdentityAgent none
HostKeyAlias {alias}
UserKnownHostsFile {known}
GlobalKnownHostsFile /dev/null
StrictHostKeyChecking yes
UpdateHostKeys no
BatchMode yes
PreferredAuthentications publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
ControlMaster no
ControlPath none
ForwardAgent no
ForwardX11 no
ClearAllForwardings yes
ConnectTimeout 20
ServerAliveInterval 15
ServerAliveCountMax 4
LogLevel ERROR
"""


@dataclass(frozen=True)
class Place:
    """A directory of somebody's on another machine."""

    user: str
    host: str
    port: int
    directory: str

    @staticmethod
    def of(location: str) -> Place:
        """`sftp:USER@HOST[:PORT]/DIRECTORY`, which has passed `names.is_backup_destination`."""
        login, slash, directory = location.removeprefix(_PREFIX).partition("/")
        user, _, server = login.partition("@")
        host, _, port = server.partition(":")
        return Place(user, host, int(port or _PORT), slash + directory)

    @property
    def repository(self) -> str:
        """As restic takes it."""
        return f"sftp://{self.user}@{self.host}:{self.port}/{self.directory}"


def public_key(backups: Path, name: str) -> str:
    """The public half of this host's key, as a line of authorized_keys. Made when it is first asked for. Raises
    `Failed`, `CannotWrite`."""
    private, public = _key_files(backups)
    if not (private.exists() and public.exists()):
        _make_key(backups, f"pocketpaas-backups@{name}")
    return _line(public)


def _line(file: Path) -> str:
    """What is in the file, without the end of the line."""
    return values.need(file).strip()


def _key_files(backups: Path) -> tuple[Path, Path]:
    """Both halves."""
    return backups / "ssh-key", backups / "ssh-key.pub"


def _make_key(backups: Path, comment: str) -> None:
    place = backups / "ssh-new"
    values.fresh_directory(place)
    try:
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(place / "key")]
        ended = run(words, seconds=_KEY_SECONDS)
        if not ended.ok:
            raise Failed("ssh-key", f"a key for SFTP could not be made: {ended.complaint}")
        # With the private half there is a key.
        private, public = _key_files(backups)
        os.rename(place / "key.pub", public)
        os.rename(place / "key", private)
    except OSError as error:
        raise CannotWrite(backups / "ssh-key", error) from error
    finally:
        values.remove_tree(place)


# ---------------------------------------------------------------- the other machine's key


def scan(place: Place) -> list[str]:
    """The keys that the machine shows, `TYPE BASE64` each. Raises `Failed` where it shows none."""
    words = ["ssh-keyscan", "-T", "15", "-p", str(place.port), place.host]
    ended = run(words, seconds=_SCAN_SECONDS)
    lines = [line.split() for line in ended.text.splitlines() if line and not line.startswith("#")]
    found = [" ".join(words[1:3]) for words in lines if len(words) >= 3 and _is_key(words[2])]
    if not found:
        raise Failed(
            "unreachable",
            f"no SSH server answers at {place.host}, port {place.port}",
            "check the name and the port, and a firewall in between",
        )
    return sorted(found, key=lambda key: (not key.startswith(f"{_BEST} "), key))


def _is_key(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except ValueError:
        return False


def fingerprint(key: str) -> str:
    """As ssh shows it."""
    digest = hashlib.sha256(base64.b64decode(key.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


def pinned(place: Place, shown: Sequence[str], before: Sequence[str], wanted: str) -> list[str]:
    """The keys that the machine has to have from now on: of those that it shows the one with the fingerprint `wanted`;
    without it those of `before`, and if there are none, all. Raises `Refused` where it shows none of these."""
    if wanted:
        found = [key for key in shown if fingerprint(key) == wanted]
        if not found:
            raise Refused(
                "host-key",
                f"{place.host} has another host key: {fingerprint(shown[0])}, not {wanted}",
                f"compare with what its owner says: ssh-keygen -lf on {place.host}",
            )
        return found
    if before and not set(before) & set(shown):
        raise _changed(place, shown, before)
    return list(before or shown)


def _changed(place: Place, shown: Sequence[str], before: Sequence[str]) -> Refused:
    return Refused(
        "host-key-changed",
        f"the host key of {place.host} has changed: it was {fingerprint(before[0])} and is {fingerprint(shown[0])}",
        "somebody may be in between. If its owner has changed the key, run pocketpaas backups destination again "
        f"with --fingerprint {fingerprint(shown[0])}",
    )


# ---------------------------------------------------------------- what ssh is told


def write(destination: Destination, keys: Sequence[str], backups: Path) -> None:
    """The files of the destination by which ssh and restic find it. This host has a key. Raises `CannotWrite`."""
    place = Place.of(destination.location)
    private, public = _key_files(backups)
    values.write(destination.public_key_file, _line(public))
    values.write(destination.known_hosts, "\n".join(f"{ALIAS} {one}" for one in keys))
    values.write(destination.repository_file, place.repository)
    config = _CONFIG.format(
        alias=ALIAS,
        host=place.host,
        port=place.port,
        user=place.user,
        key=private,
        known=destination.known_hosts,
    )
    values.write(destination.ssh_config, config)


def known(destination: Destination) -> list[str]:
    """The keys that were pinned."""
    return [line.partition(" ")[2] for line in values.lines(destination.known_hosts)]


def objection(destination: Destination) -> Failure | None:
    """Why the other machine cannot be used, as far as it is not the directory there; None where that is all right."""
    place = Place.of(destination.location)
    try:
        shown = scan(place)
    except Failure as failure:
        return failure
    if not set(known(destination)) & set(shown):
        return _changed(place, shown, known(destination))
    ended = run(["ssh", "-F", str(destination.ssh_config), ALIAS, "-s", "sftp"], seconds=_LOGIN_SECONDS, stdin=b"")
    if ended.code != _SSH_FAILED:
        return None
    return Refused(
        "key-refused",
        f"{place.host} does not let {place.user} in with this host's key",
        f"add this line to ~/.ssh/authorized_keys of {place.user} there, and run the command again: "
        f"{_line(destination.public_key_file)}",
    )


def where_to_look(destination: Destination) -> str:
    """What to look at where a place that somebody has just named cannot be used."""
    if destination.is_sftp:
        place = Place.of(destination.location)
        return f"look whether {place.user} may write to {place.directory} there, and whether what is above it exists"
    return "check the address and the keys" if not destination.is_directory else "look at that directory"
