"""The disk of the host that an app leaves, and comes back to, before anything of the app is touched."""

from __future__ import annotations

from unittest import mock

from host_fixture import HostCase
from pocketpaas.failure import Refused
from pocketpaas.move import room
from pocketpaas.query import checkup_apps
from pocketpaas.query.findings import Findings
from pocketpaas.state import disk, moves, values

MEGABYTE = 1 << 20
TOLD = {"image": str(100 * MEGABYTE), "volumes": str(600 * MEGABYTE), "service/db/size": str(50 * MEGABYTE)}


class RoomTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        self.repository = self.paths.moves / "shop" / "repository"

    def leaves(self, free: int, told: dict[str, str]) -> str:
        """Why it is refused with so many MB free; empty where it is not."""
        return self.refused(room.refuse_leaving, free, told)

    def comes_back(self, free: int, told: dict[str, str]) -> str:
        return self.refused(room.refuse_returning, free, told)

    def refused(self, look: object, free: int, told: dict[str, str]) -> str:
        assert callable(look)
        with mock.patch.object(disk, "free_kilobytes", return_value=free << 10):
            try:
                look(self.paths, "shop", told)
            except Refused as refused:
                self.assertEqual(refused.cause, "disk-full")
                return refused.text
        return ""

    def store(self, size: int) -> None:
        file = self.repository / "data" / "ab" / ("a" * 64)
        values.make_directory(file.parent)
        file.touch()
        with open(file, "r+b") as stream:
            stream.truncate(size)

    def test_all_that_is_stored_has_to_fit_beside_the_spare(self) -> None:
        self.assertEqual(self.leaves(750 + 256, TOLD), "")
        text = self.leaves(749 + 256, TOLD)
        self.assertRegex(text, "on the host that shop leaves: .* needs 750 MB, and 749 MB can be had in")

    def test_an_image_and_a_dump_lie_there_twice_for_a_moment(self) -> None:
        image = {"image": str(100 * MEGABYTE)}
        self.assertEqual((self.leaves(200 + 256, image), bool(self.leaves(199 + 256, image))), ("", True))
        dumps = {"service/db/size": str(30 * MEGABYTE), "service/more/size": str(70 * MEGABYTE)}
        self.assertEqual((self.leaves(170 + 256, dumps), bool(self.leaves(169 + 256, dumps))), ("", True))

    def test_what_is_stored_already_counts(self) -> None:
        self.store(700 * MEGABYTE)
        self.assertEqual((self.leaves(50 + 256, TOLD), bool(self.leaves(49 + 256, TOLD))), ("", True))
        # More than there is of it now.
        self.store(900 * MEGABYTE)
        self.assertEqual((self.leaves(256, TOLD), bool(self.leaves(255, TOLD))), ("", True))

    def test_what_nobody_tells_needs_the_spare_alone(self) -> None:
        self.assertEqual((self.leaves(256, {}), self.comes_back(256, {"volumes": "many"})), ("", ""))

    def test_what_comes_back_comes_beside_what_is_there(self) -> None:
        self.assertEqual(self.comes_back(600 + 256, TOLD), "")
        self.assertRegex(self.comes_back(599 + 256, TOLD), "that shop comes back to: .* needs 600 MB, and 599 MB can")

    def test_the_doctor_names_a_move_that_holds_room(self) -> None:
        values.make_directory(self.paths.app("shop"))
        findings = Findings()
        checkup_apps._begun(self.paths, findings, "shop")
        self.assertEqual(findings.tree(), {})
        moves.begin(self.paths, "shop", moves.AHEAD)
        values.write(moves.directory(self.paths, "shop") / "peer", "web2")
        self.store(7 * MEGABYTE)
        checkup_apps._begun(self.paths, findings, "shop")
        said = " ".join(findings.tree().values())
        self.assertIn("a move of shop to web2 has begun, and holds 7 MB of the disk", said)
