"""Changes of routing alone: names, certificates, snippets. No container is touched, no release is made."""

from __future__ import annotations

import unittest
from pathlib import Path

from change_fixture import ChangeCase
from pocketpaas.change import certificates as asking
from pocketpaas.change import domains, main, nginx, outcome, renewal, ssl
from pocketpaas.cluster.challenge import everywhere
from pocketpaas.failure import BadRequest, Failed, Failure, Refused
from pocketpaas.machine import locks
from pocketpaas.routing import automatic, certificates, reach, site
from pocketpaas.routing import names as app_names
from pocketpaas.routing import nginx as nginx_process
from pocketpaas.routing.reach import Missed
from pocketpaas.state import values
from routing_fixture import A, B


class RoutingChangeCase(ChangeCase):
    """The authority gives what `self.given` says; every name leads here."""

    def setUp(self) -> None:
        super().setUp()
        self.looked: list[tuple[str, ...]] = []
        self.missed: dict[str, Missed] = {}
        self.obtained: list[str] = []
        self.given = True
        self.patch(reach, "look", self.look)
        self.patch(automatic, "ready", lambda _paths: self.given)
        self.patch(automatic, "obtain", self.obtain)

    def look(
        self, _paths: object, _reporter: object, names: tuple[str, ...], leave: object, told: tuple[str, ...]
    ) -> dict[str, Missed]:
        self.assertEqual((told, leave), ((), everywhere))
        self.looked.append(tuple(names))
        # Nobody waits for a name's server with the app's lock.
        lock = locks.take(self.app / "lock", self.operation.holder())
        assert lock is not None
        lock.release()
        return self.missed

    def obtain(
        self, _paths: object, _reporter: object, _app: str, domain: str, missed: object, leave: object
    ) -> Path | None:
        self.assertEqual(leave, everywhere)
        self.obtained.append(domain)
        if domain.startswith("no."):
            return None
        return self.certificate(B, "automatic")


