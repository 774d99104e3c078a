#!/usr/bin/python3 -IS
"""Stands in the place of a host program on a test's droplet (see Injection.java): runs the original, and does something
to it at an exact place. The program knows nothing of it.

Each thing that a program does to the world is a place, named by a line of text:

    rename FROM TO      symlink GOAL PATH   link FROM TO        mkdir PATH      remove PATH     rmdir PATH
    open PATH           chmod PATH          sync PATH           lock PATH       truncate PATH   (open: for writing)
    run COMMAND…        exec COMMAND…       connect HOST PORT   close HOST PORT
    engine METHOD PATH  and whose: that the container is of a build, or its type and instance (`release.1`, `web.1`)

Before it, Python's own audit events tell (https://docs.python.org/3/library/audit_events.html), which no module of the
program can get around; only what has none, and what comes after it, is told by functions that are replaced here.

/run/injection/armed says what happens where: DO TAB before|after TAB N TAB PATTERN TAB PROGRAMS. The N-th place of such
programs whose text matches gets it: kill (SIGKILL), term (SIGTERM), hold (until /run/injection/go is there, a minute at
most), full (the call fails as on a full disk). Where /run/injection/record is there, each place becomes a line of it.
"""

import builtins
import errno
import fcntl
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref

STATE = "/run/injection"
ORIGINALS = "/usr/local/lib/injection"
HELD_SECONDS = 60
HERE = os.path.realpath(__file__)
#: `work/deploy`: where it is in the set of programs.
PROGRAM = "/".join(HERE.removeprefix("/usr/local/lib/pocketpaas/").split("/")[1:])
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
ROLES: dict[str, str] = {}
PEERS: "weakref.WeakKeyDictionary[socket.socket, str]" = weakref.WeakKeyDictionary()
#: By the connection: what was asked there and not answered yet, and whose container it makes.
ASKED: "weakref.WeakKeyDictionary[socket.socket, str]" = weakref.WeakKeyDictionary()
MADE: "weakref.WeakKeyDictionary[socket.socket, str]" = weakref.WeakKeyDictionary()


class Here(threading.local):
    """What this thread is just doing. `ours`: it is we who do it. `doing`: the places inside of a call that is
    watched."""

    ours = False
    doing: "list[str] | None" = None


HERE_NOW = Here()


# ---------------------------------------------------------------- what happens


def come_by(when: str, text: str) -> None:
    """The program is at this place."""
    if HERE_NOW.ours:
        return
    HERE_NOW.ours = True
    try:
        line = " ".join(f"{when} {text}".split())
        record(line)
        do = armed(when, text)
        if do is not None:
            strike(do)
    finally:
        HERE_NOW.ours = False


