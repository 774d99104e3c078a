"""Backups: what is noted of a dump, what is told of the last ones, and how the tool is asked."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import socket
import threading
import time
from pathlib import Path
from typing import Any
from unittest import mock

from pocketpaas.backup import (
    content,
    damaged,
    drill,
    host_content,
    left_locks,
    local_place,
    repository,
    restoring,
    room,
    sftp,
    snapshots,
    store,
    storing,
    subject,
    taking,
    timers,
    tool,
    waiting,
)
from pocketpaas.backup.content import Content, Dump
from pocketpaas.backup.record import GOOD, Record
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.restore_progress import Wish
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.backup.belonging import Owner
from pocketpaas.backup.store import Destination, Keep
from pocketpaas.state.spans import Span
from pocketpaas.change import backup_settings, backups
from pocketpaas.entry import backup as backup_verb
from pocketpaas.failure import BadRequest, Busy, Cancelled, Failed, Refused
from pocketpaas.machine import apart, locks
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.process import Ended, run
from pocketpaas.notice import backups as noticed
from pocketpaas.notice.store import NoticeStore
from pocketpaas.operation import work
from pocketpaas.state import moves, names, values
from pocketpaas.state.clock import now, text_of
from test_service import ServiceCase

SECRET = "canary-of-a-secret"
CONFIG = Ended(0, b"{}", b"")


class BackupCase(ServiceCase):
    """A destination in a bucket; `self.answers` are what the tool says, in order; `self.asked` how it was asked."""

    def setUp(self) -> None:
        super().setUp()
        self.tree(
            self.paths.backups,
            {
                "destination": "s3:https://s3.example.com/bucket",
                "passphrase": "pass-phrase",
                "credentials": f"[default]\naws_secret_access_key = {SECRET}\n",
                "host": "web-1",
            },
        )
        self.asked: list[list[str]] = []
        self.environments: list[dict[str, str]] = []
        self.answers: list[Ended] = []
        for name, fake in (("run", self.run_tool), ("stream", self.stream_tool)):
            patcher = mock.patch.object(tool, name, fake)
            patcher.start()
            self.addCleanup(patcher.stop)
        self.apart = mock.Mock(side_effect=lambda command, _, others: apart.apart(command, "", others))
        patcher = mock.patch.object(tool, "apart", mock.Mock(apart=self.apart))
        patcher.start()
        self.addCleanup(patcher.stop)
        patcher = mock.patch.object(local_place, "engine_directory", lambda _: Path("/var/lib/docker"))
        patcher.start()
        self.addCleanup(patcher.stop)
        self.repository = Repository(store.need_destination(self.paths), self.reporter)
        # It was asked already.
        self.repository._greatest = 0

    def only_own(self, *backups: str) -> None:
        """The destination lists these of this host, and none of another."""
        found = [Snapshot(one, "", "web-1", {}) for one in backups]
        patcher = mock.patch.object(self.repository, "_refuse_strangers", lambda: found)
        patcher.start()
        self.addCleanup(patcher.stop)

    def run_tool(self, command: list[str], **more: Any) -> Ended:
        self.asked.append(list(command))
        self.environments.append(dict(more["environment"]))
        return self.answers.pop(0) if self.answers else CONFIG

    def stream_tool(self, command: list[str], each_line: Any, **more: Any) -> int:
        ended = self.run_tool(command, **more)
        for line in (ended.out + ended.err).splitlines():
            each_line(line)
        return ended.code


class RepositoryTest(BackupCase):
    def test_nothing_secret_is_an_argument_or_a_value_of_the_environment(self) -> None:
        self.repository.open()
        self.only_own("1a2b3c4d")
        self.repository.forget_these(["1a2b3c4d"])
        told = json.dumps([self.asked, self.environments])
        for secret in (SECRET, "pass-phrase", "s3.example.com"):
            self.assertNotIn(secret, told)
        self.assertEqual(self.environments[0]["RESTIC_PASSWORD_FILE"], str(self.paths.backups / "passphrase"))

    @staticmethod
    def these(*backups: str) -> Ended:
        found = [{"short_id": one, "time": "2026-11-29T03:00:00Z", "hostname": "web-1", "tags": []} for one in backups]
        return Ended(0, json.dumps(found).encode(), b"")

    def test_what_another_host_has_removed_is_not_called_damaged(self) -> None:
        for said in (
            b'Fatal: failed to find snapshot: no matching ID found for prefix "1a2b3c4d"',
            b"ignoring error for /db/shop.dump: Load(<data/4fc234ea>, 9, 0) returned error: file does not exist",
            b"Unknown blob e8b93af235",
        ):
            gone = Ended(1, b"", said)
            self.answers = [gone, self.these("9f8e7d6c")]
            with self.assertRaisesRegex(Failed, "1a2b3c4d has been removed from the destination") as caught:
                self.repository.restore("1a2b3c4d", self.paths.root)
            self.assertEqual((caught.exception.cause, self.answers), ("backup-gone", []))
            self.answers = [gone, self.these("1a2b3c4d"), gone, self.these()]
            with self.assertRaisesRegex(Failed, "has been removed"):
                self.repository.restore("1a2b3c4d", self.paths.root)
            # Its data were put elsewhere.
            self.answers = [gone, self.these("1a2b3c4d"), Ended(0, b"", b"")]
            self.repository.restore("1a2b3c4d", self.paths.root)
            self.assertEqual(self.answers, [])

    def test_what_is_there_and_is_not_what_was_stored_is_read_once(self) -> None:
        self.answers = [Ended(1, b"", b"ignoring error for /db/shop.dump: ciphertext verification failed")]
        with self.assertRaisesRegex(Failed, "1a2b3c4d is damaged where it is stored"):
            self.repository.restore("1a2b3c4d", self.paths.root)
        self.assertEqual([words for words in self.asked if "snapshots" in words], [])

    def test_what_does_not_open_is_told_in_the_tools_words_without_secrets(self) -> None:
        self.answers = [Ended(1, b"", f"Fatal: Forbidden for {SECRET}\nIs there a repository?".encode())]
        with self.assertRaises(Failed) as caught:
            self.repository.open()
        self.assertEqual(caught.exception.text, "the backup destination cannot be opened: Forbidden for ***")
        self.answers = [Ended(1, b"", b"ignoring error for /db/shop.dump: wrong\nFatal: There were 1 errors\n")]
        with self.assertRaisesRegex(
            Failed, r"1a2b3c4d is damaged where it is stored: /db/shop.dump cannot be read \(wrong"
        ):
            self.repository.restore("1a2b3c4d", self.paths.root)
        lost = Ended(1, b"", b"Unknown blob e8b93af235\ngithub.com/restic/restic.go:96\nruntime.s:1594\n")
        self.answers = [lost, self.these("1a2b3c4d"), lost, self.these("1a2b3c4d")]
        with self.assertRaisesRegex(Failed, "1a2b3c4d is damaged where it is stored: data are lost") as caught:
            self.repository.restore("1a2b3c4d", self.paths.root)
        self.assertEqual(caught.exception.cause, "backup-damaged")
        self.answers = [Ended(124, b"", b"")]
        with self.assertRaisesRegex(Failed, "too long"):
            self.repository.open()

    def test_holes_stay_holes_where_the_tool_can_do_that(self) -> None:
        for said, options in ((b"      --sparse   restore files as sparse", ["--sparse"]), (b"  --target", [])):
            self.asked.clear()
            self.answers = [Ended(0, said, b""), Ended(0, b"", b"")]
            self.repository.restore("1a2b3c4d", self.paths.root, on_disk=0)
            self.assertEqual(self.asked[0][-2:], ["restore", "--help"])
            self.assertEqual([word for word in self.asked[1] if word == "--sparse"], options)

    def test_holes_need_no_room_where_they_stay_holes(self) -> None:
        self.answers = [Ended(0, b"      --sparse   restore files as sparse", b""), Ended(0, b"", b"")]
        self.repository.restore("1a2b3c4d", self.paths.root, size=10 << 50, on_disk=1)
        self.answers = [Ended(0, b"  --target", b"")]
        with self.assertRaisesRegex(Failed, "no room on the host's disk for the backup 1a2b3c4d"):
            self.repository.restore("1a2b3c4d", self.paths.root, size=10 << 50, on_disk=1)

    def test_what_grows_while_it_is_read_is_not_read_to_its_end(self) -> None:
        heard = storing.Heard(lambda _: None, 100 << 30)
        status = b'{"message_type":"status","bytes_done":%d,"total_bytes":9,"seconds_elapsed":9}'
        heard.hear(status % (99 << 30))
        with self.assertRaisesRegex(Failed, "they have grown while they were read, to more than 101 GB"):
            heard.hear(status % (101 << 30))

    def test_the_place_is_named_where_the_tool_leaves_a_hole(self) -> None:
        self.answers = [Ended(1, b"", b"Fatal: create repository at  failed: mkdir /proc/x: no such file\n")]
        wanted = "repository at s3:https://s3.example.com/bucket failed: mkdir"
        with self.assertRaisesRegex(Failed, wanted):
            self.repository.make()

    def directory(self) -> Path:
        return self.tree(self.paths.backups / "spool" / "db", {"shop.dump": "12345", "backup.json": "{}"})

    def test_a_backup_is_what_the_destination_lists(self) -> None:
        listed = [
            {"type": "file", "path": "/db/shop.dump", "size": 5},
            {"type": "file", "path": "/db/backup.json", "size": 2},
        ]
        summary = {"message_type": "summary", "snapshot_id": "1a2b3c4d"}
        self.answers = [
            Ended(0, json.dumps(summary).encode(), b""),
            Ended(0, "\n".join(json.dumps(one) for one in listed).encode(), b""),
        ]
        self.assertEqual(self.repository.store(self.directory(), ("service=db",)), "1a2b3c4d")
        self.assertEqual(self.asked[0][-3:], ["--tag", "service=db", "db"])
        self.assertNotIn("--force", self.asked[0])

    def test_all_files_are_read_again_if_that_is_asked_for(self) -> None:
        self.answers = self.missed(self.paths.root / "gone")
        with self.assertRaises(Failed):
            self.repository.store(self.directory(), (), read_all=True)
        self.assertIn("--force", self.asked[0])

    def test_one_that_is_listed_with_another_size_is_removed_again(self) -> None:
        listed = {"type": "file", "path": "/db/shop.dump", "size": 4}
        self.answers = [
            Ended(0, b'{"message_type": "summary", "snapshot_id": "1a2b3c4d"}', b""),
            Ended(0, json.dumps(listed).encode(), b""),
        ]
        with self.assertRaises(Failed):
            self.repository.store(self.directory(), ())
        self.assertEqual(self.asked[-1][-2:], ["forget", "1a2b3c4d"])

    def test_a_part_that_the_tool_has_stored_is_no_backup(self) -> None:
        self.answers = [Ended(3, b'{"message_type": "summary", "snapshot_id": "1a2b3c4d"}', b"\nerror: read failed")]
        with self.assertRaisesRegex(Failed, "read failed"):
            self.repository.store(self.directory(), ())
        self.assertEqual(self.asked[-1][-2:], ["forget", "1a2b3c4d"])

    def missed(self, item: Path, error: Any = None) -> list[Ended]:
        error = {"message_type": "error", "error": error or {"Op": "lstat", "Err": 2}, "item": str(item)}
        summary = {"message_type": "summary", "snapshot_id": "1a2b3c4d", "total_files_processed": 1}
        listed = [
            {"type": "file", "path": "/db/shop.dump", "size": 5},
            {"type": "file", "path": "/db/backup.json", "size": 2},
        ]
        return [
            Ended(3, f"{json.dumps(error)}\n{json.dumps(summary)}".encode(), b""),
            Ended(0, "\n".join(json.dumps(one) for one in listed).encode(), b""),
        ]

    def test_a_file_of_a_volume_that_vanished_meanwhile_is_left_out_and_no_other_one(self) -> None:
        volume = self.tree(self.paths.root / "volume", {"there": "x"})
        self.answers = self.missed(volume / "gone")
        self.answers[0] = Ended(3, self.answers[0].out.replace(b'processed": 1', b'processed": 2'), b"")
        self.assertEqual(self.repository.store(self.directory(), (), [volume]), "1a2b3c4d")
        self.assertEqual(self.asked[0][-2:], ["db", str(volume)])
        for item, why in ((volume / "there", {"Op": "read", "Err": 5}), (self.paths.root / "elsewhere", None)):
            self.answers = self.missed(item, why)
            with self.subTest(item), self.assertRaisesRegex(Failed, str(item)) as failed:
                self.repository.store(self.directory(), (), [volume])
            self.assertEqual(self.asked[-1][-2:], ["forget", "1a2b3c4d"])
            self.assertIn("look at these files", failed.exception.cure)

    def test_one_that_was_moved_away_when_it_was_read_and_is_back_is_left_out_too(self) -> None:
        volume = self.tree(self.paths.root / "volume", {"there": "x"})
        for error in (
            *({"Op": "lstat", "Err": 2}, {"message": "lstat /v/there: no such file or directory"}),
            # There is a link in the place of it, or of a directory above it.
            *({"Op": "lstat", "Err": 40}, {"message": "open /v/there: too many levels of symbolic links"}),
            {"message": "lstat /v/there: not a directory"},
        ):
            self.answers = self.missed(volume / "there", error)
            self.answers[0] = Ended(3, self.answers[0].out.replace(b'processed": 1', b'processed": 2'), b"")
            with self.subTest(error):
                self.assertEqual(self.repository.store(self.directory(), (), [volume]), "1a2b3c4d")
        self.assertIn("gone or moved when read: 1 files", "".join(self.reporter.lines))

    def test_no_link_leads_it_out_of_a_volume_and_without_that_nothing_is_stored(self) -> None:
        self.answers = [Ended(126, b"", b"Fatal: links could lead out of a volume: /v: Operation not permitted")]
        with mock.patch("os.geteuid", lambda: 0), self.assertRaisesRegex(Failed, "links could lead out") as failed:
            self.repository.store(self.directory(), (), [Path("/v")])
        self.assertEqual(self.asked[-1][3:7], ["", "1", "/v", "restic"])
        name = left_locks.machine_name(self.repository.destination.host)
        self.assertEqual({call.args[1] for call in self.apart.call_args_list}, {name})
        self.assertIn("Linux 5.10", failed.exception.cure)

    def test_a_destination_without_room_is_not_to_be_looked_at_for_its_keys(self) -> None:
        self.answers = [Ended(1, b"", b"Fatal: unable to save snapshot: write: no space left on device")]
        with self.assertRaises(Failed) as failed:
            self.repository.store(self.directory(), ())
        self.assertIn("make room in the destination", failed.exception.cure)

    BROKEN = b"""decrypting blob e7ca30 failed: ciphertext verification failed
