"""While a service is moved to another server nobody is in the one that is left: also not by hand, by a console or a
tunnel, whose client would log in again and write what nobody copies."""

from __future__ import annotations

import io
import os
import signal
import time
from typing import Any
from unittest import mock

from pocketpaas.engine import containers, exec_kill, execs
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.watch import Patience
from pocketpaas.failure import Cancelled, Failed, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.request import Request
from pocketpaas.query import beside, checkup_services, service_states, service_stream
from pocketpaas.service import container, sessions, store
from pocketpaas.service.generations import Kept, Move
from pocketpaas.service.links import Link, Login
from pocketpaas.state import values
from session_fixture import console
from test_service_upgrade import Killed, UpgradeCase


class ByHandTest(UpgradeCase):
    def setUp(self) -> None:
        super().setUp()
        self.killed: list[str] = []
        self.patch(exec_kill, "kill", lambda _engine, name: self.killed.append(name))

    def somebody(self, app: str = "shop") -> int:
        return console(self, self.operation.engine, Link(self.db, app), "exec-1")

    def left(self) -> list[str]:
        return values.names(self.db.directory / "sessions")

    def assert_ended(self, pid: int) -> None:
        self.assertEqual(os.waitpid(pid, os.WNOHANG)[0], pid)
        self.assertEqual((self.killed, self.left()), (["exec-1"], []))

    def test_an_upgrade_ends_it_before_anything_is_copied(self) -> None:
        seen: list[list[str]] = []
        self.meanwhile = lambda script: seen.append(self.left()) if script == "dump-from" else None
        pid = self.somebody()
        self.upgrade()
        self.assert_ended(pid)
        self.assertEqual(seen, [[]])

    def test_so_does_an_undo_before_it_counts(self) -> None:
        self.upgrade()
        pid = self.somebody()
        self.change("undo", "db")
        self.assert_ended(pid)

    def test_a_trial_leaves_it_alone(self) -> None:
        pid = self.somebody()
        self.upgrade("try")
        self.assertEqual(os.waitpid(pid, os.WNOHANG), (0, 0))
        self.assertEqual(len(self.left()), 1)

    # ------------------------------------------------------------ the other side

    def serve(self) -> tuple[int, str]:
        request = Request(self.paths, self.reporter, "ann", "services", ("console", "db", "shop", "pipe"), io.BytesIO())
        said: list[bytes] = []
        with mock.patch.object(service_stream, "Engine", lambda _paths: self.operation.engine), mock.patch.object(
            beside, "standard_error", said.append
        ):
            return service_stream.serve(request), b"".join(said).decode()

    def begin(self) -> None:
        Move.begin(self.db, "upgrade", "2")
        lock = locks.take(self.db.directory / "lock", Holder("bob", "upgrading"))
        assert lock is not None
        self.addCleanup(lock.release)

    def test_one_that_begins_just_when_an_upgrade_does_does_not_begin(self) -> None:
        known = sessions.known

        def meanwhile(*words: Any) -> Any:
            self.begin()
            return known(*words)

        self.patch(sessions, "known", meanwhile)
        stream = mock.Mock(return_value=0)
        self.patch(execs, "stream", stream)
        code, said = self.serve()
        self.assertEqual((code, self.left()), (4, []))
        self.assertIn("db is being upgraded: upgrading by bob", said)
        stream.assert_not_called()

    def test_who_is_ended_is_told_why(self) -> None:
        def stream(*_: Any, created: Any, **_more: Any) -> int:
            created("exec-1")
            self.begin()
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
            return 0

        self.patch(execs, "stream", stream)
        code, said = self.serve()
        self.assertEqual((code, self.killed, self.left()), (4, ["exec-1"], []))
        self.assertIn("db is being upgraded: upgrading by bob", said)


