"""An app that comes back from another host: with everything that it got there, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from test_move_data import SECRET, MovedDataCase
from pocketpaas.backup import app_restoring, linking
from pocketpaas.failure import Failed, Failure, Refused
from pocketpaas.move import admitting, arriving, carried, closing, dropping, finishing, look, returning, sending, store
from pocketpaas.release import slots
from pocketpaas.service import creating
from pocketpaas.service import store as services
from pocketpaas.service.links import Link, Login
from pocketpaas.service.store import Service
from pocketpaas.state import marks, moves, rights, values

COPY = "23fd7c45"


class BackCase(MovedDataCase):
    def setUp(self) -> None:
        super().setUp()
        values.remove_tree(self.paths.services)
        values.make_directory(self.paths.programs)
        (self.paths.programs / "services").symlink_to(Path(values.__file__).parents[2] / "services")

    def service(self, name: str, *variables: str, kind: str = "postgres", major: str = "15") -> Service:
        """One in which the app has data; linked where there are variables."""
        directory = self.paths.service(name)
        facts = {"type": kind, "major": major, "generation": "1", "reference": f"local/{kind}:{major}"}
        self.tree(directory, facts)
        service = services.need(self.paths, name)
        values.make_directory(Link(service, "shop").directory)
        if variables:
            Link(service, "shop").keep(Login("shop_1", "ab"), variables)
        return service

    def linked(self) -> dict[str, tuple[str, ...]]:
        """The services that the app is linked to here, with its variables."""
        found = (Link(one, "shop") for one in services.all_of(self.paths))
        return {link.service.name: link.variables for link in found if link.is_linked}


class CarriedTest(BackCase):
    def said(self) -> tuple[carried.Told, ...]:
        """What the other host says, as it is here now."""
        directory = self.paths.root / "came"
        values.remove_tree(directory)
        carried.write(directory, "shop", sending.of_app(self.operation, "shop"))
        found = carried.read(directory)
        assert found is not None
        return found

    @contextmanager
    def making(self) -> Iterator[list[str]]:
        """No server is at work; the services that are made."""
        made: list[str] = []

        def make(_operation: object, wanted: creating.Wanted) -> Service:
            made.append(f"{wanted.name} {wanted.kind} {wanted.major} {wanted.image}")
            directory = self.tree(self.paths.service(wanted.name), {"type": wanted.kind, "major": wanted.major})
            return services.need(self.paths, directory.name)

        def link(_operation: object, one: Link, variables: tuple[str, ...]) -> None:
            one.keep(Login("shop_2", "cd"), variables)

        with mock.patch.object(creating, "make", make), mock.patch.object(linking, "make", link):
            yield made

    def test_what_was_made_linked_and_promoted_there_is_so_here(self) -> None:
        self.service("db", "OLD_URL")
        self.service("extra", "DATABASE_URL", "EXTRA_URL")
        self.service("kept")
        told = self.said()
        values.remove_tree(self.paths.services)
        self.service("db", "DATABASE_URL")

        with self.making() as made:
            for one in told:
                carried.settle(self.operation, one)

        self.assertEqual(made, ["extra postgres 15 local/postgres:15", "kept postgres 15 local/postgres:15"])
        self.assertEqual(self.linked(), {"db": ("OLD_URL",), "extra": ("DATABASE_URL", "EXTRA_URL")})

    def test_what_was_unlinked_there_stays_linked_until_the_release_that_needs_it_has_gone(self) -> None:
        self.service("db")
        self.service("extra", "DATABASE_URL")
        told = self.said()
        self.service("db", "DATABASE_URL", "DB_URL")
        self.service("gone", "GONE_URL")

        with self.making():
            for one in told:
                carried.settle(self.operation, one)
            gone = returning._not_linked(self.operation, told)

        self.assertEqual(gone, ["db", "gone"])
        self.assertEqual(self.linked()["db"], ("DB_URL",))
        self.assertIn("no data of shop in gone came back", self.told())

    def test_what_names_no_service_is_not_taken(self) -> None:
        for path, text in (("type", "nothing"), ("variables", "not-a-variable")):
            self.service("db", "DATABASE_URL")
            directory = self.paths.root / "came"
            values.remove_tree(directory)
            carried.write(directory, "shop", sending.of_app(self.operation, "shop"))
            values.put(directory / "services" / "db" / path, text)
            with self.assertRaisesRegex(Failed, "names what is no service"):
                carried.read(directory)
        self.assertIsNone(carried.read(self.paths.root / "nothing"))

    def test_what_was_linked_since_a_move_began_goes_along_and_takes_nobodys_data(self) -> None:
        self.service("db", "DATABASE_URL")
        directory = self.paths.root / "came"
        carried.write(directory, "shop", sending.of_app(self.operation, "shop"))
        moves.begin(self.paths, "shop", moves.ARRIVING)
        # It was told of in the meantime, and nothing has come into it.
        self.tree(store.directory(self.paths, "shop"), {"services/db/type": "postgres"})
        store.note_filled(self.paths, "shop", [])
        for name in ("data", "old"):
            store.note_volume(self.paths, "shop", f"pocketpaas-shop.{name}")

        with mock.patch.object(look.container, "running"), self.assertRaisesRegex(Refused, "holds data of an app shop"):
            arriving._told(self.operation, directory, {})

        values.remove_tree(self.paths.services)
        with mock.patch.object(look.kinds.Kind, "majors", ("15",), create=True):
            self.assertEqual([one.name for one in arriving._told(self.operation, directory, {})], ["db"])
        self.service("db", "DATABASE_URL")
        store.note_filled(self.paths, "shop", ["db"])
        self.assertEqual([one.name for one in arriving._told(self.operation, directory, {})], ["db"])

    def test_a_service_is_noted_before_anything_comes_into_it(self) -> None:
        told = carried.Told("db", "postgres", "15", "", "", True, ("DATABASE_URL",))
        with (
            mock.patch.object(arriving.network, "ensure"),
            mock.patch.object(carried, "settle", side_effect=Failed("engine", "gone")),
            self.assertRaises(Failed),
        ):
            arriving._services(self.operation, mock.Mock(), (told,))
        self.assertEqual(store.filled(self.paths, "shop"), ("db",))

    def test_what_an_app_of_the_name_has_left_meanwhile_is_not_replaced(self) -> None:
        values.remove_tree(self.app)
        with (
            mock.patch.object(store, "repository"),
            mock.patch.object(arriving, "newest"),
            mock.patch.object(arriving.taking, "spool"),
            mock.patch.object(arriving.app_content, "read"),
            mock.patch.object(arriving, "app_restoring"),
            mock.patch.object(arriving, "_make_volumes") as made,
        ):
            with self.assertRaisesRegex(Refused, "there are volumes of an app shop already: pocketpaas-shop.data"):
                arriving.bring(self.operation)
            made.assert_not_called()


class AdmittingTest(BackCase):
    def refused(self, told: dict[str, str]) -> str:
        """Why it cannot come back; empty where it can."""
        moves.begin(self.paths, "shop", moves.PASSED)
        values.put(moves.directory(self.paths, "shop") / "peer", "web2")
        with mock.patch.object(admitting.container, "running"):
            try:
                admitting.check(self.operation, {"back": "no", **told})
            except Refused as refused:
                return f"{refused.text}; {refused.cure}"
        return ""

    def db(self, kind: str, major: str) -> dict[str, str]:
        return {"service/db/type": kind, "service/db/major": major}

    def test_what_cannot_come_back_is_named_with_the_way_out(self) -> None:
        self.service("db", "DATABASE_URL")
        self.assertEqual(self.refused(self.db("postgres", "15")), "")
        self.assertRegex(self.refused(self.db("postgres", "17")), "postgres 17, and older on.*services upgrade db")
        self.assertRegex(self.refused(self.db("redis", "7")), "is redis 7, and on the host.*is postgres")
        self.assertRegex(self.refused({"previews": "shop-pr1"}), "shop-pr1; .*previews remove LABEL .*--host web2")
        self.assertRegex(self.refused({"volumes": str(1 << 49)}), "too little room on the host that shop comes back to")
        self.tree(self.paths.root / "settings", {"domain": "web1.test"})
        self.tree(self.paths.app("other"), {"created": "then", "settings/domains": "shop.example.com\n"})
        self.assertRegex(self.refused({"names": "shop.example.com"}), "belongs to the app other on the host")

    def test_an_older_host_brings_back_only_what_is_here(self) -> None:
        self.service("db", "DATABASE_URL")
        self.assertEqual(self.refused({"back": "", **self.db("postgres", "15")}), "")
        moves.begin(self.paths, "shop", moves.PASSED)
        values.remove_tree(self.paths.services)
        with self.assertRaisesRegex(Refused, "too old"):
            admitting.check(self.operation, self.db("postgres", "15"))


class HaltTest(BackCase):
    def test_what_was_halted_is_named_by_its_copy_and_only_when_all_of_it_was_stored(self) -> None:
        moves.begin(self.paths, "shop", moves.RETURNING)
        moves.note_halted(self.paths, "shop", COPY)
        moves.note_taken(self.paths, "shop", COPY)
        with (
            mock.patch.object(returning, "watch"),
            mock.patch.object(closing, "close"),
            mock.patch.object(sending, "send", side_effect=Failed("disk-full", "full")) as send,
        ):
            with self.assertRaises(Failed):
                returning.halt(self.operation)
            self.assertEqual(moves.fact(self.paths, "shop", "halted"), "")
            send.side_effect = None
            send.return_value = sending.Sent(1.0, 2, "0badcafe")
            returning.halt(self.operation)
        moves.note_taken(self.paths, "shop", COPY)
        self.assertFalse(moves.is_taken(self.paths, "shop"))
        moves.note_taken(self.paths, "shop", "0badcafe")
        self.assertTrue(moves.is_taken(self.paths, "shop"))


class DropTest(BackCase):
    def drop(self) -> str:
        """Why not; empty where it went."""
        with mock.patch.object(dropping, "unwatch"), mock.patch.object(dropping.arrival, "close"):
            try:
                dropping.drop(self.operation)
            except Refused as refused:
                return refused.cause
        return ""

    def test_what_the_other_host_has_not_got_is_never_removed(self) -> None:
        store.note_sent(self.paths, "shop", ["data", "old"])
        moves.begin(self.paths, "shop", moves.RETURNING)
        for halted, told in (("", ""), (COPY, ""), ("", COPY), (COPY, "0badcafe")):
            moves.note_halted(self.paths, "shop", halted)
            moves.note_taken(self.paths, "shop", told)
            self.assertEqual(self.drop(), "move-not-taken")
        self.assertIn("pocketpaas-shop.data", self.fake.volumes)
        moves.note_taken(self.paths, "shop", COPY)
        self.volume("pocketpaas-shop.late")

        self.assertEqual(self.drop(), "")

        self.assertFalse(self.paths.app("shop").exists())
        self.assertEqual(list(self.fake.volumes), ["pocketpaas-shop.late"])

    def test_of_an_app_that_ran_here_and_is_gone_its_data_stays(self) -> None:
        for written, removed in ((False, True), (True, False)):
            store.write(self.paths, "shop", {"id": SECRET, "secret": SECRET, "passphrase": SECRET})
            if written:
                store.note_written(self.paths, "shop")
            values.remove_tree(self.app)
            with mock.patch.object(dropping.destroy, "leave_services") as leave:
                self.assertEqual(self.drop(), "")
            leave.assert_called_once_with(self.operation, removed, [])
            with mock.patch.object(dropping.destroy, "leave_services") as leave:
                self.drop()
            leave.assert_called_once_with(self.operation, False, [])

    def test_what_an_app_of_the_name_has_left_stays_where_nothing_has_come(self) -> None:
        values.remove_tree(self.app)
        service = self.service("olddb")

        self.assertEqual(self.drop(), "")

        self.assertEqual(service.apps(), ("shop",))
        self.assertNotIn("stays here, empty", self.told())
        self.assertEqual(sorted(self.fake.volumes), ["pocketpaas-shop.data", "pocketpaas-shop.old"])

    def test_only_what_the_move_has_brought_goes(self) -> None:
        moves.begin(self.paths, "shop", moves.ARRIVING)
        old, came = self.service("olddb"), self.service("db", "DATABASE_URL")
        store.note_filled(self.paths, "shop", ["db"])
        store.note_volume(self.paths, "shop", "pocketpaas-shop.data")

        self.assertEqual(self.drop(), "")

        self.assertEqual((old.apps(), came.apps()), (("shop",), ()))
        self.assertIn("the service db does not run; the data of shop goes when it does", self.told())
        self.assertEqual(sorted(self.fake.volumes), ["pocketpaas-shop.old"])
        self.assertIn("volumes kept: pocketpaas-shop.old", self.told())
        self.assertFalse(self.paths.app("shop").exists())

    def test_of_programs_that_noted_nothing_what_they_were_told_of_goes(self) -> None:
        moves.begin(self.paths, "shop", moves.ARRIVING)
        old, came = self.service("olddb"), self.service("db", "DATABASE_URL")
        self.tree(store.directory(self.paths, "shop"), {"services/db/type": "postgres"})

        self.assertEqual(self.drop(), "")

        self.assertEqual((old.apps(), came.apps()), (("shop",), ()))

    def test_of_what_came_back_all_goes(self) -> None:
        moves.begin(self.paths, "shop", moves.RETURNING)
        moves.note_halted(self.paths, "shop", COPY)
        moves.note_taken(self.paths, "shop", COPY)
        service = self.service("linked-there", "DATABASE_URL")

        self.assertEqual(self.drop(), "")

        self.assertEqual(service.apps(), ())

    def test_keys_are_for_it_again_when_it_comes_once_more(self) -> None:
        moves.begin(self.paths, "shop", moves.ARRIVING)
        mark = marks.ensure(self.app)
        self.tree(self.paths.keys, {"ci/coming": f"shop {mark}", "own/apps": "blog\nshop", "other/apps": "blog"})

        self.assertEqual(self.drop(), "")

        self.assertEqual([rights.of(self.paths, key) for key in ("ci", "own", "other")], [(), ("blog",), ("blog",)])
        for new, found in (("c" * 16, ()), (mark, ("shop",))):
            self.tree(self.app, {"mark": new})
            self.assertEqual(rights.of(self.paths, "ci"), found)
        self.assertEqual([rights.of(self.paths, key) for key in ("own", "other")], [("blog", "shop"), ("blog",)])


class FinishingTest(BackCase):
    """The app writes here again."""

    def note(self, *gone: str) -> None:
        values.remove_tree(moves.directory(self.paths, "shop"))
        moves.begin(self.paths, "shop", moves.AHEAD)
        finishing.note(self.operation, COPY, 6, self.bundle, gone)

    def test_what_fails_is_tried_again_and_nothing_counts_as_taken_before(self) -> None:
        self.note()
        with mock.patch.object(finishing, "_release", side_effect=Failed("unhealthy", "it does not answer")) as release:
            with self.assertRaises(Failure):
                finishing.finish(self.operation)
            self.assertTrue(store.is_half(self.paths, "shop"))
            self.assertEqual(store.taken(self.paths, "shop"), "")
            self.assertIn("not its v6", self.told())
            release.side_effect = None
            with mock.patch.object(closing, "open_again"), mock.patch.object(returning, "_bring") as bring:
                values.write(store.directory(self.paths, "shop") / "destination", "/nowhere")
                returning.take(self.operation)
        bring.assert_not_called()
        self.assertEqual(release.call_count, 2)
        self.assertFalse(store.is_half(self.paths, "shop"))
        self.assertEqual(store.taken(self.paths, "shop"), COPY)

    def test_a_release_that_was_deployed_here_since_stays(self) -> None:
        self.note()
        with mock.patch.object(slots, "live_release", return_value=9), mock.patch.object(
            finishing, "_release"
        ) as release:
            with mock.patch.object(finishing, "_live_bundle", return_value=None):
                finishing.finish(self.operation)
        release.assert_not_called()
        self.assertIn("v6 of the other host does not go live: v9", self.told())
        self.assertEqual(store.taken(self.paths, "shop"), COPY)

    def test_what_was_unlinked_there_is_unlinked_unless_the_live_release_needs_it(self) -> None:
        self.service("db", "DATABASE_URL")
        self.service("extra", "EXTRA_URL")
        self.note("db", "extra", "gone")
        with (
            mock.patch.object(finishing, "_release"),
            mock.patch.object(linking, "wanted", return_value={"extra": ("EXTRA_URL",)}),
            mock.patch.object(carried.service_link.container, "find", return_value=None),
        ):
            finishing.finish(self.operation)
        self.assertEqual(list(self.linked()), ["extra"])
        self.assertTrue(Link(services.need(self.paths, "db"), "shop").directory.is_dir())

    def test_an_earlier_try_counts_no_more_when_it_is_to_come_back_again(self) -> None:
        self.note()
        finishing.store.note_taken(self.paths, "shop")
        returning.begin(self.paths, "shop")
        self.assertEqual(store.taken(self.paths, "shop"), "")


class RestoreTest(BackCase):
    def test_nothing_is_fetched_for_an_app_that_was_moved_away(self) -> None:
        moves.begin(self.paths, "shop", moves.PASSED)
        values.put(moves.directory(self.paths, "shop") / "peer", "web2")
        repository, found = mock.Mock(), mock.Mock()
        found.name = "shop"
        with self.assertRaisesRegex(Refused, "shop was moved to web2"):
            app_restoring.restore(self.operation, repository, found, "shop")
        repository.restore.assert_not_called()
