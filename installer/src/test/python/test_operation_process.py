"""Other programs: started from lists, in a fixed environment, never waited for without end."""

from __future__ import annotations

import os
import select
import subprocess
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

from host_fixture import HostCase
from pocketpaas.machine import process, relay, streaming, units

SH = "/bin/sh"


class RunTest(unittest.TestCase):
    def sh(self, script: str, **options: object) -> process.Ended:
        return process.run([SH, "-c", script], **options)  # type: ignore[arg-type]

    def test_how_it_ended_and_what_it_printed(self) -> None:
        ended = self.sh("echo out; echo two; echo err >&2; exit 7")
        self.assertEqual((ended.code, ended.ok, ended.text, ended.complaint), (7, False, "out\ntwo", "err"))
        self.assertEqual(self.sh("echo a; echo b; exit 1").complaint, "a b")
        self.assertEqual(self.sh("kill -9 $$").code, -9)
        self.assertEqual(self.sh("printf '\\351'").text, "\udce9")

    def test_what_it_is_given(self) -> None:
        self.assertEqual(self.sh("cat", stdin=b"a\0b\n").out, b"a\0b\n")
        self.assertEqual(self.sh("cat").out, b"")
        with open("/etc/hostname", "rb") as file:
            self.assertEqual(self.sh("cat", stdin=file).out, Path("/etc/hostname").read_bytes())
        self.assertTrue(self.sh("exit 0", stdin=b"x" * 1_000_000).ok)

    def test_arguments_are_words_and_nothing_more(self) -> None:
        for word in ("$(touch canary)", "a\nb", "", "'\"", "\udcff", "--help"):
            self.assertEqual(process.run(["/usr/bin/printf", "%s", word]).out, os.fsencode(word))

    def test_nothing_of_ours_is_in_its_environment(self) -> None:
        with mock.patch.dict(os.environ, {"SECRET": "x", "LD_PRELOAD": "", "BASH_ENV": "y", "GIT_DIR": "/z"}):
            found = process.run(["/usr/bin/env"]).text.split("\n")
        self.assertEqual({line.partition("=")[0] for line in found}, set(process.ENVIRONMENT))

    def test_one_that_is_not_there_or_cannot_be_started(self) -> None:
        self.assertEqual(process.run(["/nosuch/program"]).code, 127)
        self.assertEqual(process.run(["/etc/hostname"]).code, 126)
        self.assertEqual(process.run([SH, "x" * 10_000_000]).code, 126)

    def test_its_time_is_over_with_all_of_its_group(self) -> None:
        before = time.monotonic()
        ended = self.sh("echo begun; trap '' TERM; (sleep 30) & sleep 30", seconds=0.2)
        self.assertEqual((ended.code, ended.out), (124, b"begun\n"))
        self.assertLess(time.monotonic() - before, 5)

    def test_who_leaves_the_group_and_holds_the_output_is_not_waited_for(self) -> None:
        before = time.monotonic()
        with mock.patch.object(process, "_REST_SECONDS", 0.1):
            ended = self.sh("echo begun; setsid sleep 20 & exit 0", seconds=0.3)
        self.assertEqual((ended.code, ended.out), (124, b"begun\n"))
        self.assertLess(time.monotonic() - before, 5)

    def test_an_interruption_ends_it(self) -> None:
        with (
            mock.patch.object(subprocess.Popen, "communicate", side_effect=KeyboardInterrupt),
            mock.patch.object(os, "killpg", wraps=os.killpg) as killed,
            self.assertRaises(KeyboardInterrupt),
        ):
            self.sh("exec sleep 30")
        self.assertEqual(killed.call_count, 1)

    def test_git_is_run_by_its_own_user(self) -> None:
        with mock.patch.object(os, "geteuid", lambda: 0):
            self.assertEqual(
                process.as_git_user(["git", "x"]),
                "/usr/bin/setpriv --reuid pocketpaas --regid pocketpaas --init-groups -- git x".split(),
            )
        with mock.patch.object(os, "geteuid", lambda: 1000):
            self.assertEqual(process.as_git_user(["git", "x"]), ["git", "x"])


