"""Tells people by itself: host/notify (readable by root alone) is a URL that gets JSON, or a command of the host's
owner that gets the text on standard input; `none`, or no file: nobody is told. A URL is as good as a password: it
stands in no argument list, no log and no message. """

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pocketpaas.notice.store import Notice, NoticeStore
from pocketpaas.machine.events import Reporter, clean
from pocketpaas.machine.process import ENVIRONMENT, run
from pocketpaas.state import host_settings, values
from pocketpaas.state.paths import HostPaths

#: So long a URL, or a command, may take (s); so many messages go at one time, the others the next time.
PATIENCE = 20.0
_MOST = 20
_MAX_TEXT = 1500
_DAY = 86_400
_RESEND_DAYS = (0, 1, 3, 7)
_URL = re.compile(r"https?://[!-~]+", re.IGNORECASE)


@dataclass(frozen=True)
class Target:
    """Where people are told: `text` is a URL, or a command (a file for a shell, not its argument, as it may hold a
    password)."""

    text: str
    file: Path

    @staticmethod
    def of(paths: HostPaths) -> Target | None:
        """What the owner has set; None where nobody is to be told."""
        file, text = host_settings.path(paths, "notify"), host_settings.text(paths, "notify")
        return Target(text, file) if text not in ("", "none") else None

    @property
    def is_url(self) -> bool:
        """Whether it is a URL, not a command."""
        return re.match(r"https?://", self.text, re.IGNORECASE) is not None

    @property
    def shown(self) -> str:
        """What may be seen of it: of a URL no more than the host, of a command nothing."""
        if not self.is_url:
            return "the command"
        return re.split(r"[/?#]", self.text.partition("://")[2])[0].rpartition("@")[2]


@dataclass(frozen=True)
class Message:
    """What is sent."""

    kind: str
    app: str
    text: str


class CannotSend(Exception):
    """Why a message could not be sent, in words that give nothing away."""


def notify_all(paths: HostPaths, store: NoticeStore, reporter: Reporter) -> None:
    """Sends what was noticed and not told yet; of certificates again when little time is left. Where one message cannot
    be sent, the others wait with it for the next time, and that is a notice, too."""
    target = Target.of(paths)
    if target is None:
        values.remove_tree(store.place("notify"))
        return
    sent = 0
    for directory in store.all():
        notice = store.read(directory)
        if notice is None or notice.kind == "notify" or values.read(directory / "sent") == stage(notice):
            continue
        if sent == _MOST:
            break
        sent += 1
        text = notice.text + (f"; {notice.hint}" if notice.hint else "")
        try:
            send(paths, target, Message(notice.kind, notice.app, text))
        except CannotSend as why:
            reporter.warn(f"a message could not be sent to {target.shown}: {why}")
            store.put(
                "notify",
                "",
                "",
                f"the last notification could not be sent to {target.shown}: {why}",
                "it is tried again; another place: pocketpaas init host HOST --notify URL",
            )
            return
        if directory.is_dir():
            values.write(directory / "sent", stage(notice))
    store.sweep("notify")


def stage(notice: Notice) -> str:
    """Changes when the notice is worth telling again."""
    if notice.left is None:
        return "told"
    return next((str(days) for days in _RESEND_DAYS if notice.left <= days * _DAY), "21")


def send_test(paths: HostPaths, reporter: Reporter) -> int:
    """Sends a message that says that it is one; the exit code."""
    target = Target.of(paths)
    if target is None:
        reporter.note("nobody is told: no place for notifications is set")
        return 0
    text = "this is a test; from now on what needs somebody's attention is told here"
    try:
        send(paths, target, Message("test", "", text))
    except CannotSend as why:
        reporter.warn(f"the test message could not be sent to {target.shown}: {why}")
        return 1
    reporter.note(f"a test message was sent to {target.shown}")
    return 0


def send(paths: HostPaths, target: Target, message: Message) -> None:
    """Raises `CannotSend`; waits for nobody longer than `PATIENCE`."""
    host = clean((host_settings.stated(paths, "name") or "host"))
    text = f"{host}: {clean(message.text)[:_MAX_TEXT]}"
    if target.is_url:
        _post(target.text, body(host, message, text))
    else:
        _run(target.file, text)


def body(host: str, message: Message, text: str) -> bytes:
    """`text` is what Slack and Mattermost show, `content` what Discord does. Whatever it quotes, it calls nobody by
    name and links to nowhere."""
    shown = _unicode(text).replace("@", "(at)").replace("<", " ").replace(">", " ")
    document = {
        "text": shown,
        "content": shown,
        "kind": message.kind,
        "app": message.app,
        "host": _unicode(host),
        "allowed_mentions": {"parse": []},
    }
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def _unicode(text: str) -> str:
    """Bytes that are no text have no place in JSON."""
    return values.encode(text).decode("utf-8", "replace")


def _run(file: Path, text: str) -> None:
    """The owner's command, by root; what it prints is nobody's business."""
    environment = {**ENVIRONMENT, "HOME": "/root"}
    given = values.encode(text + "\n")
    ended = run(["/bin/bash", "--", os.fspath(file)], seconds=PATIENCE, stdin=given, environment=environment)
    if ended.code == 124:
        raise CannotSend(f"it did not end within {PATIENCE:.0f} s")
    if ended.code == 127:
        raise CannotSend("a program of it is not there")
    if not ended.ok:
        raise CannotSend(f"it ended with exit code {ended.code}")


def _post(url: str, document: bytes) -> None:
    if not _URL.fullmatch(url) or '"' in url or "\\" in url:
        raise CannotSend("its address is damaged")
    try:
        status = _ask(url, document)
    except ssl.SSLCertVerificationError as error:
        raise CannotSend("its certificate is not to be trusted") from error
    except socket.gaierror as error:
        raise CannotSend("its name does not resolve") from error
    except ConnectionRefusedError as error:
        raise CannotSend("nothing answers there") from error
    except TimeoutError as error:
        raise CannotSend(f"no answer within {PATIENCE:.0f} s") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CannotSend(f"the connection failed ({type(error).__name__})") from error
    if not 200 <= status < 300:
        raise CannotSend(f"it answered with status {status}")


def _ask(url: str, document: bytes) -> int:
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    if parts.scheme.lower() == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=PATIENCE, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Content-Type": "application/json", "User-Agent": "PocketPaaS", **_authorization(parts.netloc)}
        connection.request("POST", path, document, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _authorization(authority: str) -> dict[str, str]:
    """A login that stands in the URL (RFC 7617)."""
    from base64 import b64encode
    from urllib.parse import unquote_to_bytes

    login, at, _ = authority.rpartition("@")
    return {"Authorization": f"Basic {b64encode(unquote_to_bytes(login)).decode()}"} if at else {}
