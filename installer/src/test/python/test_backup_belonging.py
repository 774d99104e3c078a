"""Whose a backup is: of what has its mark; of an older version's, of what had its name then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from unittest import mock

from backup_fixture import AppBackupCase, FakeRepository
from pocketpaas.backup import (
    app_restoring,
    app_taking,
    belonging,
    drill,
    host_content,
    own_backups,
    restoring,
    snapshots,
    store,
    strangers,
    subject,
)
from pocketpaas.backup.belonging import Owner
from pocketpaas.backup.content import Content, Dump
from pocketpaas.backup.record import SHRANK_DAYS, Record
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.backup.store import Keep
from pocketpaas.change import backups
from pocketpaas.failure import Failed, Refused
from pocketpaas.machine.process import Ended
from pocketpaas.operation import apps
from pocketpaas.query import backups as query
from pocketpaas.state import marks, renames, spans, values
from pocketpaas.state.clock import seconds_of
from pocketpaas.state.spans import Span

HERE, THERE = "web-1", "web-2"
OLD, NEW = "0" * 15 + "a", "0" * 15 + "b"


def seconds(text: str) -> float:
    found = seconds_of(text)
    assert found is not None
    return found


class BelongingCase(AppBackupCase):
    """`beta` was made on the 10th, and called `alfa` until the 20th, both at noon."""

    def setUp(self) -> None:
        super().setUp()
        self.app_of("beta", "2026-01-10T12:00:00Z", NEW)
        values.write(self.paths.app("beta") / "former-names", "alfa")
        times = seconds("2026-01-10T00:00:00Z"), seconds("2026-01-20T12:00:00Z") + 0.6
        values.write_lines(
            self.paths.app("beta") / "names", [f"alfa {times[0]:.6f} {times[1]:.6f}", f"beta {times[1] - 1:.6f}"]
        )

    def app_of(self, name: str, created: str, mark: str = "") -> None:
        self.tree(self.paths.app(name), {"created": created, "settings/x": "", **({"mark": mark} if mark else {})})

    @staticmethod
    def backup(name: str, at: str, mark: str = "", host: str = HERE, **facts: str) -> Snapshot:
        more = {"mark": mark} if mark else {}
        return Snapshot("1a2b3c4d", at, host, {"kind": "app", "app": name, **more, **facts})

    def now(self, *words: Any) -> str:
        return belonging.app_now(belonging.apps(self.paths), HERE, self.backup(*words))


class MarkTest(BelongingCase):
    def test_a_backup_is_of_what_has_its_mark_whatever_the_clock_and_the_names_say(self) -> None:
        for name, at in (("alfa", "2026-01-15T00:00:00Z"), ("other", "1970-01-01T00:00:00Z")):
            self.assertEqual(self.now(name, at, NEW), "beta")
            self.assertEqual(self.now(name, at, NEW, THERE), "beta")
        self.assertEqual(self.now("alfa", "2026-01-15T00:00:00Z", OLD), "alfa")

    def test_what_was_made_with_a_mark_has_no_backup_without_one(self) -> None:
        self.assertEqual(self.now("alfa", "2026-01-15T00:00:00Z"), "alfa")

    def test_each_app_gets_one_when_it_is_made_and_an_older_one_with_its_backup(self) -> None:
        self.patch(apps, "make_repository", lambda repository: None)
        for name in ("one", "two"):
            apps.create(self.paths, name, "ada")
        found = [marks.of(self.paths.app(name)) for name in ("one", "two", "shop")]
        self.assertEqual([len(one.text) for one in found], [16, 16, 0])
        self.assertNotEqual(found[0], found[1])
        self.assertEqual([one.given for one in found[:2]], [0.0, 0.0])
        self.take()
        mark = marks.of(self.app)
        self.assertEqual(self.repository.made[-1].mark, mark.text)
        self.assertGreater(mark.given, seconds("2026-01-01T00:00:00Z"))
        self.take()
        self.assertEqual(marks.of(self.app), mark)
        self.assertEqual(
            values.need(self.repository.file(self.repository.made[-1].id, "mark")).split(" ")[0], mark.text
        )

    def test_what_is_no_mark_is_none(self) -> None:
        for text in ("", "x", f"{NEW}0", NEW.upper() + "G", f" {NEW}"):
            self.assertEqual(marks.parse(text), marks.Mark())


class TimesTest(BelongingCase):
    """Without marks, as older versions have made them."""

    def setUp(self) -> None:
        super().setUp()
        values.remove(self.paths.app("beta") / "mark")

    def test_it_is_of_what_was_there_and_had_the_name_then(self) -> None:
        for name, at, now in (
            ("alfa", "2026-01-10T11:59:59Z", "alfa"),
            ("alfa", "2026-01-10T12:00:00Z", "beta"),
            ("alfa", "2026-01-20T12:00:00Z", "beta"),
            ("alfa", "2026-01-20T12:00:01Z", "alfa"),
            ("beta", "2026-01-20T12:00:00Z", "beta"),
            ("alfa", "", "alfa"),
        ):
            self.assertEqual(self.now(name, at), now, (name, at))

    def test_of_one_of_another_host_it_is_not_known(self) -> None:
        self.assertEqual(self.now("alfa", "2026-01-15T00:00:00Z", "", THERE), "alfa")

    def test_one_that_is_later_than_its_mark_is_not_its_own(self) -> None:
        values.write(self.paths.app("beta") / "mark", f"{NEW} 2026-01-12T00:00:00Z")
        self.assertEqual(self.now("alfa", "2026-01-12T00:00:00Z"), "beta")
        self.assertEqual(self.now("alfa", "2026-01-12T00:00:01Z"), "alfa")

    def test_of_what_does_not_say_when_it_was_made_nothing_is_known(self) -> None:
        values.remove(self.paths.app("beta") / "created")
        self.assertEqual(self.now("alfa", "2026-01-15T00:00:00Z"), "alfa")

    def test_a_service_that_was_made_again_has_none_of_the_first_one(self) -> None:
        self.tree(self.paths.service("db"), {"created": "2026-01-10T12:00:00Z"})
        db = belonging.of_service(self.paths, "db")
        facts = {"service": "db", "type": "postgres"}
        found = [Snapshot("1", f"2026-01-{day}T12:00:00Z", HERE, facts) for day in ("09", "10", "11")]
        self.assertEqual([db.has(one) for one in found], [False, True, True])
        self.tree(self.paths.service("db"), {"mark": NEW})
        self.assertFalse(any(belonging.of_service(self.paths, "db").has(one) for one in found))


class RetentionTest(BelongingCase):
    def gone(self, owner: belonging.Owner, *made: Snapshot) -> list[str]:
        """What the repository removes."""
        repository = self.repository
        repository.made, asked = list(made), mock.Mock()
        with mock.patch.object(repository, "_forget", asked):
            super(type(repository), repository).forget(owner, Keep(1, 1, 1))
        return [one.id for one in asked.call_args[0][0]] if asked.called else []

    @staticmethod
    def one(number: int, host: str = HERE, **facts: str) -> Snapshot:
        return Snapshot(str(number), "2026-01-15T12:00:00Z", host, {"n": str(number), **facts})

    def test_the_last_one_of_an_app_that_was_destroyed_stays(self) -> None:
        alfa: Mapping[str, str] = {"kind": "app", "app": "alfa"}
        made = (
            self.one(1, **alfa, mark=OLD),
            self.one(2, **alfa),
            self.one(3, **alfa, mark=NEW),
            self.one(4, **{**alfa, "app": "beta"}, mark=NEW),
            self.one(5, THERE, **alfa, mark=NEW),
        )
        self.assertEqual(self.gone(belonging.of_app(self.paths, "beta"), *made), ["3"])
        self.app_of("alfa", "2026-01-14T00:00:00Z", "0" * 16)
        self.assertEqual(self.gone(belonging.of_app(self.paths, "alfa"), *made), [])

    def test_so_do_its_data_in_a_service(self) -> None:
        self.tree(self.paths.service("db"), {"mark": NEW})
        facts = {"service": "db", "apps": "alfa", "mark": NEW}
        made = [self.one(at, **facts, marks=mark) for at, mark in ((1, OLD), (2, OLD), (3, NEW), (4, NEW))]
        self.assertEqual(self.gone(belonging.of_service(self.paths, "db"), *made), ["3", "1"])
        # Renamed, it is the same.
        later = self.one(5, **{**facts, "apps": "beta"}, marks=NEW)
        self.assertEqual(self.gone(belonging.of_service(self.paths, "db"), *made[2:], later), ["4", "3"])

    def test_create_removes_by_what_the_app_is_just_then(self) -> None:
        self.patch(backups.store, "keep", lambda paths: Keep(1, 1, 1))
        self.patch(backups, "_look", lambda operation: None)
        forgotten = self.patched_forget()
        backups._create(self.operation_of(), self.repository, ["shop"])
        (owner, _, spared), mark = forgotten[0], marks.of(self.app).text
        self.assertEqual((owner.kind, owner.mark.text, spared), ("app", mark, ""))
        self.assertNotEqual(mark, "")

    def patched_forget(self) -> list[Any]:
        found: list[Any] = []
        self.patch(self.repository, "forget", lambda *words: found.append(words))
        return found


class RestoreTest(BelongingCase):
    def test_a_backup_of_the_app_that_was_destroyed_does_not_touch_the_one_that_had_its_name(self) -> None:
        seen: list[tuple[str, bool]] = []
        made = mock.Mock(app="alfa", release=1, volumes=())
        self.patch(app_restoring, "fetch", lambda *_: (made, self.paths.root / "state"))
        self.patch(app_restoring, "_make_copy", lambda *_: None)
        self.patch(app_restoring, "linking", mock.Mock())
        self.patch(app_restoring.renames, "remember", lambda *_: None)
        for name in ("_brought", "_replaced"):
            self.patch(app_restoring, name, lambda own, *rest: seen.append((own.app, rest[-1].is_copy)) or 1)
        for mark, into in ((OLD, ""), (OLD, "beta"), (NEW, ""), (NEW, "beta"), (NEW, "alfa")):
            found = self.backup("alfa", "2026-01-15T00:00:00Z", mark)
            called = belonging.app_now(belonging.apps(self.paths), HERE, found)
            app_restoring.restore(self.operation_of(), self.repository, found, called, into)
        expected = [("alfa", False), ("beta", True), ("beta", False), ("beta", False), ("alfa", True)]
        self.assertEqual(seen, expected)

    def test_the_list_tells_what_a_restore_replaces(self) -> None:
        told = [
            query._now(belonging.apps(self.paths), HERE, self.backup("alfa", "2026-01-15T00:00:00Z", mark))["now"]
            for mark in (OLD, NEW)
        ]
        self.assertEqual(told, ["alfa", "beta"])
        facts = {"service": "db", "apps": "alfa+gone", "marks": f"{NEW}+{OLD}"}
        found = Snapshot("1a2b3c4d", "2026-01-15T00:00:00Z", HERE, facts)
        self.assertEqual(query._now(belonging.apps(self.paths), HERE, found), {"now": "beta\ngone"})

    def dumps(self, marks_: str, *names: str) -> list[str]:
        facts = {"service": "db", "apps": "+".join(names), "marks": marks_}
        found = Snapshot("1a2b3c4d", "2026-01-15T00:00:00Z", HERE, facts)
        content = Content("db", "postgres", "17", "", tuple(Dump(name, 1, "", (), 0) for name in names))
        known = belonging.dumps_of_host(belonging.apps(self.paths), HERE, found, names)
        return [f"{one.file} {one.app}" for one in restoring.by_their_names(self.reporter, known, content).dumps]

    def test_so_it_is_with_data_in_a_service(self) -> None:
        self.assertEqual(self.dumps(NEW, "alfa"), ["alfa.dump beta"])
        self.assertEqual(self.dumps(OLD, "alfa"), ["alfa.dump alfa"])
        self.assertEqual(self.dumps("-", "alfa"), ["alfa.dump alfa"])
        self.assertEqual(self.dumps(f"{NEW}+{OLD}", "alfa", "beta"), ["alfa.dump beta"])
        self.assertIn("the data of the earlier app beta are left out", self.told())
        self.assertEqual(self.dumps(OLD, "beta"), [])

    def test_an_app_that_was_destroyed_and_made_again_gets_its_data(self) -> None:
        self.app_of("gone", "2026-01-16T00:00:00Z", "0" * 16)
        self.assertEqual(self.dumps(OLD, "gone"), ["gone.dump gone"])

    def test_a_copy_is_another_app(self) -> None:
        self.take()
        _, state = app_restoring.fetch(
            self.operation_of(), self.repository, self.repository.made[-1], self.paths.root / "app.shop"
        )
        self.assertEqual(marks.of(state).text, marks.of(self.app).text)
        app_restoring._make_copy(self.operation_of(), state, state / "releases/3")
        self.assertNotEqual(marks.of(state).text, marks.of(self.app).text)
        self.assertNotEqual(values.need(state / "created"), values.need(self.app / "created"))


class HostTest(BelongingCase):
    """What the host notes of its apps and services, for another one."""

    def setUp(self) -> None:
        super().setUp()
        self.patch(host_content, "OWN", self.paths.root / "own")
        place = self.paths.root / "made"
        values.make_directory(place)
        host_content.write(self.paths, place)
        self.made = host_content.read(place)

    def test_an_app_is_found_by_the_name_that_it_had_before(self) -> None:
        self.assertEqual(self.made.owners[("app", "beta")], belonging.of_app(self.paths, "beta"))
        found = [self.backup("alfa", "2026-01-15T00:00:00Z", mark) for mark in (NEW, OLD)]
        self.assertIs(self.made.newest(found, "app", "beta"), found[0])
        self.assertIsNone(self.made.newest(found[1:], "app", "beta"))
        service = Snapshot("1", "", HERE, {"service": "db", "apps": "alfa", "marks": NEW})
        self.assertEqual(self.made.names_now(service, ["alfa"]), {"alfa": "beta"})

    def test_an_older_version_has_noted_names_alone(self) -> None:
        found = [self.backup("beta", "2026-01-15T00:00:00Z", OLD), self.backup("alfa", "2026-01-15T00:00:00Z")]
        old = host_content.HostContent(self.paths.root, "", ("beta",), (), "", "")
        self.assertIs(old.newest(found, "app", "beta"), found[0])
        self.assertEqual(old.names_now(found[0], ["alfa"]), {"alfa": "alfa"})

    def test_one_without_a_mark_yet_gets_one(self) -> None:
        owner = self.made.owners[("app", "shop")]
        self.assertEqual(owner, belonging.of_app(self.paths, "shop"))
        self.assertNotEqual(owner.mark.text, "")

    def test_what_cannot_be_one_is_refused(self) -> None:
        file = self.paths.root / "made" / host_content.FILE
        text = file.read_text()
        for wrong in ('"x"', "3", '{"app": {"beta": {"mark": "../x", "names": []}}}', '{"app": {"beta": {}}}'):
            with self.subTest(wrong), self.assertRaisesRegex(Failed, "cannot be read"):
                start = text.index('"owners": ') + len('"owners": ')
                end = text.index('"schedule"')
                file.write_text(f"{text[:start]}{wrong},\n{text[end:]}")
                host_content.read(file.parent)


class DrillTest(BelongingCase):
    def setUp(self) -> None:
        super().setUp()
        self.proven: list[str] = []
        self.patch(drill.app_drill, "prove", lambda _operation, _repository, one: self.proven.append(one.id) or "")

    def drill(self) -> str:
        return drill.drill(self.operation_of(), self.repository, subject.of_app(self.paths, "shop")).id

    def test_an_older_one_proves_nothing_where_the_newest_is_lost(self) -> None:
        with self.assertRaisesRegex(Refused, "there is no backup of the app shop yet"):
            self.drill()
        first, second = self.take(), self.take()
        self.assertEqual(self.drill(), second)
        record = Record.of_app(self.paths, "shop")
        values.write(record.directory / "at", "2026-11-30T00:00:00Z")
        self.repository.forget_these([second])
        with self.assertRaisesRegex(
            Failed, f"the last backup {second} of the app shop did not pass its drill: it is not"
        ):
            self.drill()
        told = f"it is not in the destination any more; the newest one there is {first} of 2026-11-29T00:00:02Z"
        self.assertEqual((record.text("drill"), record.text("drill-id")), (told, second))
        self.repository.forget_these([first])
        with self.assertRaisesRegex(Failed, "there is no other one"):
            self.drill()
        third = self.take()
        self.assertEqual((self.drill(), record.text("drill")), (third, "ok"))
        self.assertEqual(self.proven, [second, third])

    def test_one_that_was_made_and_not_written_down_is_the_newest(self) -> None:
        self.take()
        self.take()
        record = Record.of_app(self.paths, "shop")
        # With a number, and of an older version without.
        for number in ("1", "0"):
            values.write(record.directory / "id", "99999999")
            values.write(record.directory / "number", number)
            values.write(record.directory / "at", "2026-01-01T00:00:00Z")
            self.assertEqual(self.drill(), self.repository.made[-1].id)

    def test_one_of_a_clock_that_was_ahead_is_no_later_one(self) -> None:
        first, second = self.take(), self.take()
        self.repository.made[0] = replace(self.repository.made[0], at="2027-11-29T00:00:00Z")
        self.repository.forget_these([second])
        with self.assertRaisesRegex(Failed, f"the last backup {second} .* the newest one there is {first}"):
            self.drill()
        self.assertEqual(self.proven, [])

    def test_in_another_place_it_begins_again(self) -> None:
        self.take()
        record = Record.of_app(self.paths, "shop")
        self.repository.made.clear()
        record.forget()
        with self.assertRaises(Refused):
            self.drill()


class ListedTest(BelongingCase):
    def test_a_clock_that_was_ahead_puts_none_before_a_later_one(self) -> None:
        made = (
            ("1", HERE, "2026-01-01"),
            ("2", HERE, "2027-01-01"),
            ("3", HERE, "2026-01-03"),
            ("4", HERE, "2026-01-05"),
            ("900", THERE, "2026-01-02"),
            ("901", THERE, "2026-01-04"),
        )
        found = [self.backup("shop", f"{day}T03:00:00Z", host=host, n=number) for number, host, day in made]
        listed = [one.facts["n"] for one in snapshots.by_time(reversed(found))]
        self.assertEqual(listed, ["1", "900", "2", "3", "901", "4"])


class StrangersTest(BelongingCase):
    """A copy of the machine has its name, its marks and its keys."""

    def setUp(self) -> None:
        super().setUp()
        self.forgotten: list[str] = []
        self.patch(self.repository, "forget", lambda owner, keep, spared="": self.forgotten.append(owner.mark.text))
        self.patch(drill.app_drill, "prove", lambda *_: "")
        self.patch(backups, "_look", lambda _: None)
        self.signs = self.tree(self.paths.root.parent / "signs", {"id": "one\n", "uuid": "first\n"})
        self.patch(strangers, "_SIGNS", (self.signs / "id", self.signs / "uuid"))

    def create(self) -> None:
        backups._create(self.operation_of(), self.repository, ["shop"])

    def know(self, number: int) -> None:
        values.write(self.paths.backups / "count", str(number))

    def another(self, number: int, mark: str = "0011223344556677") -> None:
        """Another machine has stored one under this host's name."""
        facts = {"kind": "app", "app": "shop", "n": str(number), "size": "1"}
        facts |= {own_backups.MADE: mark} if mark else {}
        self.repository.made.append(Snapshot(f"f{number:07x}", "2026-11-29T00:01:00Z", "web-1", facts))

    def removed(self) -> bool:
        """Whether anything is removed now."""
        before = len(self.repository.made)
        repository = Repository(store.Destination(self.paths.backups), self.reporter)
        repository.snapshots = self.repository.snapshots  # type: ignore[method-assign]
        asked: list[tuple[str, ...]] = []
        done = Ended(0, b"", b"")
        repository._tool = mock.Mock(
            work=lambda *words: asked.append(words) or done, run=lambda *words, **_: asked.append(words) or done
        )
        some = self.repository.made[0].id
        for remove in (
            lambda: repository.forget_these([some]),
            lambda: repository.drop(some),
            lambda: repository.forget(Owner("app", names=(Span("shop", 0),)), Keep(1, 0, 0)),
        ):
            try:
                remove()
            except Failed as failed:
                self.assertEqual(failed.cause, "stranger")
        self.assertEqual(before, len(self.repository.made))
        return bool(asked)

    def test_what_another_has_stored_under_its_name_keeps_all_that_there_is(self) -> None:
        self.create()
        # The image is one, too.
        self.know(2)
        self.create()
        self.assertEqual((len(self.forgotten), strangers.trouble(self.paths)), (2, None))
        self.another(9)
        self.create()
        self.assertEqual(len(self.forgotten), 2)
        self.assertIn(
            "another machine stores backups under the name of this host, web-1, or this one was set back since: it "
            "knows nothing of f0000009",
            self.told(),
        )
        self.know(99)
        self.create()
        self.assertEqual(len(self.forgotten), 2, "as long as nobody has said whose they are")
        with self.assertRaisesRegex(Failed, "another machine stores backups"):
            backups._drill(self.operation_of(), self.repository, ["shop"])
        self.assertIn("another machine", Record.of_app(self.paths, "shop").text("drill"))

        self.know(1)
        strangers.settle(self.paths)
        self.create()
        self.assertEqual(len(self.forgotten), 3)
        self.assertGreater(store.Destination(self.paths.backups).count, 4)

    def test_copies_in_step_know_their_own_by_more_than_the_number(self) -> None:
        self.create()
        self.know(2)
        self.create()
        self.assertTrue(self.removed())
        # At the same time, with the number that this host has given, too: after it has looked, before it removes.
        self.know(3)
        self.another(3)
        self.assertFalse(self.removed())
        self.assertIsNotNone(strangers.trouble(self.paths))
        self.create()
        self.assertEqual(len(self.forgotten), 2)

    def test_a_number_that_is_there_twice_is_of_two_machines(self) -> None:
        # An older version has made them.
        self.another(1, "")
        self.another(2, "")
        self.know(2)
        strangers.look(self.paths, self.repository)
        self.assertIsNone(strangers.trouble(self.paths))
        values.remove(self.paths.backups / "own")
        self.repository.made.append(replace(self.repository.made[0], id="e0000001"))
        strangers.look(self.paths, self.repository)
        self.assertIsNotNone(strangers.trouble(self.paths))

    def test_an_older_version_that_still_runs_on_the_copy_is_noticed(self) -> None:
        self.create()
        self.know(2)
        self.create()
        self.another(2, "")
        self.assertFalse(self.removed())

    def test_what_a_killed_program_has_stored_is_its_own(self) -> None:
        self.create()
        self.know(3)
        self.another(3, own_backups.begin(store.Destination(self.paths.backups)))
        self.assertTrue(self.removed())

    def test_in_a_place_that_is_named_what_has_its_name_is_its_own(self) -> None:
        self.create()
        self.know(2)
        self.another(7)
        strangers.settle(self.paths, True)
        strangers.look(self.paths, self.repository)
        self.assertTrue(self.removed())

    def test_a_part_goes_only_where_nobody_else_stores(self) -> None:
        self.create()
        self.know(2)
        record = Record.of_app(self.paths, "shop")
        part = self.repository.made[-1].id
        self.another(9)
        strangers.look(self.paths, self.repository)
        record.note_part(part)
        with mock.patch.object(FakeRepository, "drop_part", Repository.drop_part), mock.patch.object(
            self.repository, "_tool"
        ) as asked:
            self.create()
        asked.run.assert_not_called()
        self.assertIn(f"the part {part} of a backup is still in the destination", self.told())

    def test_a_host_that_has_lost_its_count_takes_those_of_its_name_for_its_own(self) -> None:
        self.create()
        self.create()
        self.assertEqual((len(self.forgotten), strangers.trouble(self.paths)), (2, None))

    def test_a_machine_that_was_copied_gets_another_name(self) -> None:
        self.create()
        for name in ("id", "uuid"):
            with self.subTest(name):
                strangers.settle_name(self.paths, self.reporter)
                before = store.host_name(self.paths)
                strangers.settle_name(self.paths, self.reporter)
                self.assertEqual(store.host_name(self.paths), before)
                (self.signs / name).write_text("other\n")
                strangers.settle_name(self.paths, self.reporter)
                self.assertNotEqual(store.host_name(self.paths), before)
                self.assertIn(f"this machine is a copy of the one that is called {before}", self.told())
                self.assertEqual(Record.of_app(self.paths, "shop").text("id"), "")
        now = store.host_name(self.paths)
        (self.signs / "uuid").unlink()
        strangers.settle_name(self.paths, self.reporter)
        self.assertEqual(store.host_name(self.paths), now, "nothing is told of it")


