#!/usr/bin/python3 -I
"""Counts the processes and threads that a command makes a droplet start, by the programs that start them.

Arguments: PID (the droplet's first process, as this machine sees it), FILE (for the table), the command. The kernel
tells of every fork (its process connector), so nothing is missed and nothing of the droplet's is slowed down. Counts
until nothing was started for a while after the command's end: what an operation leaves behind for later is part of its
cost. The first line of the table is the processor time of the command itself, here: `SECONDS laptop`.
Exit codes: the command's; 77 where the kernel does not tell us (needs root)."""

from __future__ import annotations

import os
import resource
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

#: linux/connector.h, linux/cn_proc.h
_NETLINK_CONNECTOR, _CN_IDX_PROC, _CN_VAL_PROC, _LISTEN = 11, 1, 1, 1
_FORK, _EXEC = 1, 2
_HEADERS = 36
_QUIET_SECONDS, _MOST_SECONDS = 1.5, 30.0
_BUFFER = 16 * 1024 * 1024
#: Of these the script is what counts.
_INTERPRETERS = ("python3", "bash", "sh")


class Tree:
    """The processes below one of them: what each runs, and how many tasks were started by whom."""

    def __init__(self, top: int) -> None:
        self.started: Counter[tuple[str, str]] = Counter()
        self._paths: dict[int, tuple[str, ...]] = {top: ()}
        parents = {int(one.name): _parent(one) for one in Path("/proc").glob("[0-9]*")}
        for pid in parents:
            line, at = [], pid
            while at and at != top:
                line.append(at)
                at = parents.get(at, 0)
            if at == top:
                self._paths[pid] = tuple(_program(one) for one in reversed(line))

    def fork(self, parent: int, child: int, group: int) -> bool:
        """A new process or thread; whether it is one of ours."""
        above = self._paths.get(group if child != group else parent)
        if above is None:
            return False
        if child == group:
            self._paths[child] = (*above, f"{above[-1] if above else 'init'}+")
        self.started[_shown(self._paths[group]), "thread" if child != group else "process"] += 1
        return True

    def exec(self, pid: int) -> None:
        """A process runs another program from now on."""
        path = self._paths.get(pid)
        if path:
            self._paths[pid] = (*path[:-1], _program(pid))
            # Counted under its last name: of a forked copy that becomes another program that says more.
            if self.started[_shown(path), "process"]:
                self.started[_shown(path), "process"] -= 1
                self.started[_shown(self._paths[pid]), "process"] += 1

    def table(self) -> Iterator[str]:
        """Lines `COUNT KIND PATH`."""
        for (path, kind), count in sorted(self.started.items()):
            if count:
                yield f"{count:4} {kind:8} {path}"


def _shown(path: tuple[str, ...]) -> str:
    return " > ".join(path) or "init"


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _program(pid: int) -> str:
    """The name of what it runs; of a script the script's, with the verb that it does."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "?"
    name = os.path.basename(words[0]).strip()
    if name in _INTERPRETERS:
        rest = [word for word in words[1:] if word and not word.startswith("-")]
        script = os.path.basename(rest[0]).strip()[:20] if rest else name
        return f"enter {rest[2]}" if script == "enter" and len(rest) > 2 else script.split("\n")[0]
    return name.split(" ")[0].rstrip(":") or "?"


def _listen() -> socket.socket:
    connection = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_CONNECTOR)
    connection.setsockopt(socket.SOL_SOCKET, 33, _BUFFER)  # SO_RCVBUFFORCE
    connection.bind((0, _CN_IDX_PROC))
    body = struct.pack("=IIIIHHI", _CN_IDX_PROC, _CN_VAL_PROC, 0, 0, 4, 0, _LISTEN)
    connection.send(struct.pack("=IHHII", 16 + len(body), 3, 0, 0, os.getpid()) + body)
    connection.settimeout(0.1)
    return connection


def _count(connection: socket.socket, tree: Tree, over: threading.Event) -> None:
    last = time.monotonic()
    end = float("inf")
    while True:
        now = time.monotonic()
        if over.is_set():
            end = min(end, now + _MOST_SECONDS)
            if now - last > _QUIET_SECONDS or now > end:
                return
        else:
            last = now
        try:
            message = connection.recv(4096)
        except TimeoutError:
            continue
        (what,) = struct.unpack_from("=I", message, _HEADERS)
        if what == _FORK:
            parent, _, child, group = struct.unpack_from("=IIII", message, _HEADERS + 16)
            parent_group = struct.unpack_from("=I", message, _HEADERS + 20)[0]
            if tree.fork(parent_group, child, group):
                last = now
        elif what == _EXEC:
            tree.exec(struct.unpack_from("=I", message, _HEADERS + 20)[0])


def main() -> int:
    """See the module."""
    top, table, command = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    try:
        connection = _listen()
    except OSError as error:
        print(f"the kernel does not tell of processes: {error}", file=sys.stderr)
        return 77
    over = threading.Event()
    tree = Tree(top)
    counting = threading.Thread(target=_count, args=(connection, tree, over))
    counting.start()
    try:
        return subprocess.call(command)
    finally:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        over.set()
        counting.join()
        first = f"{used.ru_utime + used.ru_stime:.3f} laptop"
        table.write_text("".join(f"{line}\n" for line in (first, *tree.table())))


sys.exit(main())
