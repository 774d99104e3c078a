"""Variables on their way into a release."""

from __future__ import annotations

import unittest

from change_fixture import ChangeCase
from pocketpaas.change import env, environment, restart
from pocketpaas.failure import BadRequest, Failed, Refused
from pocketpaas.release import activate, bundle
from pocketpaas.state import tree, values


class StageTest(ChangeCase):
    def test_it_is_the_apps_then_what_is_pending_then_what_is_sent(self) -> None:
        self.operator(A="live", GONE="x", SAME="s")
        self.tree(
            self.app / "operator" / "pending",
            {
                "id": "7",
                "env/A": "waiting",
                "env.json/A": '"A=waiting"',
                "env/B": "waiting",
                "env.json/B": '"B=waiting"',
                "unset/GONE": "",
            },
        )
        self.send_env(B="sent")
        self.tree(self.paths.root / "shared", {"env/ALL": "all", "env.json/ALL": '"ALL=all"'})
        for _ in range(2):
            staged = environment.stage(self.operation)
        self.assertEqual(environment.changed(self.operation, staged), ("A", "B", "GONE"))
        self.assertEqual(
            tree.of_files("", staged.operator),
            {
                "env/A": "waiting",
                "env/B": "sent",
                "env/SAME": "s",
                "env.json/A": '"A=waiting"',
                "env.json/B": '"B=sent"',
                "env.json/SAME": '"SAME=s"',
                "pending-id": "7",
            },
        )
        self.assertEqual(values.need(staged.shared / "env" / "ALL"), "all")
        self.assertEqual(values.need(self.app / "operator" / "env" / "A"), "live")
        self.live(1)
        self.assertEqual(environment.changed(self.operation, staged)[-1], "ALL")

    def test_what_is_sent_has_to_be_right(self) -> None:
        self.send({"set/A": "1", "set.json/A": '"B=1"'})
        with self.assertRaises(BadRequest):
            environment.stage(self.operation)


class EditTest(ChangeCase):
    """What somebody has edited is taken where nobody else was faster."""

    def setUp(self) -> None:
        super().setUp()
        self.live(1)

    def changed(self, was: dict[str, str]) -> int:
        self.send_env(A="2")
        self.send({"options": "if-still", **{f"was/{name}": value for name, value in was.items()}})
        return env.change(self.changing(), [])

    def test_as_it_was_shown(self) -> None:
        self.operator(A="1", B="b")
        self.assertEqual(self.changed({"A": "1", "B": "b"}), 0)
        self.assertEqual(self.activated, [2])

    def test_somebody_was_faster(self) -> None:
        self.operator(A="1", B="other", NEW="x")
        with self.assertRaises(Refused) as raised:
            self.changed({"A": "1", "B": "b"})
        self.assertEqual(
            (raised.exception.cause, raised.exception.text),
            ("changed", "somebody else has changed B, NEW meanwhile; nothing was stored"),
        )
        self.assertEqual(self.activated, [])

    def test_what_is_pending_was_shown_too(self) -> None:
        self.operator(A="1", GONE="x")
        self.tree(self.app / "operator" / "pending", {"id": "7", "env/A": "3", "env.json/A": '"A=3"', "unset/GONE": ""})
        self.assertEqual(self.changed({"A": "3"}), 0)


class SecretsTest(ChangeCase):
    def need(self) -> None:
        root = self.paths.root
        environment.need_secrets(root / "s", {"operator": root / "o", "shared": root / "all"})

    def test_every_secret_needs_a_value(self) -> None:
        self.tree(self.paths.root, {"s/secrets": "TOKEN\nKEY\nOTHER\n", "o/env/KEY": "x", "s/env/OTHER": "y"})
        with self.assertRaises(Refused) as raised:
            self.need()
        self.assertEqual(
            (raised.exception.cause, raised.exception.text, raised.exception.cure),
            (
                "missing-secret",
                "the app needs TOKEN, which the host does not have (or has as the empty text)",
                "pocketpaas env set TOKEN=-",
            ),
        )

    def test_the_empty_text_is_no_secret_and_what_all_apps_get_is_one(self) -> None:
        self.tree(self.paths.root, {"s/secrets": "ONE\nTWO\n", "all/env/ONE": "x", "all/env/TWO": "y"})
        self.need()
        # What the app gets is its own.
        self.tree(self.paths.root, {"o/env/TWO": ""})
        with self.assertRaisesRegex(Refused, "needs TWO,"):
            self.need()

    def test_a_secret_with_a_bad_name(self) -> None:
        self.tree(self.paths.root, {"s/secrets": "PORT\n"})
        with self.assertRaises(BadRequest):
            self.need()

    def test_a_deploy_brings_only_secrets_that_the_host_lacks(self) -> None:
        settings = self.tree(self.paths.root / "s", {"secrets": "TOKEN\nPASSWORD\n"})
        self.operator(PASSWORD="kept")
        self.send_env(TOKEN="new", PASSWORD="other")
        environment.keep_new_secrets(self.operation, settings)
        self.assertEqual(self.reporter.lines, ["+note\tenv PASSWORD is kept as it is on the host"])
        sent = self.operation.work.directory / "values"
        self.assertEqual((values.names(sent / "set"), values.names(sent / "set.json")), (["TOKEN"], ["TOKEN"]))

    def test_a_deploy_cannot_set_what_is_no_secret(self) -> None:
        settings = self.tree(self.paths.root / "s", {"secrets": "TOKEN\n"})
        self.send_env(NODE_OPTIONS="--require=/tmp/x")
        with self.assertRaisesRegex(BadRequest, "set/NODE_OPTIONS is not one of the app's secrets"):
            environment.keep_new_secrets(self.operation, settings)


