"""How requests for an app that moved get from the host that it left to the one that it came to: by HTTPS, with a
certificate that the second one made for this and the first one knows, and a secret that both know. In the same way each
of them asks the other one whose word it is."""

from __future__ import annotations

import os
import socket
import ssl
import time
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.failure import Failed
from pocketpaas.machine.process import run
from pocketpaas.state import moves, values
from pocketpaas.state.paths import HostPaths

PATH = "/.well-known/pocketpaas-move"
_SECONDS = 5.0
_DAYS = 3650
#: A certificate is valid from so long before it is made on (s): the other host's clock may be behind.
_EARLIER = 86_400
#: For openssl's `ca`, the one of its programs that takes a time to begin with in each version.
_SETTINGS = f"""[ca]
default_ca = own
[own]
database = {{place}}/index
new_certs_dir = {{place}}
rand_serial = yes
default_md = sha256
default_days = {_DAYS}
policy = any
x509_extensions = ours
[any]
commonName = supplied
[ours]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
basicConstraints = critical,CA:true
subjectAltName = DNS:{{name}}
"""


def server_name(app: str) -> str:
    """The name that a host has for this, in TLS and in requests. No DNS knows it."""
    return f"{app}.move.internal"


# ---------------------------------------------------------------- on the host that the app leaves


@dataclass(frozen=True)
class Passage:
    """The way to the other host."""

    address: str
    port: int
    secret: str


def of(paths: HostPaths, app: str) -> Passage | None:
    """None where the app does not leave. Raises `Damaged`."""
    if moves.phase(paths, app) not in (moves.AHEAD, moves.CLOSED, moves.PASSED, moves.RECLAIMING):
        return None
    place = moves.directory(paths, app)
    if not (place / "address").exists():
        return None
    port = values.number(place / "port", 443, 1, 65535)
    return Passage(values.need(place / "address"), port, values.need(place / "secret"))


@dataclass(frozen=True)
class Told:
    """What the other host says when it is asked: the id of the move, and its word: `passed` (the app may run on the
    host that it goes to), `arrived` (there it does), or nothing; with `passed` also to which machine it was given."""

    move: str
    word: str
    target: str = ""


class Unreached(OSError):
    """Nobody has taken the connection; `refused`: but something at that address has refused it."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.refused = isinstance(error, ConnectionRefusedError)


def asked(app: str, passage: Passage, certificate: str) -> Told:
    """The other host is asked by its certificate and the secret. Raises `Unreached`, OSError, ValueError."""
    context = ssl.create_default_context(cadata=certificate)
    name = server_name(app)
    request = f"GET {PATH} HTTP/1.1\r\nHost: {name}\r\nX-Pocketpaas-Move: {passage.secret}\r\nConnection: close\r\n\r\n"
    try:
        plain = socket.create_connection((passage.address, passage.port), _SECONDS)
    except OSError as error:
        raise Unreached(error) from error
    with plain:
        with context.wrap_socket(plain, server_hostname=name) as secure:
            secure.sendall(request.encode("ascii"))
            answer = b""
            while piece := secure.recv(4096):
                answer += piece
                if len(answer) > 65536:
                    raise ValueError("too much")
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith((b"HTTP/1.1 200", b"HTTP/2 200")):
        raise ValueError(values.decode(head.partition(b"\r\n")[0]))
    move, word, told_target, *_ = (*values.decode(body).strip().split(" "), "", "", "")
    return Told(move, word, told_target)


# ---------------------------------------------------------------- on both


def make_certificate(app: str, directory: Path) -> str:
    """The certificate that this host shows for the app's move, made once; its text. Raises `Failed`, `CannotWrite`."""
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    if not (certificate.exists() and key.exists()):
        name, place = server_name(app), directory / "making"
        values.fresh_directory(place)
        values.write(place / "settings", _SETTINGS.format(place=place, name=name))
        values.write(place / "index", "")
        command = ["/usr/bin/openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        command += ["-nodes", "-subj", f"/CN={name[:60]}", "-keyout", str(key), "-out", str(place / "request")]
        signing = ["/usr/bin/openssl", "ca", "-batch", "-selfsign", "-notext", "-config", str(place / "settings")]
        signing += ["-startdate", time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() - _EARLIER))]
        signing += ["-keyfile", str(key), "-in", str(place / "request"), "-out", str(certificate)]
        for one in (command, signing):
            ended = run(one)
            if not ended.ok:
                text = f"a certificate for the move could not be made: {ended.complaint[-300:]}"
                raise Failed("move-certificate", text)
        os.chmod(key, 0o600)
        values.remove_tree(place)
    return values.need(certificate) + "\n"
