"""Why a new container is not up: one cause, one sentence, one cure. Looks at the container while it is still there."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pocketpaas.engine import attach, containers, exits
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import Failed
from pocketpaas.operation.unit import Operation
from pocketpaas.release import asking, listeners
from pocketpaas.release.check import Candidate, CheckSettings, Verdict
from pocketpaas.release.listeners import Reach
from pocketpaas.state import values
from pocketpaas.state.names import is_number

_MEGABYTE = 1 << 20
_LEAST_MEMORY = 1 << 20
_KERNEL_LINES = 400
_READ_ALL, _SIZE_BUFFER = 3, 10
#: What has printed something so recently (s) is at work.
_MOVES = 10


def failure(
    operation: Operation, bundle: Path, candidates: Sequence[Candidate], verdicts: Mapping[str, Verdict]
) -> Failed:
    """Of the first candidate whose verdict is bad: its last lines are told, and what ends the operation is returned.
    Raises `Damaged`."""
    for candidate in candidates:
        verdict = verdicts.get(candidate.id)
        if verdict is not None and not verdict.ok:
            operation.reporter.step("check", "fail", candidate.name)
            for line in attach.tail(operation.engine, candidate.id):
                operation.reporter.output(line)
            if verdict.kind == "exited":
                return _exit(operation, bundle, candidate, verdict)
            return _silence(operation, bundle, candidate, verdict)
    return Failed("check-failed", "the new containers did not come up")


# ---------------------------------------------------------------- it has ended

_EXIT_CURES = {
    0: "its command ended by itself; a process must keep running in the foreground",
    126: "its command was found but cannot be run: is the file executable?",
    127: "its command was not found: look at the Procfile, or at processes in pocketpaas.yml",
    134: "it crashed (signal 6); its last lines above may say where",
    136: "it crashed (signal 8); its last lines above may say where",
    137: "something killed it (SIGKILL), but not for memory",
    139: "it crashed (signal 11); its last lines above may say where",
}


def _exit(operation: Operation, bundle: Path, candidate: Candidate, verdict: Verdict) -> Failed:
    code, killed = _ended(operation.engine, candidate.id)
    operation.reporter.note(f"{candidate.name} has ended: exit code {'?' if code is None else code}")
    limit = memory_limit(bundle, candidate.instance.type)
    if killed or verdict.kills or kernel_killed(candidate.id) or (code == 137 and limit):
        at = f" (its limit is {limit})" if limit else ""
        return _out_of_memory(f"{candidate.name} was killed because it ran out of memory{at}")
    return exited(candidate.name, code)


def _ended(engine: Engine, container: str) -> tuple[int | None, bool]:
    """The code, None where nobody knows; and whether it was killed for memory."""
    state = exits.ended(engine, container)
    try:
        facts = None if state is None or state.status == "running" else containers.inspect(engine, container)
    except EngineError:
        facts = None
    return (None, False) if facts is None else (facts.code, facts.oom_killed)


def exited(name: str, code: int | None) -> Failed:
    """It ended, and not for memory. `code` None: nobody knows."""
    cure = "its last lines above say why" if code is None else _EXIT_CURES.get(code, "its last lines above say why")
    return Failed("exited", f"{name} exited with code {'?' if code is None else code} before it was up", cure)


def _out_of_memory(text: str) -> Failed:
    return Failed("out-of-memory", text, "let it need less, or raise limits.memory in pocketpaas.yml")


def memory_limit(bundle: Path, process_type: str) -> str:
    """The limit for people; empty where there is none."""
    for file in (bundle / "processes" / process_type / "memory", bundle / "settings" / "limits" / "memory"):
        found = values.read(file)
        if found is not None:
            return f"{int(found) // _MEGABYTE} MB" if is_number(found, _LEAST_MEMORY) else ""
    return ""


def kernel_killed(container: str) -> bool:
    """Whether the kernel's log says so. The engine's own flag misses it at times."""
    pattern = re.compile(f"oom_memcg=[^,]*{re.escape(container)}")
    return any(pattern.search(line) for line in _kernel_log()[-_KERNEL_LINES:])


def _kernel_log() -> list[str]:
    """By syslog(2); none where we may not look."""
    library = ctypes.CDLL(None, use_errno=True)
    size = library.klogctl(_SIZE_BUFFER, None, 0)
    if size <= 0:
        return []
    buffer = ctypes.create_string_buffer(size)
    length = library.klogctl(_READ_ALL, buffer, size)
    return buffer.raw[: max(length, 0)].decode("utf-8", "replace").splitlines()


# ---------------------------------------------------------------- it runs, but gives no good answer in time


def _silence(operation: Operation, bundle: Path, candidate: Candidate, verdict: Verdict) -> Failed:
    ports = listeners.of_process(candidate.pid)
    seen = [f"{port} (only on 127.0.0.1)" if at is Reach.LOOPBACK else str(port) for port, at in ports.items()]
    operation.reporter.note(f"{candidate.name} runs; it listens on {', '.join(seen) or 'no port'}")
    settings = CheckSettings.of_bundle(bundle)
    moves = bool(attach.tail(operation.engine, candidate.id, 1, _MOVES))
    return unanswered(candidate, verdict, settings, ports, moves)


def unanswered(
    candidate: Candidate, verdict: Verdict, check: CheckSettings, ports: Mapping[int, Reach], moves: bool = False
) -> Failed:
    """What it is by the ports that it listens on; `moves`: it has printed something a moment ago."""
    name, port = candidate.name, check.port
    at = ports.get(port)
    if verdict.kind == "status":
        text = f"GET {check.path} on {name} answered {verdict.status}, expected {check.statuses}"
        cure = f"make {check.path} answer, or set healthcheck.path and healthcheck.status in pocketpaas.yml"
        return Failed("check-failed", text, cure)
    if at in (Reach.OPEN, Reach.OPEN6):
        found = _listens(candidate, verdict, check, at)
        if found is not None:
            return found
    if verdict.kills:
        return _out_of_memory(f"the kernel killed a process of {name} because it ran out of memory")
    if at is Reach.LOOPBACK:
        text = f"{name} listens on port {port} only on 127.0.0.1, so nothing outside its container reaches it"
        return Failed("loopback-only", text, "make it listen on 0.0.0.0 (all addresses)")
    if others := [str(one) for one in ports if one != port]:
        text = f"{name} listens on port {', '.join(others)}, not on $PORT ({port})"
        cure = "make it listen on the port in the environment variable PORT, or set healthcheck.port: "
        return Failed("wrong-port", text, f"{cure}{others[0]} in pocketpaas.yml")
    if moves:
        text = f"{name} is still starting after {check.deadline:g} s: it prints, but listens on no port yet"
        cure = f"raise healthcheck.deadline (now {check.deadline:g} s) in pocketpaas.yml; "
        return Failed("not-listening", text, cure + "if it serves no web requests, call the process worker")
    text = f"{name} runs, but listens on no port after {check.deadline:g} s; expected $PORT ({port})"
    cure = "if it is only slow to start raise healthcheck.deadline in pocketpaas.yml; "
    return Failed("not-listening", text, cure + "if it serves no web requests, call the process worker")


def _listens(candidate: Candidate, verdict: Verdict, check: CheckSettings, at: Reach) -> Failed | None:
    """It listens on its port, and not on 127.0.0.1 alone."""
    name, port, address = candidate.name, check.port, candidate.address
    if verdict.kind == "silent":
        text = f"{name} listens on port {port}, but GET {check.path} got no answer within {check.timeout:g} s"
        cure = "its last lines above may say what it waits for; if it only needs longer raise healthcheck.timeout"
        return Failed("no-answer", text, f"{cure} (now {check.timeout:g} s)")
    if verdict.kind == "garbled":
        text = f"{name} listens on port {port}, but what it says to GET {check.path} is not HTTP"
        return Failed("not-http", text, "it must speak plain HTTP on $PORT, no TLS: nginx in front of it does that")
    if asking.connects(address, port):
        text = f"{name} began to listen on port {port} only when its {check.deadline:g} s were over"
        cure = f"raise healthcheck.deadline (now {check.deadline:g} s) in pocketpaas.yml"
        return Failed("too-slow", text, cure)
    if at is Reach.OPEN or listeners.answers_inside(candidate.pid, address, port):
        text = f"{name} listens on port {port}, but the host cannot reach the container (a firewall on the host?)"
        cure = "look at the host's own rules: nft list ruleset, iptables -S, ufw status; what goes from the host to "
        return Failed("unreachable", text, f"{cure}{address} must be let through")
    text = f"{name} listens on port {port}, but for IPv6 alone, and is asked by IPv4"
    return Failed("ipv6-only", text, "make it listen on 0.0.0.0, or on :: for both")
