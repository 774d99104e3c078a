"""A backup that is at work on either host of a move: waited for while the app serves, and not while it runs nowhere."""

from __future__ import annotations

import io
from unittest import mock

from pocketpaas.backup import store as backup_store
from pocketpaas.entry import move
from pocketpaas.failure import Busy
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.request import Request
from pocketpaas.move import backups, operations
from pocketpaas.state import moves, tree, values
from test_move_data import MovedDataCase


class BackupAtWorkTest(MovedDataCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(mock.patch.object(backups, "_PATIENCE", 0.05))
        self.enterContext(mock.patch.object(backups, "_SHUT_PATIENCE", 0.01))
        self.bring = self.enterContext(mock.patch.object(operations.arriving, "bring"))
        self.serve = self.enterContext(mock.patch.object(operations.arrival, "serve"))
        self.take = self.enterContext(mock.patch.object(operations.returning, "take"))
        self.at_work = backup_store.lock(self.paths, Holder("ann", "backups create"))
        self.addCleanup(self.at_work.release)

    def busy(self, action: str, *told: str) -> str:
        values.write_lines(self.operation.work.directory / "args", [action, *told])
        with self.assertRaises(Busy) as busy:
            operations._ACTIONS[action](self.operation)
        return busy.exception.text

    def test_it_is_waited_for_before_anything_stops(self) -> None:
        for action in ("prepare", "bring"):
            self.assertRegex(self.busy(action), "^another backup is at work: backups create by ann")
        self.assertFalse(self.serve.called or self.bring.called)
        self.at_work.release()
        moves.begin(self.paths, "shop", moves.ARRIVING)
        operations._ACTIONS["prepare"](self.operation)
        self.serve.assert_called_once()
        # Nothing is held when it has ended: the next step takes it.
        backup_store.lock(self.paths, Holder("ann", "backups create")).release()

    def test_an_app_that_runs_nowhere_does_not_wait_for_it(self) -> None:
        with mock.patch.object(backups, "_PATIENCE", 3600.0):
            for action, told in (("bring", "yes"), ("take", operations.NOTHING)):
                text = self.busy(action, told)
                self.assertIn("and shop is not shut for so long: another backup is at work: backups create", text)
        self.assertFalse(self.bring.called or self.take.called)

    def test_the_host_hears_that_the_app_is_closed(self) -> None:
        for told, args in (({"closed": "yes"}, "bring\nyes"), ({"closed": "no"}, "bring"), ({}, "bring")):
            request = Request(self.paths, self.reporter, "ann", "move", ("shop", "bring"), io.BytesIO(tree.text(told)))
            with mock.patch.object(move.work, "start") as start, mock.patch.object(move, "follow", return_value=0):
                move.serve(request)
            self.assertEqual(values.need(start.call_args.args[1].directory / "args"), args)
