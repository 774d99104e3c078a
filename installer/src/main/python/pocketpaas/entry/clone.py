"""Makes an app as a clone of another one, and puts the other one's live release live as the first of the new one. One
that was killed goes on where it was.

Arguments: APP SOURCE [data] [env]; with `data` its services and volumes get a copy of the data, else they are empty;
with `env` it gets secrets, too. On standard input a tree, options (lines: stop-first, now, wait)."""

from __future__ import annotations

from pocketpaas.change import promotion
from pocketpaas.entry import promote
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.machine.request import Request
from pocketpaas.operation import clone as clones
from pocketpaas.operation import work
from pocketpaas.operation.audit import audit
from pocketpaas.operation.clone import Clone
from pocketpaas.release import bundle as bundles
from pocketpaas.release import scale, slots
from pocketpaas.state import moves, names, values
from pocketpaas.state.paths import HostPaths

_WORDS = ("data", "env")


def serve(request: Request) -> int:
    """See the module."""
    app, source, *words = request.arguments
    if not set(words) <= set(_WORDS) or len(set(words)) != len(words):
        raise BadRequest("clone APP SOURCE, with data, env")
    if app == source:
        raise Refused("same-app", f"{app} cannot be a clone of itself", "choose another name")
    live = promote.live_of(request, source)
    moves.refuse(request.paths, source)
    wanted = Clone(app, source, "data" in words)
    with host_lock(request.paths, Holder(request.key, f"cloning {source}")):
        begun = clones.find(request.paths, app)
        if begun is None and _was_cut_off_behind_its_end(request.paths, app, source):
            request.reporter.result("unchanged", f"{app} is a clone of {source} already")
            return 0
        if begun is None:
            left_out = clones.make(request.paths, wanted, "env" in words, _scale(request, source, live), request.key)
            _tell(request, source, left_out, "env" in words)
            audit(request.paths, request.key, app, " ".join(("clone of", source, *words)), 0)
        elif begun != wanted:
            raise Refused(
                "name-taken",
                f"{app} is a clone of {begun.source} that was not finished{', with its data' if begun.data else ''}",
                f"run that command again; or remove it: pocketpaas destroy --app {app}",
            )
        else:
            clones.refuse_other(request.paths, wanted)
    return promote.put_live(request, app, source, live)


def _was_cut_off_behind_its_end(paths: HostPaths, app: str, source: str) -> bool:
    """Whether the clone went live, and then its work was killed before it could say so."""
    works = work.all_works(paths, app)
    if not works or not works[-1].dead() or slots.live_release(paths, app) != 1:
        return False
    return values.read_or(paths.release(app, 1) / "kind", "") == "clone" and promotion.source_of(works[-1]) == source


def _tell(request: Request, source: str, left_out: tuple[str, ...], with_secrets: bool) -> None:
    if with_secrets:
        request.reporter.note(f"all variables of {source} are copied, secrets and logins at registries, too")
    if left_out:
        request.reporter.result("left-out", " ".join(left_out))
        request.reporter.note(f"not copied, as they look like secrets: {', '.join(left_out)} (--env copies them)")


def _scale(request: Request, source: str, live: int) -> dict[str, int]:
    """As many processes of each type as the source has; else all types but web would wait for a command."""
    bundle = request.paths.release(source, live)
    found = {kind: scale.wanted(request.paths, source, bundle, kind) for kind in bundles.types(bundle)}
    return {kind: number for kind, number in found.items() if names.is_process_type(kind)}
