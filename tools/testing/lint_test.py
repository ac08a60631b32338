"""Which sources stand for a change."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from testing import lint  # noqa: E402

KNOWN = {"src/a/x.cc", "src/a/x_test.cc", "src/a/y_test.cc",
         "build/release/header_checks/src.a.x.h.cc", "build/release/header_checks/src.a.z.h.cc"}


class SourcesForTest(unittest.TestCase):
    def test_a_source_stands_for_itself(self):
        self.assertEqual(lint.sources_for({"src/a/x.cc"}, KNOWN), ["src/a/x.cc"])

    def test_a_header_goes_to_its_source_then_its_test_then_its_check(self):
        self.assertEqual(lint.sources_for({"src/a/x.h"}, KNOWN), ["src/a/x.cc"])
        self.assertEqual(lint.sources_for({"src/a/y.h"}, KNOWN), ["src/a/y_test.cc"])
        self.assertEqual(lint.sources_for({"src/a/z.h"}, KNOWN),
                         ["build/release/header_checks/src.a.z.h.cc"])

    def test_what_is_not_built_or_not_ours_is_left_out(self):
        self.assertEqual(lint.sources_for({"src/gone.cc", "src/gone.h", "README.md"}, KNOWN), [])


if __name__ == "__main__":
    unittest.main()
