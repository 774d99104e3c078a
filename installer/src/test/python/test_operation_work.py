"""Operations: who holds a lock, who watches, who waits, and what is left of one that died."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import unittest
from collections.abc import Callable
from typing import Any
from unittest import mock

from host_fixture import HostCase
from pocketpaas.engine.client import Engine
from pocketpaas.failure import Busy, CannotWrite, Damaged, Failed, Failure, Refused
from pocketpaas.machine import client, locks
from pocketpaas.operation import deploys, follow, unit, work
from pocketpaas.machine.client import Client
from pocketpaas.machine.held_back import ENDING
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.process import Ended
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.state import values
from pocketpaas.state.clock import new_id

ANN, BOB = Holder("ann", "deploy", "20260131T120000Z-12345678"), Holder("bob", "rollback")
US = Client.of_this_process()


def ends_soon(pid: int) -> None:
    """Waits until a child of ours is a zombie, or gone."""
    while client._stat(pid)[:1] not in (["Z"], []):
        time.sleep(0.005)


class Child:
    """A process of the test's own, which nobody waits for before the end of the block."""

    def __init__(self, do: Callable[[], None]) -> None:
        self.pid = os.fork()
        if self.pid == 0:
            try:
                do()
            finally:
                os._exit(0)

    def kill(self) -> None:
        """By SIGKILL; what is left is a zombie."""
        os.kill(self.pid, signal.SIGKILL)
        ends_soon(self.pid)

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_error: object) -> None:
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)


class LocksTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        for app in ("shop", "blog"):
            values.make_directory(self.paths.app(app) / "settings")
        patcher = mock.patch.multiple(locks, _APP_PATIENCE=0.3, _HOST_PATIENCE=0.1, _BUILD_PATIENCE=0.05)
        patcher.start()
        self.addCleanup(patcher.stop)

    def test_a_second_deploy_is_refused_at_once(self) -> None:
        lock = locks.build_lock(self.paths, "shop", ANN)
        with self.assertRaisesRegex(Busy, r"^shop is busy: deploy by ann, begun \d+ s ago$") as caught:
            locks.build_lock(self.paths, "shop", BOB)
        self.assertIn("pocketpaas deploy --wait", caught.exception.cure)
        self.assertEqual(caught.exception.code, 4)
        lock.release()
        lock.release()
        locks.build_lock(self.paths, "shop", BOB).release()

    def test_a_build_holds_up_no_change_and_no_other_app(self) -> None:
        held = [locks.build_lock(self.paths, "shop", ANN), locks.app_lock(self.paths, "shop", BOB, self.reporter)]
        held += [locks.build_lock(self.paths, "blog", ANN), locks.app_lock(self.paths, "blog", BOB, self.reporter)]
        self.assertEqual(self.reporter.lines, [])
        for lock in held:
            lock.release()

    def test_who_waits_for_a_change_is_told_for_whose(self) -> None:
        lock = locks.app_lock(self.paths, "shop", BOB, self.reporter)
        threading.Timer(0.1, lock.release).start()
        locks.app_lock(self.paths, "shop", ANN, self.reporter).release()
        self.assertRegex(
            self.reporter.lines[0],
            r"^\+note\twaiting for another change of shop to end: rollback by bob, begun \d s ago$",
        )

    def test_nobody_waits_for_ever(self) -> None:
        lock = locks.app_lock(self.paths, "shop", BOB, self.reporter)
        with self.assertRaisesRegex(Busy, "shop is busy: rollback by bob"):
            locks.app_lock(self.paths, "shop", ANN, self.reporter)
        lock.release()
        with locks.host_lock(self.paths, Holder("ann", "installing programs")):
            with self.assertRaisesRegex(Busy, "the host is busy: installing programs by ann"):
                with locks.host_lock(self.paths, BOB):
                    self.fail()
        with locks.host_lock(self.paths, BOB):
            pass

    def test_it_ends_with_its_holder(self) -> None:
        file = self.paths.app("shop") / "lock"
        with Child(lambda: [locks.take(file, ANN), time.sleep(30)] and None) as child:
            while not locks.is_held(file):
                time.sleep(0.005)
            child.kill()
            self.assertFalse(locks.is_held(file))
            lock = locks.take(file, BOB)
            assert lock is not None
            lock.release()

    def test_what_the_file_says_is_one_line_whatever_the_names_are(self) -> None:
        file = self.paths.app("shop") / "lock"
        lock = locks.take(file, Holder("ann", 'deploy of 1 "a\tb\nc"\x1b', "id"))
        assert lock is not None
        self.assertEqual(values.need(file).count("\t"), 3)
        self.assertRegex(locks.holder_text(file), r'^deploy of 1 "a b c"  by ann, begun 0 s ago$')
        lock.release()
        for text in ("", "x", "\t\t\t", "\udcff\tnever\t\udcff"):
            values.put(file, text)
            self.assertIn(", begun a moment ago", locks.holder_text(file))
        self.assertEqual(locks.holder_text(file.with_name("nosuch")), "something by somebody, begun a moment ago")

    def test_the_lock_of_a_destroyed_app_is_nobodys(self) -> None:
        file = self.paths.app("shop") / "lock"
        lock = locks.take(file, ANN)
        assert lock is not None
        values.remove_tree(self.paths.app("shop"))
        with self.assertRaisesRegex(Refused, "it was destroyed meanwhile"):
            locks.take(file, BOB)
        lock.release()

    def test_nor_is_one_that_was_removed_or_replaced_while_somebody_waited(self) -> None:
        for again in (False, True):
            file = self.paths.app("shop") / f"lock{again}"
            lock = locks.take(file, ANN)
            assert lock is not None

            def destroyed() -> None:
                file.unlink()
                if again:
                    file.touch()
                lock.release()

            threading.Timer(0.1, destroyed).start()
            with self.assertRaises(Refused) as caught:
                locks.take(file, BOB, 5)
            self.assertEqual(caught.exception.cause, "gone")

    def test_a_full_disk(self) -> None:
        file = self.paths.app("shop") / "lock"
        with mock.patch.object(os, "pwrite", side_effect=OSError(errno.ENOSPC, "full")):
            with self.assertRaises(CannotWrite):
                locks.take(file, ANN)
        lock = locks.take(file, ANN)
        assert lock is not None
        lock.release()

    def test_shared_by_several_and_by_no_other(self) -> None:
        file = self.paths.root / "layers.lock"
        with locks.shared(file), locks.shared(file):
            self.assertIsNone(locks.take(file, ANN))
            self.assertFalse(locks.is_held(file))
        self.assertFalse(locks.is_held(file.with_name("nosuch")))


class ClientTest(unittest.TestCase):
    def test_one_that_has_ended_is_gone_though_nobody_waited_for_it(self) -> None:
        with Child(lambda: time.sleep(30)) as child:
            there = Client(child.pid, client._started(child.pid))
            self.assertTrue(there.is_there())
            child.kill()
            os.kill(child.pid, 0)
            self.assertFalse(there.is_there())

    def test_another_process_with_its_number_is_not_it(self) -> None:
        self.assertTrue(Client(os.getpid(), client._started(os.getpid())).is_there())
        self.assertFalse(Client(os.getpid(), "1").is_there())
        self.assertFalse(Client(os.getpid(), "").is_there())
        self.assertFalse(Client(2**22, client._started(2**22)).is_there())

    def test_it_is_sshds_process_for_the_connection_else_our_parent(self) -> None:
        chain = {10: ("python3", 9), 9: ("sudo", 8), 8: ("door) x", 7), 7: ("sshd-session", 1)}
        for names, expected in (
            ({}, 7),
            ({7: ("sshd", 1)}, 7),
            ({9: ("git", 8), 8: ("sshd", 7)}, 8),
            ({7: ("bash", 6), 6: ("init", 1)}, 10),
            ({7: ("xsshd", 0)}, 10),
        ):
            found = {**chain, **names}

            def read(pid: int, name: str) -> str:
                comm, parent = found[pid]
                return comm + "\n" if name == "comm" else f"{pid} ({comm}) S {parent} " + "0 " * 17 + f"{pid}00 0"

            with mock.patch.object(client, "_read", read), mock.patch.object(os, "getppid", lambda: 10):
                self.assertEqual(Client.of_this_process(), Client(expected, f"{expected}00"))