class StreamTest(unittest.TestCase):
    def stream(self, script: str, seconds: float = 20, silence: float | None = None) -> tuple[int, list[bytes]]:
        lines: list[bytes] = []
        with mock.patch.object(streaming, "_GRACE", 0.2):
            code = process.stream([SH, "-c", script], lines.append, seconds=seconds, silence=silence)
        return code, lines

    def test_lines_as_they_come(self) -> None:
        script = "printf 'a\\nb\\r\\n\\n'; echo err >&2; printf 'no end'; exit 3"
        self.assertEqual(self.stream(script), (3, [b"a", b"b\r", b"", b"err", b"no end"]))

    def test_a_line_is_handed_on_before_the_next_is_there(self) -> None:
        came: list[float] = []
        began = time.monotonic()
        process.stream(
            [SH, "-c", "echo a; sleep 0.3; echo b"], lambda _: came.append(time.monotonic() - began), seconds=20
        )
        self.assertGreater(came[1] - came[0], 0.2)

    def test_a_line_without_an_end_comes_in_pieces(self) -> None:
        code, lines = self.stream("head -c 300000 /dev/zero | tr '\\0' y")
        self.assertEqual((code, sum(map(len, lines))), (0, 300_000))
        self.assertLess(max(map(len, lines)), 200_000)

    def test_its_time_is_over(self) -> None:
        before = time.monotonic()
        self.assertEqual(self.stream("while :; do echo x; sleep 0.05; done", 0.3)[0], streaming.TIME_OVER)
        self.assertEqual(self.stream("trap '' TERM; echo x; sleep 30", 0.2), (streaming.TIME_OVER, [b"x"]))
        self.assertLess(time.monotonic() - before, 8)

    def test_it_moves_nothing_for_too_long_whatever_it_says(self) -> None:
        with mock.patch.object(streaming, "_LOOK_SECONDS", 0.05), mock.patch.object(streaming, "_GRACE", 0.2):
            talks = "while :; do echo x; sleep 0.05; done"
            code = process.stream([SH, "-c", talks], lambda _: None, seconds=20, stall=0.5)
            self.assertEqual(code, streaming.SILENT)
            code = process.stream(
                [SH, "-c", "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo x; sleep 0.2; done"],
                lambda _: None,
                seconds=60,
                stall=2,
                talk_counts=True,
            )
            self.assertEqual(code, 0)
            reads = "import time\nend = time.monotonic() + 1.5\n"
            reads += "while time.monotonic() < end: open('/dev/zero', 'rb').read(100000); time.sleep(0.05)"
            code = process.stream(["/usr/bin/python3", "-c", reads], lambda _: None, seconds=20, stall=0.5)
            self.assertEqual(code, 0)

    def test_the_time_counts_from_when_it_moved_something_last(self) -> None:
        moves = "import time; open('/dev/zero', 'rb').read(100000); time.sleep(30)"
        before = time.monotonic()
        with mock.patch.object(streaming, "_LOOK_SECONDS", 0.05):
            code = process.stream(["/usr/bin/python3", "-c", moves], lambda _: None, seconds=20, stall=3)
        self.assertEqual(code, streaming.SILENT)
        self.assertLess(time.monotonic() - before, 5.5)

    def test_it_is_silent_for_too_long(self) -> None:
        self.assertEqual(self.stream("echo x; exec sleep 30", 20, 0.2), (streaming.SILENT, [b"x"]))
        self.assertEqual(self.stream("for i in 1 2 3 4; do echo $i; sleep 0.1; done", 20, 2)[0], 0)
        # Time goes before silence, where both are over.
        self.assertEqual(self.stream("exec sleep 30", 0.1, 0.2)[0], streaming.TIME_OVER)

    def test_children_that_hold_the_pipe_open(self) -> None:
        before = time.monotonic()
        self.assertEqual(self.stream("echo x; sleep 30 & exit 0", 0.3), (streaming.TIME_OVER, [b"x"]))
        self.assertEqual(self.stream("echo x; setsid sleep 3 & exit 0", 0.3), (streaming.TIME_OVER, [b"x"]))
        self.assertLess(time.monotonic() - before, 8)

    def test_one_that_closes_its_output_and_lives_on(self) -> None:
        before = time.monotonic()
        self.assertEqual(self.stream("echo x; exec >&- 2>&-; exec sleep 30", 0.3), (streaming.TIME_OVER, [b"x"]))
        self.assertLess(time.monotonic() - before, 8)

    def test_a_listener_that_fails_ends_it(self) -> None:
        def each(_line: bytes) -> None:
            raise ValueError("no")

        before = time.monotonic()
        with self.assertRaises(ValueError):
            process.stream([SH, "-c", "echo x; exec sleep 30"], each, seconds=60)
        self.assertLess(time.monotonic() - before, 5)


