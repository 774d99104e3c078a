"""Which lines of a log are asked for, and how the journal is asked for them."""

from __future__ import annotations

from dataclasses import dataclass

from pocketpaas.failure import BadRequest
from pocketpaas.state import names

_MOST_LINES = 10_000_000
#: The fields that we need of an entry: what was printed, the labels of its container, when it was.
_FIELDS = "MESSAGE,POCKETPAAS_TYPE,POCKETPAAS_INSTANCE,POCKETPAAS_SERVICE,POCKETPAAS_PROCESS,_SOURCE_REALTIME_TIMESTAMP"


@dataclass(frozen=True)
class Wanted:
    """What is asked for; with `service`, `app` is the name of one."""

    app: str
    follow: bool = False
    access: bool = False
    lines: int = 100
    since: float | None = None
    until: float | None = None
    type: str = ""
    release: str = ""
    service: bool = False
    cron: str = ""
    run: str = ""

    @staticmethod
    def of(app: str, options: tuple[str, ...]) -> Wanted:
        """From the verb's arguments; raises `BadRequest`."""
        found: dict[str, object] = {}
        for option in options:
            name, _, value = option.partition("=")
            if option in ("follow", "access"):
                found[name] = True
            elif name == "lines" and names.is_number(value, 0, _MOST_LINES):
                found[name] = int(value)
            elif name == "since" and names.is_number(value):
                found[name] = int(value)
            elif name == "type" and names.is_process_type(value):
                found[name] = value
            elif name == "release" and names.is_release(value):
                found[name] = value
            elif (name == "cron" and names.is_job(value)) or (name == "run" and names.is_run(value)):
                found[name] = value
            else:
                raise BadRequest(f"logs: no such option as {option}")
        return Wanted(app, **found)  # type: ignore[arg-type] # each was checked above

    def options(self) -> list[str]:
        """As the verb has them, for another machine."""
        found = [name for name in ("follow", "access") if getattr(self, name)] + [f"lines={self.lines}"]
        found += [f"{name}={getattr(self, name)}" for name in ("type", "release") if getattr(self, name)]
        return found if self.since is None else [*found, f"since={self.since}"]

    @property
    def nginx(self) -> bool:
        """Whether requests that went wrong are among what is asked for: nginx sends them to web, of no release in
        particular."""
        return self.type in ("", "web") and not (self.release or self.service or self.cron or self.run)

    @property
    def is_spread(self) -> bool:
        """Whether other machines of a cluster may have some of it: jobs and runs are on the home alone."""
        return not (self.service or self.cron or self.run)

    @property
    def label(self) -> str:
        """The label of the containers, as the journal has it."""
        return "POCKETPAAS_SERVICE" if self.service else "POCKETPAAS_APP"

    def journalctl(self) -> list[str]:
        """The command: the export format is documented and the same in every version
        (systemd.io/JOURNAL_EXPORT_FORMATS)."""
        command = ["/usr/bin/journalctl", "--quiet", "--all", "--output=export", f"--output-fields={_FIELDS}"]
        command.append(f"--lines={self.lines}")
        if self.since is not None:
            command.append(f"--since=@{self.since}")
        if self.until is not None:
            command.append(f"--until=@{self.until}")
        if self.follow:
            command.append("--follow")
        command += [f"{self.label}={self.app}", "_COMM=dockerd"]
        if self.type:
            command.append(f"POCKETPAAS_TYPE={self.type}")
        if self.release:
            command.append(f"POCKETPAAS_RELEASE={self.release}")
        if self.cron:
            command += ["POCKETPAAS_SLOT=cron", f"POCKETPAAS_INSTANCE={self.cron}"]
        if self.run:
            command.append(f"POCKETPAAS_RUN={self.run}")
        return command
