"""work/deploy: builds what was pushed and makes it the live release."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.build import image, local_image, ready_image
from pocketpaas.change import (
    branch,
    certificates,
    cloning,
    deploy_checks,
    deploy_services,
    environment,
    link_changes,
    outcome,
    preview_services,
    preview_settings,
    promotion,
    release_command,
)
from pocketpaas.change import settings as app_settings
from pocketpaas.change.environment import Staged
from pocketpaas.cluster.challenge import everywhere
from pocketpaas.engine import volumes
from pocketpaas.failure import Failure
from pocketpaas.machine import locks
from pocketpaas.operation import clone as clones
from pocketpaas.operation import deploys
from pocketpaas.machine.locks import Lock
from pocketpaas.operation.unit import Operation
from pocketpaas.release import activate, bundle, memory, network, prune, reconcile, scale, seal, slots
from pocketpaas.release.running import Running
from pocketpaas.routing import names as app_names
from pocketpaas.routing import reach
from pocketpaas.state import moves, values

#: For a deploy that waited in line, in seconds: between two turns there may be a moment.
_IN_LINE_PATIENCE = 600.0


@dataclass(frozen=True)
class Stock:
    """What there was when the deploy began: the live release (None: nothing), and the one that is what is asked for
    already."""

    live: int | None
    unchanged: int | None


def deploy(operation: Operation) -> int:
    """The recipe; the exit code. The name of an image that was sent for it goes with its end."""
    try:
        return _deploy(operation)
    finally:
        local_image.forget(operation.engine, operation.work)


def _deploy(operation: Operation) -> int:
    options = frozenset(values.lines(operation.work.directory / "values" / "options"))
    sent = operation.work.directory / "values" / "settings"
    promoted = promotion.origin(operation)
    preview = preview_settings.adapt(operation, sent)
    # The app's own were looked at when they came, by the limits of that time: a plain push is not refused for them.
    app_settings.check(sent)
    operation.stop_first, operation.now = "stop-first" in options, "now" in options
    build_lock = _build_lock(operation, "wait" in options)
    if promoted:
        promotion.settle(operation, sent)
    settings = sent if sent.is_dir() else operation.paths.app(operation.app) / "settings"
    if promoted:
        cloning.provide(operation, settings)
    if preview is None:
        deploy_services.provide(operation, settings)
    else:
        preview_services.provide(operation, preview)
    if ready_image.is_asked(settings) and not promoted:
        deploy_checks.note_moved(operation, settings, ready_image.resolve(operation, settings))

    lock = _app_lock(operation)
    # The release asks the other machines of a cluster, and only where there is none they are asked here.
    operation.settled = True
    stock = take_stock(operation, settings, "force" in options)
    if stock.unchanged is not None:
        reconcile.reach_others(operation)
        cloning.ended(operation)
        return _already_live(operation, stock.unchanged)
    lock.release()

    if promoted:
        promotion.take(operation, settings)
    else:
        image.build(operation, settings)
    _prune_meanwhile(operation)

    lock = _app_lock(operation)
    release = release_it(operation, settings, stock)
    cloning.ended(operation)
    build_lock.release()
    # A name's server may be slow, and a rollback need not wait for it.
    lock.release()
    _look_after_names(operation, lock, release, stock)
    return outcome.released(operation, release)


def _build_lock(operation: Operation, waited: bool) -> Lock:
    holder = operation.holder(deploys.what(operation.work))
    if waited:
        return locks.build_lock(operation.paths, operation.app, holder, _IN_LINE_PATIENCE)
    return locks.build_lock(operation.paths, operation.app, holder)


def _app_lock(operation: Operation) -> Lock:
    """Raises `Refused` where the app has left this host while it was built or waited for: its release command would
    write here."""
    holder = operation.holder(deploys.what(operation.work))
    lock = locks.app_lock(operation.paths, operation.app, holder, operation.reporter)
    moves.refuse(operation.paths, operation.app)
    return lock


# ---------------------------------------------------------------- before the build


def take_stock(operation: Operation, settings: Path, force: bool) -> Stock:
    """Looks at what runs, and refuses what can be refused before anything is built. The app's lock is held."""
    running = reconcile.reconcile(operation)
    staged = _stage(operation, settings)
    changed = environment.changed(operation, staged)
    environment.need_secrets(settings, staged.given)
    deploy_checks.refuse_taken_domains(operation, settings)
    deploy_checks.refuse_without_place(operation, settings)
    live = slots.live_release(operation.paths, operation.app)
    same = not (changed or force or running.changed) and deploy_checks.is_live(operation, settings, live)
    if same and live is not None and promotion.origin(operation):
        same = promotion.is_live(operation, live)
    return Stock(live, live if same else None)


