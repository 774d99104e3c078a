"""What the tests of routing share: nginx's places in a directory of the test's own, and an nginx that does what files
say."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from host_fixture import HostCase
from pocketpaas.engine.client import Engine
from pocketpaas.machine.process import Ended
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.routing import certificates, guard, nginx, places
from pocketpaas.state import values

_TEMPLATES = Path(__file__).parents[4] / "core/src/main/java/dev/pocketpaas/core/proxy/SiteTemplate.java"
_FILES = {"FILE": "site", "PLAIN": "site-plain", "REDIRECT": "site-redirect", "SECURE": "site-secure"}
_FILES |= {name: f"site-{name.lower()}" for name in ("BODY", "CHALLENGE", "ASK", "AGAIN", "MOVING", "MOVED", "CLOSED")}
_FILES |= {name: f"site-{name.lower()}" for name in ("PASSAGE", "ARRIVAL", "ARRIVING")}
A, B, C = "a" * 64, "b" * 64, "c" * 64


class FakeNginx:
    """Takes the place of `run`. A file that holds a word beginning with `bad` is not taken, nor is a site that says
    `conflict NAME`."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.version = "1.28.0"
        self.reload_fails = False

    def __call__(self, command: Sequence[str], **_options: Any) -> Ended:
        words = list(command)
        self.commands.append(words)
        if words == ["nginx", "-v"]:
            return Ended(0, b"", f"nginx version: nginx/{self.version} (Debian)\n".encode())
        if words[0] == "unshare":
            return self.test(Path(words[-2]))
        if words == ["nginx", "-t", "-q"]:
            return self.test(places.SITES)
        if words[:3] == ["nginx", "-s", "reload"] and self.reload_fails:
            return Ended(1, b"", b"no memory")
        return Ended(0, b"0" if words[0] == "systemctl" else b"", b"")

    @staticmethod
    def test(sites: Path) -> Ended:
        """What `nginx -t` says of these files."""
        said = ""
        for file in sorted([*sites.glob("*.conf"), *sites.glob("snippets/*.conf")]):
            shown = places.SITES / file.relative_to(sites)
            for number, line in enumerate(values.read_or(file, "").split("\n"), 1):
                bad = re.search(r"bad\w*", line)
                if bad:
                    text = (
                        f'nginx: [emerg] 12#12: unknown directive "{bad[0]}" in {shown}:{number}\nnginx: test failed\n'
                    )
                    return Ended(1, b"", (said + text).encode())
                if line.startswith("conflict "):
                    said += f'nginx: [warn] conflicting server name "{line[9:]}" on 0.0.0.0:80, ignored\n'
        return Ended(0, b"", said.encode())

    @property
    def reloads(self) -> int:
        """How often nginx was started or reloaded."""
        return sum(words in (["nginx", "-s", "reload"], ["systemctl", "start", "nginx"]) for words in self.commands)


class RoutingCase(HostCase):
    """A host with nginx, and the app `shop` (10.213.4.0/24)."""

    def setUp(self) -> None:
        super().setUp()
        root = self.paths.root.parent
        self.nginx = FakeNginx()
        for name in ("run", "sites", "logs"):
            (root / name).mkdir()
        for name, value in (("SITES", root / "sites"), ("RUN", root / "run"), ("LOGS", root / "logs")):
            self.patch(places, name, value)
        self.patch(places, "PID_FILE", root / "nginx.pid")
        self.patch(places, "BASE", root / "base.conf")
        for module in (nginx, certificates, guard):
            self.patch(module, "run", self.nginx)
        self.paths = replace(self.paths, programs=root / "programs")
        self.tree(self.paths.programs, templates())
        self.tree(self.paths.host, {"domain": "example.org", "name": "test"})
        self.app = self.paths.app("shop")
        self.tree(self.app, {"network": "10.213.4.0/24", "settings/x": ""})
        self.operation = self.operate("env")

    def patch(self, module: object, name: str, value: object) -> None:
        """For this test only."""
        patcher = mock.patch.object(module, name, value)
        patcher.start()
        self.addCleanup(patcher.stop)

    def operate(self, kind: str, app: str = "shop") -> Operation:
        """An operation on the app, by ann."""
        directory = self.paths.works / "20260131T120000Z-00000001"
        values.make_directory(directory)
        work = Work(directory.name, directory)
        return Operation(self.paths, self.reporter, Engine(self.paths), work, app, kind, "ann")

    def sites(self) -> dict[str, str]:
        """nginx's files."""
        files = sorted([*places.SITES.glob("*.conf"), *places.SITES.glob("snippets/*.conf")])
        return {str(file.relative_to(places.SITES)): values.need(file) for file in files}

    def certificate(self, identity: str, source: str = "own") -> Path:
        """A directory as `certificates.store` takes it, valid from 0 to 900 seconds."""
        files = {"fullchain.pem": f"chain {identity}", "key.pem": f"key {identity}", "info/not-before": "0"}
        files |= {"info/not-after": "900", "info/source": source}
        return self.tree(self.paths.root.parent / "new" / identity, files)

    def has_certificate(self, domain: str, identity: str = A, source: str = "own") -> Path:
        """The domain of the app has one in use."""
        stored = certificates.store(self.paths, "shop", domain, identity, self.certificate(identity, source))
        certificates.use(self.paths, "shop", domain, identity)
        return stored


def templates() -> dict[str, str]:
    """The templates as Java writes them next to the programs."""
    source = _TEMPLATES.read_text()
    found = {}
    for name, block in re.findall(r'String (\w+)_TEXT = """\n(.*?)"""', source, re.DOTALL):
        # The end of a text block counts as a line, too, where its indentation is concerned.
        text = textwrap.dedent(f"{block}|").removesuffix("|").replace("\\\\", "\\")
        found[f"{_FILES[name]}.conf"] = text
    return found