class DomainsTest(RoutingChangeCase):
    def change(self, add: str = "", remove: str = "") -> int:
        self.send({"add": add, "remove": remove})
        return domains.change(self.changing(), [])

    def kept(self) -> tuple[str, ...]:
        return values.lines(self.app / "operator/domains")

    def test_nginx_first_and_then_it_is_stored_and_looked_at(self) -> None:
        self.live(1, {"settings/domains": "m.example.com\n"})
        self.assertEqual(self.change(add="a.example.com\nb.example.com\na.example.com"), 0)
        self.assertEqual(self.sites(), {"shop.conf": "shop m.example.com a.example.com b.example.com shop.example.org"})
        self.assertEqual(self.kept(), ("a.example.com", "b.example.com"))
        self.assertEqual(self.looked, [("a.example.com", "b.example.com")])
        self.assertEqual(
            self.reporter.lines,
            [
                "+step\trouting\tstart\t",
                "+step\trouting\tdone\tm.example.com a.example.com b.example.com shop.example.org",
                "+result\turl\thttp://m.example.com",
                "+result\turl\thttp://a.example.com",
                "+result\turl\thttp://b.example.com",
                "+result\turl\thttp://shop.example.org",
            ],
        )
        self.change(remove="a.example.com")
        self.assertEqual(self.kept(), ("b.example.com",))
        self.assertEqual(self.activated, [])

    def turn(self, word: str) -> int:
        self.send({"default": word})
        return domains.change(self.changing(), [])

    def test_the_default_name_stays_until_it_is_switched_off(self) -> None:
        self.live(1)
        self.change(add="a.example.com")
        self.assertEqual(self.sites(), {"shop.conf": "shop a.example.com shop.example.org"})
        self.assertEqual(self.turn("off"), 0)
        self.assertEqual(self.sites(), {"shop.conf": "shop a.example.com"})
        self.turn("off")
        self.assertIn("+note\tNothing to do: already set.", self.reporter.lines)
        self.turn("on")
        self.assertEqual(self.sites(), {"shop.conf": "shop a.example.com shop.example.org"})
        with self.assertRaisesRegex(BadRequest, "neither on nor off"):
            self.turn("maybe")

    def test_the_other_machines_of_a_cluster_are_told_once_while_nobody_else_is_at_work(self) -> None:
        self.live(1)
        held: list[bool] = []

        def push(*_: object) -> bool:
            held.append(locks.is_held(self.app / "lock"))
            return True

        self.patch(domains.spread_push, "push_of", push)
        self.change(add="a.example.com")
        self.assertEqual([True], held)
        self.turn("off")
        self.assertEqual([True, True], held)
        # Not by `change` once more, which has given the lock back.
        self.assertNotIn("domains", main._NGINX)

    def test_without_another_name_the_default_one_is_kept(self) -> None:
        self.live(1)
        self.turn("off")
        self.assertEqual(self.sites(), {"shop.conf": "shop shop.example.org"})
        self.assertIn("it is the only address for now", "".join(self.reporter.lines))

    def test_where_nginx_refuses_the_switch_stays(self) -> None:
        self.live(1, {"settings/domains": "m.example.com\n"})
        self.patch(site, "text", lambda _: "badly")
        with self.assertRaises(Refused):
            self.turn("off")
        self.assertTrue(app_names.serves_default(self.paths, "shop"))

    def test_the_address_that_is_shown_is_one_that_leads_here(self) -> None:
        self.live(1)
        self.missed = {"a.example.com": Missed.UNRESOLVED}
        self.change(add="a.example.com")
        outcome.tell_urls(self.operation, 1)
        self.assertEqual(self.reporter.lines[-1], "+result\turl\thttp://shop.example.org")
        self.missed = {}
        self.change(add="b.example.com")
        outcome.tell_urls(self.operation, 1)
        self.assertEqual(self.reporter.lines[-1], "+result\turl\thttp://b.example.com")
        self.assertEqual(app_names.unreached(self.paths, "shop"), ("a.example.com",))

    def test_what_nginx_does_not_take_is_not_stored(self) -> None:
        self.live(1)
        self.patch(site, "text", lambda _: "badly")
        with self.assertRaises(Refused) as raised:
            self.change(add="a.example.com")
        self.assertEqual(raised.exception.cause, "nginx")
        self.assertEqual((self.kept(), self.reporter.lines[-1]), ((), "+step\trouting\tfail\t"))

    def test_names_are_checked(self) -> None:
        with self.assertRaises(BadRequest) as raised:
            self.change(add="shop")
        self.assertEqual(raised.exception.cause, "bad-domain")
        self.live(1, {"settings/domains": "m.example.com\n"})
        with self.assertRaisesRegex(Refused, "m.example.com is set in pocketpaas.yml"):
            self.change(remove="m.example.com")
        self.assertEqual(self.change(remove="x.example.com"), 0)
        self.assertEqual(
            self.reporter.lines[:2],
            ["+note\tx.example.com is not a domain of shop", "+note\tNothing to do: these names are there already."],
        )

    def test_before_the_first_deploy_names_are_only_kept_where_nobody_has_them(self) -> None:
        self.tree(self.paths.app("other"), {"settings/domains": "taken.example.com\n"})
        with self.assertRaisesRegex(Refused, "taken.example.com belongs to the app other") as raised:
            self.change(add="taken.example.com")
        self.assertEqual(raised.exception.cause, "domain-taken")
        self.assertEqual(self.change(add="a.example.com"), 0)
        self.assertEqual((self.kept(), self.sites(), self.looked), (("a.example.com",), {}, []))

    def test_a_certificate_is_asked_for_by_itself(self) -> None:
        self.live(1)
        self.change(add="a.tea-shop.net\nno.tea-shop.net")
        self.assertEqual(self.obtained, ["a.tea-shop.net", "no.tea-shop.net"])
        self.assertIn("+step\tcertificate\tdone\ta.tea-shop.net", self.reporter.lines)
        self.assertIn("+result\turl\thttps://a.tea-shop.net", self.reporter.lines)
        current = certificates.current(self.paths, "shop", "a.tea-shop.net")
        assert current is not None
        self.assertTrue(automatic.is_own(current))