def _stage(operation: Operation, settings: Path) -> Staged:
    environment.keep_new_secrets(operation, settings)
    return environment.stage(operation)


def _already_live(operation: Operation, release: int) -> int:
    branch.remember_source(operation)
    # The deploy that made it may have been killed before it came to that.
    commit = operation.paths.release(operation.app, release) / "commit"
    if _is_by_program(operation) and values.same(operation.work.directory / "commit", commit):
        branch.align(operation, release)
    operation.reporter.result("unchanged", "yes")
    operation.reporter.result("release", f"v{release}")
    outcome.tell_urls(operation, release)
    return 0


def _is_by_program(operation: Operation) -> bool:
    """After a push, git moves the branch itself, once the hook returns."""
    return (operation.work.directory / "values" / "settings").is_dir()


def _prune_meanwhile(operation: Operation) -> None:
    """Whatever ends an old release prunes, so only where none was ended: a deploy that fails again and again leaves an
    image each time."""
    paths, app = operation.paths, operation.app
    newest = bundle.newest(paths, app)
    if values.read_or(paths.release(app, newest) / "status", "good") == "good":
        return
    threading.Thread(target=_prune, args=(operation,), daemon=True).start()


def _prune(operation: Operation) -> None:
    try:
        prune.prune(operation.paths, operation.engine, operation.app)
    except (Failure, OSError):
        # The next one tries again.
        pass


# ---------------------------------------------------------------- after the build


def release_it(operation: Operation, settings: Path, stock: Stock) -> int:
    """From what was built to a live release; its number. The app's lock is held. Raises what keeps it from it; then all
    is as it was."""
    paths, app = operation.paths, operation.app
    deploy_checks.refuse_overtaken(operation, stock.live)
    # Seconds or minutes have passed: what runs now is what has to be ended later.
    running = reconcile.reconcile(operation)
    network.ensure(operation)
    release = _bundle(operation, settings, stock.live)
    directory = paths.release(app, release)
    volumes.ensure(operation.engine, app, directory)
    deploy_checks.need_commands(directory)
    memory.guard(operation, running, directory / "settings", directory)
    running = _run_release_command(operation, running, release)
    activate.activate(operation, running, release)
    branch.remember_source(operation)
    if _is_by_program(operation):
        branch.align(operation, release)
    if stock.live is not None:
        operation.reporter.result("previous", f"v{stock.live}")
    return release


def _bundle(operation: Operation, settings: Path, live: int | None) -> int:
    promoted = promotion.origin(operation)
    subject = values.read_or(operation.work.directory / "subject", "")
    release = bundle.open_release(operation, _kind(operation, promoted), promoted or subject)
    # Once more: what `env set` kept before the first release may have come while this was building.
    staged = _stage(operation, settings)
    if live is not None:
        link_changes.warn(operation, staged, live, links_too=True)
    bundle.from_build(operation, release, settings, staged.given)
    directory = operation.paths.release(operation.app, release)
    before = None if live is None else operation.paths.release(operation.app, live)
    scale.let_new_types_wait(directory, before)
    deploy_checks.refuse_without_web(operation, directory, before)
    deploy_checks.note_differences(operation, settings, directory)
    deploy_checks.note_waiting(operation, directory, before)
    return release


def _kind(operation: Operation, promoted: str) -> str:
    """What the release is made by, as `releases` shows it."""
    if not promoted:
        return "deploy"
    return "promote" if clones.find(operation.paths, operation.app) is None else "clone"


def _run_release_command(operation: Operation, running: Running, release: int) -> Running:
    """What migrates is a release that is stored, with nobody of an earlier one in the slot; where nothing does,
    `activate` sees to both while the engine is busy."""
    directory = operation.paths.release(operation.app, release)
    if not (directory / "release").exists():
        return running
    seal.seal(directory)
    running = activate.clear_slot(operation, running, slots.idle_slot(operation.paths, operation.app))
    release_command.run(operation, release)
    return running


def _look_after_names(operation: Operation, lock: Lock, release: int, stock: Stock) -> None:
    """Whether the manifest's new names lead here, and those that did not before; certificates for those that have none.
    The app's lock is not held."""
    paths, app = operation.paths, operation.app
    directory = paths.release(app, release)
    new: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    if bundle.has_web(directory):
        before = None if stock.live is None else paths.release(app, stock.live) / "settings"
        new = reach.new_names(directory / "settings", before, app_names.operator_names(paths, app))
        served, missed = app_names.names_of(paths, app, directory / "settings"), app_names.unreached(paths, app)
        again = tuple(name for name in missed if name in served and name not in new)
    # That those do not lead here was told when they were new.
    found = reach.look_for(paths, operation.reporter, app, (*new, *again), everywhere, told=again)
    certificates.after(operation, lock, found)
