"""Folding perf's samples and drawing them."""

import pathlib
import sys
import unittest
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness import flame  # noqa: E402

SCRIPT = """\
lane-0  1234 10.000000:     250000 cpu-clock:uhpppH:
            55d0 telemill::otlp::Walker::walk(unsigned char, base::Slice)+0x1f (/build/telemill)
            44c0 main+0x10 (/build/telemill)

lane-0  1234 10.000250:     250000 cpu-clock:uhpppH:
            66d0 [unknown] (/usr/lib/libisal.so.2.0.30)
            44c0 main+0x10 (/build/telemill)
"""


class Flame(unittest.TestCase):
    def test_samples_become_stacks_from_the_root(self) -> None:
        self.assertEqual({("lane-0", "main", "telemill::otlp::Walker::walk"): 1,
                          ("lane-0", "main", "[libisal.so.2.0.30]"): 1}, flame.fold(SCRIPT))

    def test_the_picture_is_xml_and_names_shares(self) -> None:
        picture = flame.draw(flame.tree_of(flame.fold(SCRIPT)))
        xml.etree.ElementTree.fromstring(picture)
        self.assertIn("telemill::otlp::Walker::walk: 1 samples, 50.0%", picture)
        self.assertIn("main: 2 samples, 100.0%", picture)

    def test_symbols_lose_arguments_and_keep_anonymous_names(self) -> None:
        self.assertEqual("a::{}::f", flame.short("a::(anonymous namespace)::f(int)+0x1", "b"))

    def test_no_sample_is_no_picture(self) -> None:
        self.assertEqual({}, flame.fold("# nothing\n"))


if __name__ == "__main__":
    unittest.main()
