"""Where processes may run in a cluster, by labels of its machines."""

from __future__ import annotations

import io
from unittest import mock

from pocketpaas.change import deploy_checks, settings
from pocketpaas.cluster import membership
from pocketpaas.engine import swarm
from pocketpaas.engine.service_spec import ServiceSpec
from pocketpaas.engine.spec import ContainerSpec
from pocketpaas.entry import node
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.request import Request
from pocketpaas.release import placement
from pocketpaas.state import values
from test_cluster import ClusterCase


def member(name: str, **labels: str) -> swarm.Member:
    own = {membership.NAME: name, **labels}
    return swarm.Member(name, name, "worker", "ready", "active", "", False, False, own, 1, 1)


class PlacementTest(ClusterCase):
    def setUp(self) -> None:
        super().setUp()
        self.settings = self.paths.root / "settings"

    def say(self, name: str, text: str) -> None:
        values.make_directory(self.settings / "processes" / "web")
        values.put(self.settings / "processes" / "web" / name, text)

    def check(self, *members: swarm.Member, home: str = "") -> str:
        try:
            placement.check(self.settings, ["web", "worker"], members, home)
        except Refused as refused:
            return refused.text
        return ""

    def test_what_the_manifest_says_is_what_the_engine_is_told(self) -> None:
        self.assertEqual(("node.labels.pocketpaas.drained!=yes",), placement.constraints(self.settings, "web"))
        self.assertEqual("", placement.spread(self.settings, "web"))
        self.say("place", "disk=ssd\nrack=7\n")
        self.say("spread", "zone")
        told = placement.constraints(self.settings, "web")
        self.assertEqual(("node.labels.disk==ssd", "node.labels.rack==7"), told[1:])
        spec = ServiceSpec(
            "shop_web",
            ContainerSpec(image="x"),
            {},
            (),
            2,
            constraints=told,
            spread=placement.spread(self.settings, "web"),
        )
        found = spec.document()["TaskTemplate"]["Placement"]
        self.assertEqual(list(told), found["Constraints"])
        self.assertEqual([{"Spread": {"SpreadDescriptor": "node.labels.zone"}}], found["Preferences"])

    def test_a_label_that_no_machine_has_is_refused(self) -> None:
        self.assertEqual("", self.check(member("a")))
        self.say("place", "disk=ssd")
        self.assertIn(
            "no machine of the cluster has the label disk=ssd", self.check(member("a"), member("b", disk="hdd"))
        )
        self.assertEqual("", self.check(member("a"), member("b", disk="SSD")))
        self.say("place", "disk=ssd\nrack=7")
        self.assertIn("the labels disk=ssd rack=7", self.check(member("a", rack="7"), member("b", disk="ssd")))

    def test_a_machine_that_may_not_run_it_does_not_count(self) -> None:
        self.say("place", "disk=ssd")
        drained = member("b", disk="ssd", **{membership.DRAINED: "yes"})
        self.assertIn("is drained", self.check(member("a"), drained))
        self.assertIn(
            "web has volumes, which are on the home", self.check(member("a"), member("b", disk="ssd"), home="a")
        )
        self.assertEqual("", self.check(member("a", disk="ssd"), member("b"), home="a"))

    def test_so_is_one_to_spread_over(self) -> None:
        self.say("spread", "zone")
        self.assertIn("has a label zone, over which web is spread", self.check(member("a"), member("b")))
        self.assertEqual("", self.check(member("a"), member("b", zone="one")))

    def test_a_host_that_is_alone_looks_at_nothing(self) -> None:
        self.say("place", "disk=ssd")
        operation = mock.Mock(paths=self.paths)
        deploy_checks.refuse_without_place(operation, self.settings)
        operation.engine.assert_not_called()
        self.be_home()
        with mock.patch.object(membership.swarm, "members", return_value=(member("a"),)):
            with self.assertRaises(Refused):
                deploy_checks.refuse_without_place(operation, self.settings)

    def test_what_was_sent_is_looked_at(self) -> None:
        for name, text in (("place", "disk"), ("place", "a.b=c"), ("place", "a=b\nc=d e"), ("spread", "a b")):
            values.remove_tree(self.settings)
            self.say(name, text)
            with self.assertRaises(BadRequest, msg=text):
                settings.check(self.settings)


class LabelTest(ClusterCase):
    def label(self, *words: str) -> None:
        self.be_home()
        request = Request(self.paths, self.reporter, "ada", "node", ("label", "b", *words), io.BytesIO())
        node._change(request, mock.Mock(), "label", request.arguments[1:])

    def test_labels_are_set_and_removed(self) -> None:
        with mock.patch.object(membership.swarm, "members", return_value=(member("b", disk="hdd"),)):
            with mock.patch.object(membership.swarm, "change_member") as changed:
                self.label("disk=ssd", "zone=")
            changed.assert_called_once_with(mock.ANY, "b", labels={"disk": "ssd", "zone": None})
            for bad in ("pocketpaas.drained=yes", "disk", "=x", "disk=a b", "Disk=x"):
                with self.assertRaises(BadRequest, msg=bad):
                    self.label(bad)

    def test_only_those_of_people_are_told(self) -> None:
        self.assertEqual({"disk": "ssd", "zone": "a"}, membership.labels(member("b", zone="a", disk="ssd")))
