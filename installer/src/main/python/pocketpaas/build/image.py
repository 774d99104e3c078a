"""From a source to an image: chooses the builder, takes over an earlier outcome of the same inputs, else builds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.build import buildpack_name, dockerfile, memory, outcome, ready_image, slug_build
from pocketpaas.build.failure import BuildFailed
from pocketpaas.build.outcome import Outcome
from pocketpaas.build.request import BuildRequest
from pocketpaas.build.select import NAME_ONE, Asked, Selection, select
from pocketpaas.build.source import Source
from pocketpaas.engine import containers
from pocketpaas.engine.client import EngineAway, EngineError
from pocketpaas.failure import Failure
from pocketpaas.operation.unit import Operation
from pocketpaas.routing import metadata
from pocketpaas.state import disk, values


@dataclass(frozen=True)
class _Planned:
    """What is to be done for these inputs; `inputs` is empty where only the build itself can tell."""

    inputs: str
    run: Callable[[], Outcome]


def build(operation: Operation, settings: Path) -> None:
    """Builds WORK/source.tar; the outcome is in WORK/build (docs/protocol.md, "Building"). The app's build lock is
    held. Raises `BuildFailed` and what else stands against it; the step has its end by then."""
    request = BuildRequest.of(operation, settings)
    values.make_directory(request.cache)
    _clean_up_killed(request)
    step = _Step(request)
    try:
        _build(request, step)
    except EngineAway:
        step.fail()
        raise
    except EngineError as error:
        step.fail()
        raise BuildFailed("build-failed", f"the Docker engine refused a step of the build: {error}") from error
    except Failure:
        step.fail()
        raise


class _Step:
    """The step's beginning and end, each once."""

    def __init__(self, request: BuildRequest) -> None:
        self._reporter = request.reporter
        self._begun = False
        self.title = ""

    def begin(self) -> None:
        """Once."""
        if not self._begun:
            self._begun = True
            self._reporter.step("build", "start", self.title)

    def fail(self) -> None:
        """Its end."""
        self.begin()
        self._reporter.step("build", "fail")


def _build(request: BuildRequest, step: _Step) -> None:
    source = Source(request.source)
    selection = select(_asked(request, source))
    step.title = f"{selection.builder} ({selection.why})"
    planned = _plan(request, selection, source)
    if planned.inputs and outcome.reuse(request, planned.inputs):
        step_text = f"{selection.builder}: nothing changed since the same inputs were built"
        request.reporter.step("build", "skip", step_text)
        return
    step.begin()
    if selection.warning:
        request.reporter.warn(selection.warning)
        request.reporter.hint(NAME_ONE)
    room = disk.room(request.paths)
    if room.is_short:
        raise BuildFailed("disk-full", room.text, "make room on the host: pocketpaas prune")
    with memory.turn(request.paths, request.reporter):
        if not metadata.guard(request.paths):
            request.reporter.warn('the cloud\'s metadata address is open to builds: run "pocketpaas init host" again')
        done = planned.run()
    outcome.refuse_without_image(request, done)
    outcome.refuse_without_process(request, done)
    done.store(request.out)
    outcome.remember(request, done.inputs)
    request.reporter.step("build", "done")


def _asked(request: BuildRequest, source: Source) -> Asked:
    url = request.variables().get("BUILDPACK_URL", "")
    return Asked(request.settings, source.top, source.text, url, tuple(buildpack_name.known(request.paths)))


def _plan(request: BuildRequest, selection: Selection, source: Source) -> _Planned:
    if selection.builder == "dockerfile":
        planned = dockerfile.prepare(request, source)
        return _Planned(planned.inputs, lambda: dockerfile.run(planned))
    if selection.builder == "image":
        inputs = ready_image.inputs(request, values.need(request.work / "digest"))
        return _Planned(inputs, lambda: ready_image.build(request, source))
    source.refuse_links_out()
    slug = slug_build.prepare(request, selection)
    return _Planned(slug.inputs, lambda: slug_build.run(slug))


def _clean_up_killed(request: BuildRequest) -> None:
    """What a build that was killed left behind; the caller holds the app's build lock."""
    left = containers.listed(request.engine, (f"{containers.BUILD}={request.app}",))
    containers.remove(request.engine, (one.id for one in left))
    ready_image.forget_killed(request)
    values.remove_tree(request.cache / "new")
