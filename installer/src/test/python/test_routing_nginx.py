"""nginx: tested aside, put in place whole, reloaded only where something has changed."""

from __future__ import annotations

import os
import subprocess
import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.machine.process import Ended
from pocketpaas.routing import guard, nginx, places, site, snippets
from pocketpaas.routing.tried import NOTHING, Tried
from pocketpaas.state import values
from routing_fixture import RoutingCase

SHOP = "site of shop"


class NginxCase(RoutingCase):
    """Sites are one line each."""

    def setUp(self) -> None:
        super().setUp()
        self.texts = {"shop": SHOP, "other": "site of other"}
        self.patch(site, "text", lambda found: self.texts[found.app])
        self.tree(self.paths.app("other"), {"network": "10.213.5.0/24", "settings/domains": "other.example.com\n"})

    def apply(self, app: str = "shop", tried: Tried = NOTHING, *names: str) -> bool:
        settings = self.paths.app(app) / "settings"
        return nginx.apply(self.operation, app, 1, names or (f"{app}.example.com",), settings, tried)

    def snippet(self, app: str, text: str) -> None:
        self.tree(self.paths.app(app), {"operator/nginx": text})


class ApplyTest(NginxCase):
    def test_it_is_tested_aside_and_reloaded_once(self) -> None:
        self.assertTrue(self.apply())
        self.assertEqual(self.sites(), {"shop.conf": SHOP})
        self.assertEqual(places.site("shop").stat().st_mode & 0o777, 0o600)
        self.assertFalse(self.apply())
        self.assertEqual(self.nginx.reloads, 1)
        self.assertEqual(list(places.RUN.iterdir()), [])

    def test_what_earlier_programs_have_left_for_all_to_read_is_shut(self) -> None:
        self.apply()
        other = self.tree(places.SITES / "links", {"elsewhere": ""}) / "elsewhere"
        os.symlink(other, places.SITES / "link.conf")
        for file in (places.site("shop"), other):
            file.chmod(0o644)
        guard.shut()
        self.assertEqual(places.site("shop").stat().st_mode & 0o777, 0o600)
        self.assertEqual(other.stat().st_mode & 0o777, 0o644)
        self.assertEqual(self.nginx.reloads, 1)

    def test_what_nginx_does_not_take_is_never_put_in_place(self) -> None:
        self.apply()
        self.texts["shop"] = "\nbadly site"
        with self.assertRaisesRegex(Failed, 'new configuration: unknown directive "badly" in .*shop.conf:2$') as raised:
            self.apply()
        self.assertEqual((raised.exception.cause, raised.exception.code), ("nginx", 5))
        self.assertEqual(self.sites(), {"shop.conf": SHOP})
        self.assertEqual(self.nginx.reloads, 1)

    def test_a_candidate_that_could_not_be_written_has_not_passed(self) -> None:
        real = values.write

        def full(path: Path, *arguments: object, **options: object) -> None:
            if path.parent.parent == places.RUN:
                raise CannotWrite(path)
            real(path, *arguments, **options)  # type: ignore[arg-type]

        self.patch(values, "write", full)
        with self.assertRaisesRegex(Failed, "could not be written for its test") as raised:
            self.apply()
        self.assertEqual(raised.exception.cause, "state-write")
        self.assertEqual(self.sites(), {})
        self.assertEqual(list(places.RUN.iterdir()), [])

    def test_half_a_copy_of_what_is_there_has_not_passed(self) -> None:
        self.patch(places, "RUN", places.RUN / "gone")
        with self.assertRaisesRegex(Failed, "could not be written for its test"):
            self.apply()
        self.assertEqual(self.nginx.reloads, 0)

    def test_a_name_that_another_site_serves_is_refused(self) -> None:
        self.texts["shop"] = "conflict shop.example.com"
        with self.assertRaisesRegex(Failed, "shop.example.com is served by another site on this host"):
            self.apply()
        self.texts["shop"] = "conflict old.example.com"
        self.assertTrue(self.apply())

    def test_a_name_of_another_app_is_refused(self) -> None:
        with self.assertRaisesRegex(Failed, "other.example.com belongs to the app other") as raised:
            self.apply("shop", NOTHING, "a.example.com", "other.example.com")
        self.assertEqual(raised.exception.cause, "domain-taken")

    def test_what_was_killed_before_its_reload_is_reloaded(self) -> None:
        self.apply()
        values.touch(places.stale(self.paths))
        self.tree(places.SITES, {".new.1.abc": "x", "snippets/.new.2.abc": "x"})
        self.tree(places.RUN / "pocketpaas-nginx.left", {"x": ""})
        self.assertTrue(self.apply())
        self.assertFalse(places.stale(self.paths).exists())
        self.assertEqual(sorted(os.listdir(places.SITES)), ["shop.conf", "snippets"])
        self.assertEqual(list(places.RUN.iterdir()), [])

    def test_a_reload_that_fails_is_told_and_done_again(self) -> None:
        with mock.patch.object(nginx, "master_process", lambda: os.getpid()):
            self.nginx.reload_fails = True
            with self.assertRaisesRegex(Failed, "nginx does not reload: no memory"):
                self.apply()
            self.assertTrue(places.stale(self.paths).exists())
            self.nginx.reload_fails = False
            self.assertTrue(self.apply())

    def test_files_that_cannot_be_put_in_place(self) -> None:
        self.patch(values, "touch", mock.Mock(side_effect=CannotWrite("x")))
        with self.assertRaisesRegex(Failed, "nginx's files cannot be written"):
            self.apply()

    def test_an_app_is_removed(self) -> None:
        self.snippet("shop", "fine;")
        self.apply()
        nginx.remove(self.operation, "shop")
        nginx.remove(self.operation, "shop")
        self.assertEqual(self.sites(), {})
        self.assertEqual(self.nginx.reloads, 2)

    def test_that_nginx_does_not_reload_keeps_nothing_from_being_removed(self) -> None:
        self.apply()
        with mock.patch.object(nginx, "master_process", lambda: os.getpid()):
            self.nginx.reload_fails = True
            nginx.remove(self.operation, "shop")
        self.assertEqual(self.sites(), {})
        self.assertEqual(self.reporter.lines, ["+fail\tnginx\tnginx does not reload: no memory"])
        self.assertTrue(places.stale(self.paths).exists())

    def test_the_way_to_say_http2_follows_the_version(self) -> None:
        said = []
        self.patch(site, "text", lambda found: said.append(found.http2_directive) or SHOP)
        self.apply()
        self.has_certificate("shop.example.com")
        for self.nginx.version in ("1.22.1", "1.25.0", "1.25.1", "1.30.6"):
            self.apply()
        self.assertEqual(said, [True, False, False, True, True])
        self.nginx.version = "strange"
        self.assertEqual(nginx.version(), (0, 0, 0))


