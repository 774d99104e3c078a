"""What keys of another host may do here: what they could with an app that has come, and nothing with another one of its
name."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

from host_fixture import HostCase
from pocketpaas.backup import host_content, host_settling, subject
from pocketpaas.backup.belonging import Owner
from pocketpaas.change import destroy
from pocketpaas.engine.client import Engine
from pocketpaas.entry import enter
from pocketpaas.failure import Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.state import keys, rights, values
from pocketpaas.state.marks import Mark

OURS, THEIRS = "a" * 16, "b" * 16
PUBLIC = "ssh-ed25519 " + "C" * 68


class RightsCase(HostCase):
    """This host has an app `shop`; another host had one, too, and a key `ci` for it."""

    def setUp(self) -> None:
        super().setUp()
        self.app("shop", OURS)
        self.came = self.tree(
            self.paths.root / "came",
            {
                "keys/ci/role": "deploy",
                "keys/ci/public": PUBLIC,
                "keys/ci/fingerprint": "x",
                "keys/ci/apps": "shop",
                "keys/eve/role": "admin",
                "keys/eve/public": PUBLIC + "E",
                "shared/env/ZONE": "utc",
            },
        )
        patcher = mock.patch.object(keys, "authorize")
        patcher.start()
        self.addCleanup(patcher.stop)

    def app(self, name: str, mark: str) -> None:
        self.tree(self.paths.app(name), {"settings/x": "", "mark": mark})

    def operation(self, app: str = "host.settings") -> Operation:
        return Operation(self.paths, self.reporter, Engine(self.paths), Work("", Path("/nowhere")), app, "move", "ann")

    def settle(self, by_name: bool = False, **known: str) -> str:
        """What was stored comes here: apps by their marks there. What is told."""
        owners = {(subject.APP, name): Owner(subject.APP, Mark(mark)) for name, mark in known.items()}
        made = host_content.HostContent(self.came, "now", tuple(known), (), "", "7 4 6", owners)
        before = len(self.reporter.lines)
        host_settling.settle(self.operation(), made, by_name)
        return "\n".join(self.reporter.lines[before:])

    def may(self, app: str = "shop", verb: str = "upload") -> bool:
        try:
            words = {"upload": (app,), "show": (app, "env")}[verb]
            enter.checked(self.paths, self.reporter, ["ci", verb, *words])
            return True
        except Refused as refused:
            self.assertEqual(refused.cause, "not-allowed")
            return False

    def listed(self) -> str:
        return keys.listing(self.paths)["ci/apps"]


class AnotherAppTest(RightsCase):
    def test_a_key_gets_no_right_on_another_app_of_the_name(self) -> None:
        told = self.settle(shop=THEIRS)
        self.assertFalse(self.may() or self.may(verb="show"))
        self.assertEqual(self.listed(), "")
        self.assertIn("the key ci was for another app shop: it may do nothing with the shop of this host", told)
        self.assertIn("the key ci is for no app of this host, and may do nothing here", told)

    def test_the_app_that_comes_later_is_open_to_it_and_no_other_one(self) -> None:
        self.settle(shop=THEIRS)
        values.remove_tree(self.paths.app("shop"))
        with self.assertRaisesRegex(Refused, "may not use the app shop"):
            enter.checked(self.paths, self.reporter, ["ci", "admit", "shop", "main"])
        self.app("shop", "c" * 16)
        self.assertFalse(self.may(), "a new one")
        self.app("shop", THEIRS)
        self.assertTrue(self.may() and self.may(verb="show"))
        self.assertEqual(self.listed(), "shop")

    def test_an_app_without_a_mark_is_another_one(self) -> None:
        values.remove(self.paths.app("shop") / "mark")
        self.settle(shop=THEIRS)
        self.assertFalse(self.may())

    def test_what_is_here_already_is_open_at_once(self) -> None:
        self.app("shop", THEIRS)
        self.assertNotIn("may do nothing", self.settle(shop=THEIRS))
        self.assertEqual(values.lines(self.paths.keys / "ci/apps"), ("shop",))

    def test_a_key_of_many_apps_has_those_that_came(self) -> None:
        values.write(self.came / "keys/ci/apps", "blog\nshop\nnever")
        self.app("blog", "d" * 16)
        told = self.settle(shop=THEIRS, blog="d" * 16)
        self.assertEqual((self.listed(), self.may("blog"), self.may()), ("blog", True, False))
        self.assertNotIn("is for no app", told)

    def test_by_a_name_alone_nothing_comes_but_where_the_whole_host_comes_back(self) -> None:
        self.settle()
        host_settling.came(self.operation(), "shop")
        self.assertFalse(self.may(), "the other host knew no marks")
        values.remove_tree(self.paths.keys / "ci")
        self.settle(by_name=True)
        self.assertFalse(self.may())
        host_settling.came(self.operation(), "shop")
        self.assertTrue(self.may())

    def test_what_was_left_out_of_a_host_that_comes_back_stays_so(self) -> None:
        values.remove_tree(self.paths.app("shop"))
        self.settle(by_name=True)
        host_settling.end(self.operation())
        self.assertIn("the key ci is for no app of this host", "\n".join(self.reporter.lines))
        self.app("shop", OURS)
        host_settling.came(self.operation(), "shop")
        self.assertFalse(self.may())

    def test_what_the_other_host_waits_for_itself_comes_along(self) -> None:
        self.tree(self.came / "keys/ci", {"apps": "", "coming": f"shop {THEIRS}\nblog -\n../x {OURS}\nshop nomark"})
        self.settle(blog="d" * 16)
        found = [(one.app, one.mark) for one in rights.coming(self.paths.keys / "ci")]
        self.assertEqual(found, [("shop", THEIRS)])


class KnownKeyTest(RightsCase):
    def test_a_key_that_this_host_knows_keeps_its_rights_and_gets_those_of_what_comes(self) -> None:
        mine = {"role": "deploy", "public": PUBLIC, "fingerprint": "x", "apps": "blog"}
        self.tree(self.paths.keys / "ci", mine)
        self.app("blog", "d" * 16)
        for _ in range(2):
            self.settle(shop=THEIRS)
            self.assertEqual((self.listed(), self.may()), ("blog", False))
        self.app("shop", THEIRS)
        self.assertEqual(self.listed(), "blog\nshop")

    def test_of_another_role_it_stays_as_it_is(self) -> None:
        self.tree(self.paths.keys / "ci", {"role": "read", "public": PUBLIC, "fingerprint": "x", "apps": "blog"})
        self.settle(shop=THEIRS)
        self.app("shop", THEIRS)
        self.assertEqual(self.listed(), "blog")


class AfterwardsTest(RightsCase):
    def setUp(self) -> None:
        super().setUp()
        self.app("shop", THEIRS)
        # It arrives after its keys.
        self.tree(self.paths.keys / "ci", {"role": "deploy", "public": PUBLIC, "apps": "", "coming": f"shop {THEIRS}"})

    def test_the_right_ends_with_the_app(self) -> None:
        destroy._rights(self.operation("shop"))
        self.assertFalse(self.may())
        self.assertEqual(values.names(self.paths.keys / "ci"), ["apps", "public", "role"])

    def test_it_waits_for_an_app_that_may_come_once_more(self) -> None:
        destroy._rights(self.operation("shop"), may_come=True)
        self.assertTrue(self.may(), "it is here yet")
        self.app("shop", OURS)
        self.assertFalse(self.may())
        self.app("shop", THEIRS)
        self.assertTrue(self.may())

    def test_a_right_on_another_app_does_not_end_with_this_one(self) -> None:
        self.app("shop", OURS)
        destroy._rights(self.operation("shop"))
        self.app("shop", THEIRS)
        self.assertTrue(self.may())

    def test_the_right_goes_with_the_name(self) -> None:
        rights.replace(self.paths, "shop", ("shop", "store"))
        self.assertEqual(self.listed(), "shop\nstore")
        rights.replace(self.paths, "shop", ("store",))
        self.app("store", THEIRS)
        self.app("shop", OURS)
        self.assertEqual((self.listed(), self.may(), self.may("store")), ("store", False, True))


class BesideTest(RightsCase):
    def test_what_holds_for_the_apps_of_this_host_from_now_on_is_told(self) -> None:
        told = self.settle(shop=THEIRS)
        expected = "from now on for shop, too: the shared variable ZONE, the admin's key eve"
        self.assertIn(expected, told)
        self.assertNotIn("from now on", self.settle(shop=THEIRS))

    def test_a_host_without_apps_of_its_own_is_told_nothing(self) -> None:
        self.app("shop", THEIRS)
        self.assertNotIn("from now on", self.settle(shop=THEIRS))