class BrokenTest(UpgradeCase):
    """After an upgrade the new server does not run: the one that was kept is what there is."""

    def setUp(self) -> None:
        super().setUp()
        self.upgrade()
        self.second, _ = self.in_use()
        self.ends()

    def ends(self) -> None:
        self.fake.containers[self.second]["State"].update(Status="exited", Pid=0)

    def never_starts(self) -> None:
        """Whatever is asked of the engine for it."""
        begun = containers.start

        def start_one(engine: Engine, one: str) -> None:
            if one == self.second:
                raise EngineError(500, "its data cannot be read")
            begun(engine, one)

        self.patch(containers, "start", start_one)

    def test_what_was_written_is_not_known_and_has_to_be_confirmed(self) -> None:
        told = self.failing("undo", "db")
        self.assertIn("db does not run: what was written since the upgrade", told)
        self.assertEqual(self.in_use(), (self.second, "17"))
        self.assertEqual(self.change("undo", "db", "lose=yes"), 0)
        self.assert_serves("15")
        self.assertTrue([line for line in self.reporter.lines if "is not known, and is lost" in line])

    def test_one_that_somebody_has_stopped(self) -> None:
        values.write(self.db.directory / "stopped", "")
        self.assertEqual(self.change("undo", "db", "lose=yes"), 0)
        self.assert_serves("15")
        self.assertFalse(store.need(self.paths, "db").is_stopped)

    def test_one_that_runs_and_answers_nobody(self) -> None:
        self.fake.containers[self.second]["State"].update(Status="running", Pid=7)
        run = execs.run

        def deaf(engine: Any, inside: str, *rest: Any) -> Any:
            if inside == self.second:
                raise EngineError(409, "it is restarting")
            return run(engine, inside, *rest)

        self.patch(execs, "run", deaf)
        self.assertIn("db does not run", self.failing("undo", "db"))
        self.assertEqual(self.change("undo", "db", "lose=yes"), 0)
        self.assertEqual(self.in_use(), ("c0ffee", "15"))

    def test_what_an_app_has_only_there_is_never_given_up(self) -> None:
        self.tree(self.paths.app("blog"), {"network": "10.213.5.0/24"})
        link = Link(store.need(self.paths, "db"), "blog")
        link.claim()
        values.make_directory(link.directory)
        self.assertIn("the data of blog in db have come since", self.failing("undo", "db", "lose=yes"))
        self.assertEqual(self.change("unlink", "db", "blog", "data"), 0)
        self.assertEqual(self.change("undo", "db", "lose=yes"), 0)
        self.assertEqual(self.in_use(), ("c0ffee", "15"))

    def test_an_undo_that_fails_can_be_run_again(self) -> None:
        self.never_starts()
        self.fails = {"query": "no such login"}
        self.assertIn("cannot query", self.failing("undo", "db", "lose=yes"))
        self.assertFalse((self.app / "maintenance").exists())
        self.assertFalse((self.db.directory / "move").exists())
        self.fails = {}
        self.assertEqual(self.change("undo", "db", "lose=yes"), 0)
        self.assert_serves("15")

    def test_it_stays_as_long_as_the_new_one_does_not_run(self) -> None:
        later = time.time() + 8 * 86_400
        with mock.patch.object(time, "time", lambda: later):
            self.settle()
            self.assertIsNotNone(Kept.of(self.db))
            self.assertEqual(self.change("start", "db"), 0)
            self.settle()
        self.assertIsNone(Kept.of(self.db))

    def test_the_way_back_is_named(self) -> None:
        back = "pocketpaas services upgrade db --undo --confirm db"
        with self.assertRaisesRegex(Refused, "does not run") as no:
            container.running(self.operation.engine, store.need(self.paths, "db"))
        self.assertIn(back, no.exception.cure)
        (seen,) = service_states.look(self.paths, self.operation.engine)
        for volumes in (set[str](), {seen.volume}):
            _, cure = checkup_services._problem(seen, volumes)
            self.assertIn(f"back to postgres 15, as it was before its upgrade: {back}", cure)
            self.assertNotIn("destroy", cure)


