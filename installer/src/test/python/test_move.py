"""An app that goes from one host to another: who may write, what goes over, and how requests get there."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

from host_fixture import HostCase
from program_fixture import ProgramCase, streams
from routing_fixture import RoutingCase
from pocketpaas import rules
from pocketpaas.backup import app_content, host_content
from pocketpaas.change import stop
from pocketpaas.engine.client import Engine
from pocketpaas.entry import enter, move
from pocketpaas.failure import BadRequest, Failure, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.process import Ended
from pocketpaas.move import arriving, asking, closing, holding, host, look, operations, parcels, returning
from pocketpaas.move import reviving, store, watching
from pocketpaas.notice import moves as notice_moves
from pocketpaas.notice.store import NoticeStore
from pocketpaas.operation import move_watch
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.release import slots
from pocketpaas.system import boot
from pocketpaas.routing import arrival, flags, nginx, passage, places
from pocketpaas.state import moves, previews, tree, values

SECRET = "0123456789abcdef" * 2


class PhaseTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.paths.app("shop") / "settings")

    def test_one_file_says_it_and_a_rename_changes_it(self) -> None:
        moves.begin(self.paths, "shop", moves.AHEAD)
        self.assertEqual(moves.phase(self.paths, "shop"), "ahead")

        moves.turn(self.paths, "shop", moves.AHEAD, moves.CLOSED)

        self.assertEqual(values.names(moves.directory(self.paths, "shop")), ["closed"])
        with self.assertRaisesRegex(Refused, "not where it was thought to be: closed"):
            moves.turn(self.paths, "shop", moves.AHEAD, moves.CLOSED)
        values.remove_tree(moves.directory(self.paths, "shop"))
        with self.assertRaisesRegex(Refused, "it does not move") as refused:
            moves.turn(self.paths, "shop", moves.AHEAD, moves.CLOSED)
        self.assertEqual(refused.exception.cure, "see: pocketpaas apps")

    def test_of_two_hosts_one_at_most_lets_the_app_run(self) -> None:
        quiet = {"closed", "passed", "reclaiming", "arriving", "returning"}
        for phase in ("", "ahead", "arrived", *sorted(quiet)):
            values.remove_tree(moves.directory(self.paths, "shop"))
            if phase:
                moves.begin(self.paths, "shop", phase)
            self.assertEqual(moves.is_silent(self.paths, "shop"), phase in quiet, phase)
            self.assertEqual(flags.is_stopped(self.paths, "shop"), phase in quiet, phase)

    def test_it_is_said_where_the_app_is(self) -> None:
        moves.begin(self.paths, "shop", moves.PASSED)
        values.put(moves.directory(self.paths, "shop") / "peer", "web2")

        self.assertEqual(moves.text(self.paths, "shop"), "moved to web2")
        with self.assertRaisesRegex(Refused, "shop was moved to web2, which serves it now") as refused:
            moves.refuse(self.paths, "shop")
        self.assertEqual(refused.exception.cure, "add --host web2")

    def test_whoever_destroys_what_was_left_is_not_sent_to_the_host_that_has_the_app(self) -> None:
        moves.begin(self.paths, "shop", moves.PASSED)
        values.put(moves.directory(self.paths, "shop") / "peer", "web2")

        with self.assertRaisesRegex(Refused, "shop was moved to web2; what is here") as refused:
            moves.refuse_destroy(self.paths, "shop")

        self.assertIn("pocketpaas apps move web2 --finish --app shop", refused.exception.cure)

    def test_a_restart_opens_what_nobody_goes_on_with_and_looks_after_what_is_open(self) -> None:
        for before, after, watched in (
            (moves.CLOSED, moves.AHEAD, True),
            (moves.PASSED, moves.PASSED, False),
            (moves.AHEAD, moves.AHEAD, False),
            *((phase, phase, True) for phase in (moves.RECLAIMING, moves.ARRIVING, moves.ARRIVED, moves.RETURNING)),
        ):
            values.remove_tree(moves.directory(self.paths, "shop"))
            moves.begin(self.paths, "shop", before)

            with mock.patch.object(boot.move_watch, "watch") as watch:
                boot._settle_move(self.paths, self.reporter, "shop")

            self.assertEqual((moves.phase(self.paths, "shop"), watch.called), (after, watched), before)

    def test_a_restart_frees_nginx_of_a_move_that_is_gone(self) -> None:
        sites = self.tree(self.paths.root.parent / "sites", {"shop.move.conf": "", "blog.move.conf": ""})
        self.tree(self.paths.moves / "blog", {"certificate.pem": ""})

        with mock.patch.object(places, "SITES", sites):
            boot._sweep_arrivals(self.paths, self.reporter)

        self.assertEqual(values.names(sites), ["blog.move.conf"])
        self.assertTrue(places.stale(self.paths).exists())

    def test_at_boot_one_kind_of_rules_that_fails_keeps_no_other_from_being_made(self) -> None:
        with ExitStack() as stack:
            for name in ("sweep_works", "sweep_containers", "sweep_remains", "_sweep_arrivals", "bring_up", "Engine"):
                stack.enter_context(mock.patch.object(boot, name))
            stack.enter_context(mock.patch.object(boot, "_begun", return_value=0.0))
            stack.enter_context(mock.patch.object(boot.renaming, "settle", return_value=True))
            stack.enter_context(mock.patch.object(boot.metadata, "guard", return_value=False))
            ports = stack.enter_context(mock.patch.object(boot.firewall, "guard", return_value=True))
            stack.enter_context(mock.patch.object(boot.listing, "apps", return_value=()))
            self.assertEqual(1, boot.main(self.paths, self.reporter, ()))
        ports.assert_called_once_with(self.paths)


class EnterTest(ProgramCase):
    def verb(self, *words: str) -> str:
        try:
            return enter.checked(self.paths, self.reporter, ("boss", *words)).verb
        except Failure as failure:
            return failure.cause

    def setUp(self) -> None:
        super().setUp()
        self.file("keys/boss/role", "admin")
        values.make_directory(self.paths.app("shop") / "settings")
        moves.begin(self.paths, "shop", moves.PASSED)

    def test_a_moved_app_is_only_looked_at(self) -> None:
        for words in (("status", "shop"), ("show", "shop", "env"), ("auth", "shop", "list"), ("move", "shop", "look")):
            self.assertEqual(self.verb(*words), words[0])
        for words in (("env", "shop"), ("restart", "shop"), ("auth", "shop", "add"), ("nginx", "shop", "set")):
            self.assertEqual(self.verb(*words), "moved", words)

    def test_what_was_left_of_a_moved_app_is_not_destroyed_by_destroying_the_app(self) -> None:
        values.put(moves.directory(self.paths, "shop") / "peer", "web2")
        with self.assertRaises(Failure) as refused:
            enter.checked(self.paths, self.reporter, ("boss", "destroy", "shop"))
        self.assertNotIn("--host web2", refused.exception.cure)

    def test_what_another_host_relies_on_is_not_destroyed(self) -> None:
        moves.turn(self.paths, "shop", moves.PASSED, moves.ARRIVED)
        self.assertEqual(self.verb("destroy", "shop"), "moving")
        self.assertEqual(self.verb("restart", "shop"), "restart")

    def test_every_verb_that_changes_an_app_is_refused(self) -> None:
        harmless = {
            "hello",
            "status",
            "checkup",
            "show",
            "digests",
            "log",
            "logs",
            "previews",
            "attach",
            "cancel",
            "move",
        }
        for verb in [*rules._rules()["verbs"]]:  # pylint: disable=protected-access
            rule = rules.verb(verb)
            if rule is None or rule["app"] == "none" or verb in harmless:
                continue
            words = ["shop", *["x"] * (rule["least"] - 1)]
            self.assertEqual(self.verb(verb, *words), "moved", verb)


class ParcelsTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        self.source, self.target = self.paths.root / "source", self.paths.root / "target"
        self.names = [self.put("data/ab", b"one"), self.put("index", b"two"), self.put("snapshots", b"three")]
        values.put(self.source / "config", "none of its own")

    def put(self, place: str, data: bytes) -> str:
        name = f"{place}/{hashlib.sha256(data).hexdigest()}"
        values.make_directory((self.source / name).parent)
        values.write_file(self.source / name, data)
        return name

    def sent(self, *wanted: str) -> bytes:
        out = io.BytesIO()
        parcels.send(self.source, iter(wanted), out)
        return out.getvalue()

    def test_what_is_sent_arrives_and_a_snapshot_comes_last(self) -> None:
        values.make_directory(self.source / "locks")
        values.put(self.source / "locks" / "x", "")

        listed = [name for name, _ in parcels.listed(self.source)]

        self.assertEqual([name.partition("/")[0] for name in listed], ["data", "index", "config", "snapshots"])
        self.assertEqual(parcels.receive(self.target, io.BytesIO(self.sent(*listed))), 3 + 3 + 5 + 15)
        self.assertEqual(parcels.listed(self.target), parcels.listed(self.source))

    def test_what_is_cut_off_or_damaged_is_not_there(self) -> None:
        whole = self.sent(self.names[0])
        for data in (b"", whole[:-4], whole[:-6], whole.replace(b"one", b"two"), b"3 ../x\nabc0 .\n"):
            with self.assertRaises(BadRequest):
                parcels.receive(self.target, io.BytesIO(data))
        self.assertEqual([name for name, _ in parcels.listed(self.target)], [self.names[0]])
        self.assertEqual(sorted(values.names(self.target)), ["data"])
        for hostile in ("/etc/shadow", "../config", "data/ab/../../config", "locks/x"):
            with self.assertRaises(BadRequest):
                self.sent(hostile)

    def test_two_who_receive_the_same_at_once_are_not_in_each_others_way(self) -> None:
        whole = self.sent(*self.names)
        (self.target / "data").mkdir(parents=True)
        values.put(self.target / ".new.999999999.x", "of one that was killed")
        first = Meanwhile(whole, lambda: parcels.receive(self.target, io.BytesIO(whole)))

        self.assertEqual(parcels.receive(self.target, first), 3 + 3 + 5)

        self.assertEqual(first.times, 1)
        for name in self.names:
            self.assertEqual((self.target / name).read_bytes(), (self.source / name).read_bytes())
        self.assertEqual([one.name for one in self.target.glob(".new*")], [])

    def test_what_lies_there_damaged_is_sent_again(self) -> None:
        parcels.receive(self.target, io.BytesIO(self.sent("config", *self.names)))
        values.write_file(self.target / self.names[1], b"twx")

        parcels.remove_damaged(self.target)

        self.assertEqual([name for name, _ in parcels.listed(self.target)], [self.names[0], self.names[2]])


class Meanwhile(io.BytesIO):
    """Something else is done once in the middle of the first file."""

    def __init__(self, data: bytes, act: Callable[[], Any]) -> None:
        super().__init__(data)
        self.act, self.times = act, 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        if not self.times:
            self.times = 1
            self.act()
        return found


class PassageTest(RoutingCase):
    def leave(self, phase: str = moves.AHEAD) -> None:
        moves.begin(self.paths, "shop", phase)
        facts = {"address": "203.0.113.9", "port": "443", "secret": SECRET, "certificate.pem": "PEM"}
        self.tree(moves.directory(self.paths, "shop"), facts)

    def test_a_server_asks_one_file_whom_to_ask_and_trusts_one_certificate(self) -> None:
        self.leave()
        self.has_certificate("shop.example.com")

        nginx.apply(self.operation, "shop", 1, ("shop.example.com", "shop.example.org"), self.app / "settings")

        text = self.sites()["shop.conf"]
        self.assertEqual(text.count(f"if (-f {self.app}/move/passed) {{\n            return 418;"), 2)
        self.assertEqual(text.count("error_page 418 = @pocketpaas_moved;"), 2)
        self.assertIn("upstream pocketpaas_shop_moved {\n    server 203.0.113.9:443 max_fails=0;", text)
        self.assertIn(f"proxy_ssl_trusted_certificate {self.app}/move/certificate.pem;", text)
        self.assertIn("proxy_ssl_verify on;", text)
        self.assertIn(f"proxy_set_header X-Pocketpaas-Move {SECRET};", text)
        self.assertNotIn("proxy_pass http://pocketpaas_shop_moved", text)
        self.assertLess(text.index("move/closed"), text.index(f"{self.app}/stopped"))

    def test_an_app_that_does_not_move_has_the_file_that_it_always_had(self) -> None:
        nginx.apply(self.operation, "shop", 1, ("shop.example.org",), self.app / "settings")

        text = self.sites()["shop.conf"]
        self.assertNotIn("move", text)
        self.assertIn("location / {\n        error_page 502 504 = @pocketpaas_again;\n        if (-f", text)
        self.assertIn("    }\n    # An admin's own lines", text)

    def test_the_other_host_answers_who_knows_the_secret(self) -> None:
        self.tree(self.paths.moves / "shop", {"secret": SECRET, "id": "f" * 32})
        arrival.serve(self.operation)
        early = self.sites()["shop.move.conf"]
        arrival.serve(self.operation, 1, self.app / "settings")
        late = self.sites()["shop.move.conf"]

        self.assertIn('return 503 "shop is not here\\n";', early)
        self.assertIn(f'return 200 "{"f" * 32}\\n";', early)
        for word in (moves.PASSED, moves.ARRIVED):
            self.assertIn(f'if (-f {self.app}/move/{word}) {{\n            return 200 "{"f" * 32} {word}\\n";', early)
        self.assertIn("server_name shop.move.internal;", late)
        self.assertIn("proxy_set_header Host $http_x_forwarded_host;", late)
        self.assertIn("proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;", late)
        for text in (early, late):
            # In the server itself: nginx looks at that before it chooses a location, whosever it is.
            before = text[: text.index("location ")]
            self.assertIn(f'    if ($http_x_pocketpaas_move != "{SECRET}") {{\n        return 404;', before)
            self.assertIn('    proxy_set_header X-Pocketpaas-Move "";', before)
            self.assertEqual(text.count(SECRET), 1)
        self.assertEqual(places.arrival("shop").stat().st_mode & 0o777, 0o600)
        arrival.close(self.operation)
        self.assertNotIn("shop.move.conf", self.sites())

    def test_no_app_is_told_the_secret(self) -> None:
        self.tree(self.paths.moves / "shop", {"secret": SECRET, "id": "f" * 32})
        arrival.serve(self.operation, 1, self.app / "settings")
        self.leave()
        self.has_certificate("shop.example.com")
        nginx.apply(self.operation, "shop", 1, ("shop.example.com", "shop.example.org"), self.app / "settings")

        for file, asked in (("shop.conf", 4), ("shop.move.conf", 2)):
            locations = re.split(r"^    location ", self.sites()[file], flags=re.MULTILINE)
            found = [one for one in locations if "proxy_pass http://pocketpaas_shop_$" in one]
            self.assertEqual(len(found), asked)
            for one in found:
                self.assertIn('proxy_set_header X-Pocketpaas-Move "";', one)
                self.assertNotIn(SECRET, one)

    def test_what_nginx_does_not_take_is_not_put_in_place(self) -> None:
        self.tree(self.paths.moves / "shop", {"secret": "bad", "id": "f" * 32})

        with self.assertRaisesRegex(Failure, "nginx does not take what is passed on"):
            arrival.serve(self.operation)

        self.assertEqual(self.sites(), {})


class ForgettingTest(RoutingCase):
    def setUp(self) -> None:
        super().setUp()
        moves.begin(self.paths, "shop", moves.AHEAD)
        self.tree(self.paths.moves / "shop", {"id": "f" * 32})
        self.tree(places.SITES, {"shop.move.conf": ""})
        self.reconciled = mock.Mock()
        patcher = mock.patch.object(closing.reconcile, "reconcile", self.reconciled)
        patcher.start()
        self.addCleanup(patcher.stop)

    def test_nothing_is_left_of_a_move_whose_app_was_destroyed(self) -> None:
        values.remove_tree(self.app)

        operations._forget(self.operation)

        self.assertEqual((values.names(places.SITES), values.names(self.paths.moves)), ([], []))
        self.reconciled.assert_not_called()

    def test_what_nginx_still_names_goes_after_it_was_told(self) -> None:
        place = self.tree(moves.directory(self.paths, "shop"), {"certificate.pem": ""})

        def look(_operation: Operation) -> None:
            self.assertEqual((moves.phase(self.paths, "shop"), values.names(place)), ("", ["certificate.pem"]))

        self.reconciled.side_effect = look

        operations._forget(self.operation)

        self.assertEqual((place.exists(), values.names(places.SITES)), (False, []))


class ClosingTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.paths.app("shop") / "settings")
        moves.begin(self.paths, "shop", moves.AHEAD)

    def test_closing_ends_everything_and_fails_where_something_is_left(self) -> None:
        operation = Operation(
            self.paths, self.reporter, Engine(self.paths), Work("", Path("/nowhere")), "shop", "move", "ann"
        )
        still: list[Any] = []
        with (
            mock.patch.object(closing.cron, "settle"),
            mock.patch.object(stop, "end"),
            mock.patch.object(closing.containers, "listed", side_effect=lambda *words: still if len(words) > 2 else []),
            mock.patch.object(closing.ending, "end_and_remove"),
        ):
            closing.close(operation, moves.AHEAD, moves.CLOSED)
            self.assertEqual(moves.phase(self.paths, "shop"), "closed")
            # Whoever asks this host by itself does not keep the app from ending.
            self.assertTrue((self.paths.app("shop") / "unavailable").exists())
            still.append(mock.Mock())
            with self.assertRaisesRegex(Failure, "does not end a process of shop"):
                closing.close(operation, moves.AHEAD, moves.CLOSED)


class WatchingTest(HostCase):
    """What the timer of an open move does."""

    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.paths.app("shop") / "settings")
        self.stopped: list[str] = []
        self.started: list[str] = []
        self.passed = mock.Mock(return_value=False)
        self.opened = mock.Mock()
        for place, name, value in (
            (closing, "open_again", self.opened),
            (watching, "unwatch", self.stopped.append),
            (asking, "is_passed", self.passed),
            (watching.work, "start", lambda paths, spool, program: self.started.append(spool.id)),
        ):
            patcher = mock.patch.object(place, name, value)
            patcher.start()
            self.addCleanup(patcher.stop)

    def begin(self, phase: str) -> None:
        values.remove_tree(moves.directory(self.paths, "shop"))
        moves.begin(self.paths, "shop", phase)
        store.write(self.paths, "shop", {"id": SECRET, "secret": SECRET, "passphrase": SECRET})

    def look(self) -> int:
        return watching.main(self.paths, self.reporter, ["shop"])

    def leave(self) -> None:
        """Nobody drives the move any more."""
        lease, ago = store.directory(self.paths, "shop") / "lease", time.time() - store.LEASE_SECONDS - 1
        os.utime(lease, (ago, ago))

    def test_what_nobody_drives_any_more_goes_back_on_the_host_that_the_app_leaves(self) -> None:
        for before, after, opened in ((moves.CLOSED, moves.AHEAD, 1), (moves.RECLAIMING, moves.PASSED, 0)):
            self.begin(before)
            store.touch_lease(self.paths, "shop")
            self.assertEqual(self.look(), 0)
            self.assertEqual(moves.phase(self.paths, "shop"), before)
            self.leave()

            self.assertEqual(self.look(), 0)

            self.assertEqual(moves.phase(self.paths, "shop"), after)
            self.assertEqual(self.opened.call_count, opened)
            self.opened.reset_mock()
        self.assertEqual(self.started, [])

    def test_nothing_goes_back_while_it_is_being_taken(self) -> None:
        self.begin(moves.RECLAIMING)
        store.touch_lease(self.paths, "shop")
        self.leave()
        held = locks.take(self.paths.app("shop") / "lock", locks.Holder("ann", "taking it"))
        assert held is not None

        with mock.patch.object(locks, "_APP_PATIENCE", 0.0):
            self.assertEqual(self.look(), 1)

        self.assertEqual(moves.phase(self.paths, "shop"), moves.RECLAIMING)

    def test_what_was_passed_on_is_never_opened_by_itself(self) -> None:
        self.begin(moves.PASSED)

        self.assertEqual(self.look(), 0)

        self.assertEqual(moves.phase(self.paths, "shop"), "passed")
        self.opened.assert_not_called()
        self.assertEqual((self.stopped, self.started), (["shop"], []))

    def test_the_host_that_it_goes_to_starts_it_when_it_hears_the_word_and_not_before(self) -> None:
        for phase in (moves.ARRIVING, moves.RETURNING):
            self.begin(phase)
            self.started.clear()
            for answer in (asking.Silent("refused"), [False]):
                self.passed.side_effect = answer
                self.assertEqual(self.look(), 0)
                self.assertEqual((self.started, self.stopped), ([], []), phase)
            self.passed.side_effect = None
            self.passed.return_value = True

            self.look()

            (spool,) = self.started
            self.assertEqual(values.read(self.paths.work(spool) / "args"), "wake")
            self.assertEqual(values.read(self.paths.work(spool) / "app"), "shop")
            self.assertEqual(moves.phase(self.paths, "shop"), phase)

    def test_it_is_set_anew_when_the_look_that_is_at_work_has_ended(self) -> None:
        self.begin(moves.CLOSED)
        values.write(move_watch.tries(self.paths, "shop"), "3")
        known = mock.Mock(side_effect=[False, True, False, False])
        with (
            mock.patch.object(move_watch.units, "stop") as stopped,
            mock.patch.object(move_watch.units, "is_known", known),
            mock.patch.object(move_watch, "run", return_value=Ended(0, b"", b"")) as ran,
        ):
            move_watch.watch(self.paths, "shop")

        stopped.assert_called_once_with("pocketpaas-move-shop.timer")
        self.assertEqual(known.call_args_list[1].args, ("pocketpaas-move-shop.service",))
        self.assertEqual(ran.call_args.args[0][-2:], [str(self.paths.programs / "move"), "shop"])
        self.assertFalse(move_watch.tries(self.paths, "shop").exists())

    def test_a_start_that_fails_is_tried_again_some_times(self) -> None:
        self.begin(moves.ARRIVED)
        for _ in range(8):
            self.look()
        self.assertEqual(len(self.started), 5)
        self.assertEqual(self.stopped, ["shop"] * 3)
        self.started.clear()
        self.stopped.clear()
        slots.prepare(self.paths, "shop", "blue", 1)
        slots.switch(self.paths, "shop", "blue")
        values.remove(move_watch.tries(self.paths, "shop"))
        self.passed.return_value = True

        self.look()

        self.assertEqual((self.stopped, self.started), (["shop"], []))

    def test_what_serves_after_a_restart_gives_way_to_the_host_that_has_the_word(self) -> None:
        self.begin(moves.ARRIVED)
        slots.prepare(self.paths, "shop", "blue", 1)
        slots.switch(self.paths, "shop", "blue")
        closed: list[tuple[str, str]] = []
        patcher = mock.patch.object(closing, "close", lambda _operation, *phases: closed.append(phases))
        patcher.start()
        self.addCleanup(patcher.stop)
        self.passed.side_effect = asking.Silent("refused")
        self.assertEqual((self.look(), self.stopped, closed), (0, [], []))

        self.passed.side_effect = None
        self.look()

        self.assertEqual((self.stopped, closed), ([], [(moves.ARRIVED, moves.RETURNING)]))

    def test_it_is_asked_before_anything_is_brought_up(self) -> None:
        for answer, after in ((True, moves.ARRIVED), (False, moves.RETURNING), (asking.Silent("x"), moves.ARRIVED)):
            self.begin(moves.ARRIVED)
            self.passed.side_effect = [answer]
            with mock.patch.object(boot.move_watch, "watch") as watch:
                boot._settle_move(self.paths, self.reporter, "shop")
            self.assertEqual(moves.phase(self.paths, "shop"), after)
            watch.assert_called_once_with(self.paths, "shop")

    def test_an_app_serves_again_where_it_left_when_the_other_host_is_gone(self) -> None:
        operation = Operation(
            self.paths, self.reporter, Engine(self.paths), Work("", Path("/nowhere")), "shop", "move", "ann"
        )
        with (
            mock.patch.object(asking, "has_arrived") as arrived,
            mock.patch.object(operations, "unwatch", self.stopped.append),
            mock.patch.object(reviving, "watch") as watch,
            mock.patch.object(operations.outcome, "released") as released,
        ):
            for phase in (moves.PASSED, moves.RECLAIMING):
                self.begin(phase)
                arrived.side_effect = [False]
                with self.assertRaisesRegex(Refused, "is there, and answers this host"):
                    operations._claim(operation)
                self.assertEqual(moves.phase(self.paths, "shop"), phase)
                before = store.word(self.paths, "shop")
                arrived.side_effect = asking.Silent("refused")

                operations._claim(operation)

                self.assertEqual(moves.phase(self.paths, "shop"), moves.AHEAD)
                self.assertNotEqual(store.word(self.paths, "shop"), before)
                self.assertIn("shop has the data that it had when it went to", " ".join(self.reporter.lines))
            self.assertEqual((self.opened.call_count, released.call_count, watch.call_count), (2, 2, 2))
            # Nothing keeps it from being destroyed any more; the same once more ends the move.
            moves.refuse_destroy(self.paths, "shop")
            with mock.patch.object(closing, "stay") as stay, mock.patch.object(operations.arrival, "close"):
                arrived.side_effect = [True]
                with self.assertRaisesRegex(Refused, "is there, and answers this host"):
                    operations._claim(operation)
                stay.assert_not_called()
                arrived.side_effect = asking.Silent("refused")
                operations._claim(operation)
            stay.assert_called_once()
            self.assertFalse(store.directory(self.paths, "shop").exists())


def started(operation: Operation, answer: Any, again: bool = False, **how: Any) -> str:
    """The phase of an app after its start, for which the other host gives the answer, or raises it; why it was refused,
    where it was."""
    return after(operation, answer, lambda: arriving.start(operation, again, **how))


def after(operation: Operation, answer: Any, step: Callable[[], object]) -> str:
    """The same after that step."""
    with (
        mock.patch.object(asking, "is_passed", side_effect=answer),
        mock.patch.object(arriving.slots, "live_release", return_value=1),
        mock.patch.object(closing, "open_again"),
        mock.patch.object(arriving, "_serve"),
    ):
        try:
            step()
        except Refused as refused:
            return refused.cause
    return moves.phase(operation.paths, operation.app)


class WordTest(HostCase):
    """Under the app's lock the other host is asked."""

    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.paths.app("shop") / "settings")
        self.operation = Operation(
            self.paths, self.reporter, Engine(self.paths), Work("", Path("/nowhere")), "shop", "move", "ann"
        )

    def start(self, answer: Any, phase: str = moves.ARRIVING, **how: bool) -> str:
        values.remove_tree(moves.directory(self.paths, "shop"))
        moves.begin(self.paths, "shop", phase)
        return started(self.operation, answer, **how)

    def test_the_app_starts_only_where_the_word_was_given(self) -> None:
        self.assertEqual(self.start([True]), moves.ARRIVED)
        self.assertEqual(self.start([True], alone=True), moves.ARRIVED)
        self.assertEqual(self.start([True], moves.RETURNING, again=True, alone=True), moves.ARRIVED)
        for how in ({}, {"alone": True}):
            self.assertEqual(self.start([False], **how), "move-phase")
        self.assertEqual(self.start([True], moves.RETURNING), "move-phase")

    def test_who_cannot_be_asked_leaves_it_to_whoever_drives_the_move(self) -> None:
        silent = asking.Silent("refused")
        self.assertEqual(self.start(silent), moves.ARRIVED)
        self.assertEqual(self.start(silent, alone=True), "move-unreachable")
        self.assertEqual(self.start(silent, moves.ARRIVED, alone=True), moves.ARRIVED)

    def claim(self, phase: str, answer: Any) -> str:
        values.remove_tree(moves.directory(self.paths, "shop"))
        moves.begin(self.paths, "shop", phase)
        values.write(moves.directory(self.paths, "shop") / "peer", "web1")
        return after(self.operation, answer, lambda: arriving.claim(self.operation))

    def test_what_came_from_a_host_that_is_gone_starts_if_all_of_it_came(self) -> None:
        gone = asking.Silent("refused")
        values.make_directory(store.directory(self.paths, "shop"))
        self.assertEqual(self.claim(moves.ARRIVING, gone), "move-half")
        store.note_whole(self.paths, "shop", "")
        self.assertEqual(self.claim(moves.ARRIVING, gone), "move-half")
        store.note_whole(self.paths, "shop", "2026-11-29T12:00:00Z")
        for phase in (moves.ARRIVING, moves.RETURNING, moves.ARRIVED):
            self.assertEqual(self.claim(phase, gone), moves.ARRIVED)
            for answer in (True, False):
                self.assertEqual(self.claim(phase, [answer]), "move-answers")
        for phase in (moves.AHEAD, moves.CLOSED, moves.PASSED, moves.RECLAIMING):
            # There it is another thing (`reviving`).
            self.assertEqual(self.claim(phase, gone), "no-move")

    def test_what_an_earlier_try_brought_back_is_not_taken(self) -> None:
        place = store.directory(self.paths, "shop")
        self.tree(place / "repository" / "snapshots", {"a" * 64: ""})
        returning.begin(self.paths, "shop")
        repository = mock.Mock()
        for found in (None, mock.Mock(id="a" * 8)):
            repository.newest.return_value = found
            with self.assertRaisesRegex(Failure, "nothing of shop came back"):
                returning._newest(self.operation, repository, "app", "shop")
        repository.newest.return_value = mock.Mock(id="b" * 8)

        self.assertEqual(returning._newest(self.operation, repository, "app", "shop").id, "b" * 8)