class WorkCase(HostCase):
    """`begun()` is an operation of shop at work, in a process of its own."""

    def setUp(self) -> None:
        super().setUp()
        for app in ("shop", "blog"):
            values.make_directory(self.paths.app(app) / "settings")

    def new(self, kind: str = "deploy", app: str = "shop", key: str = "ann") -> Work:
        return work.create(self.paths, kind, app, key)

    def begun(self, do: Callable[[Work], None] | None = None, new: Work | None = None) -> tuple[Work, Child]:
        begun = new or self.new()

        def live() -> None:
            alive = os.open(begun.directory / "alive", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(alive, fcntl.LOCK_EX)
            values.put(begun.directory / "pid", str(os.getpid()))
            if do is None:
                time.sleep(30)
            else:
                do(begun)

        child = Child(live)
        while not (begun.directory / "pid").exists():
            time.sleep(0.005)
        return begun, child

    def say(self, one: Work, text: bytes) -> None:
        with open(one.log, "ab") as log:
            log.write(text)


class FollowTest(WorkCase):
    def setUp(self) -> None:
        super().setUp()
        patcher = mock.patch.object(follow, "_STUCK", 0.3)
        patcher.start()
        self.addCleanup(patcher.stop)

    def follow(self, one: Work, who: Client = US) -> tuple[int, bytes]:
        with open(self.paths.root / "shown", "wb") as shown:
            code = follow.follow(one, who, shown.fileno())
        return code, (self.paths.root / "shown").read_bytes()

    def test_all_of_the_log_and_the_result(self) -> None:
        def do(one: Work) -> None:
            self.say(one, b"".join(b"%d\n" % number for number in range(20_000)))
            time.sleep(0.1)
            self.say(one, b"last")
            values.write(one.directory / "result", "5")

        one, child = self.begun(do)
        with child:
            code, shown = self.follow(one)
        self.assertEqual((code, shown.count(b"\n"), shown[-10:]), (5, 20_000, b"19999\nlast"))
        self.assertEqual(self.follow(one), (code, shown))

    def test_one_that_dies_is_a_failure_with_a_reason_told_once(self) -> None:
        def do(one: Work) -> None:
            values.make_directory(one.directory / "values")
            self.say(one, b"begun")
            time.sleep(30)

        one, child = self.begun(do)
        with child:
            threading.Timer(0.1, child.kill).start()
            code, shown = self.follow(one)
            self.assertEqual(code, 1)
            self.assertRegex(shown, rb"^begun\n\+fail\tdied\t[^\n]*\n\+hint\t[^\n]*\n$")
            self.assertEqual(self.follow(one), (1, shown))
        self.assertFalse((one.directory / "reserve").exists() or (one.directory / "values").exists())

    def test_a_zombie_is_dead(self) -> None:
        one, child = self.begun(lambda one: None)
        with child:
            ends_soon(child.pid)
            self.assertTrue(one.dead() and not one.runs())
            self.assertEqual(self.follow(one)[0], 1)

    def test_a_client_that_is_gone_is_not_waited_for_and_the_work_goes_on(self) -> None:
        one, child = self.begun()
        with child:
            self.assertEqual(self.follow(one, Client(2**22, "1")), (1, b""))
            self.assertTrue(one.runs() and not one.ended)

    def test_a_reader_that_takes_nothing_keeps_nobody_waiting(self) -> None:
        one = self.new()
        self.say(one, b"x\n" * 200_000)
        values.put(one.directory / "result", "7")
        reader, writer = os.pipe()
        before = time.monotonic()
        self.assertEqual(follow.follow(one, US, writer), 7)
        self.assertLess(time.monotonic() - before, 5)
        os.close(reader)
        self.assertEqual(follow.follow(one, US, writer), 1)
        os.close(writer)

    def test_nor_does_one_whose_client_is_gone_before_the_end(self) -> None:
        one, child = self.begun()
        self.say(one, b"x\n" * 200_000)
        reader, writer = os.pipe()
        with child:
            self.assertEqual(follow.follow(one, Client(2**22, "1"), writer), 1)
        os.close(reader)
        os.close(writer)

    def test_a_result_that_is_none(self) -> None:
        one = self.new()
        for text in ("", "x", "256", "-1", "\u0663"):
            values.put(one.directory / "result", text)
            self.assertEqual(self.follow(one)[0], 1)


class KeepingTest(WorkCase):
    GIVEN = ("values/env/A", "values.part/x", "source.1/x", "build/input/env/A", "source.tar", "operator/x", "shared/x")

    def give(self, one: Work) -> None:
        self.tree(one.directory, dict.fromkeys(self.GIVEN, "secret"))

    def test_what_a_new_one_has(self) -> None:
        one = self.new("env", "shop", "ann")
        self.assertEqual((one.app, one.kind, one.who, one.result, one.ended), ("shop", "env", "ann", None, False))
        self.assertEqual((one.directory / "reserve").stat().st_size, 65536)
        self.assertEqual(one.directory.stat().st_mode & 0o777, 0o700)
        self.assertEqual(one.unit, f"pocketpaas-work-{one.id}.service")
        one.give_back_reserve()
        one.give_back_reserve()
        nothing = Work.of(self.paths, "nosuch")
        self.assertEqual((nothing.app, nothing.kind, nothing.who, nothing.dead()), ("", "work", "somebody", False))

    def test_a_disk_without_room_for_a_record(self) -> None:
        for broken in (
            mock.patch.object(values, "write_file", side_effect=OSError(errno.ENOSPC, "full")),
            mock.patch.object(values, "put", side_effect=CannotWrite("x")),
            mock.patch.object(os, "mkdir", side_effect=OSError(errno.ENOSPC, "full")),
        ):
            with broken, self.assertRaises(Refused) as caught:
                self.new()
            self.assertEqual((caught.exception.cause, values.names(self.paths.works)), ("disk-full", []))

    def test_the_newest_twenty_are_kept_and_what_is_at_work_is_never_touched(self) -> None:
        running, child = self.begun()
        with child:
            prepared = self.new()
            for number in range(25):
                values.put(self.new().directory / "result", "0")
            last = self.new(app="blog")
            left = work.all_works(self.paths)
            self.assertIn(running, left)
            self.assertIn(prepared, left)
            self.assertIn(last, left)
            self.assertEqual(len(work.all_works(self.paths, "shop")), 22)

    def test_a_dead_one_loses_what_it_was_given_and_one_that_is_prepared_nothing(self) -> None:
        dead, child = self.begun()
        self.give(dead)
        with child:
            child.kill()
        prepared = self.new()
        self.give(prepared)
        self.new()
        self.assertEqual([path for path in self.GIVEN if (dead.directory / path).exists()], [])
        self.assertTrue(dead.log.exists())
        self.assertTrue(all((prepared.directory / path).exists() for path in self.GIVEN))

    def test_one_that_never_began_is_dead_after_a_day(self) -> None:
        one = self.new()
        # Of earlier programs: nothing tells who fills it.
        (one.directory / "filling").unlink()
        self.assertFalse(one.dead())
        day = time.time() - 90_000
        os.utime(one.directory, (day, day))
        self.assertTrue(one.dead())

    def test_one_that_nobody_fills_any_more_is_dead(self) -> None:
        one = self.new()
        self.assertFalse(one.dead())
        (one.directory / "filling").unlink()
        values.touch(one.directory / "filling")
        with mock.patch.object(work.units, "is_known", return_value=True):
            self.assertFalse(one.dead())
        self.assertTrue(one.dead())
        values.put(one.directory / "args", "")
        values.make_directory(one.directory / "values")
        (one.directory / "app").unlink()
        other = self.new()
        self.assertEqual((one.directory.exists(), other.dead()), (False, False))

    def test_a_deploy_is_at_work_as_long_as_its_program_lives(self) -> None:
        one, child = self.begun()
        with child:
            self.assertTrue(work.deploy_at_work(self.paths, "shop"))
            self.assertFalse(work.deploy_at_work(self.paths, "blog"))
            child.kill()
            self.assertFalse(work.deploy_at_work(self.paths, "shop"))


class StartTest(WorkCase):
    def start(self, one: Work, code: int, begins: bool, *after: str) -> list[list[str]]:
        commands: list[list[str]] = []

        def run(command: list[str], **_options: Any) -> Ended:
            commands.append(command)
            if begins:
                values.put(one.directory / "pid", "1")
            return Ended(code if command[0] == "systemd-run" else 3, b"", b"no\nbus")

        with mock.patch.object(work, "run", run):
            work.start(self.paths, one, "change", after)
        return commands

    def test_the_unit(self) -> None:
        one = self.new()
        (command,) = self.start(one, 0, True)
        self.assertEqual(command[:5], ["systemd-run", "--quiet", "--collect", "--unit", one.unit])
        self.assertEqual(command[-2:], [str(self.paths.programs / "work" / "change"), one.id])
        self.assertIn(f"StandardOutput=append:{one.log}", command)
        self.assertFalse([word for word in command if "setenv" in word.lower() or "Environment" in word])

    def test_what_ends_it_where_it_is_killed(self) -> None:
        one = self.new()
        (command,) = self.start(one, 0, True, "settle", "db")
        self.assertIn(f"ExecStopPost={self.paths.programs}/settle db", command)
        self.assertEqual(command[-2:], [str(self.paths.programs / "work" / "change"), one.id])

    def test_one_that_dies_at_once_is_not_waited_for(self) -> None:
        commands = self.start(self.new(), 0, False)
        self.assertEqual(commands[-1][:3], ["systemctl", "--quiet", "is-active"])

    def test_one_that_systemd_does_not_start(self) -> None:
        one = self.new()
        values.make_directory(one.directory / "values")
        with self.assertRaisesRegex(Failure, "systemd did not start the work: no bus"):
            self.start(one, 1, False)
        self.assertFalse((one.directory / "values").exists())


class DeploysTest(WorkCase):
    def setUp(self) -> None:
        super().setUp()
        patcher = mock.patch.object(deploys, "_POLL", 0.01)
        patcher.start()
        self.addCleanup(patcher.stop)

    def deploy(self) -> tuple[Work, Child]:
        one = self.new()
        values.put(one.directory / "commit", "1234567890" * 4)
        values.put(one.directory / "subject", "Fix\tthe cart")

        def do(begun: Work) -> None:
            locks.build_lock(self.paths, "shop", Holder("ann", deploys.what(begun), begun.id))
            values.put(begun.directory / "locked", "")
            time.sleep(30)

        one, child = self.begun(do, one)
        while not (one.directory / "locked").exists():
            time.sleep(0.005)
        return one, child

    def waits(self, name: str, who: Client = US) -> tuple[Work, Child]:
        one = self.new(key="bob")

        def wait() -> None:
            from pocketpaas.machine.events import Reporter

            with open(self.paths.root / name, "ab", 0) as out:
                reporter = Reporter(lambda data: out.write(data) and None)
                with deploys.place_in_line(self.paths, "shop", one):
                    try:
                        deploys.wait_in_line(self.paths, "shop", one, who, reporter)
                        with open(self.paths.root / "turns", "a") as turns:
                            turns.write(f"{name}\n")
                        # Who waits for this looks at the file.
                        reporter.note(f"turn of {name}")
                    except Failure as failure:
                        reporter.failed(failure)

        child = Child(wait)
        while not (self.paths.root / name).exists() or not (self.paths.root / name).stat().st_size:
            time.sleep(0.005)
        return one, child

    def said(self, name: str) -> list[str]:
        return (self.paths.root / name).read_text().splitlines()

    def test_it_is_known_while_it_lives_and_looked_up_afterwards(self) -> None:
        self.assertIsNone(deploys.at_work(self.paths, "shop"))
        one, child = self.deploy()
        with child:
            self.assertEqual(deploys.at_work(self.paths, "shop"), one)
            self.assertRegex(deploys.text(one), r'^deploy of 1234567 "Fix the cart" by ann, begun \d+ s ago$')
            child.kill()
        self.assertIsNone(deploys.at_work(self.paths, "shop"))
        self.assertEqual(deploys.last(self.paths, "shop"), one)

    def test_what_a_lock_says_of_others_counts_for_nothing(self) -> None:
        other, env = self.new(app="blog"), self.new(kind="env")
        for text in ("", "x", "a\tb\tc\t../../x", f"a\tb\tc\t{other.id}", f"a\tb\tc\t{env.id}", "a\tb\tc\t" + new_id()):
            values.put(self.paths.app("shop") / "build.lock", text)
            self.assertIsNone(deploys.last(self.paths, "shop"), text)

    def test_who_does_not_wait_is_refused_at_once(self) -> None:
        deploys.refuse_busy(self.paths, "shop")
        one, child = self.deploy()
        with child, self.assertRaisesRegex(Busy, r"^shop is busy: deploy of 1234567 .* by ann, begun \d+ s ago$"):
            deploys.refuse_busy(self.paths, "shop")
        with deploys.place_in_line(self.paths, "shop", one), self.assertRaisesRegex(Busy, "about to begin"):
            deploys.refuse_busy(self.paths, "shop")
        deploys.refuse_busy(self.paths, "shop")

    def test_turns_come_in_the_order_of_the_line(self) -> None:
        one, child = self.deploy()
        _, first = self.waits("first")
        _, second = self.waits("second")
        with first, second, child:
            behind = 'behind deploy of 1234567 "Fix the cart" by ann'
            self.assertEqual(self.said("first")[0], f"+step\tqueue\tstart\tplace 1, {behind}")
            self.assertEqual(self.said("second")[0], f"+step\tqueue\tstart\tplace 2, {behind}")
            child.kill()
            end = time.monotonic() + 20
            while "+note\tturn of second" not in self.said("second") and time.monotonic() < end:
                time.sleep(0.01)
        self.assertEqual((self.paths.root / "turns").read_text(), "first\nsecond\n")
        self.assertEqual(self.said("second")[-2:], ["+step\tqueue\tdone\t", "+note\tturn of second"])
        self.assertEqual(values.names(self.paths.app("shop") / "queue"), [])

    def test_who_goes_away_loses_the_place(self) -> None:
        one, child = self.deploy()
        with child:
            killed, first = self.waits("first")
            first.kill()
            mine, second = self.waits("second")
            with first, second:
                self.assertIn("place 1, behind", self.said("second")[0])
                self.assertEqual(values.names(self.paths.app("shop") / "queue"), [mine.id])

    def test_a_client_that_goes_away_leaves_the_line(self) -> None:
        one, child = self.deploy()
        with child, self.assertRaisesRegex(Refused, "the client that waited in line is gone"):
            deploys.wait_in_line(self.paths, "shop", self.new(), Client(2**22, "1"), self.reporter)

    def test_nobody_waits_for_more_than_an_hour_nor_for_an_app_that_is_gone(self) -> None:
        one, child = self.deploy()
        mine = self.new()
        with child:
            with mock.patch.object(deploys, "QUEUE_SECONDS", 0), self.assertRaisesRegex(Busy, "is still busy after"):
                deploys.wait_in_line(self.paths, "shop", mine, US, self.reporter)
            values.remove_tree(self.paths.app("shop"))
            with self.assertRaisesRegex(Refused, "destroyed meanwhile"):
                deploys.wait_in_line(self.paths, "shop", mine, US, self.reporter)


class UnitTest(WorkCase):
    PROGRAM = """
        import os, sys, time
        sys.path.insert(0, sys.argv.pop(1))
        what = sys.argv.pop(1)
        from pocketpaas.failure import Failed
        from pocketpaas.operation.unit import run_unit

        def do(operation):
            operation.reporter.note("begun")
            operation.undo.append(lambda: operation.reporter.note("undone"))
            if what == "fail":
                raise Failed("x", "it failed", "do this")
            if what == "unexpected":
                raise ValueError("secret")
            if what == "sleep":
                time.sleep(30)
            operation.committed()
            return 0

        run_unit(do, lambda operation: 6)
    """

    def unit(self, what: str, one: Work | None = None, app: str = "shop") -> tuple[Work, subprocess.Popen[bytes]]:
        one = one or self.new(app=app)
        values.make_directory(one.directory / "values")
        environment = {"PP_ROOT": str(self.paths.root), "PP_LOG": str(self.paths.log), "PATH": "/usr/bin:/bin"}
        with open(one.log, "ab") as log:
            program = textwrap.dedent(self.PROGRAM)
            command = [sys.executable, "-I", "-c", program, str(self.paths.programs), what, one.id]
            return one, subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    def ended(self, what: str, app: str = "shop") -> tuple[int, Work, str]:
        one, process = self.unit(what, app=app)
        return process.wait(20), one, one.log.read_text()

    def test_the_result_is_left_and_what_was_given_goes(self) -> None:
        code, one, said = self.ended("good")
        self.assertEqual((code, one.result, said), (0, 0, "+note\tbegun\n"))
        self.assertEqual([(one.directory / name).exists() for name in ("values", "reserve")], [False, False])
        self.assertIn('"what":"deploy","result":"0"', (self.paths.log / "events.jsonl").read_text())

    def test_a_failure_is_told_and_what_was_tried_taken_back(self) -> None:
        code, one, said = self.ended("fail")
        self.assertEqual((code, one.result), (6, 6))
        self.assertEqual(said, "+note\tbegun\n+fail\tx\tit failed\n+hint\tdo this\n+note\tundone\n")

    def test_what_nobody_foresaw_is_one_sentence_and_the_whole_of_it_in_the_log(self) -> None:
        code, one, said = self.ended("unexpected")
        self.assertEqual((code, one.result), (6, 6))
        self.assertRegex(said, r"\+fail\tunexpected\tunexpected error \(ValueError in <string>:\d+\)")
        self.assertNotIn("secret", said)
        self.assertIn("ValueError: secret", (self.paths.log / "errors.log").read_text())

    def test_sigterm_takes_it_back(self) -> None:
        for who, text in (("", "the work was stopped from outside"), ("bob", "cancelled by bob; nothing was switched")):
            one, process = self.unit("sleep")
            while b"begun" not in one.log.read_bytes():
                time.sleep(0.01)
            self.assertTrue(one.runs())
            if who:
                values.put(one.directory / "cancelled", who)
            process.send_signal(signal.SIGTERM)
            self.assertEqual((process.wait(20), one.result), (6, 6))
            self.assertIn(text, one.log.read_text())
            self.assertTrue(one.log.read_text().endswith("+note\tundone\n"))

    def test_an_operation_without_an_app(self) -> None:
        code, one, said = self.ended("good", app="../x")
        self.assertEqual((code, one.result), (2, 2))
        self.assertIn("the operation names no app", said)

    def test_without_an_id_nothing_begins(self) -> None:
        for arguments in ([], ["../x"], ["20260131T120000Z-0123abcd", "x"]):
            command = [sys.executable, "-I", "-c", textwrap.dedent(self.PROGRAM), str(self.paths.programs), "good"]
            self.assertEqual(subprocess.call([*command, *arguments]), 2)


class OutcomeTest(WorkCase):
    """The same without a process of its own."""

    def setUp(self) -> None:
        super().setUp()
        one = self.new()
        engine = Engine(self.paths, self.paths.root / "nosuch")
        self.operation = Operation(self.paths, self.reporter, engine, one, "shop", "deploy", "ann")
        for number in ENDING:
            self.addCleanup(signal.signal, number, signal.getsignal(number))

    def outcome(self, do: Callable[[Operation], int]) -> int:
        return unit._outcome(self.operation, do, lambda operation: 5)

    def raising(self, error: BaseException) -> int:
        def do(operation: Operation) -> int:
            raise error

        return self.outcome(do)

    def test_codes(self) -> None:
        self.assertEqual(self.outcome(lambda operation: 4), 4)
        self.assertEqual(self.raising(Failed("x", "y")), 5)
        self.assertEqual(self.raising(Refused("x", "y")), 4)
        self.assertEqual(self.raising(Damaged("x", "y")), 5)
        self.assertEqual(self.raising(ValueError()), 5)
        self.assertEqual(self.raising(unit.Cancelled()), 5)

    def test_on_a_full_disk_that_is_what_is_told(self) -> None:
        with mock.patch("pocketpaas.state.disk.free_kilobytes", lambda place: 12):
            self.raising(Failed("x", "y"))
            self.raising(OSError("z"))
        self.assertEqual(
            [line for line in self.reporter.lines if line.startswith("+fail")],
            ["+fail\tdisk-full\tthe host's disk is full (12 kB free where the state is); what was live is live"] * 2,
        )

    def test_each_step_is_taken_back_whatever_becomes_of_the_others(self) -> None:
        done: list[str] = []

        def fails(error: Exception) -> Callable[[], None]:
            def step() -> None:
                raise error

            return step

        self.operation.undo += [lambda: done.append("first"), fails(OSError("full")), fails(Failed("x", "hm"))]
        self.operation.take_back()
        self.assertEqual(done, ["first"])
        self.assertEqual(
            self.reporter.lines,
            ["+warn\thm", "+warn\tnot everything could be taken back: full; the next command does it"],
        )

    def test_from_the_switch_on_nothing_stops_it(self) -> None:
        signal.signal(signal.SIGTERM, unit._raise_cancelled)
        self.operation.beyond_cancelling()
        os.kill(os.getpid(), signal.SIGTERM)

    def test_who_has_asked_just_before_the_switch_stops_it(self) -> None:
        values.put(self.operation.work.directory / "cancelled", "bob")
        with self.assertRaises(unit.Cancelled):
            self.operation.beyond_cancelling()
        self.assertEqual(self.operation.holder("env").doing, "env")

    def test_a_result_that_cannot_be_kept(self) -> None:
        with mock.patch.object(values, "write", side_effect=CannotWrite("x")):
            unit._leave_result(self.operation, 0)
        self.assertIn("the result could not be kept", self.reporter.lines[0])

    def test_a_log_of_errors_that_cannot_be_written(self) -> None:
        self.paths.log.rmdir()
        try:
            raise ValueError("x")
        except ValueError as error:
            unit.tell_unexpected(self.paths, self.reporter, error)
        self.assertIn("+fail\tunexpected\t", self.reporter.lines[0])

    def test_a_disk_that_takes_no_more_is_named(self) -> None:
        cause = OSError(errno.ENOSPC, "No space left on device", "/the/lock")
        wrapped = ValueError("x")
        wrapped.__cause__ = cause
        for error in (cause, OSError(errno.EDQUOT, "Disk quota exceeded"), wrapped):
            unit.tell_unexpected(self.paths, self.reporter, error)
            self.assertIn("+fail\tdisk-full\tthe host's disk is full: ", self.reporter.lines[-2])


if __name__ == "__main__":
    unittest.main()