class SnippetsTest(NginxCase):
    def test_one_is_put_in_place_and_taken_away(self) -> None:
        self.snippet("shop", "fine a;")
        self.assertTrue(self.apply())
        self.assertEqual(self.sites(), {"shop.conf": SHOP, "snippets/shop.conf": "fine a;"})
        self.assertEqual(places.snippet("shop").stat().st_mode & 0o777, 0o600)
        self.assertFalse(self.apply())
        self.assertTrue(self.apply("shop", Tried(snippet="")))
        self.assertEqual(self.sites(), {"shop.conf": SHOP})

    def test_one_that_is_tried_and_refused_changes_nothing(self) -> None:
        self.snippet("shop", "fine a;")
        self.apply()
        with self.assertRaisesRegex(Failed, 'configuration: line 2 of the snippet: unknown directive "badly"'):
            self.apply("shop", Tried(snippet="fine b;\nbadly c;"))
        self.assertEqual(self.sites(), {"shop.conf": SHOP, "snippets/shop.conf": "fine a;"})
        self.assertEqual(self.reporter.lines, [])

    def test_one_that_became_bad_is_left_out_and_stops_nobody(self) -> None:
        why = 'line 1 of the snippet: unknown directive "badly"'
        told = [
            f"+warn\tnginx does not take the snippet of other any more, so it is left out: {why}",
            "+hint\tput it right and set it again: pocketpaas nginx set FILE --app other",
        ]
        self.snippet("shop", "fine a;")
        self.snippet("other", "badly b;")
        self.tree(places.SITES, {"snippets/other.conf": "badly b;", "other.conf": "site of other"})
        good = {"other.conf": "site of other", "shop.conf": SHOP, "snippets/shop.conf": "fine a;"}
        self.assertTrue(self.apply())
        self.assertEqual(self.sites(), good)
        self.assertEqual(self.reporter.lines, told)
        self.assertEqual(values.need(self.paths.app("other") / "nginx-refused"), why)
        self.assertFalse(self.apply("other"))
        self.assertEqual((self.sites(), self.reporter.lines), (good, told + told))
        self.snippet("other", "fine b;")
        self.assertTrue(self.apply("other"))
        self.assertEqual(self.sites(), {**good, "snippets/other.conf": "fine b;"})
        self.assertFalse((self.paths.app("other") / "nginx-refused").exists())

    def test_what_is_wrong_with_something_else_is_not_the_snippets_fault(self) -> None:
        self.snippet("shop", "fine a;")
        self.texts["shop"] = "bad site"
        with self.assertRaises(Failed):
            self.apply()
        self.assertEqual(self.reporter.lines, [])
        self.assertFalse(snippets.refused(self.paths, "shop").exists())
        self.assertEqual(self.sites(), {})

    def test_the_objection_is_counted_as_by_the_person_who_wrote_it(self) -> None:
        file = places.snippet("shop")
        for text, shown in (
            (f'nginx: [emerg] 7#7: unknown "x" in {file}:3', 'line 3 of the snippet: unknown "x"'),
            (f"[emerg] no y in {places.site('shop')}:4", f"no y in {places.site('shop')}:4"),
            ("killed", "killed"),
        ):
            self.assertEqual(snippets.objection("shop", text), shown)