class AskingTest(HostCase):
    """Over TLS, as nginx answers."""

    def setUp(self) -> None:
        super().setUp()
        self.place = self.tree(self.paths.moves / "shop", {"id": "f" * 32, "secret": SECRET})
        self.certificate = passage.make_certificate("shop", self.place)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.place / "certificate.pem", self.place / "key.pem")
        self.body, self.requests = "", list[str]()
        listening = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listening.close)
        self.port = listening.getsockname()[1]
        threading.Thread(target=self.serve, args=(listening, context), daemon=True).start()

    def serve(self, listening: socket.socket, context: ssl.SSLContext) -> None:
        while True:
            try:
                plain, _ = listening.accept()
            except OSError:
                return
            with plain:
                try:
                    with context.wrap_socket(plain, server_side=True) as secure:
                        self.requests.append(secure.recv(4096).decode())
                        secure.sendall(f"HTTP/1.1 200 OK\r\n\r\n{self.body}\n".encode())
                except OSError:
                    # Who does not trust the certificate goes away.
                    continue

    def is_passed(self, certificate: str) -> bool:
        lines = f"127.0.0.2 1\n127.0.0.1 {self.port}"
        asking.keep(self.paths, "shop", {"certificate": certificate, "addresses": lines})
        return asking.is_passed(self.paths, "shop")

    def test_the_host_with_the_certificate_says_whose_word_it_is(self) -> None:
        for self.body, passed in (("f" * 32 + " passed", True), ("f" * 32, False), ("f" * 32 + " arrived", False)):
            self.assertEqual(self.is_passed(self.certificate), passed, self.body)
        self.assertIn(f"X-Pocketpaas-Move: {SECRET}\r\n", self.requests[0])

    def test_the_certificate_is_good_for_a_host_whose_clock_is_behind(self) -> None:
        # Also where all that the standard asks for is checked, as later versions of Python do.
        command = ["openssl", "verify", "-x509_strict", "-verify_hostname", passage.server_name("shop")]
        certificate = str(self.place / "certificate.pem")
        now = int(time.time())
        for at, good in ((now, True), (now - 23 * 3600, True), (now + 3649 * 86_400, True), (now - 25 * 3600, False)):
            ended = subprocess.run(
                [*command, "-attime", str(at), "-CAfile", certificate, certificate], capture_output=True, check=False
            )
            self.assertEqual(ended.returncode == 0, good, ended)
        self.assertFalse((self.place / "making").exists())

    def test_another_host_and_another_move_say_nothing(self) -> None:
        self.body = "e" * 32 + " passed"
        with self.assertRaisesRegex(asking.Silent, "another move"):
            self.is_passed(self.certificate)
        other = self.tree(self.paths.root / "other", {})
        values.make_directory(other)
        self.body = "f" * 32 + " passed"
        with self.assertRaisesRegex(asking.Silent, "self-signed certificate|self signed certificate"):
            self.is_passed(passage.make_certificate("shop", other))


class NoticeTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.paths.app("shop") / "settings")
        values.make_directory(self.paths.root / "notices")
        store.write(self.paths, "shop", {"id": SECRET, "secret": SECRET, "passphrase": SECRET})

    def look(self, phase: str, answer: Any, age: float = 600) -> list[str]:
        place = moves.directory(self.paths, "shop")
        values.remove_tree(place)
        moves.begin(self.paths, "shop", phase)
        values.put(place / "peer", "web2")
        os.utime(place, (time.time() - age, time.time() - age))
        notices = NoticeStore(self.paths)
        with mock.patch.object(asking, "has_arrived", side_effect=answer):
            notice_moves.look(self.paths, notices, "shop")
        return [found.text for found in map(notices.read, notices.all()) if found is not None]

    def test_an_app_that_runs_nowhere_is_told_of(self) -> None:
        self.assertEqual(
            self.look(moves.PASSED, [False]), ["shop was moved to web2, which has not started it: it runs nowhere"]
        )
        self.assertEqual(self.look(moves.PASSED, [True]), [])
        silent = self.look(moves.PASSED, asking.Silent("203.0.113.9:443: refused"))
        self.assertEqual(silent, ["shop was moved to web2, which does not answer this host: 203.0.113.9:443: refused"])
        self.assertEqual(self.look(moves.PASSED, [False], age=60), [])
        self.assertEqual(self.look(moves.AHEAD, [False]), [])
        self.assertEqual(self.look(moves.ARRIVED, []), ["shop came from web2 and does not start here: it runs nowhere"])
        store.touch_lease(self.paths, "shop")
        self.assertEqual(self.look(moves.PASSED, [False]), [])

    def test_who_takes_the_move_up_again_is_not_told_what_was(self) -> None:
        self.look(moves.PASSED, [False])
        values.remove(store.unanswered(self.paths, "shop"))

        notices = NoticeStore(self.paths)

        self.assertEqual([notices.read(one) for one in notices.all()], [None])


