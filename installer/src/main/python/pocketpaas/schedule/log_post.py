"""One request to a service of logs: HTTPS, its certificate checked, no redirect followed, nothing sent to the machine
itself. What a failure says holds nothing of the address but its host, and nothing that the other side has written."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote_to_bytes

from pocketpaas.schedule.drain_target import Target, is_closed
from pocketpaas.schedule.log_lines import Body

#: For a connection, and for each step of a request.
SECONDS = 20.0
_MOST_OF_AN_ANSWER = 65_536
_LONGEST_WAIT = 3600.0


class NotTaken(Exception):
    """Why a target has not taken lines. `wait`: how long it asks to be left alone, in seconds."""

    def __init__(self, problem: str, wait: float = 0.0, too_large: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.wait = wait
        self.too_large = too_large


class Poster:
    """Posts to a target, over one connection as long as it holds."""

    def __init__(self, target: Target, headers: Mapping[str, str], authorities: Path) -> None:
        """Raises `OSError` where the authorities cannot be read."""
        self._target = target
        self._context = ssl.create_default_context(cafile=str(authorities))
        self._headers = {"User-Agent": "PocketPaaS", **_authorization(target), **headers}
        self._connection: http.client.HTTPSConnection | None = None
        self._aborted = False

    def post(self, body: Body) -> None:
        """The target has taken it, else raises `NotTaken`."""
        self._aborted = False
        try:
            self._answered(body)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """The next request has a connection of its own."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def abort(self) -> None:
        """From another thread: the request that is under way takes too long, and fails."""
        self._aborted = True
        connection = self._connection
        if connection is not None and connection.sock is not None:
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                # It has just ended by itself.
                pass

    def _answered(self, body: Body) -> None:
        kept = self._connection is not None
        try:
            try:
                answer = self._asked(body)
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                if not kept or self._aborted:
                    raise
                # It had closed the connection that was kept.
                self.close()
                answer = self._asked(body)
            answer.read(_MOST_OF_AN_ANSWER)
            if not answer.isclosed():
                self.close()
        except NotTaken:
            raise
        except ssl.SSLCertVerificationError as error:
            raise NotTaken(f"its certificate is refused: {error.verify_message.rstrip('.')}") from error
        except ssl.SSLError as error:
            raise NotTaken(f"TLS failed: {error.reason or type(error).__name__}") from error
        except socket.gaierror as error:
            raise NotTaken("its name does not resolve") from error
        except ConnectionRefusedError as error:
            raise NotTaken("it refuses connections") from error
        except TimeoutError as error:
            raise NotTaken(f"no answer within {SECONDS:.0f} s") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            if self._aborted:
                raise NotTaken("no whole answer in time") from error
            raise NotTaken(f"the connection failed ({type(error).__name__})") from error
        _judge(answer)

    def _asked(self, body: Body) -> http.client.HTTPResponse:
        if self._connection is None:
            self._connection = self._connected()
        headers = {**self._headers, **body.headers, "Content-Type": body.type}
        self._connection.request("POST", self._target.path, body.data, headers)
        return self._connection.getresponse()

    def _connected(self) -> http.client.HTTPSConnection:
        target = self._target
        connection = http.client.HTTPSConnection(target.host, int(target.port), timeout=SECONDS, context=self._context)
        connection.sock = self._context.wrap_socket(_open(target), server_hostname=target.host)
        return connection


def _open(target: Target) -> socket.socket:
    """A connection to the first address that takes one; what the name leads to is looked at each time."""
    found = socket.getaddrinfo(target.host, int(target.port), type=socket.SOCK_STREAM)
    if any(is_closed(str(address[0])) for *_, address in found):
        raise NotTaken("its name leads to this machine, or to its link: nothing is sent there")
    last: OSError = socket.gaierror()
    for family, kind, protocol, _, address in found:
        opened = socket.socket(family, kind, protocol)
        try:
            opened.settimeout(SECONDS)
            opened.connect(address)
            return opened
        except OSError as error:
            opened.close()
            last = error
    raise last


def _judge(answer: http.client.HTTPResponse) -> None:
    status = answer.status
    if 200 <= status < 300:
        return
    known = {one.value: one.phrase for one in HTTPStatus}
    problem = f"it answers {status} {known.get(status, '')}".rstrip()
    if 300 <= status < 400:
        problem += " (redirects are not followed)"
    wait = _asked_to_wait(answer.getheader("Retry-After") or "") if status in (429, 503) else 0.0
    raise NotTaken(problem, wait, status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _asked_to_wait(text: str) -> float:
    """Retry-After in seconds: a number, or a time. No target has us wait for longer than an hour."""
    try:
        seconds = float(text) if text.isdecimal() else parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def _authorization(target: Target) -> dict[str, str]:
    """RFC 7617."""
    login = unquote_to_bytes(target.login)
    return {"Authorization": f"Basic {b64encode(login).decode()}"} if login else {}
