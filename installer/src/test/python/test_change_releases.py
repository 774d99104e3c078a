"""Changes of what runs: scale, stop, start, rollback, destroy; and which is which."""

from __future__ import annotations

import os
import unittest
from unittest import mock

from change_fixture import ChangeCase
from pocketpaas.change import branch, destroy, main, rollback, scale, start, stop
from pocketpaas.engine import images
from pocketpaas.engine.client import EngineAway, EngineError
from pocketpaas.failure import BadRequest, Failed, NoEngine, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.release import activate, candidates, drain, ending, seal
from pocketpaas.release.candidates import Started
from pocketpaas.release.running import Running
from pocketpaas.routing import nginx, places
from pocketpaas.state import moves, values


class ScaleTest(ChangeCase):
    def setUp(self) -> None:
        super().setUp()
        self.live(1, {"processes/worker/command": "work"})
        self.operation = self.operate("scale")
        self.started: list[str] = []
        self.why = ""
        self.drained: list[tuple[str, ...]] = []
        self.patch(scale, "ignore_signals", lambda: None)
        self.patch(candidates, "start", self.start)
        self.patch(candidates, "check_them", lambda *_: None)
        self.patch(activate, "route", lambda *_: None)
        self.patch(drain, "end", lambda *_: None)
        self.patch(drain, "start", lambda _p, _a, _s, ids: self.drained.append(tuple(ids)) or True)

    def start(self, _operation: object, _release: int, _slot: str, instances: list[object]) -> Started:
        self.started += [str(getattr(one, "name")) for one in instances]
        return Started((), self.why)

    def change(self, *words: str) -> int:
        return scale.change(self.changing(), words)

    def wanted(self) -> dict[str, str]:
        place = self.app / "operator/scale"
        return {name: values.need(place / name) for name in values.names(place)}

    def test_only_the_difference_starts(self) -> None:
        self.assertEqual(self.change("web=3", "worker=0"), 0)
        self.assertEqual(self.started, ["web.2", "web.3"])
        self.assertEqual(self.wanted(), {"web": "3", "worker": "0"})
        self.assertEqual(self.reporter.lines[:2], ["+step\tstart\tstart\tmore: web=2", "+step\tstart\tdone\t"])
        self.assertEqual(
            self.reporter.lines[-2:], ["+result\tscale\tweb=3 worker=0", "+result\turl\thttp://shop.example.org"]
        )
        self.change("web=3")
        self.assertIn("+note\tNothing to do: already set.", self.reporter.lines)

    def test_those_that_are_too_many_end_in_the_background(self) -> None:
        for number in (1, 2):
            self.fake.add(f"{number:064x}", "blue", type="web", instance=str(number), release="1")
        self.change("web=1", "worker=2")
        self.assertEqual(self.drained, [(f"{2:064x}",)])
        self.assertIn("+step\tdrain\tstart\t1 end in the background", self.reporter.lines)

    def test_what_does_not_come_up_changes_nothing(self) -> None:
        self.why = "web.2 does not start: no"
        with self.assertRaisesRegex(Failed, "web.2 does not start"):
            self.change("web=2")
        self.assertEqual(self.wanted(), {})
        self.operation.take_back()
        self.assertEqual(self.reconciled, 1)

    def test_words_that_are_none(self) -> None:
        for word in ("web", "web=01", "web=1000", "web=-1", "=1"):
            with self.assertRaisesRegex(BadRequest, "is not TYPE=NUMBER"):
                self.change(word)
        with self.assertRaisesRegex(BadRequest, "no process type clock; it has: web worker") as raised:
            self.change("clock=1")
        self.assertEqual(raised.exception.cause, "no-process")
        with self.assertRaisesRegex(Refused, "web=49 is more than the 48"):
            self.change("web=49")

    def test_before_the_first_good_deploy_it_is_kept(self) -> None:
        (self.app / "live").unlink()
        self.assertEqual(self.change("worker=2", "clock=0"), 0)
        self.assertEqual((self.wanted(), self.started), ({"worker": "2", "clock": "0"}, []))
        self.assertEqual(self.reporter.lines, ["+note\tkept for the first deploy", "+result\tscale\tworker=2 clock=0"])
        self.change("clock=0")
        self.assertIn("+note\tNothing to do: already set.", self.reporter.lines)
        with self.assertRaisesRegex(BadRequest, "is not TYPE=NUMBER"):
            self.change("release=1")

    def test_a_stopped_app_stays_stopped(self) -> None:
        self.tree(self.app, {"operator/stopped": ""})
        self.change("web=2")
        self.assertEqual((self.started, self.wanted()), ([], {"web": "2"}))
        self.assertEqual(self.reporter.lines[-1], "+result\tstopped\tyes")

    def test_the_numbers_of_those_that_are_still_ending_are_waited_for(self) -> None:
        waited: list[tuple[str, ...]] = []
        removed: list[tuple[str, ...]] = []
        self.patch(drain, "await_end", lambda _o, _s, ids: waited.append(tuple(ids)))
        self.patch(ending, "end_and_remove", lambda _o, ids: removed.append(tuple(ids)))
        for one, type_ in (("1" * 64, "web"), ("2" * 64, "worker")):
            self.fake.add(one, "blue", type=type_, instance="2", release="1")
        self.running = Running(surplus=("1" * 64, "2" * 64), types={"1" * 64: "web", "2" * 64: "worker"})
        self.change("web=2")
        self.assertEqual((waited, removed), ([("1" * 64,)], [("1" * 64,)]))
        self.operation.now = True
        self.change("web=3")
        self.assertEqual(len(waited), 1)