github.com/restic/restic/internal/repository.(*Repository).LoadBlob
\tgithub.com/restic/restic/internal/repository/repository.go:303
main.runLs
\tgithub.com/restic/restic/cmd/restic/cmd_ls.go:223
runtime.goexit
\t/usr/lib/go-1.19/src/runtime/asm_amd64.s:1594
"""

    def test_where_the_backup_before_is_damaged_everything_is_read_again(self) -> None:
        directory = self.directory()
        for error in ({}, {"message": "tree e7ca30 could not be loaded; the repository could be damaged: decrypting"}):
            unsaid = {"message_type": "error", "error": error, "during": "archival", "item": str(directory)}
            stored, listed = self.missed(self.paths.root)
            part, whole = json.dumps(unsaid).encode() + stored.out[stored.out.index(b"\n") :], stored.out
            self.asked.clear()
            whole = whole[whole.index(b"\n") :].replace(b'processed": 1', b'processed": 2')
            self.answers = [Ended(3, part, b""), CONFIG, Ended(0, whole, b""), listed]
            self.assertEqual(self.repository.store(directory, ()), "1a2b3c4d")
            first, dropped, again, _ = self.asked
            self.assertEqual((first[-1], dropped[2], again[-2:]), ("db", "forget", ["--force", "db"]))

    def test_what_could_not_be_stored_is_never_without_a_reason(self) -> None:
        directory = self.directory()
        unsaid = {"message_type": "error", "error": {}, "during": "archival", "item": str(directory)}
        self.answers = [Ended(3, json.dumps(unsaid).encode(), b"")] * 2
        with self.assertRaisesRegex(Failed, f"{directory} could not be stored, and restic does not say why$"):
            self.repository.store(directory, ())

    def test_data_that_are_damaged_there_are_named_and_the_way_out(self) -> None:
        text = "data that are stored there are damaged: decrypting blob e7ca30 failed: ciphertext verification failed"
        stored = self.missed(self.paths.root)[0].out
        self.answers = [Ended(0, stored, b""), Ended(1, b"", self.BROKEN)]
        with self.assertRaises(Failed) as failed:
            self.repository.store(self.directory(), ())
        self.assertEqual(failed.exception.text, f"the backup cannot be read where it was stored: {text}")
        self.assertIn("use a new place", failed.exception.cure)
        self.only_own("1a2b3c4d")
        self.answers = [Ended(1, b"", self.BROKEN)]
        with self.assertRaises(Failed) as failed:
            self.repository.forget_these(["1a2b3c4d"])
        self.assertEqual(failed.exception.text, f"the backup destination: {text}")
        self.assertEqual(failed.exception.cause, "backup-damaged")

    def test_fewer_files_than_were_stored_are_no_backup(self) -> None:
        volume = self.tree(self.paths.root / "volume", {"there": "x"})
        stored, listed = self.missed(volume / "gone")
        self.answers = [Ended(0, stored.out.replace(b'processed": 1', b'processed": 3'), b""), listed]
        with self.assertRaisesRegex(Failed, "does not list what was stored"):
            self.repository.store(self.directory(), (), [volume])

    def test_uploads_are_limited_by_the_host(self) -> None:
        values.write(self.paths.backups / "limit", "2048")
        self.repository.open()
        self.assertEqual(self.asked[-1][:4], ["restic", "--no-cache", "--limit-upload", "2048"])

    def listed(self, *told: tuple[str, str, str, str]) -> None:
        """The destination lists these next: id, time, host, tags."""
        found = [
            {"short_id": backup, "time": at, "hostname": host, "tags": tags.split()} for backup, at, host, tags in told
        ]
        self.answers.append(Ended(0, json.dumps(found).encode(), b""))

    def test_only_ours_of_this_host_and_service_are_forgotten_and_never_the_last(self) -> None:
        self.listed(
            ("00000001", "2026-01-01T03:00:00Z", "web-1", "service=db n=1"),
            ("00000002", "2026-01-01T04:00:00Z", "web-1", "service=db n=2"),
            ("00000003", "2026-01-01T05:00:00Z", "web-1", "service=other n=3"),
            ("00000004", "2026-01-01T06:00:00Z", "web-2", "service=db n=4"),
            ("00000005", "2026-01-01T06:00:00Z", "web-1", "kind=app app=db n=5"),
        )
        self.repository.forget(DB, Keep(7, 0, 6))
        self.assertEqual(self.asked[-1][2:], ["forget", "00000001", "--prune"])

    def test_lost_data_are_told_apart_and_what_stores_them_again(self) -> None:
        self.only_own("1a2b3c4d")
        for said in ("Fatal: packs from index missing in repo", "Fatal: index is not complete"):
            self.answers = [Ended(1, b"", said.encode())]
            with self.assertRaisesRegex(Failed, "data in the backup destination are lost: ") as failed:
                self.repository.forget_these(["1a2b3c4d"])
            self.assertEqual(failed.exception.cause, "backup-lost")
            self.assertIn("pocketpaas backups create", failed.exception.cure)
        self.repository.mend()
        self.assertEqual(self.asked[-1][2:], ["rebuild-index"])

    def test_where_nothing_has_to_go_nothing_is_asked(self) -> None:
        self.listed(("00000001", "2026-01-01T03:00:00Z", "web-1", "service=db n=1"))
        self.repository.forget(DB, Keep(1, 0, 0))
        self.assertEqual(len(self.asked), 1)

    def test_the_newest_is_one_of_this_host(self) -> None:
        told = [
            {"short_id": "00000001", "time": "2026-01-01T00:00:00.1Z", "hostname": "web-1", "tags": ["service=db"]},
            {"short_id": "00000002", "time": "2026-01-02T00:00:00.1Z", "hostname": "other", "tags": ["service=db"]},
        ]
        self.answers = [Ended(0, json.dumps(told).encode(), b"")] * 2
        newest = self.repository.newest("service", "db")
        self.assertEqual(newest and newest.id, "00000001")
        with self.assertRaises(Refused):
            self.repository.find("00000009")

    def test_backups_are_in_the_order_in_which_they_were_made_whatever_the_clock_said(self) -> None:
        self.listed(
            ("00000003", "2026-01-02T03:00:00Z", "web-1", "service=db n=12"),
            ("00000002", "2027-01-01T03:00:00Z", "web-1", "service=db n=11"),
            ("00000001", "2026-01-01T03:00:00Z", "web-1", "service=db"),
        )
        self.assertEqual([one.id for one in self.repository.snapshots()], ["00000001", "00000002", "00000003"])

    def test_times_of_other_zones(self) -> None:
        self.listed(("00000001", "2026-01-01T01:00:00.123456789+02:00", "web-1", "service=db"))
        self.assertEqual(self.repository.snapshots()[0].at, "2025-12-31T23:00:00Z")
        self.assertEqual(self.environments[-1]["TZ"], "UTC")

    def test_each_backup_has_the_next_number_and_the_time_of_our_clock(self) -> None:
        self.answers = [Ended(1, b"", b"Fatal: no")] * 2
        with mock.patch.object(repository, "now", lambda: "2026-01-02T03:04:05Z"):
            for number in ("n=1", "n=2"):
                with self.assertRaises(Failed):
                    self.repository.store(self.directory(), ())
                self.assertIn(number, self.asked[-1])
                self.assertIn("2026-01-02 03:04:05", self.asked[-1])

    def test_a_number_is_greater_than_that_of_whoever_stores_under_the_same_name(self) -> None:
        values.write(self.paths.backups / "count", "2")
        other = Repository(store.need_destination(self.paths), self.reporter)
        self.listed(
            ("00000001", "2026-01-01T01:00:00Z", "web-1", "service=db n=7"),
            ("00000002", "2026-01-01T01:00:00Z", "web-2", "service=db n=70"),
        )
        self.answers += [Ended(1, b"", b"Fatal: no")] * 2
        for number in ("n=8", "n=9"):
            with self.assertRaises(Failed):
                other.store(self.directory(), ())
            self.assertIn(number, self.asked[-1])

    def test_where_a_part_cannot_be_removed_why_it_is_one_is_told(self) -> None:
        self.answers = [
            Ended(3, b'{"message_type": "summary", "snapshot_id": "1a2b3c4d"}', b"\nerror: read failed"),
            Ended(1, b"", b"Fatal: no space left"),
        ]
        with self.assertRaisesRegex(Failed, "read failed"):
            self.repository.store(self.directory(), ())
        self.assertIn("no space left", "".join(self.reporter.lines))

    def test_a_dead_connection_is_told_so(self) -> None:
        self.answers = [Ended(125, b"", b"")]
        with self.assertRaisesRegex(Failed, "the connection was cut"):
            self.repository.store(self.directory(), ())

    def test_what_does_not_fit_is_not_fetched(self) -> None:
        with mock.patch.object(room.disk, "free_kilobytes", lambda place: 300 << 10):
            self.repository.restore("1a2b3c4d", self.paths.root, size=40 << 20)
            with self.assertRaisesRegex(Failed, "the backup 1a2b3c4d: 48 MB are needed, 44 MB can be had"):
                self.repository.restore("1a2b3c4d", self.paths.root, size=48 << 20)
        self.assertEqual(len(self.asked), 1)


class LockedTest(BackupCase):
    """Another host has the destination locked, as restic 0.14 says it."""

    HOLDER = "repository is already locked exclusively by PID 2548 on web-2 by root (UID 0, GID 0)"

    def setUp(self) -> None:
        super().setUp()
        self.slept: list[float] = []
        self.only_own("1a2b3c4d")
        self.locks: dict[str, Ended] = {}
        patcher = mock.patch.object(waiting.time, "sleep", self.slept.append)
        patcher.start()
        self.addCleanup(patcher.stop)

    def locked(self, ago: str = "2.026753423s") -> Ended:
        said = f"""unable to create lock in backend: {self.HOLDER}