class RelayTest(unittest.TestCase):
    """What is pushed through goes on, whatever its reader does."""

    def setUp(self) -> None:
        self.source, self.writer = os.pipe()
        self.reader, self.sink = os.pipe()
        for descriptor in (self.source, self.reader):
            self.addCleanup(os.close, descriptor)
        patcher = mock.patch.object(relay, "_STUCK", 0.3)
        patcher.start()
        self.addCleanup(patcher.stop)

    def relay(self, data: bytes) -> threading.Thread:
        def feed() -> None:
            left = data
            while left:
                left = left[os.write(self.writer, left[:4096]) :]
            os.close(self.writer)

        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()

        def transform(line: bytes) -> list[bytes]:
            return [] if line == b"-" else [b"<" + line + b">"]

        relay.relay(self.source, self.sink, transform, lambda: [b"end"])
        os.close(self.sink)
        return feeder

    def read(self) -> bytes:
        return b"".join(iter(lambda: os.read(self.reader, 65536), b""))

    def test_lines_and_the_ending(self) -> None:
        self.relay(b"a\n-\n\nb\xff\nno end")
        self.assertEqual(self.read(), b"<a>\n<>\n<b\xff>\n<no end>\nend\n")

    def test_nothing_but_the_ending(self) -> None:
        self.relay(b"")
        self.assertEqual(self.read(), b"end\n")

    def test_much_of_it(self) -> None:
        lines = b"".join(b"%d\n" % number for number in range(50_000))
        found: list[bytes] = []
        reads = threading.Thread(target=lambda: found.append(self.read()))
        reads.start()
        self.relay(lines)
        reads.join()
        self.assertEqual(found[0].count(b"\n"), 50_001)
        self.assertTrue(found[0].endswith(b"<49999>\nend\n"))

    def test_a_reader_that_is_gone(self) -> None:
        os.close(self.reader)
        self.reader = os.dup(self.source)
        self.relay(b"x" * 100 + b"\n" + b"y\n" * 500_000).join(5)

    def test_a_reader_that_takes_nothing(self) -> None:
        before = time.monotonic()
        feeder = self.relay(b"y\n" * 500_000)
        feeder.join(5)
        self.assertFalse(feeder.is_alive())
        self.assertLess(time.monotonic() - before, 8)
        self.assertTrue(select.select([self.reader], [], [], 0)[0])


class UnitsTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        self.transient = self.paths.root / "transient"
        self.transient.mkdir()
        self.commands: list[list[str]] = []
        for place, name, value in (
            (units, "run", self.run_program),
            (units, "_FIRST", self.paths.root / "cgroup"),
            (units, "_CGROUPS", (self.paths.root / "v1", self.paths.root / "v2")),
        ):
            patcher = mock.patch.object(place, name, value)
            patcher.start()
            self.addCleanup(patcher.stop)

    def run_program(self, command: list[str], **_options: object) -> process.Ended:
        self.commands.append(command)
        return process.Ended(0, b"", b"")

    def test_one_that_systemd_does_not_have(self) -> None:
        self.assertFalse(units.is_active("x.service", self.transient))
        units.stop("x.service", self.transient)
        self.assertEqual(self.commands, [])

    def test_its_control_group_tells(self) -> None:
        (self.transient / "x.service").touch()
        (self.paths.root / "cgroup").write_text("1:name=systemd:/docker/abc/init.scope\n0::/other\n")
        slices = self.paths.root / "v1" / "docker" / "abc" / "system.slice"
        self.tree(slices, {"cgroup.procs": "", "x.service/cgroup.procs": "12\n"})
        self.assertTrue(units.is_active("x.service", self.transient))
        self.tree(slices, {"x.service/cgroup.procs": "\n"})
        self.assertFalse(units.is_active("x.service", self.transient))
        (slices / "x.service" / "cgroup.procs").unlink()
        self.assertFalse(units.is_active("x.service", self.transient))
        self.assertEqual(self.commands, [])

    def test_where_there_is_none_systemd_is_asked(self) -> None:
        (self.transient / "x.service").touch()
        self.assertTrue(units.is_active("x.service", self.transient))
        (self.paths.root / "cgroup").write_text("0::/init.scope\n")
        self.assertTrue(units.is_active("x.service", self.transient))
        units.stop("x.service", self.transient)
        self.assertEqual(self.commands[-1], ["systemctl", "stop", "x.service"])


if __name__ == "__main__":
    unittest.main()