class StopTest(ChangeCase):
    def setUp(self) -> None:
        super().setUp()
        self.removed: list[tuple[str, ...]] = []
        self.patch(drain, "end", lambda *_: None)
        self.patch(drain, "start", lambda *_: True)
        self.patch(drain, "is_active", lambda *_: False)
        self.patch(ending, "end_and_remove", lambda _o, ids: self.removed.append(tuple(ids)))

    def test_it_is_stopped_and_nginx_says_so(self) -> None:
        self.live(1)
        self.fake.add("1" * 64, "blue", type="web", instance="1", release="1")
        self.assertEqual(stop.change(self.changing(), []), 0)
        self.assertTrue((self.app / "stopped").exists())
        self.assertEqual(self.removed, [("1" * 64,)])
        self.assertEqual(self.reporter.lines, ["+step\tstop\tstart\t", "+step\tstop\tdone\t", "+result\tstopped\tyes"])
        stop.change(self.changing(), [])
        self.assertEqual(
            self.reporter.lines[3:], ["+note\tNothing to do: shop is stopped already.", "+result\tunchanged\tyes"]
        )

    def test_it_starts_again(self) -> None:
        self.live(1)
        start.change(self.changing(), [])
        self.assertIn("+note\tNothing to do: shop is not stopped.", self.reporter.lines)
        self.tree(self.app, {"operator/stopped": ""})
        self.assertEqual(start.change(self.changing(), []), 0)
        self.assertEqual(self.activated, [1])


