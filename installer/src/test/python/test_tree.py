"""Value trees: all or nothing."""

from __future__ import annotations

import io
import unittest

from host_fixture import HostCase
from pocketpaas.failure import BadRequest
from pocketpaas.state import tree, values


class TreeTest(HostCase):
    def test_what_was_written_is_read(self) -> None:
        given = {"env/A": "line\nline\n", "env/B": "", "name": "caf\udce9 \u00fc"}
        self.assertEqual(tree.parse(tree.text(given)), given)

    def test_what_is_not_a_tree_is_refused(self) -> None:
        for data, sentence in (
            (b"", "cut off"),
            (b"a\0b\0", "cut off"),
            (b"a\0b\0.\0end", "cut off"),
            (b"a\0.\0end\0", "cut off"),
            (b".\0end\0a\0b\0", "unexpected"),
            (b"../a\0b\0.\0end\0", "invalid path"),
            (b"a/.b\0b\0.\0end\0", "invalid path"),
            (b"a\0b\0a\0c\0.\0end\0", "twice"),
            (b"a\0b\0a/b\0c\0.\0end\0", "below"),
            (b"a/b\0b\0a\0c\0.\0end\0", "below"),
        ):
            with self.subTest(data), self.assertRaisesRegex(BadRequest, sentence):
                tree.parse(data)

    def test_bounds(self) -> None:
        with self.assertRaisesRegex(BadRequest, "larger than 10 bytes"):
            tree.read(io.BytesIO(b"a" * 11), max_bytes=10)
        with self.assertRaisesRegex(BadRequest, "more than 1 values"):
            tree.parse(tree.text({"a": "1", "b": "2"}), most=1)

    def test_it_is_stored_as_files(self) -> None:
        directory = self.paths.root / "values"
        tree.receive(io.BytesIO(tree.text({"a/b": "1", "c": "2"})), directory)
        self.assertEqual(values.need(directory / "a" / "b"), "1")
        self.assertEqual(tree.of_files("x", directory), {"x/a/b": "1", "x/c": "2"})


if __name__ == "__main__":
    unittest.main()
