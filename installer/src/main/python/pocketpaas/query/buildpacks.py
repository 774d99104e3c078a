"""The buildpacks of the host, and the commits that builds use.

Arguments: list | check | update. `check` and `update` read a tree, N: names or addresses as `list` tells them, none for
all. Answers with a tree: N/{name,address,ref,commit,since,from}, `from` being list, address (an app named it) or
programs; of `check` and `update` N/{name,before,commit} or N/{name,trouble,cure}."""

from __future__ import annotations

from collections.abc import Iterator

from pocketpaas.build.buildpack_name import STATIC, Buildpack, known, plain_name, resolve, shown
from pocketpaas.build.buildpacks import BuildpackStore
from pocketpaas.build.failure import BuildFailed
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.request import Request, answer
from pocketpaas.operation.audit import audit
from pocketpaas.state import clock, names, tree

_MAX_BYTES, _MAX_VALUES = 65536, 100


def serve(request: Request) -> int:
    """See the module."""
    (action,) = request.arguments
    if action == "list":
        return answer(_listing(request))
    if action not in ("check", "update"):
        raise BadRequest("buildpacks: list, check, update")
    asked = tuple(tree.read(request.stdin, _MAX_BYTES, _MAX_VALUES).values())
    store = BuildpackStore(request.paths, request.reporter)
    chosen = _chosen(_all(request, store), asked)
    found: dict[str, str] = {}
    for number, buildpack in enumerate(chosen, 1):
        outcome = _moved(store, buildpack, move=action == "update")
        found |= {f"{number}/{part}": value for part, value in outcome.items()}
    if action == "update":
        audit(request.paths, request.key, "-", f"buildpacks update {len(chosen)}", 0)
    return answer(found)


def _all(request: Request, store: BuildpackStore) -> tuple[Buildpack, ...]:
    """Those of the host's list in its order, then those that apps name."""
    listed = known(request.paths)
    of_list = [resolve(name, listed) for name in listed]
    same = {(one.url, one.ref) for one in of_list}
    return (*of_list, *(one for one in store.used() if (one.url, one.ref) not in same))


def _listing(request: Request) -> dict[str, str]:
    store = BuildpackStore(request.paths, request.reporter)
    listed = known(request.paths)
    found: dict[str, str] = {}
    rows = list(_rows(_all(request, store), store, frozenset(listed)))
    if STATIC not in listed:
        rows.append({"name": STATIC, "from": "programs"})
    for number, row in enumerate(rows, 1):
        found |= {f"{number}/{part}": value for part, value in row.items()}
    return found


def _rows(buildpacks: tuple[Buildpack, ...], store: BuildpackStore, listed: frozenset[str]) -> Iterator[dict[str, str]]:
    for one in buildpacks:
        commit, since = store.pinned_at(one)
        yield {
            "name": one.label,
            "address": shown(one.url or ""),
            "ref": one.ref,
            "commit": commit,
            "since": clock.text_of(since) if commit else "",
            "from": "list" if one.label in listed else "address",
        }


def _chosen(every: tuple[Buildpack, ...], asked: tuple[str, ...]) -> tuple[Buildpack, ...]:
    """Those that are asked for; raises `Refused` for one that is not here, before anything is done."""
    if not asked:
        return every
    for item in asked:
        if not any(_is_meant(one, item) for one in every):
            raise Refused(
                "no-buildpack", f"this host has no buildpack {item[:100]}", '"pocketpaas buildpacks" lists them'
            )
    return tuple(one for one in every if any(_is_meant(one, item) for item in asked))


def _is_meant(one: Buildpack, item: str) -> bool:
    address = shown(one.url or "")
    return plain_name(item) in (one.label, address, f"{address}#{one.ref}", one.label.partition("#")[0])


def _moved(store: BuildpackStore, buildpack: Buildpack, *, move: bool) -> dict[str, str]:
    """What comes of one. One that no build has used yet takes the newest commit when one does, and one that is named
    by its commit stays."""
    before, _ = store.pinned_at(buildpack)
    if not before or names.is_commit(buildpack.ref):
        return {"name": buildpack.label, "before": before, "commit": before}
    try:
        return {"name": buildpack.label, "before": before, "commit": store.newest(buildpack, move=move)}
    except BuildFailed as failure:
        return {"name": buildpack.label, "before": before, "trouble": failure.text, "cure": failure.cure}