lock was created at 2026-11-30 06:29:48 ({ago} ago)
storage ID 96116369
the `unlock` command can be used to remove stale locks"""
        return Ended(1, b"", said.encode())

    def store(self) -> str:
        directory = self.tree(self.paths.backups / "spool" / "db", {"shop.dump": "12345"})
        return self.repository.store(directory, ("service=db",))

    def test_names_of_files_say_nothing_of_the_destination(self) -> None:
        names = ("ciphertext verification failed", "the repository could be damaged", "no space left on device")
        volume = self.tree(self.paths.root / "volume", dict.fromkeys(names, "x"))
        for name in names:
            item = str(volume / name)
            for error in (
                {"message": f"open {item}: permission denied"},
                {"message": f"lchown {item}: {name}/: denied"},
            ):
                told = [
                    {"message_type": "error", "error": error, "during": "archival", "item": item},
                    {"message_type": "summary", "snapshot_id": "1a2b3c4d", "total_files_processed": 1},
                ]
                self.asked.clear()
                self.answers = [Ended(3, "\n".join(map(json.dumps, told)).encode(), b"")]
                directory = self.tree(self.paths.backups / "spool" / "db", {"shop.dump": "12345"})
                with self.subTest(error), self.assertRaises(Failed) as failed:
                    self.repository.store(directory, (), [volume])
                self.assertEqual(failed.exception.cause, "backup-store")
                self.assertIn("look at these files", failed.exception.cure)
                self.assertEqual(["backup" in words for words in self.asked], [True, False])
        said = b"ignoring error for /v/not found in index: permission denied"
        self.assertIn("cannot be read (permission denied)", damaged.failure("1a2b3c4d", said).text)
        said = b"ignoring error for /v/a: id 0a1b not found in index"
        self.assertIn("data are lost", damaged.failure("1a2b3c4d", said).text)

    def test_whoever_finds_it_locked_waits_and_says_so_once(self) -> None:
        self.answers = [
            *(self.locked(), self.locked(), self.locked()),
            Ended(0, b'{"message_type": "summary", "snapshot_id": "1a2b3c4d"}', b""),
            Ended(0, b'{"type": "file", "path": "/db/shop.dump", "size": 5}', b""),
            *(self.locked(), CONFIG),
        ]
        self.assertEqual(self.store(), "1a2b3c4d")
        self.repository.drop("1a2b3c4d")
        self.assertEqual(len(self.slept), 4)
        self.assertEqual("\n".join(self.reporter.lines).count("waiting for another host that uses the destination"), 1)

    def test_it_ends_and_who_holds_the_lock_is_told(self) -> None:
        self.answers = [self.locked()] * 100
        with self.assertRaises(Failed) as failed:
            self.store()
        self.assertTrue(300 <= sum(self.slept) <= 900)
        since = "since 2026-11-30 06:29:48"
        text = f"the backup could not be stored: it is in use: {self.HOLDER}, {since}"
        self.assertEqual((failed.exception.text, failed.exception.cause), (text, "backup-locked"))
        self.assertNotIn("unlock", failed.exception.text + failed.exception.cure)
        self.assertIn("wait until that has ended", failed.exception.cure)

    def test_newer_versions_say_it_by_the_exit_code(self) -> None:
        message = f"unable to create lock in backend: {self.HOLDER}\nlock was created at now"
        told = json.dumps({"message_type": "exit_error", "code": 11, "message": message})
        self.answers = [Ended(11, b"", told.encode())] * 100
        with self.assertRaises(Failed) as failed:
            self.store()
        self.assertEqual(
            failed.exception.text, f"the backup could not be stored: it is in use: {self.HOLDER}, since now"
        )

    def lock(self, number: int, host: str, pid: int, ago: float = 60) -> str:
        """There is such a lock; its id."""
        told = {"time": text_of(time.time() - ago), "exclusive": True, "hostname": host, "pid": pid}
        lock = f"{number:064x}"
        self.locks[lock] = Ended(0, json.dumps(told).encode(), b"")
        return lock

    def gone(self) -> bool:
        """Whether restic was asked to remove locks when it was told that the place is locked, three times."""
        self.asked.clear()
        self.answers = [self.locked()] * 3
        self.repository.forget_these(["1a2b3c4d"])
        return ["unlock"] in [words[2:] for words in self.asked]

    def run_tool(self, command: list[str], **more: Any) -> Ended:
        if command[2:4] == ["list", "locks"]:
            return Ended(0, "\n".join(self.locks).encode(), b"")
        if command[2:4] == ["cat", "lock"]:
            return self.locks[command[4]]
        if command[2] == "unlock":
            self.asked.append(list(command))
            return CONFIG
        return super().run_tool(command, **more)

    def own(self) -> str:
        return left_locks.machine_name("web-1")

    def test_no_lock_is_removed_as_long_as_nobody_waits_for_it(self) -> None:
        self.lock(1, self.own(), 0)
        self.repository.forget_these(["1a2b3c4d"])
        self.repository.mend()
        self.assertEqual([words[2] for words in self.asked], ["forget", "rebuild-index"])

    def test_a_lock_of_a_killed_program_of_this_machine_goes(self) -> None:
        self.lock(1, self.own(), 2**22 + 1)
        self.assertTrue(self.gone())
        self.assertEqual([words[2] for words in self.asked], ["forget", "unlock", "forget", "forget", "forget"])
        self.assertEqual(len(self.slept), 2, "what stays there all the same is waited for")

    def test_one_whose_process_is_there_stays_and_so_does_all_else(self) -> None:
        # restic sends a signal to it, whatever it is now.
        self.lock(1, self.own(), 2**22 + 1)
        self.lock(2, self.own(), os.getpid())
        self.assertFalse(self.gone())

    def test_one_of_another_machine_stays_also_of_the_same_name(self) -> None:
        for name in (socket.gethostname(), "web-1", "web-1-00000000"):
            self.lock(1, name, 2**22 + 1)
            with self.subTest(name):
                self.assertFalse(self.gone())

    def test_one_that_looks_old_goes_when_nobody_has_renewed_it_for_a_while(self) -> None:
        clock = [0.0]
        with mock.patch.object(left_locks.time, "monotonic", lambda: clock[0]):
            self.lock(1, "web-2-00000000", 1, 1900)
            self.assertFalse(self.gone())
            # Its clock is wrong, or this one, and it is made anew: the other host lives.
            clock[0] = 400
            self.locks.clear()
            self.lock(2, "web-2-00000000", 1, 1900)
            self.assertFalse(self.gone())
            clock[0] = 799
            self.lock(3, self.own(), 2**22 + 1)
            self.assertFalse(self.gone(), "it would go with that of this machine")
            clock[0] = 821
            self.assertTrue(self.gone())

    def test_the_name_is_of_this_machine_alone(self) -> None:
        signs = self.tree(self.paths.root / "signs", {"id": "one", "boot": "first"})
        with mock.patch.object(left_locks, "_SIGNS", (signs / "id", signs / "boot")):
            before = self.own()
            self.assertEqual(self.own(), before)
            for name in ("id", "boot"):
                (signs / name).write_text("other")
                self.assertNotEqual(self.own(), before)
                before = self.own()
            with mock.patch.object(left_locks.os, "readlink", lambda _: "pid:[1]"):
                self.assertNotEqual(self.own(), before)
        self.assertLessEqual(len(left_locks.machine_name("x" * 90)), 64)

    def test_restic_has_that_name(self) -> None:
        with mock.patch("os.geteuid", lambda: 0):
            words = apart.apart(["uname", "-n"], "web-1-0a1b2c3d")
        self.assertEqual(words[-3:], ["0", "uname", "-n"])
        if os.geteuid() == 0 and run(["unshare", "--uts", "true"]).ok:
            self.assertEqual(run(words).text, "web-1-0a1b2c3d")
        else:
            self.assertEqual(run(words).code, apart.UNNAMED)

    def test_names_of_files_say_nothing_of_the_lock(self) -> None:
        name = "unable to create lock in backend: repository is already locked 7"
        summary = {"message_type": "summary", "snapshot_id": "1a2b3c4d", "total_files_processed": 1}
        for told in (
            {"message_type": "error", "error": {"Op": "open", "Err": 2}, "item": f"/v/{name}"},
            {"message_type": "status", "current_files": [name]},
        ):
            self.asked.clear()
            self.answers = [Ended(1, json.dumps(told).encode(), f"\n{json.dumps(summary)}".encode())]
            with self.subTest(told), self.assertRaises(Failed) as failed:
                self.store()
            self.assertEqual((len(self.slept), failed.exception.cause), (0, "backup-store"))
            # What is stored of it goes.
            self.assertEqual([words[2] for words in self.asked], ["backup", "forget"])

    def test_reading_waits_for_nobody(self) -> None:
        self.repository.open()
        self.repository.snapshots()
        self.assertTrue(all("--no-lock" in words for words in self.asked))

    def test_another_failure_is_not_tried_again(self) -> None:
        self.answers = [Ended(1, b"", b"Fatal: wrong password")]
        with self.assertRaisesRegex(Failed, "wrong password"):
            self.repository.drop("1a2b3c4d")
        self.assertEqual((len(self.asked), self.slept), (1, []))


#: The service db, as an older version has made its backups.
DB = Owner("service", names=(Span("db", 0),))


class RestoreTest(BackupCase):
    """The backup 1a2b3c4d of `db` holds the data of two apps."""

    def restored(self, *more: str) -> list[str]:
        db, filled = self.service("db"), []
        dumps = tuple(Dump(app, 1, "", (), 0) for app in ("shop", "shopb"))
        made = Content("db", "postgres", "17", "now", dumps)
        found = Snapshot("1a2b3c4d", "", "web-1", {"service": "db", "type": "postgres"})

        in_use = ["1"]

        def fill(_engine: Any, _reporter: Any, _service: Any, running: str, content: Content, _place: Path) -> str:
            self.assertEqual(running, "2")
            filled.extend(one.app for one in content.dumps)
            return ""

        def lock(*_: Any) -> Any:
            # An upgrade has taken place while the backup was fetched, and while it was waited for.
            in_use[:] = ["2"]
            return mock.Mock()

        operation = mock.Mock(paths=self.paths, reporter=self.reporter)
        with mock.patch.object(restoring, "fetch", lambda *_: made), mock.patch.object(
            restoring, "fill", fill
        ), mock.patch.object(restoring.reading, "fillable", lambda *_: in_use[0]), mock.patch.object(
            restoring.store, "lock", lock
        ):
            self.assertEqual(restoring.restore(operation, self.repository, found, "", *more).name, db.name)
        return filled

    def test_the_data_of_all_apps_or_of_the_one_that_was_named(self) -> None:
        self.assertEqual(self.restored(), ["shop", "shopb"])
        self.assertEqual(self.restored("shopb"), ["shopb"])
        with self.assertRaisesRegex(Refused, "holds no data of other"):
            self.restored("other")


class RetentionTest(BackupCase):
    def kept(self, keep: Keep, *days: str) -> list[str]:
        """Of backups that were made in this order, on these days, those that stay."""
        made = [Snapshot(str(at), f"{day}T03:00:00Z", "web-1", {"n": str(at + 1)}) for at, day in enumerate(days)]
        gone = snapshots.outlived(made, keep)
        return [one.at[:10] for one in made if one not in gone]

    def test_the_last_of_each_day_week_and_month(self) -> None:
        days = [f"2026-{month:02}-{day:02}" for month in (1, 2, 3) for day in range(1, 29)]
        self.assertEqual(self.kept(Keep(2, 0, 0), *days), ["2026-03-27", "2026-03-28"])
        self.assertEqual(self.kept(Keep(0, 2, 0), *days), ["2026-03-22", "2026-03-28"])
        self.assertEqual(self.kept(Keep(0, 0, 9), *days), ["2026-01-28", "2026-02-28", "2026-03-28"])
        self.assertEqual(self.kept(Keep(1, 1, 1), "2026-01-01", "2026-01-01"), ["2026-01-01"])

    def test_of_an_app_that_left_the_last_one_of_the_day_stays(self) -> None:
        told = [("blog+shop", 1), ("blog+shop", 1), ("blog", 1), ("blog", 1), ("blog", 2), ("blog+wiki", 2)]
        made = [
            Snapshot(str(at), f"2026-01-{day:02}T03:00:00Z", "web-1", {"n": str(at + 1), "apps": apps})
            for at, (apps, day) in enumerate(told)
        ]
        gone = [one.id for one in snapshots.outlived(made, Keep(7, 4, 6))]
        self.assertEqual(sorted(gone), ["0", "2", "4"])
        self.assertEqual(sorted(one.id for one in snapshots.outlived(made, Keep(1, 0, 0))), ["0", "1", "2", "3", "4"])

    def test_a_clock_that_was_a_year_ahead_takes_nothing_away(self) -> None:
        found = self.kept(Keep(1, 0, 0), "2026-01-01", "2027-01-01", "2026-01-02")
        self.assertEqual(found, ["2026-01-02"])
        found = self.kept(Keep(3, 0, 0), "2026-01-01", "2027-01-01", "2026-01-02")
        self.assertEqual(found, ["2026-01-01", "2027-01-01", "2026-01-02"])

    def test_a_clock_that_fell_back_takes_nothing_away(self) -> None:
        found = self.kept(Keep(2, 0, 0), "2026-01-01", "2026-01-02", "1970-01-01")
        self.assertEqual(found, ["2026-01-02", "1970-01-01"])

    def test_one_without_a_time_is_of_no_day(self) -> None:
        made = [Snapshot("a", "", "web-1", {"n": "1"}), Snapshot("b", "2026-01-01T03:00:00Z", "web-1", {"n": "2"})]
        self.assertEqual(snapshots.outlived(made, Keep(1, 1, 1)), [made[0]])


class ContentTest(BackupCase):
    DUMP = Dump("shop", 5, hashlib.sha256(b"12345").hexdigest(), ("public.a 1 7", "public.b 2 9"), 0)

    def test_a_backup_says_what_is_in_it(self) -> None:
        made = Content("db", "postgres", "17", "2026-01-01T00:00:00Z", (self.DUMP,))
        directory = self.tree(self.paths.backups / "x", {"shop.dump": "12345", content.FILE: made.text})
        self.assertEqual(content.read(directory), made)
        self.assertIn("size=5", made.tags)

    def test_a_flipped_bit_is_named(self) -> None:
        made = Content("db", "postgres", "17", "2026-01-01T00:00:00Z", (self.DUMP,))
        directory = self.tree(self.paths.backups / "x", {"shop.dump": "12344", content.FILE: made.text})
        with self.assertRaisesRegex(Failed, "shop.dump is not what was stored"):
            content.read(directory)
        values.write(directory / content.FILE, "{}")
        with self.assertRaisesRegex(Failed, "backup.json cannot be read"):
            content.read(directory)
        values.write(directory / content.FILE, made.text.replace('"format": 1', '"format": 2'))
        with self.assertRaisesRegex(Failed, "another version"):
            content.read(directory)

    def test_what_changes_during_a_dump_is_not_compared(self) -> None:
        self.assertEqual(content.noted(["a 1", "b 2"], ["a 1", "b 3"]), (("a 1",), 1))
        moving = Dump("shop", 1, "", ("a 1",), 1)
        self.assertEqual(content.difference(moving, ["a 1", "b 9"]), "")
        self.assertEqual(content.difference(moving, ["a 2"]), 'shop: noted "a 1", restored "a 2"')

    def test_what_a_count_says(self) -> None:
        for line, found in (
            ("public.a|3|-7", ("public.a", "3", "-7")),
            ("a 1 2 3", ("a 1", "2", "3")),
            ("a 1 s2.30", ("a", "1", "s2.30")),
            ("a s1 1 s2", ("a s1", "1", "s2")),
            ("db0 5", ("db0", "5", "")),
            ("nothing", ("nothing", "", "")),
        ):
            with self.subTest(line):
                self.assertEqual(content.parts(line), found)
        bars = Dump("shop", 1, "", ("public.a|3|-7",), 0)
        told = content.difference(bars, ["public.a|2|9"])
        self.assertEqual(told, 'shop: noted "public.a|3|-7", restored "public.a|2|9"')

    def test_what_is_missing_or_more_is_a_difference(self) -> None:
        self.assertEqual(content.difference(self.DUMP, list(self.DUMP.counts)), "")
        self.assertIn('restored "nothing"', content.difference(self.DUMP, ["public.a 1 7"]))
        self.assertIn("noted 2 tables", content.difference(self.DUMP, [*self.DUMP.counts, "public.c 1 1"]))

    def test_behind_a_point_is_what_one_server_alone_repeats(self) -> None:
        noted = Dump("shop", 1, "", ("a 1 s7.1", "b 1 s5"), 0)
        self.assertEqual(content.difference(noted, ["a 1 s7.2", "b 1 s5"]), "")
        self.assertIn('restored "a 1 s8.1"', content.difference(noted, ["a 1 s8.1", "b 1 s5"]))

    def test_of_checksums_that_an_older_program_has_made_the_rows_are_compared(self) -> None:
        old = Dump("shop", 1, "", ("a 2 7", "b 0 0", "definitions of views 1"), 0)
        now = ["a 2 s99", "b 0 s0", "definitions of views 1"]
        self.assertEqual(content.difference(old, now), "")
        self.assertEqual(content.difference(old, ["a 3 s99", *now[1:]]), 'shop: noted "a 2 7", restored "a 3 s99"')
        self.assertIn("restored 4", content.difference(old, [*now, "c 0 s0"]))
        self.assertIn('restored "nothing"', content.difference(old, now[:2]))

    BESIDE = (
        *("public.a|1|7", "sequence public.s|1|-4", "large objects|2|9"),
        *("definitions of functions|3|5", "definitions of the rest|40|6"),
    )

    def test_a_note_of_an_older_program_says_nothing_of_what_is_no_table(self) -> None:
        old = Dump("shop", 1, "", ("public.a|1|7",), 0)
        self.assertEqual(content.difference(old, self.BESIDE), "")
        self.assertIn("restored 2", content.difference(old, [*self.BESIDE, "public.b|1|1"]))

    def test_of_definitions_a_restore_keeps_the_number(self) -> None:
        new = Dump("shop", 1, "", self.BESIDE, 0)
        elsewhere = [*self.BESIDE[:3], "definitions of functions|3|-8", "definitions of the rest|41|2"]
        self.assertEqual(content.difference(new, elsewhere), "")
        for place, line in (
            (1, "sequence public.s|1|-5"),
            (2, "large objects|2|8"),
            (2, "large objects|1|9"),
            (3, "definitions of functions|2|5"),
        ):
            with self.subTest(line):
                other = [*elsewhere]
                other[place] = line
                told = content.difference(new, other)
                self.assertEqual(told, f'shop: noted "{self.BESIDE[place]}", restored "{line}"')
        self.assertIn("restored 6", content.difference(new, [*elsewhere, "sequence public.t|1|1"]))
        self.assertIn('restored "nothing"', content.difference(new, elsewhere[:2]))


class StoreTest(BackupCase):
    def test_how_many_are_kept(self) -> None:
        self.assertEqual(Keep.parse("7 4 6"), Keep(7, 4, 6))
        for text in ("", "7 4", "0 0 0", "7 4 6 1", "a b c", "7 4 1000", "-1 0 1"):
            self.assertIsNone(Keep.parse(text), text)

    def test_places_for_backups(self) -> None:
        for good in (
            *("/mnt/backups", "s3:https://s3.example.com/bucket", "s3:http://10.0.0.1:9000/b/host-1"),
            *("sftp:backup@nas.example.com/srv/backups", "sftp:u1-sub2@h:23/a", "rclone:azure:backups/a"),
        ):
            self.assertTrue(names.is_backup_destination(good), good)
        for bad in (
            "",
            "/",
            "mnt",
            "/mnt/../etc",
            "/a b",
            "s3:https://h",
            "s3:https://u:p@h/b",
            "sftp:h:/x",
            "/-x",
            "rclone:a:/etc",
        ):
            self.assertFalse(names.is_backup_destination(bad), bad)

    def test_one_at_a_time(self) -> None:
        held = store.lock(self.paths, Holder("ada", "backups create"))
        with self.assertRaisesRegex(Busy, "backups create by ada"):
            store.lock(self.paths, Holder("bob", "backups drill"))
        told: list[str] = []
        with self.assertRaises(Busy):
            store.lock(self.paths, Holder("bob", "move"), 0.2, told.append)
        self.assertRegex(told[0], "^waiting for another backup: backups create by ada, begun ")
        threading.Timer(0.3, held.release).start()
        store.lock(self.paths, Holder("bob", "move"), 60.0, told.append).release()
        store.lock(self.paths, Holder("bob", "move"), 60.0, told.append).release()
        self.assertEqual(len(told), 2, "who need not wait is told nothing")

    def test_a_failure_is_over_with_the_next_good_one(self) -> None:
        record = Record.of(self.service("db"))
        record.begin()
        record.fail("bucket gone")
        self.assertEqual((record.text("failed"), record.begun.exists()), ("bucket gone", False))
        record.begin()
        record.succeed("1a2b3c4d", 100, "2026-01-01T00:00:00Z")
        self.assertEqual((record.text("failed"), record.text("id"), record.size), ("", "1a2b3c4d", 100))

    def test_one_that_shrank_stays_so_until_it_is_large_again(self) -> None:
        record = Record.of(self.service("db"))
        seen = []
        for size in (100, 49, 49, 60, 60):
            record.begin()
            record.succeed("1a2b3c4d", size, "2026-01-01T00:00:00Z")
            seen.append(record.text("shrank"))
        self.assertEqual(seen, ["", "100", "100", "", ""])

    def test_an_app_that_left_a_service_takes_its_part_with_it(self) -> None:
        record = Record.of(self.service("db"))
        seen = []
        for parts in ({"blog": 40, "shop": 100}, {"blog": 40}, {"blog": 19}, {"blog": 19, "shop": 5}, {"shop": 5}):
            record.begin()
            record.succeed("1a2b3c4d", sum(parts.values()), "2026-01-01T00:00:00Z", parts)
            seen.append(record.text("shrank"))
        self.assertEqual(seen, ["", "", "40", "", ""])


class NoticeCase(BackupCase):
    def noticed(self) -> list[str]:
        notices = NoticeStore(self.paths)
        values.make_directory(notices.directory)
        noticed.look(self.paths, notices)
        found = (notices.read(directory) for directory in notices.all())
        return sorted(one.text for one in found if one is not None)


class NoticeTest(NoticeCase):
    def test_nothing_where_nobody_asked_for_backups(self) -> None:
        self.link("db")
        self.assertEqual(self.noticed(), [])

    def test_one_that_somebody_stopped_was_not_killed(self) -> None:
        self.link("db")
        for who, told in (("", True), ("boss", False)):
            Record.of(self.service("db")).begin()
            with self.assertRaises(Cancelled), subject.called_off(self.paths, lambda: who):
                raise Cancelled
            self.assertEqual(bool(self.noticed()), told)

    def test_that_another_machine_stores_under_its_name(self) -> None:
        self.tree(self.paths.backups, {"stranger": "f0000009 of 2026-01-01T00:00:00Z"})
        self.assertIn("or this one was set back since", "".join(self.noticed()))

    def test_a_late_one(self) -> None:
        self.link("db")
        self.service("empty")
        self.tree(self.paths.backups, {"schedule": "03:00", "since": "2026-01-01T00:00:00Z"})
        self.assertEqual(self.noticed(), ["the backup of db is late: there is none"])
        record = Record.of(self.service("db"))
        record.begin()
        record.succeed("1a2b3c4d", 10, now())
        self.assertEqual(self.noticed(), [])

    def test_one_that_has_just_arrived_is_not_late(self) -> None:
        app = self.paths.app("shop")
        self.tree(app, {"created": "2026-01-01T00:00:00Z", "settings/x": "", "slots/blue/x": ""})
        for name, target in (("live", "slots/blue"), ("slots/blue/release", "../../releases/3")):
            (app / name).symlink_to(target)
        self.tree(self.paths.backups, {"schedule": "03:00", "since": "2026-01-01T00:00:00Z"})
        record = Record.of_app(self.paths, "shop")
        self.tree(record.directory, {"at": "2026-01-01T00:00:00Z"})
        self.assertIn("the backup of the app shop is late", self.noticed()[0])
        record.arrive()
        self.assertEqual(self.noticed(), [])

    def test_one_whose_time_has_not_come_yet_proves_nothing(self) -> None:
        self.link("db")
        self.tree(self.paths.backups, {"schedule": "03:00", "since": "2026-01-01T00:00:00Z"})
        record = Record.of(self.service("db"))
        record.begin()
        record.succeed("1a2b3c4d", 10, "2999-01-01T00:00:00Z")
        record.drilled("1a2b3c4d", GOOD)
        values.write(record.directory / "drill-at", "2999-01-01T00:00:00Z")
        dated = "is dated 2999-01-01T00:00:00Z, and the host's clock is behind that"
        expected = [f"the backup of db is late: the last one {dated}", f"the last drill of db {dated}"]
        self.assertEqual(self.noticed(), expected)

    def test_one_of_an_app_or_of_the_host_that_failed(self) -> None:
        values.make_directory(self.paths.app("shop") / "settings")
        values.write(self.paths.app("shop") / "created", "2026-01-01T00:00:00Z")
        for record in (Record.of_app(self.paths, "shop"), Record.of_host(self.paths)):
            record.begin()
            record.fail("bucket gone")
        first, second = self.noticed()
        self.assertRegex(first, "the last backup of the app shop failed .*: bucket gone")
        self.assertRegex(second, "the last backup of the host's settings failed .*: bucket gone")

    def test_a_failed_a_killed_and_an_unproven_one(self) -> None:
        record = Record.of(self.service("db"))
        record.begin()
        self.assertRegex(self.noticed()[0], r"the last backup of db was killed \(begun at 20[-0-9:T]+Z\)$")
        record.fail("bucket gone")
        record.begin()
        self.assertRegex(self.noticed()[0], "the last backup of db was killed")
        record.fail("bucket gone")
        record.drilled("1a2b3c4d", "shop: noted 1, restored 2")
        first, second = self.noticed()
        self.assertRegex(first, "1a2b3c4d of db did not pass its drill: shop: noted")
        # It is told as it is now for as long as nothing else happens.
        self.assertRegex(second, "the last backup of db failed at 20[-0-9:T]+Z: bucket gone")
        record.drilled("1a2b3c4d", GOOD)
        record.begin()
        record.succeed("1a2b3c4d", 10, now())
        self.assertEqual(self.noticed(), [])


class MovedTest(NoticeCase):
    """The app shop was moved away; blog is still here. shop alone has data in the service cache, both have in db."""

    def setUp(self) -> None:
        super().setUp()
        for app in ("shop", "blog"):
            self.tree(self.paths.app(app), {"created": "2026-01-01T00:00:00Z", "settings/x": "", "slots/blue/x": ""})
            for name, target in (("live", "slots/blue"), ("slots/blue/release", "../../releases/3")):
                (self.paths.app(app) / name).symlink_to(target)
            self.link("db", app)
        self.link("cache")
        values.write(self.paths.service("db") / "reference", "postgres:17")
        moves.begin(self.paths, "shop", moves.PASSED)
        values.put(moves.directory(self.paths, "shop") / "peer", "web2")

    def test_it_is_left_out_with_what_it_alone_has_and_that_is_told(self) -> None:
        found = subject.due(self.paths, self.reporter)
        self.assertEqual([one.tag for one in found], ["kind=host", "app=blog", "service=db"])
        said = "\n".join(self.reporter.lines)
        self.assertIn("shop was moved to web2, and is backed up there, if anywhere", said)
        self.assertIn("cache is not backed up here: shop was moved to web2, and is backed up there, if anywhere", said)
        self.assertEqual(subject.kept_in(self.paths, self.service("db")), ("blog",))

    def test_by_its_name_it_is_refused(self) -> None:
        for name in ("shop", "cache"):
            with self.assertRaisesRegex(Refused, "shop was moved to web2, and is backed up there, if anywhere"):
                subject.named(self.paths, [name])
        self.assertEqual([one.tag for one in subject.named(self.paths, ["db"])], ["service=db"])

    def test_whoever_has_the_word_backs_it_up(self) -> None:
        for phase, here in (
            *((phase, True) for phase in ("", moves.AHEAD, moves.CLOSED, moves.ARRIVED)),
            *((phase, False) for phase in (moves.PASSED, moves.RECLAIMING, moves.ARRIVING, moves.RETURNING)),
        ):
            values.remove_tree(moves.directory(self.paths, "shop"))
            if phase:
                moves.begin(self.paths, "shop", phase)
            self.assertEqual(subject.of_app(self.paths, "shop").is_due, here, phase)

    def test_it_is_not_late(self) -> None:
        self.tree(self.paths.backups, {"schedule": "03:00", "since": "2026-01-01T00:00:00Z"})
        Record.of_app(self.paths, "shop").fail("bucket gone")
        for text in self.noticed():
            self.assertNotRegex(text, "shop|cache")

    def test_what_it_had_before_is_not_drilled_here(self) -> None:
        for one in subject.all_of(self.paths):
            one.record.arrive()
            one.record.succeed("1a2b3c4d", 10, now())
        drilled: list[str] = []
        proven = mock.Mock(side_effect=lambda operation, repository, one: drilled.append(one.tag) or mock.Mock(id="1"))
        with mock.patch.object(backups.drills, "drill", proven), mock.patch.object(backups, "_look"):
            backups._drill(mock.Mock(paths=self.paths), mock.Mock(listed=list), [])
        self.assertEqual(drilled, ["kind=host", "app=blog", "service=db"])

    def test_a_restore_of_the_host_does_not_start_it(self) -> None:
        with mock.patch.object(host_content, "OWN", self.paths.root / "own"):
            host_content.write(self.paths, self.paths.root / "made")
        made = host_content.read(self.paths.root / "made")
        self.assertEqual(made.apps, ("blog",))
        self.assertEqual([(one.name, one.apps) for one in made.services], [("db", ("blog",))])


class AgainTest(BackupCase):
    """A restore of the host that is asked for while one is at work."""

    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.paths.works)
        self.work = work.create(self.paths, "backup", backups.SUBJECT, "bob")
        values.put(self.work.directory / "args", "restore-host\n-\nconfirm=db")
        lock = locks.take(self.work.directory / "alive", Holder("bob", "backups restore-host"))
        assert lock is not None
        self.alive = lock
        self.addCleanup(lock.release)
        for target, name in ((backup_verb, "follow"), (backup_verb, "_begin")):
            patcher = mock.patch.object(target, name, return_value=0)
            setattr(self, name.strip("_"), patcher.start())
            self.addCleanup(patcher.stop)

    def ask(self, *words: str) -> int:
        request = mock.Mock(paths=self.paths, reporter=self.reporter, key="ada", arguments=words)
        return backup_verb.serve(request)

    def test_it_is_shown_from_its_beginning(self) -> None:
        for words in (("restore-host",), ("restore-host", "-", "confirm=db")):
            self.ask(*words)
            self.assertEqual(self.follow.call_args[0][0].id, self.work.id)  # type: ignore[attr-defined]
        self.assertIn(f"+result\twork\t{self.work.id}", self.reporter.lines)
        self.assertIn("restore of the host by bob", "\n".join(self.reporter.lines))
        self.begin.assert_not_called()  # type: ignore[attr-defined]

    def test_who_asks_for_something_else_is_told_how_to_see_it(self) -> None:
        for words in (("restore-host", "web-9"), ("restore-host", "-", "keep=db")):
            with self.assertRaises(Busy) as busy:
                self.ask(*words)
            self.assertIn("the same pocketpaas host restore, without", busy.exception.cure)
        lock = store.lock(self.paths, Holder("bob", "backups restore-host"))
        self.addCleanup(lock.release)
        with self.assertRaises(Busy) as busy:
            store.lock(self.paths, Holder("ada", "backups create"))
        self.assertIn("watch it: pocketpaas host restore", busy.exception.cure)

    def test_one_that_has_ended_and_other_work_are_not_joined(self) -> None:
        self.ask("create")
        self.alive.release()
        self.ask("restore-host")
        self.follow.assert_not_called()  # type: ignore[attr-defined]
        self.assertEqual(self.begin.call_count, 2)  # type: ignore[attr-defined]

    def test_what_is_wished_is_read_or_refused(self) -> None:
        self.assertEqual(Wish.parse(["-", "confirm=db", "keep=shop"]), Wish("", ["db"], ["shop"]))
        self.assertEqual(Wish.parse(["web-1"]).of, "web-1")
        for words in (["keep=../x"], ["web-1", "web-2"], ["-", "other=db"], ["-", "keep="]):
            with self.subTest(words), self.assertRaises(BadRequest):
                Wish.parse(words)


class SettingsTest(BackupCase):
    #: No backups go to what is below /dev.
    in_memory = False

    def test_units_run_what_is_current_as_root_each_day_and_each_month(self) -> None:
        texts = timers.wanted(self.paths, "23:30")
        self.assertIn("OnCalendar=*-*-* 23:30:00 UTC\n", texts["pocketpaas-backup.timer"])
        self.assertIn("OnCalendar=*-*-01 00:30:00 UTC\n", texts["pocketpaas-drill.timer"])
        self.assertIn("/current/backup create\n", texts["pocketpaas-backup.service"])
        self.assertIn("/current/backup drill\n", texts["pocketpaas-drill.service"])

    def request(self) -> Any:
        return mock.Mock(paths=self.paths, reporter=self.reporter, key="ada")

    def test_what_is_no_place_or_no_key_is_refused(self) -> None:
        for sent in ({"location": "x"}, {"location": "s3:https://h/b"}, {"location": "s3:https://h/b", "key": "a"}):
            with self.assertRaises(BadRequest):
                backup_settings.destination(self.request(), sent)

    def test_a_directory_of_ours_of_the_engine_or_of_the_system_is_refused(self) -> None:
        link, free = self.paths.root.parent / "link", self.paths.root.parent / "free"
        link.symlink_to(self.paths.root)
        free.mkdir()
        ours = [
            self.paths.apps,
            self.paths.services,
            self.paths.root,
            self.paths.log,
            self.paths.programs,
            link / "apps",
        ]
        engine = [Path("/var/lib/docker"), Path("/var/lib/docker/volumes"), Path("/var/lib/containerd")]
        above = [self.paths.root.parent]
        system = [Path(f"/{one}") for one in ("etc/backups", "usr/backups", "proc", "sys", "dev/shm", "run/b", "boot")]
        with mock.patch.object(local_place, "engine_directory", lambda _: free / "docker"):
            for place in (*ours, *engine, *above, *system, free / "docker" / "b", free):
                with self.subTest(place), self.assertRaisesRegex(Refused, "backups cannot go to"):
                    backup_settings.destination(self.request(), {"location": str(place)})
            for place in (free / "b", Path("/var/backups"), Path("/srv/b"), Path("/mnt/b"), Path("/home/b")):
                local_place.refuse_taken(self.paths, mock.Mock(), str(place))
        self.assertEqual(store.need_destination(self.paths).location, "s3:https://s3.example.com/bucket")

    def test_a_limit_is_a_number_that_can_be(self) -> None:
        backup_settings.schedule(self.request(), {"limit": "512"})
        self.assertEqual(store.limit(self.paths), 512)
        for text in ("x", "-1", "99999999999"):
            with self.subTest(text), self.assertRaises(BadRequest):
                backup_settings.schedule(self.request(), {"limit": text})

    def test_a_destination_that_does_not_answer_changes_nothing(self) -> None:
        before = values.need(self.paths.backups / "passphrase")
        self.answers = [Ended(1, b"", b"Fatal: Forbidden")]
        with mock.patch.object(backup_settings, "need_packages"), self.assertRaisesRegex(Failed, "Forbidden"):
            backup_settings.destination(
                self.request(), {"location": "s3:https://other.example.com/b", "key": "a", "secret": "b"}
            )
        self.assertEqual(store.need_destination(self.paths).location, "s3:https://s3.example.com/bucket")
        self.assertEqual(values.need(self.paths.backups / "passphrase"), before)
        self.assertFalse((self.paths.backups / "new").exists())

    def test_a_host_that_is_in_use_is_not_given_another_place_by_a_restore(self) -> None:
        values.make_directory(self.paths.app("shop") / "settings")
        sent = {"location": str(self.paths.root.parent / "b"), "passphrase": "other", "restore": "yes"}
        with self.assertRaisesRegex(Refused, "has apps or services already: shop"):
            backup_settings.destination(self.request(), sent)
        self.assertEqual(store.need_destination(self.paths).location, "s3:https://s3.example.com/bucket")
        values.make_directory(self.paths.backups / "restoring" / "content")
        self.answers = [Ended(1, b"", b"Fatal: Forbidden")]
        with mock.patch.object(backup_settings, "need_packages"), self.assertRaisesRegex(Failed, "Forbidden"):
            backup_settings.destination(self.request(), sent)

    def test_a_new_one_has_a_passphrase_that_is_told_once(self) -> None:
        with mock.patch.object(backup_settings, "need_packages"):
            backup_settings.destination(self.request(), {"location": str(self.paths.root.parent / "b")})
        made = values.need(self.paths.backups / "passphrase")
        self.assertRegex(made, "([0-9a-f]{5}-){7}[0-9a-f]{5}")
        self.assertIn(f"+result\tpassphrase\t{made}", self.reporter.lines)
        self.assertFalse((self.paths.backups / "credentials").exists())

    def use(self, location: str) -> list[str]:
        """What is told."""
        before = len(self.reporter.lines)
        with mock.patch.object(backup_settings, "need_packages"):
            backup_settings.destination(self.request(), {"location": location})
        return list(self.reporter.lines[before:])

    def test_of_a_place_that_holds_backups_or_has_another_passphrase_the_way_is_told(self) -> None:
        self.answers = [Ended(1, b"", b"Fatal: create repository at x failed: config file already exists")]
        with self.assertRaises(Failed) as failed:
            self.use(str(self.paths.root.parent / "backups"))
        self.assertRegex(failed.exception.text, "^there are backups in .*/backups already$")
        self.assertIn("to use them, add --existing and give their passphrase", failed.exception.cure)
        self.answers = [Ended(1, b"", b"Fatal: wrong password or no key found")]
        with self.assertRaisesRegex(Failed, "wrong password or no key found") as failed:
            self.repository.open(given=True)
        self.assertIn("give the right passphrase", failed.exception.cure)
        self.answers = [Ended(1, b"", b"Fatal: wrong password or no key found")]
        with self.assertRaises(Failed) as failed:
            self.repository.open()
        self.assertIn("pocketpaas backups destination", failed.exception.cure)

    def test_the_same_place_again_has_the_passphrase_that_it_had(self) -> None:
        place = str(self.paths.root.parent / "b")
        self.use(place)
        made = values.need(self.paths.backups / "passphrase")
        told = self.use(place)
        self.assertEqual(values.need(self.paths.backups / "passphrase"), made)
        self.assertFalse(any(made in line or "+warn" in line for line in told))
        self.assertIn(f"+result\tpassphrase-kept\t{self.paths.backups}/passphrase", told)

    def test_a_place_that_is_empty_for_the_moment_keeps_its_passphrase_and_that_is_told(self) -> None:
        place = str(self.paths.root.parent / "b")
        self.use(place)
        made = values.need(self.paths.backups / "passphrase")
        record = Record.of(self.service("db"))
        record.begin()
        record.succeed("1a2b3c4d", 10, now())
        self.answers = [Ended(1, b"", b"Fatal: unable to open config file")]
        told = self.use(place)
        self.assertEqual(values.need(self.paths.backups / "passphrase"), made)
        self.assertTrue(
            any(f"there were backups of this host in {place}, and nothing is there now" in one for one in told)
        )
        self.assertEqual(record.text("id"), "")

    def test_a_place_that_takes_nothing_is_told(self) -> None:
        place = str(self.paths.root.parent / "b")
        self.use(place)
        self.answers = [
            Ended(0, b"", b""),
            Ended(0, b"", b""),
            Ended(1, b"", b"Fatal: unable to create lock: Forbidden"),
        ]
        told = self.use(place)
        self.assertTrue(any(f"nothing can be written to {place}: " in one and "Forbidden" in one for one in told), told)

    def test_of_a_place_that_was_left_nothing_is_known_but_its_passphrase(self) -> None:
        record = Record.of(self.service("db"))
        first, second = str(self.paths.root.parent / "b"), str(self.paths.root.parent / "c")
        self.use(first)
        made = values.need(self.paths.backups / "passphrase")
        record.begin()
        record.succeed("1a2b3c4d", 10, now())
        record.drilled("1a2b3c4d", GOOD)
        told = self.use(second)
        self.assertTrue(any(f"the backups in {first} stay there" in line for line in told), told)
        self.assertEqual([record.text(name) for name in ("id", "at", "drill")], ["", "", ""])
        self.assertNotEqual(values.need(self.paths.backups / "passphrase"), made)
        self.assertEqual(oct((self.paths.backups / "former").stat().st_mode & 0o777), "0o700")
        self.use(first)
        self.assertEqual(values.need(self.paths.backups / "passphrase"), made)
        self.answers = [Ended(1, b"", b"Fatal: config file already exists")]
        with self.assertRaises(Failed) as unknown:
            self.use(str(self.paths.root.parent / "d"))
        self.assertIn("--existing", unknown.exception.cure)

    def test_after_none_the_place_can_be_used_again(self) -> None:
        first = str(self.paths.root.parent / "b")
        self.use(first)
        made = values.need(self.paths.backups / "passphrase")
        backup_settings.forget(self.request())
        self.assertFalse((self.paths.backups / "passphrase").exists())
        self.use(first)
        self.assertEqual(values.need(self.paths.backups / "passphrase"), made)


class OperationTest(BackupCase):
    def test_where_the_destination_does_not_open_no_service_got_its_backup(self) -> None:
        service = self.service("db")
        self.answers = [Ended(1, b"", b"Fatal: no such bucket")]
        with self.assertRaises(Failed):
            backups._open(self.paths, self.repository, [subject.of_service(self.paths, service)])
        self.assertIn("no such bucket", Record.of(service).text("failed"))

    def test_a_dump_leaves_room_on_the_disk(self) -> None:
        with mock.patch.object(room.disk, "free_kilobytes", lambda place: 1000):
            with self.assertRaisesRegex(Failed, "no room for the dump"):
                room.refuse_short(self.paths.root)

    def test_a_scratch_service_is_nobodys_and_has_no_data(self) -> None:
        scratch = drill.make(self.paths, self.service("db"))
        self.assertFalse(names.is_service(scratch.name))
        self.assertEqual(scratch.apps(), ())
        self.assertNotEqual(values.need(scratch.password_file), "secret")
        self.assertEqual(scratch.volume, "pocketpaas_service_drill.db_1")

    def test_a_spool_goes_whatever_happens(self) -> None:
        with self.assertRaises(KeyError), taking.spool(self.paths, "db") as directory:
            values.put(directory / "x", "1")
            raise KeyError
        self.assertFalse((self.paths.backups / "spool").exists())


class DestinationTest(BackupCase):
    def test_a_directory_needs_no_key(self) -> None:
        self.tree(self.paths.backups, {"destination": "/mnt/backups"})
        found = Destination(self.paths.backups)
        Repository(found, self.reporter).open()
        self.assertNotIn("AWS_SHARED_CREDENTIALS_FILE", self.environments[-1])


class RcloneTest(BackupCase):
    #: No backups go to what is below /dev.
    in_memory = False

    REMOTE = "type = webdav\nurl = https://dav.example.com/\nuser = shop\npass = obscured-value"

    def choose(self, remote: str = REMOTE, location: str = "rclone:nas:backups/shop") -> list[str]:
        wanted: list[str] = []
        request = mock.Mock(paths=self.paths, reporter=self.reporter, key="ada")
        with mock.patch.object(backup_settings, "need_packages", lambda request, *names: wanted.extend(names)):
            backup_settings.destination(request, {"location": location, "rclone": remote})
        return wanted

    def test_rclone_finds_the_remote_in_a_file_of_ours_and_nothing_of_it_is_an_argument(self) -> None:
        self.assertEqual(self.choose(), ["restic", "rclone"])
        found = store.need_destination(self.paths)
        self.assertEqual(values.need(found.rclone_file), f"[nas]\n{self.REMOTE}")
        self.assertFalse(found.credentials_file.exists())
        Repository(found, self.reporter).open()
        self.assertEqual(self.environments[-1]["RCLONE_CONFIG"], str(self.paths.backups / "rclone"))
        self.assertNotIn("obscured-value", json.dumps([self.asked, self.environments]))

    def test_restic_tries_again_and_rclone_does_not_beside(self) -> None:
        self.choose()
        Repository(store.need_destination(self.paths), self.reporter).open()
        options = [one for one in self.asked[-1] if one.startswith("rclone.args=")]
        words = "--low-level-retries 1 --contimeout 5s --timeout 15m"
        self.assertEqual([f"rclone.args=serve restic --stdio --b2-hard-delete {words}"], options)

    def test_another_destination_has_none(self) -> None:
        self.choose()
        with mock.patch.object(backup_settings, "need_packages"):
            request = mock.Mock(paths=self.paths, reporter=self.reporter, key="ada")
            backup_settings.destination(request, {"location": str(self.paths.root.parent / "b")})
        self.assertFalse((self.paths.backups / "rclone").exists())

    def test_what_is_no_remote_or_names_something_of_the_host_is_refused(self) -> None:
        for bad in (
            *("", "type = local", "type = sftp\nssh = touch /x", "type = webdav\nbearer_token_command = id"),
            *("type = drive\nservice_account_file = /etc/shadow", "type = b2\nkey = x\n[evil]\ntype = local"),
            *("type = b2\nkey = ", "type = b2\nkey =x", "type = b2\nkey = a\x00b", "type = b2\nKEY = a", "url = x"),
            *("type = b2\nkey = " + "x" * 9000, "type = b2\n" + "\n".join(f"o{at} = x" for at in range(64))),
        ):
            with self.subTest(bad), self.assertRaises(BadRequest):
                self.choose(bad)
        self.assertEqual(store.need_destination(self.paths).location, "s3:https://s3.example.com/bucket")
        self.assertFalse((self.paths.backups / "new").exists())

    def test_an_error_is_what_rclone_says_with_the_address_and_no_secret(self) -> None:
        self.choose()
        said = (
            b"rclone: 2026/11/29 11:47:41 NOTICE: a hint\n"
            b"rclone: 2026/11/29 11:47:41 Failed: https://dav.example.com/: 401 for shop obscured-value\n"
            b"Fatal: create repository failed: error talking HTTP to rclone: unexpected EOF\n"
        )
        text = tool.Tool(store.need_destination(self.paths), self.reporter.note).why(Ended(1, b"", said))
        self.assertEqual(text, "Failed: https://dav.example.com/: 401 for *** ***")

    def test_where_rclone_says_nothing_restic_does(self) -> None:
        self.choose()
        self.assertEqual(
            tool.Tool(store.need_destination(self.paths), self.reporter.note).why(
                Ended(1, b"", b"Fatal: wrong password\n")
            ),
            "wrong password",
        )


class SftpTest(BackupCase):
    """The other machine shows `self.shown`, and lets this host in where `self.login` is 0."""

    ED = "ssh-ed25519 " + base64.b64encode(b"the key of the machine").decode()
    RSA = "ssh-rsa " + base64.b64encode(b"its other key").decode()
    OTHER = "ssh-ed25519 " + base64.b64encode(b"somebody else").decode()
    PLACE = "sftp:backup@nas.example.com:2222/srv/backups"

    def setUp(self) -> None:
        super().setUp()
        self.shown = [self.RSA, self.ED]
        self.login = 0
        self.ran: list[list[str]] = []
        for where, name, fake in (
            (sftp, "run", self.run_ssh),
            (backup_settings, "need_packages", lambda *wanted: None),
        ):
            patcher = mock.patch.object(where, name, fake)
            patcher.start()
            self.addCleanup(patcher.stop)

    def run_ssh(self, command: list[str], **more: Any) -> Ended:
        self.ran.append(list(command))
        if command[0] == "ssh-keygen":
            values.write(Path(command[-1]), "private")
            values.write(Path(command[-1] + ".pub"), "ssh-ed25519 AAAA pocketpaas-backups@web-1\n")
            return Ended(0, b"", b"")
        if command[0] == "ssh-keyscan":
            lines = [f"[nas.example.com]:2222 {key}" for key in self.shown]
            return Ended(0, "\n".join(["# a comment", *lines]).encode(), b"")
        return Ended(self.login, b"", b"")

    def choose(self, **more: str) -> None:
        request: Any = mock.Mock(paths=self.paths, reporter=self.reporter, key="ada")
        backup_settings.destination(request, {"location": self.PLACE, **more})

    def test_the_machine_is_remembered_and_its_fingerprint_is_told(self) -> None:
        self.choose()
        found = store.need_destination(self.paths)
        self.assertEqual(sftp.known(found), [self.ED, self.RSA])
        self.assertIn(f"the host key of nas.example.com: {sftp.fingerprint(self.ED)}", "".join(self.reporter.lines))
        self.assertEqual(values.need(found.repository_file), "sftp://backup@nas.example.com:2222//srv/backups")
        config = values.lines(found.ssh_config)
        self.assertIn(f"UserKnownHostsFile {found.known_hosts}", config)
        self.assertIn(f"IdentityFile {self.paths.backups / 'ssh-key'}", config)
        self.assertIn("StrictHostKeyChecking yes", config)
        self.assertFalse(found.credentials_file.exists())

    def test_restic_goes_by_our_file_and_nothing_of_the_place_is_an_argument(self) -> None:
        self.choose()
        Repository(store.need_destination(self.paths), self.reporter).open()
        option = f"sftp.command=ssh -F {self.paths.backups / 'ssh-config'} destination -s sftp"
        self.assertEqual(self.asked[-1][2:4], ["-o", option])
        self.assertNotIn("nas.example.com", json.dumps(self.asked))
        self.assertEqual(self.environments[-1]["RESTIC_REPOSITORY_FILE"], str(self.paths.backups / "repository"))
        self.assertNotIn("AWS_SHARED_CREDENTIALS_FILE", self.environments[-1])

    def test_another_fingerprint_than_the_one_that_was_named_is_refused(self) -> None:
        self.choose(fingerprint=sftp.fingerprint(self.RSA))
        self.assertEqual(sftp.known(store.need_destination(self.paths)), [self.RSA])
        with self.assertRaisesRegex(Refused, "has another host key"):
            self.choose(fingerprint=sftp.fingerprint(self.OTHER))
        with self.assertRaises(BadRequest):
            self.choose(fingerprint="MD5:00")

    def test_a_key_that_changed_is_refused_until_somebody_names_the_new_one(self) -> None:
        self.choose()
        self.shown = [self.OTHER]
        self.answers = [Ended(1, b"", b"Fatal: unable to start the sftp session")]
        with self.assertRaisesRegex(Refused, "has changed") as caught:
            Repository(store.need_destination(self.paths), self.reporter).open()
        self.assertIn(f"--fingerprint {sftp.fingerprint(self.OTHER)}", caught.exception.cure)
        with self.assertRaisesRegex(Refused, "has changed"):
            self.choose()
        self.choose(fingerprint=sftp.fingerprint(self.OTHER))
        self.assertEqual(sftp.known(store.need_destination(self.paths)), [self.OTHER])

    def test_where_the_host_is_not_let_in_the_line_to_add_is_told_and_nothing_changed(self) -> None:
        self.login = 255
        self.answers = [Ended(1, b"", b"Fatal: no")]
        with self.assertRaisesRegex(Refused, "does not let backup in") as caught:
            self.choose()
        self.assertIn("ssh-ed25519 AAAA pocketpaas-backups@web-1", caught.exception.cure)
        self.assertEqual(store.need_destination(self.paths).location, "s3:https://s3.example.com/bucket")

    def test_a_machine_that_does_not_answer_and_a_directory_that_cannot_be_made(self) -> None:
        self.choose()
        repository = Repository(store.need_destination(self.paths), self.reporter)
        self.answers = [Ended(1, b"", b"Fatal: permission denied")] * 3
        with self.assertRaisesRegex(Failed, "permission denied"):
            repository.open()
        with self.assertRaisesRegex(Failed, "permission denied") as denied:
            repository.make()
        wanted = (
            "look whether backup may write to /srv/backups there, and whether what is above it exists; then run the"
        )
        self.assertIn(wanted, denied.exception.cure)
        self.shown = []
        with self.assertRaisesRegex(Failed, "no SSH server answers at nas.example.com, port 2222"):
            repository.open()

    def test_the_key_is_made_once_and_stays(self) -> None:
        request: Any = mock.Mock(paths=self.paths, reporter=self.reporter, key="ada")
        backup_settings.ssh_key(request)
        backup_settings.ssh_key(request)
        self.assertEqual([words[0] for words in self.ran], ["ssh-keygen"])
        self.assertIn("+result\tssh-key\tssh-ed25519 AAAA pocketpaas-backups@web-1", self.reporter.lines)
        self.choose()
        backup_settings.forget(request)
        left = sorted(path.name for path in self.paths.backups.iterdir())
        self.assertEqual(
            [name for name in left if name.startswith(("ssh", "kn", "rep", "pub"))], ["ssh-key", "ssh-key.pub"]
        )