class RollbackTest(ChangeCase):
    """v1 and v2 have one image each; v3 is v2 with other variables; v4 failed; v5 is v3 again, and live."""

    def setUp(self) -> None:
        super().setUp()
        self.operation = self.operate("rollback")
        self.gone: set[str] = set()
        self.patch(images, "exists", lambda _engine, image: image not in self.gone)
        self.aligned: list[int] = []
        self.patch(branch, "align", lambda _operation, release: self.aligned.append(release))
        for number, image, value, status in (
            (1, 1, "1", "good"),
            (2, 2, "1", "good"),
            (3, 2, "2", "good"),
            (4, 3, "2", "failed"),
            (5, 2, "2", "good"),
        ):
            files = {"image": f"sha256:{image:064x}", "environment": f'"A={value}"', "status": status}
            files |= {"operator/env/A": value, "operator/env.json/A": f'"A={value}"', "env/A": value}
            seal.seal(self.release(number, files))
        self.switch(5)

    def target(self, wanted: str, keep: bool = False) -> int | None:
        return rollback.choose(self.operation, wanted, keep).target

    def test_it_is_the_newest_good_one_that_differs(self) -> None:
        self.assertEqual(self.target("-"), 2)

    def test_with_todays_environment_one_that_differs_by_it_alone_is_the_same_thing(self) -> None:
        self.assertEqual(self.target("-", keep=True), 1)

    def test_one_whose_image_is_gone_is_passed_over(self) -> None:
        self.gone.add(f"sha256:{2:064x}")
        self.assertEqual(self.target("-"), 1)

    def test_one_that_is_named_is_taken_with_or_without_its_letter(self) -> None:
        self.assertEqual((self.target("v1"), self.target("3"), self.target("v5")), (1, 3, None))

    def test_what_cannot_be_gone_back_to_is_refused_with_a_sentence(self) -> None:
        self.gone.add(f"sha256:{1:064x}")
        for wanted, cause, text in (
            ("v4", "no-release", "v4 was never healthy, so nothing goes back to it"),
            ("v9", "no-release", "shop has no release v9"),
            ("v1", "no-image", "the image of v1 is no longer on the host: only those of the newest good releases stay"),
        ):
            with self.assertRaises(Refused) as raised:
                self.target(wanted)
            self.assertEqual((raised.exception.cause, raised.exception.text), (cause, text))
        with self.assertRaisesRegex(BadRequest, "it looks like v12"):
            self.target("v01")

    def test_without_another_good_one_there_is_nothing_to_go_back_to(self) -> None:
        for number in (1, 2, 3):
            self.tree(self.paths.release("shop", number), {"status": "failed"})
        with self.assertRaisesRegex(Refused, "there is no other good release of shop to go back to"):
            self.target("-")

    def test_an_engine_that_is_away_is_waited_for_and_has_no_image_less_for_it(self) -> None:
        asked: list[str] = []

        def away(_engine: object, image: str) -> bool:
            asked.append(image)
            if len(asked) == 1:
                raise EngineAway("starting")
            return True

        self.patch(images, "exists", away)
        self.assertEqual(self.target("-"), 2)

    def test_it_is_a_new_release_with_the_old_environment(self) -> None:
        self.assertEqual(rollback.change(self.operation, []), 0)
        directory = self.paths.release("shop", 6)
        self.assertEqual(values.need(directory / "environment"), '"A=1"')
        self.assertEqual(values.need(directory / "change"), "rollback to v2")
        self.assertEqual((self.activated, self.aligned), ([6], [6]))
        self.assertEqual(
            self.reporter.lines[:5],
            [
                "+note\tenv keys that go back: A",
                "+hint\tundo: pocketpaas rollback v5",
                "+result\tprevious\tv5",
                "+result\ttarget\tv2",
                "+result\trelease\tv6",
            ],
        )

    def test_with_keep_env_it_has_todays(self) -> None:
        rollback.change(self.operation, ["v2", "keep-env"])
        self.assertEqual(values.need(self.paths.release("shop", 6) / "environment"), '"A=2"')
        self.assertNotIn("+note\tenv keys that go back: A", self.reporter.lines)

    def test_one_that_is_live_is_nothing_to_do(self) -> None:
        rollback.change(self.operation, ["v5"])
        self.assertEqual(self.aligned, [5])
        self.assertEqual(self.reporter.lines[0], "+note\tNothing to do: v5 is live.")

    def test_arguments(self) -> None:
        for words in (["v1", "x"], ["v1", "keep-env", "x"]):
            with self.assertRaises(BadRequest):
                rollback.change(self.operation, words)

    def test_of_nothing(self) -> None:
        (self.app / "live").unlink()
        for number in (1, 2, 3):
            self.tree(self.paths.release("shop", number), {"status": "failed"})
        with self.assertRaisesRegex(Refused, "nothing of shop is live"):
            rollback.change(self.operation, [])


