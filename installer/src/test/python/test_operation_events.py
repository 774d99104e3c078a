"""What an operation tells: no field can forge another event, and what people see of it."""

from __future__ import annotations

import json
import os
import unittest

from host_fixture import HostCase
from pocketpaas import rules
from pocketpaas.failure import BadRequest, Busy, CannotWrite, Damaged, Failed, NoEngine
from pocketpaas.operation import audit
from pocketpaas.machine.events import HumanText, Reporter, clean
from program_fixture import HOSTILE, streams


class ReporterTest(HostCase):
    def test_a_field_cannot_forge_another_event(self) -> None:
        self.reporter.note("a\tb\n+result\turl\thttp://evil\r\x1b[31mred\x9b2J and \x07 \xe9\0\x7f\u0085")
        self.assertEqual(self.reporter.lines, ["+note\ta b +result url http://evil  [31mred 2J and   \xe9   "])

    def test_hostile_fields_stay_one_field(self) -> None:
        for text in HOSTILE:
            self.reporter.event("notice", text, text)
        self.assertEqual(len(self.reporter.lines), len(HOSTILE))
        self.assertTrue(all(line.count("\t") == 2 for line in self.reporter.lines))

    def test_a_field_is_bounded_in_bytes(self) -> None:
        self.assertEqual(len(clean("x" * 10_000)), 4000)
        self.assertLessEqual(len(clean("\U0001f40d" * 10_000).encode("utf-8", "surrogateescape")), 4000)

    def test_output_becomes_lines(self) -> None:
        for line in (b"one\r", b"two 10%\rtwo 100%\n", b"+fail\tforged\tx", b"", b"NUL \0 here", b"\xff"):
            self.reporter.output(line)
        self.assertEqual(
            self.reporter.written.getvalue(), b"|one\n|two 100%\n|+fail\tforged\tx\n|\n|NUL  here\n|\xff\n"
        )

    def test_a_line_without_end_is_broken(self) -> None:
        self.reporter.output(b"y" * 9000)
        self.assertEqual([len(line) for line in self.reporter.lines], [4001, 4001, 1001])

    def test_a_failure_with_its_cure(self) -> None:
        self.reporter.failed(Failed("x", "it failed", "do this"))
        self.reporter.failed(Busy("shop is busy"))
        self.reporter.failed(BadRequest("no"))
        self.assertEqual(
            self.reporter.lines,
            [
                *("+fail\tx\tit failed", "+hint\tdo this", "+fail\tlocked\tshop is busy"),
                *("+hint\twait until it has ended and try again", "+fail\tbad-request\tno"),
            ],
        )
        self.assertEqual(self.reporter.failure, "it failed")

    def test_each_failure_has_its_code(self) -> None:
        found = [Failed("x", "y").code, Failed("x", "y", code=6).code, BadRequest("x").code, NoEngine("x").code]
        self.assertEqual(found, [5, 6, 2, 4])
        self.assertEqual((CannotWrite("x").code, Damaged("x", "y").code), (1, 1))

    def test_a_reader_that_is_gone_is_no_failure(self) -> None:
        reader, writer = os.pipe()
        os.close(reader)
        with streams():
            os.dup2(writer, 1)
            Reporter().note("x")
        os.close(writer)

    def test_nor_is_a_log_on_a_full_disk(self) -> None:
        with streams(), open("/dev/full", "wb") as full:
            os.dup2(full.fileno(), 1)
            Reporter().note("x")
            os.close(1)
            with self.assertRaises(OSError):
                Reporter().note("x")

    def test_standard_output(self) -> None:
        with streams() as said:
            Reporter().step("build", "done", "x")
        self.assertEqual(said.out, b"+step\tbuild\tdone\tx\n")


