"""The home of a cluster is lost: its data comes to the next one, each part once, from the lost one's newest backups."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from unittest import mock

from pocketpaas.backup import data_recovering, host_content, mirror, store
from pocketpaas.backup.data_recovering import Data
from pocketpaas.backup.host_content import HostContent, StoredService
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.engine import service_spec
from pocketpaas.engine.client import Engine
from pocketpaas.failure import Failed
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.release import placement, slots, spread_reconcile
from pocketpaas.state import values
from test_cluster import ClusterCase

PLACE = "sftp:vault@nas.example.com/srv"


def snapshot(number: str, host: str, **facts: str) -> Snapshot:
    return Snapshot(number, "2026-01-01T00:00:00Z", host, facts)


class DataCase(ClusterCase):
    def setUp(self) -> None:
        super().setUp()
        self.be_home()
        self.stored = self.paths.root / "stored"
        values.make_directory(self.stored)
        self.warnings: list[str] = []
        self.reporter.warn = self.warnings.append  # type: ignore[method-assign]
        work = Work("1", self.paths.root / "work")
        engine = mock.Mock(spec=Engine)
        self.operation = Operation(self.paths, self.reporter, engine, work, "host.cluster", "recover", "me")
        self.repository = mock.Mock()
        self.repository.snapshots.return_value = [
            snapshot("1", "lost-1", kind="service", service="db"),
            snapshot("2", "lost-1", kind="app", app="shop"),
            snapshot("3", "lost-1", kind="service", service="db"),
            snapshot("4", "other-2", kind="service", service="db"),
        ]
        for target, name, value in (
            (data_recovering, "Repository", mock.Mock(return_value=self.repository)),
            (data_recovering, "_need_programs", mock.Mock()),
            (data_recovering.timers, "apply", mock.Mock()),
            # Held as long as the program lives.
            (data_recovering.store, "lock", mock.Mock()),
        ):
            patcher = mock.patch.object(target, name, value)
            patcher.start()
            self.addCleanup(patcher.stop)

    def tell(self, **more: str) -> None:
        """What the lost home has told of its backups."""
        told: Mapping[str, str] = {"destination": PLACE, "passphrase": "words", "host": "lost-1", **more}
        for name, text in told.items():
            values.put(self.stored / name, text)

    def opened(self) -> Data:
        data = Data(self.operation, self.stored)
        data.open()
        return data

    def live(self, app: str, volumes: str = "") -> None:
        bundle = self.paths.release(app, 4)
        values.make_directory(bundle / "settings")
        values.put(self.paths.app(app) / "created", "2020-01-01T00:00:00Z")
        if volumes:
            values.put(bundle / "settings" / "volumes", volumes)
        patcher = mock.patch.object(slots, "live_release", return_value=4)
        patcher.start()
        self.addCleanup(patcher.stop)

    def content(self) -> HostContent:
        service = StoredService("db", self.stored / "services" / "db", ("shop",))
        return HostContent(self.stored, "", ("shop",), (service,), "", "7 4 6")


class ToldTest(DataCase):
    """What the managers are told, and what the next home makes of it."""

    def test_all_that_reads_the_backups_is_told_and_nothing_else(self) -> None:
        for name in ("destination", "passphrase", "ssh-key", "host", "schedule", "count", "record"):
            values.make_directory(self.paths.backups)
            values.put(self.paths.backups / name, name)
        target = self.paths.root / "target"
        values.make_directory(target)
        data_recovering.gather(self.paths, target)
        self.assertEqual(["destination", "host", "passphrase", "schedule", "ssh-key"], values.names(target))
        self.assertIn(mirror.BACKUPS, ("backups",))

    def test_the_destination_is_this_machine_s_with_a_name_of_its_own(self) -> None:
        self.tell(schedule="03:00", **{"ssh-key": "key"})
        self.opened()
        self.assertEqual(PLACE, store.need_destination(self.paths).location)
        self.assertEqual("key", values.read(self.paths.backups / "ssh-key"))
        self.assertEqual(0o600, (self.paths.backups / "ssh-key").stat().st_mode & 0o777)
        self.assertNotEqual("lost-1", store.host_name(self.paths))
        self.assertEqual("03:00", store.schedule(self.paths))

    def test_who_has_forgotten_it_meanwhile_does_not_get_it_again(self) -> None:
        self.tell()
        self.opened()
        (self.paths.backups / "destination").unlink()
        self.opened()
        self.assertIsNone(store.destination(self.paths))

    def test_a_destination_of_its_own_stays(self) -> None:
        self.tell(schedule="03:00")
        values.make_directory(self.paths.backups)
        values.put(self.paths.backups / "destination", "/mnt/mine")
        self.opened()
        self.assertEqual("/mnt/mine", store.need_destination(self.paths).location)

    def test_backups_that_were_on_the_lost_machine_alone_are_told_and_hold_nobody_up(self) -> None:
        self.tell(destination="/mnt/lost")
        self.live("shop", "files\t/data")
        data = self.opened()
        self.assertTrue(data.volumes("shop"))
        self.assertIsNone(store.destination(self.paths))
        self.assertEqual("the backups were on the lost machine, in /mnt/lost", self.warnings[0])

    def test_a_home_of_an_older_version_has_told_nothing(self) -> None:
        data = Data(self.operation, self.paths.root / "nowhere")
        data.open()
        self.live("shop", "files\t/data")
        self.assertTrue(data.volumes("shop"))
        self.assertEqual(["the volumes of shop are empty: there is no backup of them"], self.warnings)


class PartsTest(DataCase):
    def test_a_service_gets_the_newest_backup_of_the_lost_home_once(self) -> None:
        self.tell()
        with mock.patch.object(data_recovering.service_bringing, "bring") as bring:
            self.opened().services(self.content())
            self.assertEqual("3", bring.call_args[0][3][-1].id)
            with mock.patch.object(data_recovering.services, "find", return_value=mock.Mock()):
                self.opened().services(self.content())
            self.assertEqual(1, bring.call_count)
            self.opened().services(self.content())
            self.assertEqual(2, bring.call_count, "somebody has destroyed it since")

    def test_one_that_fails_is_named_and_tried_again(self) -> None:
        self.tell()
        with mock.patch.object(data_recovering.service_bringing, "bring", side_effect=Failed("x", "it broke")):
            data = self.opened()
            data.services(self.content())
        self.assertEqual((["db"], ["db: it broke"]), (data.failed, self.warnings))
        with mock.patch.object(data_recovering.service_bringing, "bring") as bring:
            self.opened().services(self.content())
        bring.assert_called_once()

    def test_an_app_whose_service_did_not_come_is_left_as_it_is(self) -> None:
        self.tell()
        self.live("shop")
        values.make_directory(self.paths.release("shop", 4) / "service" / "env")
        values.put(self.paths.release("shop", 4) / "service" / "env" / "DATABASE_URL", "db")
        with mock.patch.object(data_recovering.service_bringing, "bring", side_effect=Failed("x", "it broke")):
            data = self.opened()
            data.services(self.content())
        self.assertFalse(data.are_there("shop"))
        self.assertEqual("shop is left as it is: db, which it needs, did not come", self.warnings[-1])
        with mock.patch.object(data_recovering.service_bringing, "bring"):
            again = self.opened()
            again.services(self.content())
        self.assertTrue(again.are_there("shop"))

    def test_data_that_somebody_has_put_there_since_stay(self) -> None:
        self.tell()
        changed = data_recovering.service_bringing.Changed("db", "the data of shop in db are not those of the backup")
        with mock.patch.object(data_recovering.service_bringing, "bring", side_effect=changed):
            data = self.opened()
            data.services(self.content())
        self.assertEqual(([], []), (data.failed, data.missing))
        self.assertEqual(["the data of shop in db are not those of the backup"], self.warnings)

    def test_nothing_begins_with_empty_data_while_the_backups_cannot_be_read(self) -> None:
        self.tell()
        self.repository.open.side_effect = Failed("x", "nobody answers")
        self.live("shop", "files\t/data")
        with mock.patch.object(data_recovering.service_bringing, "bring") as bring:
            data = self.opened()
            data.services(self.content())
            bring.assert_not_called()
        self.assertFalse(data.volumes("shop"))
        self.assertEqual(["db", "shop"], data.failed)
        self.assertIn("nobody answers", self.warnings[0])

    def test_volumes_are_filled_before_the_app_begins_and_an_app_without_has_none(self) -> None:
        self.tell()
        self.live("shop", "files\t/data")
        fetched = [mock.Mock()]
        restoring = data_recovering.app_restoring
        with mock.patch.object(restoring, "fetch", return_value=(mock.Mock(), Path())):
            with mock.patch.object(restoring, "fetch_volumes", return_value=fetched) as volumes:
                with mock.patch.object(data_recovering, "swapping") as swapping:
                    self.assertTrue(self.opened().volumes("shop"))
                    self.assertTrue(self.opened().volumes("shop"))
        self.assertEqual("2", volumes.call_args[0][2].id)
        self.assertEqual("shop", volumes.call_args[0][0].app)
        self.assertEqual([mock.call.swap(fetched[0]), mock.call.finish(fetched[0])], swapping.mock_calls)

    def test_an_app_without_volumes_asks_for_nothing(self) -> None:
        self.live("shop")
        self.assertTrue(self.opened().volumes("shop"))
        self.repository.restore.assert_not_called()


class PinnedTest(DataCase):
    """What has a volume runs on the home, whichever machine that is."""

    @staticmethod
    def service(constraint: str) -> dict[str, object]:
        return {"TaskTemplate": {"Placement": {"Constraints": [constraint, "node.labels.disk==ssd"]}}}

    def test_it_is_made_again_where_the_home_is_another_machine(self) -> None:
        one = mock.Mock()
        with mock.patch.object(spread_reconcile.swarm, "own_id", return_value="here"):
            for constraint, elsewhere in (
                ("node.id==here", False),
                ("node.id==lost", True),
                ("node.role==worker", False),
            ):
                one.spec = self.service(constraint)
                self.assertEqual(elsewhere, spread_reconcile._is_elsewhere(mock.Mock(), one), constraint)
        self.assertEqual("", service_spec.pinned_to({}))

    def test_an_app_with_volumes_has_to_find_its_labels_on_the_home(self) -> None:
        settings = self.paths.root / "settings"
        values.make_directory(settings / "processes" / "web")
        values.put(settings / "processes" / "web" / "spread", "zone")
        with mock.patch.object(placement.swarm, "own_id", return_value="here") as own:
            with mock.patch.object(placement.membership, "need_majority"), mock.patch.object(
                placement, "check"
            ) as check:
                placement.guard(self.operation, settings, ["web"])
                self.assertEqual("", check.call_args[0][3])
                values.put(settings / "volumes", "files\t/data")
                placement.guard(self.operation, settings, ["web"])
                self.assertEqual("here", check.call_args[0][3])
        own.assert_called_once()


class HostTest(DataCase):
    def test_what_a_host_s_backup_holds_has_no_secret_of_backups(self) -> None:
        self.assertNotIn("backups", host_content.TREES)