class EnvTest(ChangeCase):
    def change(self) -> int:
        return env.change(self.changing(), [])

    def test_it_is_a_release_and_the_operators_when_it_is_live(self) -> None:
        self.live(1, {"settings/env/A": "manifest", "settings/env.json/A": '"A=manifest"'})
        self.send_env(B="1", A="2")
        self.assertEqual(self.change(), 0)
        self.assertEqual(self.activated, [2])
        directory = self.paths.release("shop", 2)
        self.assertEqual(values.need(directory / "environment"), '"A=2","B=1"')
        self.assertEqual((values.need(directory / "kind"), values.need(directory / "change")), ("env", "env set A, B"))
        self.assertEqual(values.need(self.app / "operator/env/B"), "1")
        self.assertEqual(
            self.reporter.lines[:4],
            [
                "+result\tprevious\tv1",
                "+result\trelease\tv2",
                f"+result\tcommit\t{'c' * 40}",
                "+result\turl\thttp://shop.example.org",
            ],
        )
        self.assertRegex(self.reporter.lines[4], r"^\+result\tseconds\t[0-9]+\.[0-9]$")

    def test_what_was_set_and_what_was_unset_is_told_apart(self) -> None:
        self.live(1, {"shared/env/GONE": "1", "shared/env.json/GONE": '"GONE=1"'})
        self.operator(OLD="1", A="1")
        self.send_env(A="2", B="1")
        self.send({"unset": "OLD\n"})
        self.tree(self.paths.root / "shared", {"env/NEW": "1", "env.json/NEW": '"NEW=1"'})
        self.change()
        directory = self.paths.release("shop", 2)
        self.assertEqual(values.need(directory / "change"), "env set A, B, NEW; env unset OLD, GONE")
        self.assertEqual(values.lines(directory / "set"), ("A", "B", "NEW"))
        self.assertEqual(values.lines(directory / "unset"), ("OLD", "GONE"))

    def test_where_it_does_not_come_up_nothing_is_stored(self) -> None:
        self.live(1)
        self.send_env(B="1")

        def fails(*_: object) -> None:
            raise Failed("exited", "no")

        self.patch(activate, "activate", fails)
        with self.assertRaises(Failed):
            self.change()
        self.operation.take_back()
        self.assertEqual(bundle.status(self.paths, "shop", 2), "failed")
        self.assertFalse((self.app / "operator/env/B").exists())

    def test_what_is_set_already_is_nothing_to_do_and_takes_back_what_was_pending(self) -> None:
        self.live(1, {"operator/env/A": "1", "operator/env.json/A": '"A=1"'})
        self.tree(self.app / "operator/pending", {"id": "1", "env/A": "2", "env.json/A": '"A=2"'})
        self.send_env(A="1")
        self.assertEqual(self.change(), 0)
        self.assertEqual(
            self.reporter.lines,
            ["+note\tNothing to do: these values are set already.", "+result\tunchanged\tyes", "+result\trelease\tv1"],
        )
        self.assertFalse((self.app / "operator/pending").exists())

    def test_before_the_first_deploy_values_are_only_kept(self) -> None:
        self.send_env(A="1")
        self.assertEqual(self.change(), 0)
        self.assertEqual(self.reporter.lines, ["+note\tkept for the first deploy"])
        self.assertEqual(values.need(self.app / "operator/env.json/A"), '"A=1"')

    def test_a_stopped_app_stays_stopped(self) -> None:
        self.live(1)
        self.tree(self.app, {"operator/stopped": ""})
        self.send_env(A="1")
        self.change()
        self.assertEqual((self.activated, self.stored), ([], [2]))
        self.assertIn("+result\tstopped\tyes", self.reporter.lines)

    def test_what_cannot_be_unset(self) -> None:
        self.live(
            1,
            {
                "settings/secrets": "SECRET\n",
                "settings/env/STATED": "x",
                "settings/env.json/STATED": '"STATED=x"',
                "operator/env/SECRET": "s",
                "operator/env.json/SECRET": '"SECRET=s"',
            },
        )
        self.tree(self.paths.root / "shared", {"env/ALL": "x", "env.json/ALL": '"ALL=x"'})
        for key, cause, text in (
            ("SECRET", "in-manifest", "SECRET is one of the secrets in pocketpaas.yml, so it needs a value"),
            ("STATED", "in-manifest", "STATED is set in pocketpaas.yml \\(env.STATED\\)"),
            ("ALL", "shared", "ALL is shared by all apps of this host"),
        ):
            self.send({"unset": key})
            with self.assertRaisesRegex(Refused, text) as raised:
                self.change()
            self.assertEqual(raised.exception.cause, cause)
        self.send({"unset": "a b"})
        with self.assertRaises(BadRequest):
            self.change()

    def test_unset(self) -> None:
        self.live(1, {"operator/env/A": "1", "operator/env.json/A": '"A=1"'})
        self.send({"unset": "A\nNOBODY\n"})
        self.change()
        self.assertIn("+note\tNOBODY is not set", self.reporter.lines)
        self.assertEqual(values.need(self.paths.release("shop", 2) / "environment"), "")
        self.assertFalse((self.app / "operator/env/A").exists())

    def test_a_secret_that_has_a_value_elsewhere_can_be_unset(self) -> None:
        self.live(1, {"settings/secrets": "S\n", "operator/env/S": "s", "operator/env.json/S": '"S=s"'})
        self.tree(self.paths.root / "shared", {"env/S": "x", "env.json/S": '"S=x"'})
        self.send({"unset": "S"})
        self.assertEqual(self.change(), 0)

    def test_no_restart_keeps_them_for_the_next_release(self) -> None:
        self.live(1, {"operator/env/OLD": "1", "operator/env.json/OLD": '"OLD=1"'})
        self.send({"options": "no-restart\n", "unset": "OLD"})
        self.send_env(A="1")
        self.assertEqual(self.change(), 0)
        pending = self.app / "operator/pending"
        self.assertEqual(
            self.reporter.lines,
            ["+result\tpending\tA", "+result\tpending\tOLD", "+note\twaiting for the next release: A OLD"],
        )
        self.assertEqual((values.names(pending / "env"), values.names(pending / "unset")), (["A"], ["OLD"]))
        self.assertEqual(self.activated, [])
        self.assertEqual(values.need(self.app / "operator/env/OLD"), "1")
        self.change()
        self.assertIn("+note\tNothing to do: these values are set already.", self.reporter.lines)
        self.send({"unset": "A"})
        (self.operation.work.directory / "values/set/A").unlink()
        (self.operation.work.directory / "values/set.json/A").unlink()
        self.send_env(OLD="1")
        self.change()
        self.assertIn("+note\tnothing waits for the next release any more", self.reporter.lines)
        self.assertFalse(pending.exists())

    def test_a_restart_takes_up_what_is_pending(self) -> None:
        self.live(1)
        self.assertEqual(restart.change(self.changing(), []), 0)
        self.assertEqual(self.activated, [1])

    def test_a_restart_with_pending_values_is_a_release(self) -> None:
        self.live(1)
        self.tree(self.app / "operator/pending", {"id": "7", "env/A": "2", "env.json/A": '"A=2"'})
        restart.change(self.changing(), [])
        self.assertIn("+note\ttaken up with the restart: A", self.reporter.lines)
        self.assertEqual(self.activated, [2])
        self.assertFalse((self.app / "operator/pending").exists())

    def test_arguments_that_nobody_expects(self) -> None:
        with self.assertRaises(BadRequest):
            env.change(self.changing(), ["x"])

    def test_a_restart_of_nothing(self) -> None:
        with self.assertRaisesRegex(Refused, "nothing of shop is live"):
            restart.change(self.changing(), [])


if __name__ == "__main__":
    unittest.main()
