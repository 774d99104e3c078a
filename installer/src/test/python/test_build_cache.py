"""The copy of its cache that a build works on."""

from __future__ import annotations

import os
import unittest

from host_fixture import HostCase
from pocketpaas.build import cache as cache_module

USER = 1000


class CacheTest(HostCase):
    def test_the_next_build_may_write_where_the_last_one_did(self) -> None:
        cache = self.tree(self.paths.root / "current", {"node/downloads/a": "x", "b": "y"})
        (cache / "link").symlink_to("b")
        owner = USER if os.geteuid() == 0 else os.geteuid()
        for path in (cache / "node", cache / "node" / "downloads", cache / "b"):
            os.chown(path, owner, owner)
        (cache / "node").chmod(0o750)
        copy = self.paths.root / "new"
        cache_module.copy_by_links(cache, copy)
        for path in (copy / "node", copy / "node" / "downloads", copy / "b"):
            self.assertEqual(path.stat().st_uid, owner, path)
        self.assertEqual((copy / "node").stat().st_mode & 0o777, 0o750)
        self.assertTrue(os.path.samefile(copy / "b", cache / "b"))
        self.assertEqual(os.readlink(copy / "link"), "b")


if __name__ == "__main__":
    unittest.main()
