"""What a deploy looks at: whether it is live already, what stands against it, and what it does not take from code and
manifest."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.engine.image_name import short
from pocketpaas.failure import Failed, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import bundle, scale, slots
from pocketpaas.routing import flags, snippets
from pocketpaas.routing import names as app_names
from pocketpaas.state import nodes, values


def is_live(operation: Operation, settings: Path, live: int | None) -> bool:
    """Whether the live release has the same tree, the same settings and the same ready image, and runs."""
    paths, app = operation.paths, operation.app
    if live is None or flags.is_stopped(paths, app):
        return False
    directory = paths.release(app, live)
    return (
        values.same(operation.work.directory / "tree", directory / "tree")
        and values.read(operation.work.directory / "digest") == values.read(directory / "digest")
        and _same_settings(settings, directory / "settings")
    )


def _same_settings(one: Path, other: Path) -> bool:
    """One that is not there is empty."""
    if one.is_dir() and other.is_dir():
        return values.same_tree(one, other)
    return not values.names(one) and not values.names(other)


def refuse_without_place(operation: Operation, settings: Path) -> None:
    """Raises `Refused` where the settings name labels that no machine of the cluster has; nothing on a host alone."""
    if nodes.is_home(operation.paths):
        # Loaded in a cluster alone.
        from pocketpaas.release import placement

        placement.guard(operation, settings, values.names(settings / "processes"))


def note_moved(operation: Operation, settings: Path, digest: str) -> None:
    """A tag that stands for another image than when the live release was made."""
    live = slots.live_release(operation.paths, operation.app)
    if live is None:
        return
    directory = operation.paths.release(operation.app, live)
    named, before = values.read_or(directory / "reference", ""), values.read_or(directory / "digest", "")
    if named == values.read_or(settings / "image", "") and before and before != digest:
        operation.reporter.note(f"{named} is another image than in v{live}: {short(before)} is now {short(digest)}")


def refuse_taken_domains(operation: Operation, settings: Path) -> None:
    """Before the build and not after it. (What is decided is decided under host.lock, by `nginx.apply`.) Raises
    `Refused`."""
    taken = app_names.claimed(operation.paths, operation.app, app_names.manifest_names(settings))
    if taken is not None:
        raise Refused("domain-taken", taken, "take it out of pocketpaas.yml, or remove it there first")


def refuse_overtaken(operation: Operation, before: int | None) -> None:
    """What went live while this was building was meant to be live now. (A change that failed is none.) Raises
    `Refused`."""
    paths, app = operation.paths, operation.app
    live = slots.live_release(paths, app)
    if live is None or live == before:
        return
    directory = paths.release(app, live)
    change = values.read_or(directory / "change", "")
    shown = f" ({change})" if change else ""
    who = values.read_or(directory / "who", "somebody")
    raise Refused(
        "overtaken",
        f"while this was building, v{live} went live{shown} by {who}; nothing was switched",
        "deploy again: what was built is kept",
    )


def need_commands(directory: Path) -> None:
    """Every process type of the bundle has something to run. Raises `Failed`."""
    types = bundle.types(directory)
    if not types:
        raise Failed(
            "no-process",
            "there is nothing to run: no process type is known",
            'add a Procfile with a line such as "web: node server.js"',
        )
    has_own = values.need(directory / "base") == "image"
    for one in types:
        has_command = bool(values.read_or(directory / "processes" / one / "command", ""))
        if not has_command and not (one == "web" and has_own):
            raise Failed(
                "no-process",
                f"the process type {one} has no command",
                f"add it to the Procfile, or processes.{one}.command to pocketpaas.yml",
            )


def refuse_without_web(operation: Operation, directory: Path, before: Path | None) -> None:
    """A slip of the pen (`Web:`) would take a site away without a word: nginx sends requests to web alone. Raises
    `Failed`."""
    types = bundle.types(directory)
    misspelt = next((one for one in types if one.lower() == "web" and one != "web"), None)
    if misspelt is not None and "web" not in types:
        raise Failed(
            "no-web",
            f'the Procfile has a process "{misspelt}" and no "web", so nobody would answer requests',
            'write "web:" in lower case',
        )
    if before is not None and bundle.has_web(before) and not bundle.has_web(directory):
        operation.reporter.warn(
            f"{operation.app} has no process web any more: its addresses answer nothing from this release on"
        )


def note_waiting(operation: Operation, directory: Path, before: Path | None) -> None:
    """Which of the types that are new do not run yet."""
    known = bundle.types(before) if before is not None else []
    found = [one for one in scale.waiting(operation.paths, operation.app, directory) if one not in known]
    if found:
        verb = "waits" if len(found) == 1 else "wait"
        operation.reporter.note(f"{', '.join(found)} {verb}: pocketpaas scale {found[0]}=1")


def note_differences(operation: Operation, settings: Path, directory: Path) -> None:
    """What makes the release differ from what code and manifest say."""
    paths, app, note = operation.paths, operation.app, operation.reporter.note
    operator = paths.app(app) / "operator"
    domains = app_names.operator_names(paths, app)
    if domains:
        note(f"domains kept from `domains add`: {' '.join(domains)}")
    if snippets.stored(paths, app).exists():
        note("nginx snippet kept (set by `nginx set`)")
    for one in values.names(operator / "scale"):
        number = values.read(operator / "scale" / one)
        if number is not None and (directory / "processes" / one).is_dir():
            note(f"scale {one}={number} kept (set by `scale`)")
    for key in values.names(operator / "env"):
        stated = values.read(settings / "env" / key)
        if stated is not None and stated != values.read(operator / "env" / key):
            note(f"env {key} kept (set by `env set`, not the manifest's)")