class HumanTextTest(unittest.TestCase):
    def shown(self, *lines: str) -> list[str]:
        human = HumanText()
        return [shown for line in lines for shown in human.lines_of(line)] + list(human.ending())

    def test_people_see_the_stream_as_text(self) -> None:
        self.assertEqual(
            self.shown(
                *("+step\tsource\tstart\t", "+step\tsource\tdone\t1a2b3c4 Say hello", "+step\tbuild\tstart\t"),
                *("|npm ci", "+step\tbuild\tfail\tnpm ci ended with 1", "+warn\tthe cache was lost"),
                *("+fail\tbuild-failed\tthe build failed", "+hint\tlook above", "+step\tx\tskip\t", "+note\thm"),
                *("+step\tdrain\tstart\tv1", "+step\tdrain\tskip\tnobody", "+step\tcheck\tfail\t", "+new\tthing", ""),
            ),
            [
                f"-----> {rules.title('source')}",
                "       1a2b3c4 Say hello",
                "-----> Building",
                "       npm ci",
                " !     Building failed: npm ci ended with 1",
                " !     the cache was lost",
                *(" !", " !     the build failed"),
                " !     look above",
                "-----> X: skipped",
                "       hm",
                "-----> Draining the old release: v1",
                "-----> Draining the old release: nobody",
                " !     Checking failed",
            ],
        )

    def test_the_end_names_release_and_address(self) -> None:
        url = "+result\turl\thttp://shop.example.com"
        self.assertEqual(
            self.shown(url, "+result\trelease\tv12", "+step\tdrain\tstart\t"),
            ["-----> Draining the old release", "-----> Released v12", "       http://shop.example.com"],
        )
        self.assertEqual(self.shown("+result\trelease\t12"), ["-----> Released v12"])
        self.assertEqual(self.shown("+result\trelease\t12", "+result\tunchanged\tyes"), ["-----> Already live: v12"])
        self.assertEqual(self.shown("+result\tunchanged\tyes"), ["-----> Already live"])
        self.assertEqual(self.shown(), [])

    def test_notices_come_last_and_are_few(self) -> None:
        notices = [f"+notice\tkind\tshop\ttext {number}\thint {number}" for number in range(1, 8)]
        self.assertEqual(
            self.shown(*notices, "+result\trelease\tv12", "+result\turl\thttp://shop.example.com"),
            [
                *("-----> Released v12", "       http://shop.example.com"),
                *(f" !     text {number}; hint {number}" for number in range(1, 6)),
                " !     and 2 more: pocketpaas apps -v",
            ],
        )
        self.assertEqual(self.shown("+notice\tkind\t\ttext\t"), [" !     text"])

    def test_odd_lines_of_a_stream_break_nothing(self) -> None:
        for line in (
            "+",
            "+fail",
            "+step",
            "+notice",
            "+result",
            "\t\t\t\t\t",
            "+step\ta\tb\tc\td\te\tf",
            "|",
            "\udcff",
        ):
            self.shown(line)


class AuditTest(HostCase):
    def entries(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in (self.paths.log / "events.jsonl").read_text().splitlines()]

    def test_one_json_object_a_line(self) -> None:
        audit.bound(self.paths)
        for text in HOSTILE:
            audit.audit(self.paths, text, text, f'x","result":"0\n{{{text}', 4)
        audit.audit(self.paths, "ci", "shop", "deploy", 0)
        self.assertEqual(len(self.entries()), len(HOSTILE) + 1)
        self.assertTrue(all(entry["result"] == "4" for entry in self.entries()[:-1]))
        self.assertEqual({name: self.entries()[-1][name] for name in ("key", "what")}, {"key": "ci", "what": "deploy"})

    def test_one_that_gets_large_begins_again(self) -> None:
        audit.audit(self.paths, "ci", "shop", "deploy", 0)
        os.truncate(self.paths.log / "events.jsonl", 10_000_001)
        audit.bound(self.paths)
        audit.audit(self.paths, "ci", "shop", "deploy", 0)
        self.assertEqual((self.paths.log / "events.jsonl.1").stat().st_size, 10_000_001)
        self.assertEqual(len(self.entries()), 1)

    def test_one_that_cannot_be_written_stops_nobody(self) -> None:
        self.paths.log.rmdir()
        audit.audit(self.paths, "ci", "shop", "deploy", 0)


if __name__ == "__main__":
    unittest.main()
