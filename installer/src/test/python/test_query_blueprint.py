"""What somebody needs to run an app without PocketPaaS."""

from __future__ import annotations

import json

from pocketpaas.failure import Refused
from pocketpaas.query import show
from pocketpaas.release import slots
from pocketpaas.service import links, store
from pocketpaas.service.links import Link, Login
from pocketpaas.state import values
from program_fixture import ProgramCase

IMAGE = "sha256:" + "1" * 64


class BlueprintTest(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        self.file("host/domain", "example.com")

    def live(self) -> None:
        """A release with a service, a volume and a variable of two lines."""
        bundle = self.paths.release("shop", 3)
        files = {
            "image": IMAGE,
            "base": "slug",
            "port": "5000",
            "status": "good",
            "network": "10.213.1.0/24",
            "processes/web/command": "run",
            "processes/worker/stop-timeout": "60",
            "settings/volumes": "data\t/app/data",
            "settings/http/timeout": "90",
            "settings/processes/web/place": "disk=ssd\nroom=1",
            "settings/processes/worker/spread": "zone",
            "env/MODE": "one\ntwo",
            "env/DATABASE_URL": "db",
            "environment": f"{json.dumps('MODE=one' + chr(10) + 'two')},{json.dumps('DATABASE_URL=db')}",
            "service/env/DATABASE_URL": "db",
            "service/env.json/DATABASE_URL": json.dumps("DATABASE_URL=db"),
        }
        self.tree(bundle, files)
        self.tree(self.paths.app("shop"), {"operator/scale/web": "2", "network": "10.213.1.0/24"})
        slot = slots.idle_slot(self.paths, "shop")
        slots.prepare(self.paths, "shop", slot, 3)
        slots.switch(self.paths, "shop", slot)
        usual = {"type": "postgres", "major": "17", "image": IMAGE, "digest": "postgres@sha256:1", "generation": "1"}
        self.tree(self.paths.service("db"), {**usual, "password": "superuser-password"})
        Link(store.need(self.paths, "db"), "shop").keep(Login("shop_1", "pw"), ("DATABASE_URL",))

    def blueprint(self, key: str = "boss") -> dict[str, str]:
        return self.asked(show.serve, "show", "shop", "blueprint", key=key)

    def test_the_containers_and_what_belongs_to_them(self) -> None:
        self.live()
        found = self.blueprint()
        self.assertEqual((found["release"], found["image"], found["base"]), ("3", IMAGE, "slug"))
        self.assertEqual((found["domains"], found["http/timeout"]), ("shop.example.com", "90"))
        self.assertEqual(found["env/MODE"], "one\ntwo")
        self.assertEqual(found["env/DATABASE_URL"], links.resolve(self.paths, "shop", "db"))
        self.assertEqual((found["process/web/count"], found["process/web/command"]), ("2", "run"))
        self.assertEqual(found["process/worker/stop-timeout"], "60")
        self.assertEqual((found["process/web/place"], found["process/worker/spread"]), ("disk=ssd\nroom=1", "zone"))
        self.assertNotIn("process/web/spread", found)
        web = json.loads(found["process/web/container"])
        self.assertEqual(web["Cmd"], ["process", "web"])
        self.assertEqual(web["HostConfig"]["Mounts"][0]["Source"], "pocketpaas-shop.data")
        self.assertNotIn("Env", web)

    def test_a_service_comes_without_its_password(self) -> None:
        self.live()
        found = self.blueprint()
        self.assertEqual(found["service/db/image"], "postgres@sha256:1")
        self.assertIn("PGDATA=/var/lib/postgresql/17/docker", found["service/db/env"])
        self.assertNotIn("PASSWORD", found["service/db/env"])
        self.assertFalse([path for path, value in found.items() if "superuser-password" in value])

    def test_without_a_release_there_is_none(self) -> None:
        with self.assertRaisesRegex(Refused, "no live release"):
            self.blueprint()

    def test_values_are_for_admins(self) -> None:
        self.live()
        with self.assertRaisesRegex(Refused, "may not see"):
            self.blueprint(key="ci")
        self.assertTrue(values.names(self.paths.release("shop", 3) / "env"))
