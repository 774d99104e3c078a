"""Sets and unsets variables. One new release; where it does not come up nothing is stored. With no-restart they are
only kept, for whatever release comes next. A stopped app stays stopped."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from pocketpaas.change import environment, link_changes, outcome
from pocketpaas.change.changing import Changing, no_arguments
from pocketpaas.change.environment import Staged
from pocketpaas.failure import BadRequest, CannotWrite, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import activate, bundle, network, slots
from pocketpaas.release.layers import PARTS
from pocketpaas.routing import flags
from pocketpaas.state import names, values
from pocketpaas.state.clock import new_id

_SET_ALREADY = "these values are set already"


def change(changing: Changing, arguments: Sequence[str]) -> int:
    """values/set/KEY, values/set.json/KEY, values/unset (lines), values/options (lines: no-restart, if-still), with
    if-still values/was/KEY."""
    no_arguments(arguments)
    operation = changing.operation
    if "if-still" in changing.lines("options"):
        _refuse_changed(changing)
    staged = environment.stage(operation)
    _warn_hidden(changing, staged)
    for key in changing.lines("unset"):
        _unset(operation, staged, key)
    if "no-restart" in changing.lines("options") and slots.live_release(operation.paths, operation.app) is not None:
        return _keep_for_later(changing, staged)
    changed = environment.changed(operation, staged)
    if not changed:
        # Whatever was pending is taken back by this.
        _forget_pending(changing.operator)
        return outcome.nothing_to_do(operation, _SET_ALREADY)
    return apply(changing, staged, changed)


def _refuse_changed(changing: Changing) -> None:
    """Whoever edits sees what the app has, with what is pending over it: that must not have changed meanwhile."""
    operator, now = changing.operator, changing.operation.work.directory / "now"
    values.fresh_directory(now)
    for layer in (operator / "env", operator / "pending" / "env"):
        values.copy_values(layer, now)
    for key in values.names(operator / "pending" / "unset"):
        values.remove(now / key)
    found = environment.differing(now, changing.sent / "was")
    values.remove_tree(now)
    if found:
        raise Refused(
            "changed",
            f"somebody else has changed {', '.join(found)} meanwhile; nothing was stored",
            "run the command again: it shows the variables as they are now",
        )


def _warn_hidden(changing: Changing, staged: Staged) -> None:
    """Of a variable that a service fills the app gets what is set."""
    reporter, app = changing.operation.reporter, changing.operation.app
    for key in values.names(changing.sent / "set"):
        service = values.read(staged.service / "env" / key)
        if service is not None:
            reporter.warn(f"{app} gets this {key}, and not the address of the service {service}")
            reporter.hint(f"to get the address again: pocketpaas env unset {key} --app {app}")


def _unset(operation: Operation, staged: Staged, key: str) -> None:
    if not names.is_variable(key):
        raise BadRequest(f'"{key}" is not the name of a variable')
    settings = operation.paths.app(operation.app) / "settings"
    stated = settings / "env" / key
    shared = staged.shared / "env" / key
    if (staged.operator / "env" / key).is_file():
        is_secret = key in values.lines(settings / "secrets")
        if is_secret and not (values.read_or(stated, "") or values.read_or(shared, "")):
            raise Refused(
                "in-manifest",
                f"{key} is one of the secrets in pocketpaas.yml, so it needs a value",
                'remove it there and run "pocketpaas deploy" first',
            )
        staged.unset(key)
    elif stated.is_file():
        raise Refused(
            "in-manifest",
            f"{key} is set in pocketpaas.yml (env.{key})",
            'remove it there and run "pocketpaas deploy"',
        )
    elif shared.is_file():
        raise Refused(
            "shared",
            f"{key} is shared by all apps of this host",
            f"pocketpaas env unset --shared {key}, or give the app a value of its own",
        )
    else:
        operation.reporter.note(f"{key} is not set")


# ---------------------------------------------------------------- later


def _keep_for_later(changing: Changing, staged: Staged) -> int:
    """What is staged and is not the app's becomes what is pending."""
    operation, operator = changing.operation, changing.operator
    new = operation.work.directory / "pending"
    waiting = environment.differing(operator / "env", staged.operator / "env")
    _write_pending(new, staged, waiting)
    if not any(environment.differing(new / part, operator / "pending" / part) for part in ("env", "unset")):
        return outcome.nothing_to_do(operation, _SET_ALREADY)
    try:
        values.sync_tree(new)
        _forget_pending(operator)
        if waiting:
            os.rename(new, operator / "pending")
            values.sync(operator)
    except OSError as error:
        raise CannotWrite(operator / "pending", error) from error
    for key in waiting:
        operation.reporter.result("pending", key)
    if waiting:
        operation.reporter.note(f"waiting for the next release: {' '.join(waiting)}")
    else:
        operation.reporter.note("nothing waits for the next release any more")
    return 0


def _write_pending(new: Path, staged: Staged, waiting: Sequence[str]) -> None:
    values.fresh_directory(new)
    for part in (*PARTS, "unset"):
        values.make_directory(new / part)
    for key in waiting:
        value = values.read(staged.operator / "env" / key)
        if value is None:
            values.put(new / "unset" / key, "")
        else:
            values.put(new / "env" / key, value)
            values.put(new / "env.json" / key, values.need(staged.operator / "env.json" / key))
    values.put(new / "id", new_id())


def _forget_pending(operator: Path) -> None:
    try:
        values.remove_tree(operator / "pending")
    except OSError as error:
        raise CannotWrite(operator / "pending", error) from error


# ---------------------------------------------------------------- now


def apply(changing: Changing, staged: Staged, changed: Sequence[str]) -> int:
    """What is staged, as a release. Before the first deploy the values are only kept."""
    operation = changing.operation
    paths, app = operation.paths, operation.app
    previous = slots.live_release(paths, app)
    if previous is None:
        for part in PARTS:
            values.replace_tree(staged.operator / part, changing.operator / part)
        operation.reporter.note("kept for the first deploy")
        return 0
    link_changes.warn(operation, staged, previous)
    release = _open_release(operation, staged, changed)
    directory = paths.release(app, release)
    bundle.from_release(operation, release, previous, staged.given)
    bundle.takes_up(directory, staged.operator)
    if flags.is_stopped(paths, app):
        activate.store(operation, changing.running, release)
    else:
        network.ensure(operation)
        activate.activate(operation, changing.running, release)
    operation.reporter.result("previous", f"v{previous}")
    return outcome.released(operation, release)


def _open_release(operation: Operation, staged: Staged, changed: Sequence[str]) -> int:
    """A new release that says what was set and what was unset."""
    stored = operation.paths.app(operation.app) / "operator" / "env"

    def is_gone(key: str) -> bool:
        """Of the layer that it was in."""
        left = staged.shared if not (stored / key).is_file() else staged.operator
        if (staged.service / "env" / key).is_file():
            return False
        return not (staged.operator / "env" / key).is_file() and not (left / "env" / key).is_file()

    gone = [key for key in changed if is_gone(key)]
    words = {"set": [key for key in changed if key not in gone], "unset": gone}
    text = "; ".join(f"env {word} {', '.join(keys)}" for word, keys in words.items() if keys)
    release = bundle.open_release(operation, "env", text)
    for word, keys in words.items():
        if keys:
            values.put(operation.paths.release(operation.app, release) / word, "\n".join(keys))
    return release
