"""A whole host moves: what it has beside its apps goes over, one move at a time."""

import io
import os
import time
import unittest
from pathlib import Path
from unittest import mock

from host_fixture import HostCase
from pocketpaas.entry import move_host
from pocketpaas.failure import Busy, Failed, Refused
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.request import Request
from pocketpaas.move import host, identity, store
from pocketpaas.state import tree, values

OTHER = {name: "a" * 32 for name in store.SECRETS}


class HostMoveTest(HostCase):
    def ask(self, action: str, told: dict[str, str]) -> dict[str, str]:
        came = io.BytesIO(tree.text(told))
        request = Request(self.paths, self.reporter, "ada", "move-host", (action,), came)
        with mock.patch.object(move_host, "answer", lambda found: found):
            return dict(move_host.serve(request))

    @property
    def place(self) -> Path:
        return self.paths.moves / host.SUBJECT

    def given_up(self) -> None:
        before = time.time() - 61
        os.utime(self.place / "at-work", (before, before))

    def refused(self, action: str, told: dict[str, str]) -> str:
        with self.assertRaises(Refused) as refused:
            self.ask(action, told)
        return refused.exception.text

    def test_a_host_that_is_just_being_moved_gets_no_other_one(self) -> None:
        given = self.ask("begin", {"peer": "web2"})
        text = self.refused("expect", OTHER)
        self.assertEqual(text, "the other host is itself just being moved to web2")
        self.assertEqual(store.secrets_of(self.paths, host.SUBJECT).items() - given.items(), set())

    def test_a_host_that_just_gets_another_one_is_not_moved(self) -> None:
        self.ask("expect", OTHER)
        self.assertEqual(self.refused("begin", {"peer": "web2"}), "another host is just being moved to this host")
        self.assertEqual(self.refused("expect", {**OTHER, "id": "b" * 32})[:12], "another host")
        self.assertEqual(store.secrets_of(self.paths, host.SUBJECT), OTHER)

    def test_one_that_was_given_up_is_in_nobodys_way(self) -> None:
        self.ask("begin", {"peer": "web2"})
        self.given_up()
        self.ask("expect", OTHER)
        self.assertEqual(store.secrets_of(self.paths, host.SUBJECT), OTHER)

    def test_the_same_command_goes_on_at_once(self) -> None:
        given = self.ask("begin", {"peer": "web2", "here": "web1"})
        self.assertEqual(given["from"], identity.of(self.paths))
        again = self.ask("begin", {"peer": "web2", "here": "web1"})
        self.assertNotEqual(again["id"], given["id"])
        store.forget(self.paths, host.SUBJECT)
        for one in (given, again):
            self.ask("expect", {**one, "here": "web2"})
        self.assertEqual(store.secrets_of(self.paths, host.SUBJECT)["id"], again["id"])
        text = self.refused("expect", {**again, "from": "c" * 32, "here": "web2"})
        self.assertEqual(text, "another host is just being moved to web2")
        text = self.refused("begin", {"peer": "web1", "here": "web2"})
        self.assertEqual(text, "another host is just being moved to web2")
        self.assertIn("to this host", self.refused("begin", {"peer": "web1", "here": "no name"}))

    def test_who_only_asks_for_a_tool_keeps_no_other_move_at_work(self) -> None:
        self.ask("expect", OTHER)
        self.given_up()
        with mock.patch.object(move_host.move, "serve", return_value={}):
            self.ask("tools", {})
        self.ask("begin", {"peer": "web2"})

    def test_who_lists_what_came_is_at_work(self) -> None:
        self.ask("begin", {"peer": "web2"})
        self.given_up()
        with mock.patch.object(move_host.move, "serve", return_value={}):
            self.ask("list", {})
        self.refused("expect", OTHER)

    def test_what_is_left_of_an_earlier_try_goes_with_its_secrets(self) -> None:
        # Also where a program of an earlier version has left it, with a damaged repository.
        for left in (OTHER, self.ask("begin", {"peer": "web2"})):
            store.write(self.paths, host.SUBJECT, left)
            values.make_directory(self.place / "repository" / "keys")
            self.assertNotEqual(self.ask("begin", {"peer": "web2"})["id"], left["id"])
            self.assertFalse((self.place / "repository").exists())

    def test_a_step_that_is_at_work_is_left_alone(self) -> None:
        given = self.ask("begin", {"peer": "web2"})
        lock = store.lock(self.paths, host.SUBJECT, Holder("ada", "move pack"))
        with self.assertRaises(Busy) as busy:
            self.ask("begin", {"peer": "web2"})
        lock.release()
        self.assertIn("move pack by ada", busy.exception.text)
        self.assertEqual(store.secrets_of(self.paths, host.SUBJECT).items() - given.items(), set())

    def test_a_part_of_a_repository_is_made_anew(self) -> None:
        store.write(self.paths, host.SUBJECT, OTHER)
        part = self.place / "repository"
        values.make_directory(part / "keys")
        repository = mock.Mock()
        repository.destination.location = str(part)
        repository.is_there.return_value = False
        repository.make.side_effect = lambda: self.assertFalse(part.exists())
        repository.store.side_effect = Failed("enough", "it was made")
        operation = mock.Mock(paths=self.paths)
        with (
            mock.patch.object(host.store, "repository", return_value=repository),
            mock.patch.object(host.host_content, "write", return_value=()),
            self.assertRaisesRegex(Failed, "it was made"),
        ):
            host.pack(operation)
        repository.make.assert_called_once()


if __name__ == "__main__":
    unittest.main()
