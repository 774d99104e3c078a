"""Each host of a move asks the other one whose word it is, by HTTPS, as requests are passed on (`routing.passage`).
What decides is a file of the host that the app leaves, and its nginx answers by it: so the answer is as old as the
request, and no login, and nothing that could change anything, is needed for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pocketpaas.move import reached, store
from pocketpaas.routing import passage
from pocketpaas.routing.passage import Passage, Told, Unreached
from pocketpaas.state import moves, names, values
from pocketpaas.state.paths import HostPaths

_MOST_ADDRESSES = 20


class Silent(Exception):
    """The other host does not answer; the text says how that went. `there`: all the same something is there, which
    takes or refuses connections: the host itself, which has ended the move or whose nginx is down, or another
    machine."""

    def __init__(self, text: str, there: str = "") -> None:
        super().__init__(text)
        self.there = there


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
    """Whether the host that the app leaves has given its word to this machine, at this moment. Raises `Silent`."""
    place, there = store.directory(paths, app), _way(paths, app)
    secret, move = values.read_or(place / "secret", ""), values.read_or(place / "id", "")
    certificate, lines = values.read_or(there / "certificate", ""), values.lines(there / "addresses")
    _, told = ask(app, lines, certificate + "\n", secret, move)
    # Of a move that began with programs of an earlier version neither host knows to whom.
    return told.word == moves.PASSED and told.target == store.target(paths, app)


def has_arrived(paths: HostPaths, app: str) -> bool:
    """Whether the host that the app goes to may run it, and says so. Raises `Silent`, `Damaged`."""
    place, found = moves.directory(paths, app), passage.of(paths, app)
    if found is None:
        raise Silent("the way to it is not known")
    certificate = values.read_or(place / "certificate.pem", "")
    lines = (f"{found.address} {found.port}",)
    _, told = ask(app, lines, certificate, found.secret, values.read_or(place / "id", ""))
    return told.word == moves.ARRIVED


def ask(app: str, lines: Iterable[str], certificate: str, secret: str, move: str) -> tuple[Passage, Told]:
    """The first of the addresses (lines ADDRESS PORT) at which a host shows this certificate and names this move, and
    what it says. Raises `Silent`."""
    said: list[str] = []
    there: list[str] = []
    own: Sequence[str] = reached.own_addresses()
    for line in list(lines)[:_MOST_ADDRESSES]:
        address, _, port = line.partition(" ")
        if not (names.is_range(address) or names.is_domain(address)) or not names.is_number(port, 1, 65535):
            continue
        found = Passage(address, int(port), secret)
        try:
            told = passage.asked(app, found, certificate)
        except (OSError, ValueError) as error:
            said.append(f"{address}:{port}: {error}")
            is_there = not isinstance(error, Unreached) or error.refused
        else:
            if told.move == move:
                return found, told
            said.append(f"{address}:{port}: another move")
            is_there = True
        # At an address that this machine has, too, this machine itself answers.
        if is_there and address not in own and not address.startswith("127.") and address != "::1":
            there.append(said[-1])
    raise Silent("; ".join(said) or "it names no address", "; ".join(there))
