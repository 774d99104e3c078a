"""Each host of a move asks the other one whose word it is, by HTTPS, as requests are passed on (`routing.passage`).
What decides is a file of the host that the app leaves, and its nginx answers by it: so the answer is as old as the
request, and no login, and nothing that could change anything, is needed for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pocketpaas.move import reached, store
from pocketpaas.routing import passage
from pocketpaas.routing.passage import Passage
from pocketpaas.state import moves, names, values
from pocketpaas.state.paths import HostPaths

_MOST_ADDRESSES = 20


class Silent(Exception):
    """The other host does not answer; the text says how that went."""


def way(paths: HostPaths, app: str) -> dict[str, str]:
    """How the other host asks this one: `certificate` and `addresses`. Raises `Failed`, `CannotWrite`."""
    certificate = passage.make_certificate(app, store.directory(paths, app))
    lines = "\n".join(f"{address} {port}" for address, port in reached.addresses(paths))
    return {"certificate": certificate, "addresses": lines}


def keep(paths: HostPaths, app: str, told: Mapping[str, str]) -> None:
    """The way to the host that the app leaves, as that host tells it. Raises `CannotWrite`."""
    place = _way(paths, app)
    values.fresh_directory(place)
    for name in ("certificate", "addresses"):
        values.write(place / name, told.get(name, ""))


def tried(paths: HostPaths, app: str) -> str:
    """Whether that host answered when that was tried once: `yes`, or why not; empty where it was not tried."""
    return values.read_or(_way(paths, app) / "tried", "")


def note_tried(paths: HostPaths, app: str, answer: str) -> None:
    """For `tried`. Raises `CannotWrite`."""
    values.write(_way(paths, app) / "tried", answer)


def _way(paths: HostPaths, app: str) -> Path:
    return store.directory(paths, app) / "way"


def is_passed(paths: HostPaths, app: str) -> bool:
    """Whether the host that the app leaves has given its word, at this moment. Raises `Silent`."""
    place, there = store.directory(paths, app), _way(paths, app)
    secret, move = values.read_or(place / "secret", ""), values.read_or(place / "id", "")
    certificate, lines = values.read_or(there / "certificate", ""), values.lines(there / "addresses")
    _, word = ask(app, lines, certificate + "\n", secret, move)
    return word == moves.PASSED


def has_arrived(paths: HostPaths, app: str) -> bool:
    """Whether the host that the app goes to may run it, and says so. Raises `Silent`, `Damaged`."""
    place, found = moves.directory(paths, app), passage.of(paths, app)
    if found is None:
        raise Silent("the way to it is not known")
    certificate = values.read_or(place / "certificate.pem", "")
    lines = (f"{found.address} {found.port}",)
    _, word = ask(app, lines, certificate, found.secret, values.read_or(place / "id", ""))
    return word == moves.ARRIVED


def ask(app: str, lines: Iterable[str], certificate: str, secret: str, move: str) -> tuple[Passage, str]:
    """The first of the addresses (lines ADDRESS PORT) at which a host shows this certificate and names this move, and
    its word. Raises `Silent`."""
    said = []
    for line in list(lines)[:_MOST_ADDRESSES]:
        address, _, port = line.partition(" ")
        if not (names.is_range(address) or names.is_domain(address)) or not names.is_number(port, 1, 65535):
            continue
        found = Passage(address, int(port), secret)
        try:
            told = passage.asked(app, found, certificate)
        except (OSError, ValueError) as error:
            said.append(f"{address}:{port}: {error}")
            continue
        if told.move == move:
            return found, told.word
        said.append(f"{address}:{port}: another move")
    raise Silent("; ".join(said) or "it names no address")