class SslTest(RoutingChangeCase):
    def change(self, action: str, *names: str, identity: str = A) -> int:
        source = self.certificate(identity)
        for name in ("fullchain.pem", "key.pem", "info/not-before", "info/not-after"):
            self.send({name: values.need(source / name)})
        self.send({"domains": "\n".join(names), "id": identity})
        return ssl.change(self.changing(), [action])

    def current(self, domain: str) -> str | None:
        found = certificates.current(self.paths, "shop", domain)
        return None if found is None else found.name

    def setUp(self) -> None:
        super().setUp()
        self.live(1, {"settings/domains": "a.tea-shop.net\nb.tea-shop.net\n"})

    def test_a_certificate_is_served_and_then_in_use(self) -> None:
        self.assertEqual(self.change("add", "a.tea-shop.net", "b.tea-shop.net"), 0)
        self.assertEqual((self.current("a.tea-shop.net"), self.current("b.tea-shop.net")), (A, A))
        self.assertEqual(self.reporter.lines[1], "+step\trouting\tdone\ta.tea-shop.net b.tea-shop.net")
        self.assertEqual(self.reporter.lines[2], "+result\turl\thttps://a.tea-shop.net")
        self.change("add", "a.tea-shop.net")
        self.assertIn("+note\tNothing to do: this certificate is there already.", self.reporter.lines)

    def test_what_nginx_does_not_take_is_not_in_use(self) -> None:
        self.patch(site, "text", lambda found: "badly" if found.secure else "good")
        with self.assertRaises(Failed):
            self.change("add", "a.tea-shop.net")
        self.assertIsNone(self.current("a.tea-shop.net"))
        self.assertEqual(self.reporter.lines[-1], "+step\trouting\tfail\t")

    def test_what_cannot_be_right_is_told_before_anything_is_changed(self) -> None:
        for action, names, raises in (
            ("add", ("x.example.com",), Refused),
            ("add", (), BadRequest),
            ("add", ("no domain",), BadRequest),
            ("else", ("a.tea-shop.net",), BadRequest),
        ):
            with self.assertRaises(raises):
                self.change(action, *names)
        self.send({"domains": "a.tea-shop.net", "id": "x"})
        with self.assertRaisesRegex(BadRequest, "id is missing"):
            ssl.change(self.changing(), ["add"])
        self.send({"id": A})
        (self.operation.work.directory / "values/key.pem").unlink()
        with self.assertRaisesRegex(BadRequest, "key.pem is missing"):
            ssl.change(self.changing(), ["add"])
        self.patch(certificates, "objection", lambda _: "key values mismatch")
        with self.assertRaisesRegex(Failed, "nginx cannot use the certificate: key values mismatch"):
            self.change("add", "a.tea-shop.net")
        self.assertEqual(self.sites(), {})

    def test_a_revert_brings_back_the_one_before_or_none(self) -> None:
        self.change("add", "a.tea-shop.net", identity=A)
        self.change("add", "a.tea-shop.net", "b.tea-shop.net", identity=B)
        self.change("revert", "a.tea-shop.net", "b.tea-shop.net", identity=B)
        self.assertEqual((self.current("a.tea-shop.net"), self.current("b.tea-shop.net")), (A, None))
        self.change("revert", "a.tea-shop.net", identity=B)
        self.assertIn("+note\tNothing to do: this certificate is not in use any more.", self.reporter.lines)

    def test_removed_it_is_plain_http_and_none_comes_by_itself(self) -> None:
        self.change("add", "a.tea-shop.net")
        self.change("remove", "a.tea-shop.net", "b.tea-shop.net")
        self.assertIsNone(self.current("a.tea-shop.net"))
        self.assertIn("+note\tb.tea-shop.net has no certificate", self.reporter.lines)
        self.assertEqual(values.lines(automatic.off_file(self.paths, "shop")), ("a.tea-shop.net", "b.tea-shop.net"))
        self.change("remove", "a.tea-shop.net")
        self.assertIn("+note\tNothing to do: there is no certificate to remove.", self.reporter.lines)

    def test_automatic_ones_are_asked_for_now(self) -> None:
        automatic.switch_off(self.paths, "shop", ("a.tea-shop.net",))
        self.assertEqual(self.change("automatic", "a.tea-shop.net"), 0)
        self.assertEqual((self.obtained, self.current("b.tea-shop.net")), (["a.tea-shop.net"], None))
        self.assertEqual(values.lines(automatic.off_file(self.paths, "shop")), ())
        self.patch(automatic, "expires", lambda *_: False)
        self.change("automatic")
        self.assertEqual(self.obtained, ["a.tea-shop.net", "b.tea-shop.net"])
        self.change("automatic")
        self.assertIn("+note\tNothing to do: each has a certificate that need not be renewed yet.", self.reporter.lines)

    def test_why_there_is_no_automatic_one(self) -> None:
        self.live(2, {"settings/domains": "no.tea-shop.net\n*.tea-shop.net\n"})
        with self.assertRaisesRegex(Refused, "no authority can check the name"):
            self.change("automatic", "*.tea-shop.net")
        with self.assertRaisesRegex(Failed, "not every domain has a certificate"):
            self.change("automatic")
        self.assertIn("+step\tcertificate\tskip\tplain HTTP for now", self.reporter.lines)
        self.live(3, {"settings/domains": "*.tea-shop.net\n"})
        with self.assertRaisesRegex(Refused, "shop has no domain that an authority could check"):
            self.change("automatic")
        self.given = False
        with self.assertRaisesRegex(Refused, "this host asks no authority"):
            self.change("automatic")

    def test_one_that_nginx_does_not_take_is_remembered(self) -> None:
        self.patch(site, "text", lambda found: "badly" if found.secure else "good")
        with self.assertRaises(Failed):
            self.change("automatic", "a.tea-shop.net")
        place = automatic.remembered(self.paths, "shop", "a.tea-shop.net")
        self.assertEqual(values.need(place / "error"), "nginx does not take the certificate")
        self.assertIsNone(self.current("a.tea-shop.net"))

    def test_somebody_else_is_asking(self) -> None:
        self.patch(asking, "_PATIENCE", 0.0)
        with automatic.asking(self.paths, "bob", 0), self.assertRaises(Failed):
            self.change("automatic", "a.tea-shop.net")
        self.assertEqual(self.obtained, [])

    def test_nothing_in_there_fails_an_operation(self) -> None:
        def fails(*_: object) -> None:
            raise Failure("x", "y")

        self.patch(automatic, "wanted", fails)
        asking.after(self.operation, self.changing().lock)
        self.assertEqual(
            self.reporter.lines, ["+warn\tcertificates could not be asked for; the host tries again by itself"]
        )