class VerbTest(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        self.watch, self.unwatch = mock.Mock(), mock.Mock()
        self.patch(move, "watch", self.watch)
        self.patch(move, "unwatch", self.unwatch)
        values.make_directory(self.paths.app("shop") / "settings")

    def ask(self, action: str, **sent: str) -> dict[str, str]:
        return self.asked(move.serve, "move", "shop", action, given=tree.text(sent))

    def begin(self, phase: str) -> None:
        moves.begin(self.paths, "shop", phase)
        store.write(self.paths, "shop", {"id": SECRET, "secret": SECRET, "passphrase": SECRET})

    def test_the_word_goes_over_only_while_somebody_drives_the_move(self) -> None:
        self.begin(moves.CLOSED)
        with self.assertRaisesRegex(Refused, "nobody drives this move"):
            self.ask("pass")
        self.assertEqual(moves.phase(self.paths, "shop"), "closed")
        store.touch_lease(self.paths, "shop")
        store.note_closing(self.paths, "shop", "second")
        with self.assertRaisesRegex(Refused, "shop was open meanwhile"):
            self.ask("pass", closing="first")

        self.ask("pass", closing="second")
        self.ask("pass")

        self.assertEqual(moves.phase(self.paths, "shop"), "passed")

    def test_an_app_that_was_opened_again_is_not_passed_on(self) -> None:
        self.begin(moves.AHEAD)
        store.touch_lease(self.paths, "shop")

        with self.assertRaisesRegex(Refused, "not where it was thought to be: ahead"):
            self.ask("pass")

    def test_the_word_comes_back_before_the_other_host_is_told(self) -> None:
        self.begin(moves.PASSED)
        with self.assertRaisesRegex(Refused, "nobody drives this move"):
            self.ask("reclaim")
        store.touch_lease(self.paths, "shop")

        self.ask("reclaim")

        self.assertEqual(moves.phase(self.paths, "shop"), "reclaiming")
        self.assertTrue(moves.is_silent(self.paths, "shop"))
        self.watch.assert_called_once_with(self.paths, "shop")
        self.unwatch.assert_not_called()
        self.ask("again")
        self.assertEqual(moves.phase(self.paths, "shop"), "passed")
        self.unwatch.assert_called_once_with("shop")

    def test_the_secrets_of_a_move_stay_the_same(self) -> None:
        with mock.patch.object(move.slots, "live_release", return_value=1):
            first = self.ask("begin", peer="web2", target=SECRET)
            self.assertEqual(self.ask("begin", peer="web2", target=SECRET), first)
            with self.assertRaisesRegex(Refused, "shop is being moved to web2"):
                self.ask("begin", peer="web3", target="f" * 32)
            with self.assertRaises(BadRequest):
                self.ask("begin", peer="web2; return 200", target=SECRET)

    def test_what_does_not_fit_on_the_disk_is_refused_before_anything_is_stored(self) -> None:
        with mock.patch.object(move.slots, "live_release", return_value=1):
            with self.assertRaisesRegex(Refused, "too little room on the host that shop leaves"):
                self.ask("begin", peer="web2", target=SECRET, volumes=str(1 << 49))
        self.assertEqual((moves.phase(self.paths, "shop"), (self.paths.moves / "shop").exists()), ("", False))

    def test_whoever_lets_go_holds_it_no_longer(self) -> None:
        self.begin(moves.CLOSED)
        near, far = os.pipe()
        with open(near, "rb") as given, streams():
            request = dataclasses.replace(self.request("move", "shop", "hold"), stdin=given)
            held = threading.Thread(target=move.serve, args=(request,))
            held.start()
            lease = store.directory(self.paths, "shop") / "lease"
            while not lease.exists():
                self.assertTrue(held.is_alive())
            os.close(far)
            held.join(1.5)
            self.assertFalse(held.is_alive())
        self.assertTrue(store.has_lease(self.paths, "shop"))

    def hold_until(self, seconds: float, sign: bytes) -> float:
        """Somebody holds the move, says `sign`, and then nothing, and his channel stays. How old the lease is then."""
        near, far = os.pipe()
        with open(near, "rb") as given, open(far, "wb", buffering=0) as taken, streams():
            self.patch(store, "LEASE_SECONDS", 0.6)
            self.patch(holding, "_LOOK_SECONDS", 0.05)
            request = dataclasses.replace(self.request("move", "shop", "hold"), stdin=given)
            held = threading.Thread(target=move.serve, args=(request,))
            held.start()
            taken.write(sign)
            held.join(seconds)
            age = time.time() - (store.directory(self.paths, "shop") / "lease").stat().st_mtime
            self.assertEqual(held.is_alive(), not sign)
            taken.close()
            held.join(5)
            self.assertFalse(held.is_alive())
        return age

    def test_whoever_says_nothing_any_more_holds_it_no_longer_although_his_channel_stays(self) -> None:
        self.begin(moves.CLOSED)
        self.assertGreater(self.hold_until(10, b"\n"), 0.5)
        self.assertFalse(store.has_lease(self.paths, "shop"))

    def test_a_laptop_of_an_earlier_version_says_nothing_and_holds_it_by_its_channel(self) -> None:
        self.begin(moves.CLOSED)
        self.assertLess(self.hold_until(1.5, b""), 0.5)

    def test_who_goes_on_saying_so_holds_it(self) -> None:
        self.begin(moves.CLOSED)
        near, far = os.pipe()
        with open(near, "rb") as given, open(far, "wb", buffering=0) as taken, streams():
            self.patch(store, "LEASE_SECONDS", 2.0)
            self.patch(holding, "_LOOK_SECONDS", 0.05)
            request = dataclasses.replace(self.request("move", "shop", "hold"), stdin=given)
            held = threading.Thread(target=move.serve, args=(request,))
            held.start()
            for _ in range(15):
                taken.write(b"\n")
                time.sleep(0.2)
            self.assertTrue(held.is_alive())
            self.assertTrue(store.has_lease(self.paths, "shop"))
            taken.close()
            held.join(5)
            self.assertFalse(held.is_alive())

    def test_what_a_move_needed_goes_also_while_somebody_holds_it(self) -> None:
        self.begin(moves.CLOSED)
        values.make_directory(self.paths.moves / ".gone.shop")

        store.forget(self.paths, "shop")
        store.forget(self.paths, "shop")

        self.assertEqual(values.names(self.paths.moves), [])
        with self.assertRaises(Failure):
            store.touch_lease(self.paths, "shop")
        self.assertFalse(store.directory(self.paths, "shop").exists())

    def test_every_action_of_a_move_is_known_once(self) -> None:
        known = [*operations.ACTIONS, *move._ANSWERS, *move._STREAMS, "tools"]
        self.assertEqual(len(known), len(set(known)))
        with self.assertRaises(BadRequest):
            self.ask("nothing")


class LookTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        self.tree(self.paths.host, {"domain": "example.org"})
        self.operation = Operation(
            self.paths, self.reporter, Engine(self.paths), Work("", Path("/nowhere")), "shop", "move", "ann"
        )
        patcher = mock.patch.object(look.engine_volumes, "of_app", return_value=())
        self.volumes = patcher.start()
        self.addCleanup(patcher.stop)

    def check(self, **told: str) -> str:
        try:
            look.check(self.operation, {path.replace("__", "/"): text for path, text in told.items()})
        except Failure as failure:
            return failure.cause
        return ""

    def test_a_preview_stays(self) -> None:
        self.assertEqual(look.of(self.operation)["phase"], "")
        self.assertEqual(look.of(self.operation)["there"], "no")
        values.make_directory(previews.directory(self.paths, "shop"))
        for name, text in previews.first_values("parent", "pr-1", 3600, 0.0).items():
            values.put(previews.directory(self.paths, "shop") / name, text)
        with self.assertRaisesRegex(Refused, "shop is a preview of parent, and stays until it ends"):
            look.of(self.operation)

    def test_an_app_that_does_not_move_is_told_from_none(self) -> None:
        values.make_directory(self.paths.app("shop") / "settings")
        found = look.of(self.operation)
        self.assertEqual((found["phase"], found["there"]), ("", "yes"))

    def test_what_it_is_called_now_is_told_with_the_move_that_brought_it(self) -> None:
        self.tree(self.paths.app("store"), {"settings/x": "", "former-names": "other\nshop"})
        self.assertEqual(look.of(self.operation)["renamed-id"], "")
        moves.note_end(self.paths, "store", SECRET)
        found = look.of(self.operation)
        self.assertEqual((found["there"], found["renamed"], found["renamed-id"]), ("no", "store", SECRET))
        # Somebody else has the name.
        values.make_directory(self.paths.app("shop") / "settings")
        self.assertNotIn("renamed", look.of(self.operation))

    def test_that_only_the_other_host_backs_up_is_told(self) -> None:
        self.assertEqual(look.of(self.operation)["backups"], "")
        for told, here, unsaved in (("yes", False, True), ("", False, False), ("yes", True, False)):
            with mock.patch.object(look, "_makes_backups", return_value=here):
                self.assertEqual(look.unsaved(self.paths, {"backups": told}), unsaved)

    def test_shared_variables_that_are_not_here_are_named(self) -> None:
        self.tree(self.paths.root, {"shared/env/TOKEN": "secret"})
        for shared, lacking in (("TOKEN\nSENTRY", ["SENTRY"]), ("", []), ("TOKEN", [])):
            self.assertEqual(look.lacking(self.paths, {"shared": shared}), lacking)

    def test_those_with_other_values_are_named_and_the_values_are_not(self) -> None:
        self.tree(self.paths.root, {"shared/env/TOKEN": "secret", "shared/env/URL": "here", "shared/env/OWN": "x"})
        told = look._digests({"TOKEN": "secret", "URL": "there", "GONE": "x"})
        self.assertEqual(look.differing(self.paths, told), ["URL"])
        self.assertNotIn("secret", str(told))
        self.assertNotEqual(told, look._digests({"TOKEN": "secret", "URL": "there", "GONE": "x"}))
        self.assertEqual(look.differing(self.paths, {"shared": "URL"}), [])

    def test_what_stands_in_the_way_is_found_before_anything_is_touched(self) -> None:
        self.assertEqual(self.check(volumes="1000", memory="1000"), "")
        self.assertEqual(self.check(volumes=str(10**14)), "disk-full")
        self.assertEqual(self.check(memory=str(10**14)), "no-memory")
        self.assertEqual(self.check(machine="s390x"), "machine")
        self.tree(self.paths.app("blog"), {"operator/domains": "shop.example.com\n"})
        self.assertEqual(self.check(names="shop.example.com"), "domain-taken")
        self.assertEqual(self.check(service__db__type="nosuch", service__db__major="1"), "bad-request")
        self.volumes.return_value = ("pocketpaas-shop.data",)
        self.assertEqual(self.check(), "volume-there")
        values.make_directory(self.paths.app("shop") / "settings")
        self.assertEqual(self.check(), "app-there")
        self.tree(self.paths.moves / "shop", {"id": SECRET})
        moves.begin(self.paths, "shop", moves.ARRIVING)
        self.assertEqual(self.check(id=SECRET), "volume-there")
        store.note_volume(self.paths, "shop", "pocketpaas-shop.data")
        self.assertEqual(self.check(id=SECRET), "")

    def test_data_that_an_app_of_the_name_has_left_is_in_the_way_until_it_is_this_apps(self) -> None:
        self.tree(
            self.paths.service("olddb"), {"type": "postgres", "major": "15", "generation": "1", "apps/shop/x": ""}
        )
        self.assertEqual(self.check(), "service-data")
        self.tree(self.paths.moves / "shop", {"id": SECRET, "services/olddb/type": "postgres"})
        # Nothing has come yet, though it was told of.
        self.assertEqual(self.check(id=SECRET), "service-data")
        store.note_filled(self.paths, "shop", ["db"])
        self.tree(self.paths.app("shop"), {"settings/x": ""})
        moves.begin(self.paths, "shop", moves.ARRIVING)
        with mock.patch.object(look.container, "running"):
            told = {"service__olddb__type": "postgres", "service__olddb__major": "15"}
            self.assertEqual(self.check(id=SECRET, **told), "service-data")
            with self.assertRaises(Refused) as refused:
                look.check(self.operation, {"id": SECRET})
            self.assertIn("olddb holds data of an app shop already", refused.exception.text)
            self.assertRegex(refused.exception.cure, "apps move --abort; .*services unlink olddb --app shop --data")
            store.note_filled(self.paths, "shop", ["olddb"])
            self.assertEqual(self.check(id=SECRET, **told), "")

    def test_what_another_move_has_noted_does_not_count(self) -> None:
        self.volumes.return_value = ("pocketpaas-shop.data",)
        store.note_volume(self.paths, "shop", "pocketpaas-shop.data")
        self.tree(self.paths.moves / "shop", {"id": "f" * 32})
        self.assertEqual((self.check(id=SECRET), self.check(id="f" * 32)), ("volume-there", ""))


class HostTest(HostCase):
    def made(self, location: str) -> host_content.HostContent:
        place = self.tree(
            self.paths.root / "came",
            {"backups/destination": location, "backups/passphrase": "secret", "backups/credentials": "key"},
        )
        return host_content.HostContent(place, "2026-11-29T00:00:00Z", (), (), "03:00", "7 4 6")

    def take(self, location: str) -> list[str]:
        operation = Operation(
            self.paths, self.reporter, Engine(self.paths), Work("", Path("/nowhere")), host.SUBJECT, "move", "ann"
        )
        values.make_directory(self.paths.backups)
        with mock.patch.object(host.timers, "apply") as timers:
            host._backups(operation, self.made(location))
        return [call.args[1] for call in timers.call_args_list]

    def test_backups_go_where_they_went_under_a_name_of_their_own(self) -> None:
        self.assertEqual(self.take("s3:https://s3.example.com/bucket"), ["03:00"])
        for name, text in (("passphrase", "secret"), ("credentials", "key"), ("schedule", "03:00"), ("keep", "7 4 6")):
            self.assertEqual(values.need(self.paths.backups / name), text)
        self.assertTrue((self.paths.backups / "host").exists())

    def test_a_directory_of_the_other_host_is_no_place_here(self) -> None:
        self.assertEqual(self.take("/mnt/backups"), [])
        self.assertFalse((self.paths.backups / "destination").exists())
        self.assertIn("choose a place here", self.reporter.lines[0])

    def test_only_the_host_itself_is_packed(self) -> None:
        for subject, action in (("shop", "pack"), (host.SUBJECT, "ahead")):
            self.assertTrue(operations.is_subject(subject))
            work = self.tree(self.paths.works / "w", {"args": action})
            operation = Operation(
                self.paths, self.reporter, Engine(self.paths), Work("w", work), subject, "move", "ann"
            )
            with self.assertRaises(BadRequest):
                operations.change(operation)
        self.assertFalse(operations.is_subject("host.backups"))


class BroughtTest(HostCase):
    def test_a_volume_in_which_nothing_has_changed_is_not_written_again(self) -> None:
        operation = Operation(
            self.paths, self.reporter, Engine(self.paths), Work("", Path("/nowhere")), "shop", "move", "ann"
        )
        volume = app_content.StoredVolume("data", "/mount", True, 1, 3, 3, "f" * 64)
        directory = self.tree(self.paths.root / "came", {"data.sums": "f x 3 1 one\0", "data.rights": "a"})
        with (
            mock.patch.object(arriving.swapping, "fetch") as fetched,
            mock.patch.object(arriving.swapping, "swap"),
            mock.patch.object(arriving.swapping, "finish"),
        ):
            for rights, times in (("a", 1), ("a", 1), ("b", 2)):
                values.put(directory / "data.rights", rights)
                arriving._volumes(operation, mock.Mock(), mock.Mock(), (volume,), directory)
                self.assertEqual(fetched.call_count, times)
            torn = dataclasses.replace(volume, still=False, sums="e" * 64)
            fetched.return_value.exact = False
            for times in (3, 4):
                arriving._volumes(operation, mock.Mock(), mock.Mock(), (torn,), directory)
                self.assertEqual(fetched.call_count, times)