class CutOffTest(UpgradeCase):
    def test_apps_are_out_of_maintenance_also_where_the_new_server_does_not_start(self) -> None:
        """Killed when it had just taken its place."""
        write = values.write

        def die(place: Any, *rest: Any, **more: Any) -> None:
            write(place, *rest, **more)
            if place.name == "generation":
                raise Killed

        with mock.patch.object(values, "write", die), self.assertRaises(Killed):
            self.upgrade()
        second, major = self.in_use()
        self.assertEqual((major, (self.app / "maintenance").exists()), ("17", True))
        self.fake.containers[second]["State"].update(Status="exited", Pid=0)
        with mock.patch.object(containers, "start", mock.Mock(side_effect=EngineError(500, "no"))):
            self.settle()
        self.assertFalse((self.app / "maintenance").exists())
        self.assertFalse((self.db.directory / "move").exists())
        self.assertTrue([line for line in self.reporter.lines if "--undo --confirm db" in line])
        self.assertEqual(self.change("undo", "db", "lose=yes"), 0)
        self.assert_serves("15")


class RestartTest(UpgradeCase):
    def test_the_end_of_its_unit_leaves_it_to_the_timer_and_a_failure_does_not(self) -> None:
        for error, left in ((Cancelled(), True), (Failed("too-slow", "no"), False)):
            with self.subTest(error), mock.patch.object(container, "ensure", mock.Mock(side_effect=error)):
                with self.assertRaises(type(error)):
                    self.change("restart", "db")
            self.assertEqual(store.need(self.paths, "db").is_restarting, left)


class OwnPasswordTest(UpgradeCase):
    """An app may change the password of its own login in the server that is kept."""

    def test_it_gets_the_one_that_we_know(self) -> None:
        self.upgrade()
        self.first.logins["shop_1"] = "its own"
        self.assertEqual(self.change("undo", "db"), 0)
        self.assert_serves("15")

    def test_one_that_cannot_query_keeps_none_of_the_others_from_theirs(self) -> None:
        link = Link(self.db, "blog")
        self.tree(self.paths.app("blog"), {"network": "10.213.5.0/24"})
        link.claim()
        link.keep(Login("blog_1", "pw2"), ("DATABASE_URL",))
        self.first.databases["app_blog"], self.first.logins["blog_1"] = {}, "pw2"
        self.upgrade()
        ask = execs.run

        def locked_out(engine: Any, inside: str, words: tuple[str, ...], *rest: Any) -> Any:
            if inside == "c0ffee" and "query" in words and "blog_1" in words:
                return execs.Ended(1, b"", b"it has locked itself out")
            return ask(engine, inside, words, *rest)

        self.patch(execs, "run", locked_out)
        self.assertEqual(self.change("undo", "db"), 0)
        self.assert_serves("15")
        self.assertTrue([line for line in self.reporter.lines if line.startswith("+warn\tblog cannot query db")])


class StandsTest(UpgradeCase):
    """What an app's check or index calls may never end: the others wait for it in maintenance."""

    def stand(self, which: str) -> None:
        stream = self.stream_inside

        def stands(*words: Any) -> int:
            if words[2][3] == which:
                silence = words[9]
                self.assertIsInstance(silence, Patience, f"{which} may stand for ever")
                self.assertLessEqual(silence.idle, 120)
                self.assertLess(silence.most, 400)
                raise execs.Stalled(silence.idle)
            return stream(*words)

        self.patch(execs, "stream", stands)

    def test_it_is_ended_named_and_all_goes_back(self) -> None:
        for which in ("dump-from", "restore", "count"):
            with self.subTest(which):
                self.stand(which)
                told = self.failing("upgrade", "db", "17", "-", "run")
                self.assertIn(f"db ({which}): nothing moved for 2 min, and it was ended", told)
                self.assertIn("the data of shop could not be ", told)
                self.patch(execs, "stream", self.stream_inside)
                self.assert_serves("15")
        self.assertEqual(self.upgrade(), 0)