def record(line: str) -> None:
    try:
        descriptor = os.open(f"{STATE}/record", os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.write(descriptor, os.fsencode(f"{PROGRAM} {line}\n"))
    finally:
        os.close(descriptor)


def armed(when: str, text: str) -> "str | None":
    """What is to be done here; None: nothing."""
    try:
        with open(f"{STATE}/armed", encoding="utf-8") as file:
            do, wanted, number, pattern, programs = file.read().rstrip("\n").split("\t")
    except (OSError, ValueError):
        return None
    if wanted != when or not re.search(pattern, text) or not re.fullmatch(programs, PROGRAM):
        return None
    with open(f"{STATE}/lock", "a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with open(f"{STATE}/count", "r+", encoding="utf-8") as file:
            count = int(file.read()) + 1
            file.seek(0)
            file.write(f"{count}\n")
        if count != int(number):
            return None
        try:
            os.rename(f"{STATE}/armed", f"{STATE}/reached")
        except FileNotFoundError:
            # Another thread was here first.
            return None
    return do


def strike(do: str) -> None:
    if do == "kill":
        for child in children():
            os.kill(child, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)
    elif do == "term":
        os.kill(os.getpid(), signal.SIGTERM)
    elif do == "full":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    elif do == "hold":
        end = time.monotonic() + HELD_SECONDS
        while time.monotonic() < end and not os.path.exists(f"{STATE}/go"):
            time.sleep(0.02)


def children() -> "list[int]":
    """The programs that this one runs; what they have started goes with the unit."""
    found = []
    for task in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{task}/children", encoding="ascii") as file:
                found += [int(word) for word in file.read().split()]
        except OSError:
            # The thread has ended.
            continue
    return found


# ---------------------------------------------------------------- before


def path_of(value: object) -> str:
    if isinstance(value, int):
        try:
            return os.readlink(f"/proc/self/fd/{value}")
        except OSError:
            return str(value)
    return os.fsdecode(value)


def opened(path: object, mode: "str | None", flags: int) -> "str | None":
    writes = any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool(flags & WRITING)
    if isinstance(path, int) or not writes or path_of(path).startswith(("/dev/", "/proc/")):
        return None
    return f"open {path_of(path)}"


def connected(_socket: object, address: object) -> str:
    return "connect " + (" ".join(map(str, address[:2])) if isinstance(address, tuple) else path_of(address))


#: By the audit event: what the place is called, from the event's arguments; None where it is none.
EVENTS = {
    "os.rename": lambda source, target, *_: f"rename {path_of(source)} {path_of(target)}",
    "os.symlink": lambda goal, path, *_: f"symlink {path_of(goal)} {path_of(path)}",
    "os.link": lambda source, path, *_: f"link {path_of(source)} {path_of(path)}",
    "os.mkdir": lambda path, *_: f"mkdir {path_of(path)}",
    "os.remove": lambda path, *_: f"remove {path_of(path)}",
    "os.rmdir": lambda path, *_: f"rmdir {path_of(path)}",
    "os.chmod": lambda path, *_: f"chmod {path_of(path)}",
    "os.truncate": lambda path, *_: f"truncate {path_of(path)}",
    "fcntl.flock": lambda descriptor, *_: f"lock {path_of(descriptor)}",
    "open": opened,
    "subprocess.Popen": lambda program, words, *_: f"run {' '.join(map(os.fsdecode, words))}",
    "os.exec": lambda program, words, *_: f"exec {' '.join(map(os.fsdecode, words))}",
    "socket.connect": connected,
}


def heard(event: str, arguments: "tuple[object, ...]") -> None:
    """An audit event: the program is about to do that."""
    name = EVENTS.get(event)
    if name is None or HERE_NOW.ours:
        return
    text = name(*arguments)
    if text is None:
        return
    come_by("before", text)
    if HERE_NOW.doing is not None:
        HERE_NOW.doing.append(text)


# ---------------------------------------------------------------- after, and what has no event


def watched(original):
    """The function; when it has succeeded, the places that it came by are behind the program."""

    def call(*arguments, **named):
        before, HERE_NOW.doing = HERE_NOW.doing, []
        try:
            result = original(*arguments, **named)
            done = HERE_NOW.doing
        finally:
            HERE_NOW.doing = before
        for text in done:
            come_by("after", text)
        return result

    return call


def synced(original):
    def call(descriptor):
        text = f"sync {path_of(descriptor if isinstance(descriptor, int) else descriptor.fileno())}"
        come_by("before", text)
        original(descriptor)
        come_by("after", text)

    return call


def started(original):
    def call(self, words, *arguments, **named):
        original(self, words, *arguments, **named)
        self.injection = f"run {' '.join(map(os.fsdecode, words))}"

    return call


def ended(original):
    def call(self, *arguments, **named):
        code = original(self, *arguments, **named)
        text, self.injection = getattr(self, "injection", None), None
        if text is not None:
            come_by("after", text)
        return code

    return call


def asked(original):
    """A request to the engine, whoever sends it."""

    def call(self, data, *arguments):
        text, role = request_of(data) if self.family == socket.AF_UNIX else ("", "")
        if text:
            come_by("before", text)
        original(self, data, *arguments)
        if text:
            ASKED[self] = text
        if role:
            MADE[self] = role

    return call


def request_of(data: bytes) -> "tuple[str, str]":
    """What a request is called, and whose container it makes, which stands in its document; empty for what is none."""
    found = re.match(rb"([A-Z]+) (\S+) HTTP/1\.1\r\n", data)
    if found is None:
        return "", ""
    method, target = found.group(1).decode(), re.sub(r"^/v[0-9.]+(?=/)", "", found.group(2).decode())
    made = role_of(data.partition(b"\r\n\r\n")[2]) if target.startswith("/containers/create") else ""
    role = made or next((name for one, name in list(ROLES.items()) if one in target), "")
    return f"engine {method} {target} {role}".rstrip(), made


def role_of(body: bytes) -> str:
    try:
        labels = json.loads(body).get("Labels") or {}
    except (TypeError, ValueError):
        return ""
    if labels.get("pocketpaas.build"):
        return "build"
    kind = labels.get("pocketpaas.type")
    return f"{kind}.{labels.get('pocketpaas.instance', '')}" if kind else ""


def answered(original):
    """The first of an answer is there: the engine has done it. Whose the container is whose id comes is kept."""

    def call(self, buffer, *arguments):
        count = original(self, buffer, *arguments)
        if self in MADE:
            found = re.search(rb'"Id":\s*"([0-9a-f]{64})"', bytes(buffer[:count]))
            if found is not None:
                ROLES[found.group(1).decode()] = MADE.pop(self)
        text = ASKED.pop(self, None)
        if text is not None:
            come_by("after", text)
        return count

    return call


def reached(original):
    connect = watched(original)

    def call(self, address):
        connect(self, address)
        if isinstance(address, tuple):
            PEERS[self] = " ".join(map(str, address[:2]))

    return call


def closed(original):
    """The end of a connection over the network, when all that was to be said on it was said."""

    def call(self):
        peer = PEERS.pop(self, None)
        if peer is not None:
            come_by("before", f"close {peer}")
        original(self)

    return call


def stand_in(name: str) -> None:
    """In the place of a function of `os`, also where modules look up what it can do."""
    original = getattr(os, name)
    call = watched(original)
    for able in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks, os.supports_effective_ids):
        if original in able:
            able.add(call)
    setattr(os, name, call)


def watch() -> None:
    for name in ("rename", "replace", "symlink", "link", "mkdir", "remove", "unlink", "rmdir", "chmod", "ftruncate"):
        stand_in(name)
    stand_in("open")
    builtins.open = io.open = watched(io.open)
    os.fsync, os.fdatasync = synced(os.fsync), synced(os.fdatasync)
    subprocess.Popen.__init__ = started(subprocess.Popen.__init__)
    subprocess.Popen.wait = ended(subprocess.Popen.wait)
    socket.socket.sendall = asked(socket.socket.sendall)
    socket.socket.recv_into = answered(socket.socket.recv_into)
    socket.socket.connect = reached(socket.socket.connect)
    socket.socket.close = closed(socket.socket.close)
    sys.addaudithook(heard)


def main() -> None:
    with open(f"{ORIGINALS}{HERE}", encoding="utf-8") as file:
        program = compile(file.read(), HERE, "exec")
    watch()
    exec(program, {"__name__": "__main__", "__file__": HERE})


main()
