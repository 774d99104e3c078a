"""A build by the engine's own BuildKit, through its API. Every engine from 20.10 on has it.

Not with Docker's client: it takes the arguments of a build from its command line, which every user of the machine can
read, or from its environment, where a name that a user chose would be a variable of a process of root's (PATH,
DOCKER_HOST, LD_PRELOAD …). Here names and values are JSON in a request on the engine's socket, and nothing else. """

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.build.progress import Progress
from pocketpaas.build.session import Session
from pocketpaas.engine.client import Engine, EngineAway, EngineError

#: The engine takes a request's line and headers up to a megabyte.
_MOST_QUERY = 900_000


@dataclass(frozen=True)
class Built:
    """The image's id; empty where the build failed, and then why."""

    image: str
    why: str


class BuildKit:
    """One build; `cancel` may be called by another thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._id = base64.b32encode(os.urandom(15)).decode().lower()

    def build(
        self,
        source: Path,
        parameters: Mapping[str, str],
        arguments: Mapping[str, str],
        labels: Mapping[str, str],
        each_line: Callable[[bytes], None],
    ) -> Built:
        """Builds a tar, handing on every line that it says. Raises `EngineAway`. Whatever ends this, the engine stops
        building."""
        session = Session(self._engine)
        done = False
        try:
            query = {
                **parameters,
                "version": "2",
                "session": session.id,
                "buildid": self._id,
                "buildargs": json.dumps(arguments),
                "labels": json.dumps(labels),
            }
            if sum(len(value) for value in query.values()) > _MOST_QUERY:
                return Built("", "the build arguments are larger than the engine takes")
            built = self._ask(query, source, Progress(each_line))
            done = True
            return built
        finally:
            if not done:
                self.cancel()
            session.close()

    def cancel(self) -> None:
        """Asks the engine to stop it."""
        try:
            self._engine.call("POST", "/build/cancel", {"id": self._id}, seconds=10)
        except EngineError:
            # Then it ends with our connection.
            pass

    def _ask(self, query: Mapping[str, str], source: Path, progress: Progress) -> Built:
        headers = {"Content-Type": "application/x-tar", "Content-Length": str(source.stat().st_size)}
        image = why = ""
        try:
            with open(source, "rb") as body, self._engine.open(
                "POST", "/build", query, body=body, headers=headers, seconds=None
            ) as answer:
                for line in answer:
                    said = json.loads(line)
                    if said.get("id") == "moby.buildkit.trace":
                        progress.show(base64.b64decode(said["aux"]))
                    elif said.get("id") == "moby.image.id":
                        image = str(said["aux"]["ID"])
                    elif "error" in said:
                        why = str(said["error"])
        except EngineAway:
            raise
        except EngineError as error:
            return Built("", str(error))
        except (OSError, ValueError, KeyError) as error:
            raise EngineAway(str(error)) from error
        finally:
            progress.end()
        return Built("" if why else image, why or ("" if image else "the build ended without an image"))
