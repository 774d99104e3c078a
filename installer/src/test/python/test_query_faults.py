"""What the queries tell of apps, releases and domains, and where the engine does not answer."""

from __future__ import annotations

import io
import unittest
from unittest import mock

from change_fixture import ChangeCase
from pocketpaas.engine.client import Engine
from pocketpaas.machine.request import Request
from pocketpaas.failure import NoEngine
from pocketpaas.query import apps, show
from pocketpaas.state import keys


class FaultsCase(ChangeCase):
    def setUp(self) -> None:
        super().setUp()
        self.answered: dict[str, str] = {}
        self.patch(keys, "sees", lambda *_: True)
        self.patch(keys, "role", lambda *_: keys.ADMIN)
        for room in (apps, show):
            self.patch(room, "Engine", lambda paths: Engine(paths, self.fake.socket, self.fake.pid_file))
            self.patch(room, "answer", self.take)

    def take(self, pairs: dict[str, str]) -> int:
        self.answered = dict(pairs)
        return 0

    def request(self, verb: str, *arguments: str) -> Request:
        return Request(self.paths, self.reporter, "ann", verb, arguments, io.BytesIO())

    def show(self, *words: str) -> dict[str, str]:
        show.serve(self.request("show", "shop", *words))
        return self.answered

    def apps(self) -> dict[str, str]:
        apps.serve(self.request("apps"))
        return self.answered


class NoEngineTest(FaultsCase):
    def test_it_is_said_at_once_and_in_one_wording(self) -> None:
        self.live(1)
        self.fake.end()
        for ask in (self.apps, lambda: self.show("ps")):
            with self.assertRaisesRegex(NoEngine, "the Docker engine on the host does not answer") as raised:
                ask()
            self.assertEqual(raised.exception.code, 4)
        self.assertNotIn("missing", "".join(self.answered))

    def test_what_needs_no_engine_asks_none(self) -> None:
        self.live(1)
        self.fake.end()
        for word in ("env", "domains", "scale", "ssl", "bundle", "releases"):
            self.show(word)
        self.assertEqual(self.show("release", "v1")["image-there"], "unknown")


class StateTest(FaultsCase):
    def test_an_app_of_workers_has_no_address(self) -> None:
        directory = self.live(1, {"processes/worker/command": "work"})
        self.assertEqual(self.apps()["shop/url"], "http://shop.example.org")
        (directory / "processes/web/command").unlink()
        (directory / "processes/web").rmdir()
        self.assertNotIn("shop/url", self.apps())

    def test_the_address_of_an_app_is_one_that_leads_here(self) -> None:
        self.live(1, {"settings/domains": "a.example.com\nb.example.com\n"})
        self.tree(self.app, {"unreached": "a.example.com"})
        self.assertEqual(self.apps()["shop/url"], "http://b.example.com")

    def test_domains_say_whether_the_default_one_is_served(self) -> None:
        self.live(1, {"settings/domains": "a.example.com\n"})
        found = self.show("domains")
        self.assertEqual((found["default"], found.get("default-off")), ("shop.example.org", None))
        self.assertEqual(found["url"], "http://a.example.com\nhttp://shop.example.org")
        self.tree(self.app, {"operator/default-domain": "off"})
        found = self.show("domains")
        self.assertEqual((found["default-off"], found["url"]), ("yes", "http://a.example.com"))

    def test_releases_say_what_was_set_and_why_one_failed(self) -> None:
        self.live(1)
        self.release(2, {"status": "failed", "failure": "web.1 exited", "set": "A\nB", "unset": "C"})
        found = self.show("releases")
        self.assertEqual((found["2/failure"], found["2/set"], found["2/unset"]), ("web.1 exited", "A\nB", "C"))
        self.assertNotIn("1/failure", found)

    def test_a_type_that_waits_is_none_that_is_missing(self) -> None:
        self.live(1, {"processes/worker/command": "work", "processes/worker/default-scale": "0"})
        with mock.patch("pocketpaas.query.processes.cgroup"):
            found = self.show("ps")
        self.assertEqual((found["scale/worker"], found["source/worker"]), ("0", "default"))
        self.assertNotIn("process/worker.1/state", found)


if __name__ == "__main__":
    unittest.main()