class ShrankTest(BelongingCase):
    def setUp(self) -> None:
        super().setUp()
        self.record = Record.of_app(self.paths, "shop")
        self.record.begin()

    def succeed(self, backup: str, size: int, day: int) -> tuple[str, str]:
        self.record.succeed(backup, size, f"2026-{day // 28 + 1:02}-{day % 28 + 1:02}T03:00:00Z")
        return self.record.spared, self.record.text("shrank")

    def test_the_last_one_before_it_stays_while_it_is_told(self) -> None:
        self.assertEqual(self.succeed("1", 100, 0), ("", ""))
        self.assertEqual(self.succeed("2", 40, 0), ("1", "100"))
        self.assertEqual(self.succeed("3", 10, 0), ("1", "100"))
        self.assertEqual(self.succeed("4", 50, 0), ("", ""))
        self.assertEqual(self.succeed("5", 20, 0), ("4", "50"))

    def test_what_was_removed_on_purpose_goes_after_so_many_days_of_backups(self) -> None:
        self.succeed("1", 100, 0)
        for day in range(1, SHRANK_DAYS + 1):
            for number in range(3):
                self.assertEqual(self.succeed(f"{day}{number}", 40, day), ("1", "100"))
        self.assertEqual(self.succeed("9", 40, SHRANK_DAYS + 1), ("", ""))
        self.assertEqual(self.succeed("10", 39, SHRANK_DAYS + 2), ("", ""))

    def test_a_clock_that_was_wrong_for_a_while_ends_nothing(self) -> None:
        self.succeed("1", 100, 0)
        for day in (1, 300, 1):
            self.assertEqual(self.succeed("2", 40, day), ("1", "100"))

    def test_retention_leaves_it(self) -> None:
        made = [Snapshot(str(at), "2026-01-01T03:00:00Z", HERE, {"n": str(at)}) for at in (1, 2, 3)]
        self.assertEqual([one.id for one in snapshots.outlived(made, Keep(7, 4, 6), "1")], ["2"])
        self.assertEqual([one.id for one in snapshots.outlived(made, Keep(7, 4, 6))], ["2", "1"])


class NamesTest(BelongingCase):
    def test_the_names_of_before_are_known_after_a_restore_by_another_one(self) -> None:
        self.tree(self.paths.root / "state", {"former-names": "zebra\nbeta"})
        renames.remember(self.paths.root / "state", "alfa", "beta")
        self.assertEqual(values.lines(self.paths.root / "state" / "former-names"), ("zebra", "alfa"))

    def test_lines_that_are_none(self) -> None:
        for line in ("", "alfa", "alfa x", "alfa 1 2 3", "../x 1", "alfa -1"):
            self.assertIsNone(spans.parse(line))
        self.assertIn("mark", app_taking.KEPT)
