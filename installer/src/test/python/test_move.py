"""An app that goes from one host to another: who may write, what goes over, and how requests get there."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import time
from pathlib import Path
from typing import Any
from unittest import mock

from host_fixture import HostCase
from program_fixture import ProgramCase
from routing_fixture import RoutingCase
from pocketpaas import rules
from pocketpaas.backup import app_content, host_content, volumes
from pocketpaas.change import stop
from pocketpaas.engine.client import Engine
from pocketpaas.entry import enter, move
from pocketpaas.failure import BadRequest, Failure, Refused
from pocketpaas.move import arriving, closing, host, look, operations, parcels, store
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.release import boot
from pocketpaas.routing import arrival, flags, nginx, places
from pocketpaas.state import moves, previews, tree, values

SECRET = "0123456789abcdef" * 2


class PhaseTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.paths.app("shop"))

    def test_one_file_says_it_and_a_rename_changes_it(self) -> None:
        moves.begin(self.paths, "shop", moves.AHEAD)
        self.assertEqual(moves.phase(self.paths, "shop"), "ahead")

        moves.turn(self.paths, "shop", moves.AHEAD, moves.CLOSED)

        self.assertEqual(values.names(moves.directory(self.paths, "shop")), ["closed"])
        with self.assertRaisesRegex(Refused, "not where it was thought to be: closed"):
            moves.turn(self.paths, "shop", moves.AHEAD, moves.CLOSED)

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

    def test_a_restart_opens_what_nobody_goes_on_with_and_nothing_else(self) -> None:
        for before, after in ((moves.CLOSED, moves.AHEAD), (moves.PASSED, moves.PASSED)):
            values.remove_tree(moves.directory(self.paths, "shop"))
            moves.begin(self.paths, "shop", before)

            boot._open_again(self.paths, self.reporter, "shop")

            self.assertEqual(moves.phase(self.paths, "shop"), after)


class EnterTest(ProgramCase):
    def verb(self, *words: str) -> str:
        try:
            return enter.checked(self.paths, self.reporter, ("boss", *words)).verb
        except Failure as failure:
            return failure.cause

    def setUp(self) -> None:
        super().setUp()
        self.file("keys/boss/role", "admin")
        values.make_directory(self.paths.app("shop"))
        moves.begin(self.paths, "shop", moves.PASSED)

    def test_a_moved_app_is_only_looked_at(self) -> None:
        for words in (("status", "shop"), ("show", "shop", "env"), ("auth", "shop", "list"), ("move", "shop", "look")):
            self.assertEqual(self.verb(*words), words[0])
        for words in (("env", "shop"), ("restart", "shop"), ("auth", "shop", "add"), ("nginx", "shop", "set")):
            self.assertEqual(self.verb(*words), "moved", words)

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
        for hostile in ("/etc/shadow", "../config", "data/ab/../../config", "locks/x"):
            with self.assertRaises(BadRequest):
                self.sent(hostile)


class NotesTest(HostCase):
    def test_what_was_not_touched_since_is_not_read_again(self) -> None:
        files = self.tree(self.paths.root / "files", {"old": "kept", "new": "first"})
        first, second = self.paths.root / "first", self.paths.root / "second"
        volumes.note(files, first)
        before = volumes.known(first)
        with open(files / "new", "w") as changed:
            changed.write("other")

        with mock.patch.object(volumes.content, "digest", return_value="f" * 64) as read:
            volumes.note(files, second, before, os.stat(files / "new").st_ctime)

        self.assertEqual([call.args[0].name for call in read.call_args_list], ["new"])
        self.assertEqual(volumes.known(second)["old"], before["old"])


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
        self.assertIn("location / {\n        if (-f", text)
        self.assertIn("    }\n    # An admin's own lines", text)

    def test_the_other_host_answers_who_knows_the_secret(self) -> None:
        self.tree(self.paths.moves / "shop", {"secret": SECRET, "id": "f" * 32})
        arrival.serve(self.operation)
        early = self.sites()["shop.move.conf"]
        arrival.serve(self.operation, 1, self.app / "settings")
        late = self.sites()["shop.move.conf"]

        self.assertIn('return 503 "shop is not here yet\\n";', early)
        self.assertIn(f'return 200 "{"f" * 32}\\n";', early)
        self.assertIn("server_name shop.move.internal;", late)
        self.assertIn("proxy_set_header Host $http_x_forwarded_host;", late)
        self.assertIn("proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;", late)
        location = late[late.index("location / {") :]
        self.assertTrue(location.startswith(f'location / {{\n        if ($http_x_pocketpaas_move != "{SECRET}") {{'))
        self.assertEqual(places.arrival("shop").stat().st_mode & 0o777, 0o600)
        arrival.close(self.operation)
        self.assertNotIn("shop.move.conf", self.sites())

    def test_what_nginx_does_not_take_is_not_put_in_place(self) -> None:
        self.tree(self.paths.moves / "shop", {"secret": "bad", "id": "f" * 32})

        with self.assertRaisesRegex(Failure, "nginx does not take what is passed on"):
            arrival.serve(self.operation)

        self.assertEqual(self.sites(), {})


class ClosingTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.paths.app("shop"))
        self.opened = mock.Mock()
        self.stopped: list[str] = []
        for place, name, value in (
            (closing, "open_again", self.opened),
            (closing.units, "stop", self.stopped.append),
        ):
            patcher = mock.patch.object(place, name, value)
            patcher.start()
            self.addCleanup(patcher.stop)

    def begin(self, phase: str) -> None:
        moves.begin(self.paths, "shop", phase)
        store.write(self.paths, "shop", {"id": SECRET, "secret": SECRET, "passphrase": SECRET})

    def watch(self) -> int:
        return closing.main(self.paths, self.reporter, ["shop"])

    def test_an_app_that_nobody_moves_any_more_serves_again(self) -> None:
        self.begin(moves.CLOSED)
        store.touch_lease(self.paths, "shop")
        self.assertEqual(self.watch(), 0)
        self.assertEqual(moves.phase(self.paths, "shop"), "closed")
        lease, ago = store.directory(self.paths, "shop") / "lease", time.time() - store.LEASE_SECONDS - 1
        os.utime(lease, (ago, ago))

        self.assertEqual(self.watch(), 0)

        self.assertEqual(moves.phase(self.paths, "shop"), "ahead")
        self.opened.assert_called_once()

    def test_what_was_passed_on_is_never_opened_by_itself(self) -> None:
        self.begin(moves.PASSED)

        self.assertEqual(self.watch(), 0)

        self.assertEqual(moves.phase(self.paths, "shop"), "passed")
        self.opened.assert_not_called()
        self.assertEqual(self.stopped, ["pocketpaas-move-shop.timer"])

    def test_closing_ends_everything_and_fails_where_something_is_left(self) -> None:
        self.begin(moves.AHEAD)
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
            still.append(mock.Mock())
            with self.assertRaisesRegex(Failure, "does not end a process of shop"):
                closing.close(operation, moves.AHEAD, moves.CLOSED)


class VerbTest(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.paths.app("shop"))

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

        self.ask("pass")
        self.ask("pass")

        self.assertEqual(moves.phase(self.paths, "shop"), "passed")

    def test_an_app_that_was_opened_again_is_not_passed_on(self) -> None:
        self.begin(moves.AHEAD)
        store.touch_lease(self.paths, "shop")

        with self.assertRaisesRegex(Refused, "not where it was thought to be: ahead"):
            self.ask("pass")

    def test_the_word_comes_back_before_the_other_host_is_told(self) -> None:
        self.begin(moves.PASSED)

        self.ask("reclaim")

        self.assertEqual(moves.phase(self.paths, "shop"), "reclaiming")
        self.assertTrue(moves.is_silent(self.paths, "shop"))
        self.ask("again")
        self.assertEqual(moves.phase(self.paths, "shop"), "passed")

    def test_the_secrets_of_a_move_stay_the_same(self) -> None:
        with mock.patch.object(move.slots, "live_release", return_value=1):
            first = self.ask("begin", peer="web2")
            self.assertEqual(self.ask("begin", peer="web2"), first)
            with self.assertRaisesRegex(Refused, "shop is being moved to web2"):
                self.ask("begin", peer="web3")
            with self.assertRaises(BadRequest):
                self.ask("begin", peer="web2; return 200")

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

    def check(self, **told: str) -> str:
        try:
            look.check(self.operation, {path.replace("__", "/"): text for path, text in told.items()})
        except Failure as failure:
            return failure.cause
        return ""

    def test_a_preview_stays(self) -> None:
        self.assertEqual(look.of(self.operation)["phase"], "")
        values.make_directory(previews.directory(self.paths, "shop"))
        for name, text in previews.first_values("parent", "pr-1", 3600, 0.0).items():
            values.put(previews.directory(self.paths, "shop") / name, text)
        with self.assertRaisesRegex(Refused, "shop is a preview of parent, and stays until it ends"):
            look.of(self.operation)

    def test_what_stands_in_the_way_is_found_before_anything_is_touched(self) -> None:
        self.assertEqual(self.check(volumes="1000", memory="1000"), "")
        self.assertEqual(self.check(volumes=str(10**14)), "disk-full")
        self.assertEqual(self.check(memory=str(10**14)), "no-memory")
        self.assertEqual(self.check(machine="s390x"), "machine")
        self.tree(self.paths.app("blog"), {"operator/domains": "shop.example.com\n"})
        self.assertEqual(self.check(names="shop.example.com"), "domain-taken")
        self.assertEqual(self.check(service__db__type="nosuch", service__db__major="1"), "bad-request")
        values.make_directory(self.paths.app("shop"))
        self.assertEqual(self.check(), "app-there")
        self.tree(self.paths.moves / "shop", {"id": SECRET})
        moves.begin(self.paths, "shop", moves.ARRIVING)
        self.assertEqual(self.check(id=SECRET), "")


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
        volume = app_content.StoredVolume("data", "/mount", True, 1, 3, "f" * 64)
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
            values.put(directory / "data.sums", "m - 3 1 one\0")
            for times in (3, 4):
                arriving._volumes(operation, mock.Mock(), mock.Mock(), (torn,), directory)
                self.assertEqual(fetched.call_count, times)