class RenewalTest(RoutingChangeCase):
    def setUp(self) -> None:
        super().setUp()
        self.patch(nginx_process, "master_process", lambda: 1)
        self.patch(nginx_process, "_children", lambda _master: ())

    def test_what_is_due_is_renewed_and_the_others_are_left_alone(self) -> None:
        self.live(1, {"settings/domains": "a.tea-shop.net\nb.tea-shop.net\nno.tea-shop.net\n"})
        self.has_certificate("a.tea-shop.net", A, "automatic")
        self.has_certificate("b.tea-shop.net", A, "own")
        self.assertEqual(renewal.main(self.paths, self.reporter, []), 0)
        self.assertEqual(self.obtained, ["a.tea-shop.net", "no.tea-shop.net"])
        self.assertEqual(self.reporter.lines, ["+note\tshop: a.tea-shop.net has a new certificate"])
        self.assertEqual(self.reconciled, 1)
        self.assertIn('"certificate a.tea-shop.net"', (self.paths.log / "events.jsonl").read_text())

    def test_what_is_wrong_with_one_app_does_not_stop_the_others(self) -> None:
        self.live(1, {"settings/domains": "a.tea-shop.net\n"})
        self.tree(self.paths.app("bad"), {"live/x": "", "created": ""})
        renewal.main(self.paths, self.reporter, [])
        self.assertIn("+warn\tbad: its certificates could not be looked after", self.reporter.lines)
        self.assertEqual(self.obtained, ["a.tea-shop.net"])

    def test_a_stopped_nginx_stays_stopped(self) -> None:
        self.patch(nginx_process, "master_process", lambda: None)
        self.live(1, {"settings/domains": "a.tea-shop.net\n"})
        self.assertEqual((renewal.main(self.paths, self.reporter, []), self.obtained), (0, []))

    def test_without_an_authority_there_is_nothing_to_do(self) -> None:
        self.given = False
        self.live(1, {"settings/domains": "a.tea-shop.net\n"})
        self.assertEqual((renewal.main(self.paths, self.reporter, []), self.obtained), (0, []))


class SnippetTest(RoutingChangeCase):
    def change(self, action: str, text: str = "") -> int:
        if text:
            self.send({"snippet": text})
        return nginx.change(self.changing(), [action])

    def test_it_is_served_and_then_stored(self) -> None:
        self.live(1)
        self.assertEqual(self.change("set", "fine;"), 0)
        self.assertEqual(self.sites()["snippets/shop.conf"], "fine;")
        self.assertEqual(values.need(self.app / "operator/nginx"), "fine;")
        self.assertEqual(self.reporter.lines[:2], ["+step\trouting\tstart\t", "+step\trouting\tdone\t"])
        self.change("set", "fine;")
        self.assertIn("+note\tNothing to do: this snippet is there already.", self.reporter.lines)
        self.change("unset")
        self.assertEqual(
            (values.names(self.app / "operator"), list(self.sites())), (["env", "env.json"], ["shop.conf"])
        )
        self.change("unset")
        self.assertIn("+note\tNothing to do: shop has no snippet.", self.reporter.lines)

    def test_one_that_is_refused_is_not_stored(self) -> None:
        self.live(1)
        with self.assertRaisesRegex(Failed, "line 1 of the snippet"):
            self.change("set", "badly;")
        self.assertFalse((self.app / "operator/nginx").exists())

    def test_one_that_had_been_left_out_is_tried_again(self) -> None:
        self.live(1)
        self.tree(self.app, {"operator/nginx": "fine;", "nginx-refused": "why"})
        self.change("set", "fine;")
        self.assertFalse((self.app / "nginx-refused").exists())

    def test_what_cannot_be_right(self) -> None:
        with self.assertRaisesRegex(Refused, "nothing of shop is live"):
            self.change("set", "fine;")
        self.live(1)
        for text in ("", "x" * 65_537):
            self.send({"snippet": text})
            with self.assertRaises(BadRequest):
                self.change("set")
        with self.assertRaises(BadRequest):
            self.change("show")


if __name__ == "__main__":
    unittest.main()