class DestroyTest(ChangeCase):
    def setUp(self) -> None:
        super().setUp()
        self.live(1)
        self.operation = self.operate("destroy")
        self.patch(drain, "end", lambda *_: None)
        self.tree(self.paths.keys, {"ann/apps": "other\nshop\n", "bob/apps": "other\n"})
        self.tree(
            places.LOGS, {name: "" for name in ("pocketpaas-shop.log", "pocketpaas-shop.log.1", "pocketpaas-shop2.log")}
        )
        self.fake.add("1" * 64, "blue", type="web", instance="1", release="1")

    def test_everything_of_it_goes_and_nothing_else(self) -> None:
        old = Work("20260101T000000Z-00000001", self.paths.works / "20260101T000000Z-00000001")
        self.tree(old.directory, {"app": "shop", "result": "0"})
        self.assertEqual(destroy.change(self.operation, []), 0)
        self.assertEqual(os.listdir(self.paths.apps), [])
        self.assertEqual(self.fake.containers, {})
        self.assertEqual(values.lines(self.paths.keys / "ann/apps"), ("other",))
        self.assertEqual(os.listdir(places.LOGS), ["pocketpaas-shop2.log"])
        self.assertFalse(old.directory.exists())
        self.assertTrue(self.operation.work.directory.exists())
        self.assertEqual(self.reporter.lines[-1], "+result\tdestroyed\tshop")

    def test_nginx_does_not_name_a_certificate_of_a_move_that_is_gone(self) -> None:
        moves.begin(self.paths, "shop", moves.AHEAD)
        place = self.tree(self.paths.moves / "shop", {"certificate.pem": "", "secret": "x", "id": "y"})
        self.tree(places.SITES, {"shop.move.conf": "certificate", "blog.move.conf": "another"})
        reload, seen = nginx.reload, list[bool]()

        def note(operation: Operation) -> None:
            seen.append((place / "certificate.pem").exists())
            reload(operation)

        self.patch(nginx, "reload", note)

        destroy.change(self.operation, [])

        self.assertEqual(os.listdir(places.SITES), ["blog.move.conf"])
        self.assertEqual((seen[:1], place.exists()), ([True], False))

    def test_a_reload_that_fails_keeps_nothing_of_it(self) -> None:
        self.tree(places.SITES, {"shop.move.conf": "certificate"})
        self.nginx.reload_fails = True

        self.assertEqual(destroy.change(self.operation, []), 0)

        self.assertEqual((os.listdir(places.SITES), os.listdir(self.paths.apps)), ([], []))

    def test_its_volumes_only_when_asked_to(self) -> None:
        self.patch(destroy.volumes, "of_app", lambda *_: ("pocketpaas-shop.data",))
        removed: list[str] = []
        self.patch(destroy.volumes, "remove", lambda _engine, name: removed.append(name))
        destroy.change(self.operation, [])
        self.assertIn("+note\tvolumes kept: pocketpaas-shop.data", self.reporter.lines)
        self.assertEqual(removed, [])
        values.make_directory(self.app)
        destroy.change(self.operation, ["volumes"])
        self.assertIn("+note\tvolumes removed: pocketpaas-shop.data", self.reporter.lines)
        self.assertEqual(removed, ["pocketpaas-shop.data"])
        self.assertNotIn("+result\tleft", "\n".join(self.reporter.lines))

    def test_what_stays_all_the_same_is_named(self) -> None:
        self.patch(destroy.volumes, "of_app", lambda *_: ("pocketpaas-shop.data",))
        self.patch(destroy.volumes, "remove", mock.Mock(side_effect=EngineError(409, "it is in use")))
        self.patch(destroy.networks, "of_app", mock.Mock(side_effect=EngineError(500, "no")))
        destroy.change(self.operation, ["volumes"])
        told = ["+result\tleft\ta network, the volume pocketpaas-shop.data", "+result\tdestroyed\tshop"]
        self.assertEqual(self.reporter.lines[-2:], told)

    def test_without_the_engine_nothing_is_touched(self) -> None:
        def away() -> None:
            raise NoEngine("silent")

        self.operation.engine.need = away  # type: ignore[method-assign]
        with self.assertRaises(NoEngine):
            destroy.change(self.operation, [])
        self.assertTrue(self.app.is_dir())

    def test_arguments(self) -> None:
        with self.assertRaises(BadRequest):
            destroy.change(self.operation, ["all"])


class MainTest(ChangeCase):
    def run_change(self, kind: str, *words: str) -> list[str]:
        self.operation = self.operate(kind)
        return main.take_options(self.operation, words)

    def test_options_are_taken_where_the_change_has_them(self) -> None:
        self.assertEqual(self.run_change("env", "stop-first", "now"), [])
        self.assertTrue(self.operation.stop_first and self.operation.now)
        self.assertEqual(self.run_change("stop", "now"), ["now"])
        self.assertEqual(self.run_change("scale", "web=1", "now", "stop-first"), ["web=1", "stop-first"])
        self.assertEqual(self.run_change("rollback", "v1", "now", "keep-env"), ["v1", "keep-env"])

    def test_the_kind_decides(self) -> None:
        self.live(1)
        self.operation = self.operate("restart")
        self.tree(self.operation.work.directory, {"args": "now"})
        self.assertEqual(main.change(self.operation), 0)
        self.assertEqual((self.activated, self.reconciled), ([1], 1))
        with self.assertRaisesRegex(BadRequest, "there is no change dance"):
            main.change(self.operate("dance"))


if __name__ == "__main__":
    unittest.main()