class GuardTest(NginxCase):
    def test_only_what_nginx_does_not_take_is_left_out(self) -> None:
        self.tree(
            places.SITES,
            {
                "a.conf": "site of a",
                "b.conf": "bad site of b",
                "shop.conf": SHOP,
                "snippets/a.conf": "fine;",
                "snippets/shop.conf": "badly;",
            },
        )
        good = {"a.conf": "site of a", "shop.conf": SHOP, "snippets/a.conf": "fine;"}
        with mock.patch("builtins.print"):
            self.assertTrue(guard.mend(self.paths))
        self.assertEqual(self.sites(), good)
        self.assertEqual(
            values.need(snippets.refused(self.paths, "shop")), 'line 1 of the snippet: unknown directive "badly"'
        )
        tried = len(self.nginx.commands)
        self.assertTrue(guard.mend(self.paths))
        self.assertEqual(len(self.nginx.commands), tried + 1)

    def test_what_fails_without_ours_is_not_ours_to_mend(self) -> None:
        self.tree(places.SITES, {"a.conf": "site of a", "b.conf": "bad"})
        with mock.patch.object(nginx, "run", lambda *_, **__: Ended(1, b"", b"[emerg] the owner's")):
            self.assertFalse(guard.mend(self.paths))
        self.assertEqual(len(self.sites()), 2)

    def test_where_nothing_can_be_tried_nothing_is_left_out(self) -> None:
        self.tree(places.SITES, {"b.conf": "bad"})
        self.patch(places, "RUN", places.RUN / "gone")
        with mock.patch("builtins.print"):
            self.assertFalse(guard.mend(self.paths))
        self.assertEqual(len(self.sites()), 1)


class ReloadTest(NginxCase):
    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        """A process in a worker's place. The kernel shows its name only some time after it has been started."""
        with subprocess.Popen(["sleep", "100"]) as process:
            try:
                name = Path(f"/proc/{process.pid}/cmdline")
                while not name.read_bytes():
                    pass
                yield process
            finally:
                process.kill()

    def test_a_switch_waits_for_old_workers_only_where_connections_outlive_a_reload(self) -> None:
        with self.worker() as worker:
            self.patch(nginx.time, "sleep", lambda _: (worker.kill(), worker.wait()))
            self.operation.old_workers.add(worker.pid)
            self.tree(places.BASE.parent, {places.BASE.name: "map x;\n"})
            nginx.settle(self.operation)
            self.assertIsNone(worker.returncode)
            self.tree(places.BASE.parent, {places.BASE.name: "keepalive_min_timeout 2s;\n"})
            self.operation.old_workers.add(worker.pid)
            nginx.settle(self.operation)
            self.assertIsNotNone(worker.returncode)
        self.assertEqual(self.operation.old_workers, set())

    def test_it_returns_when_the_workers_take_nothing_any_more(self) -> None:
        with self.worker() as worker:
            self.patch(nginx, "master_process", lambda: os.getpid())
            self.patch(nginx.time, "sleep", lambda _: (worker.kill(), worker.wait()))
            nginx.reload(self.operation)
            self.assertIn(worker.pid, self.operation.old_workers)
            self.assertIsNotNone(worker.returncode)

    def test_an_nginx_that_does_not_run_is_started(self) -> None:
        self.assertIsNone(nginx.master_process())
        nginx.reload(self.operation)
        self.assertIn(["systemctl", "start", "nginx"], self.nginx.commands)

    def test_the_number_of_another_process_is_not_nginx(self) -> None:
        self.tree(places.PID_FILE.parent, {places.PID_FILE.name: f"{os.getpid()}\n"})
        self.assertIsNone(nginx.master_process())


if __name__ == "__main__":
    unittest.main()
