"""add_backports.py on the kinds of apt sources that machines have. No network, no real apt."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import add_backports  # noqa: E402

BOOKWORM = 'ID=debian\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
KEY = ("Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDMEYCQjIxYJKwYBBAHaRw8BAQdAD/P5\n"
       " -----END PGP PUBLIC KEY BLOCK-----")


class AddBackportsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.parts = self.root / "etc/apt/sources.list.d"
        self.parts.mkdir(parents=True)
        (self.root / "etc/os-release").write_text(BOOKWORM)

    def run_tool(self, action: str = "add") -> tuple[int, str]:
        with contextlib.redirect_stdout(io.StringIO()) as out, \
                contextlib.redirect_stderr(out):
            status = add_backports.main(["--root", str(self.root), action])
        return status, out.getvalue()

    def made(self) -> str:
        """What the tool wrote, without its comment."""
        paths = list(self.parts.glob("telemill-backports.*"))
        self.assertEqual(len(paths), 1, paths)
        comment, _, rest = paths[0].read_text().partition("\n")
        self.assertTrue(comment.startswith("#"))
        return rest

    def test_deb822_with_several_suites(self):
        (self.parts / "debian.sources").write_text(
            "Types: deb deb-src\n# a snapshot\nURIs: file:/mirror/debian\n"
            "Suites: bookworm bookworm-updates\nComponents: main contrib\n"
            "Signed-By: /usr/share/keyrings/debian.gpg\n\n"
            "Types: deb\nURIs: file:/security\nSuites: bookworm-security\nComponents: main\n")
        self.assertEqual(self.run_tool()[0], 0)
        self.assertEqual(self.made(),
                         "Types: deb\nURIs: file:/mirror/debian\nSuites: bookworm-backports\n"
                         "Components: main contrib\nSigned-By: /usr/share/keyrings/debian.gpg\n")

    def test_deb822_skips_a_disabled_stanza_and_keeps_an_inline_key(self):
        (self.parts / "debian.sources").write_text(
            "Enabled: no\nTypes: deb\nURIs: file:/off\nSuites: bookworm\nComponents: main\n"
            f"{KEY}\n\n"
            "Types: deb\nEnabled: yes\nURIs: file:/on\nSuites: bookworm\nComponents: main\n"
            f"Architectures: amd64\n{KEY}\n")
        self.assertEqual(self.run_tool()[0], 0)
        self.assertEqual(self.made(),
                         "Types: deb\nURIs: file:/on\nSuites: bookworm-backports\n"
                         f"Components: main\nArchitectures: amd64\n{KEY.replace(':', ': ', 1)}\n")

    def test_one_line_with_options_and_tabs(self):
        (self.root / "etc/apt/sources.list").write_text(
            "# deb file:/off bookworm main\n"
            "deb cdrom:[Debian 12]/ bookworm main\n"
            "deb-src file:/src bookworm main\n"
            "deb\t[ arch=amd64\tsigned-by=/k.gpg ]\tfile:/debian\tbookworm\tmain contrib # x\n")
        self.assertEqual(self.run_tool()[0], 0)
        self.assertEqual(self.made(), "deb [ arch=amd64 signed-by=/k.gpg ] file:/debian "
                                      "bookworm-backports main contrib\n")

    def test_one_line_without_options(self):
        (self.root / "etc/apt/sources.list").write_text("deb file:/debian bookworm main\n")
        self.assertEqual(self.run_tool()[0], 0)
        self.assertEqual(self.made(), "deb file:/debian bookworm-backports main\n")

    def test_no_matching_suite_is_a_clear_error(self):
        (self.parts / "other.sources").write_text(
            "Types: deb\nURIs: file:/x\nSuites: trixie\nComponents: main\n\n"
            "Types: deb\nURIs: file:/x\nSuites: bookworm-security\nComponents: main\n")
        (self.parts / "old.list.disabled").write_text("deb file:/debian bookworm main\n")
        status, said = self.run_tool()
        self.assertEqual(status, 1)
        self.assertIn("no enabled entry for the suite bookworm", said)
        self.assertEqual(list(self.parts.glob("telemill-backports.*")), [])

    def test_a_second_run_changes_nothing(self):
        (self.root / "etc/apt/sources.list").write_text("deb file:/debian bookworm main\n")
        self.assertIn("telemill-backports.list", self.run_tool()[1])
        before = self.made()
        self.assertEqual(self.run_tool(), (0, ""))
        self.assertEqual(self.made(), before)

    def test_a_suite_that_is_there_stays_alone(self):
        (self.parts / "a.sources").write_text(
            "Types: deb\nURIs: file:/x\nSuites: bookworm bookworm-backports\nComponents: main\n")
        self.assertEqual(self.run_tool(), (0, ""))
        self.assertEqual(list(self.parts.glob("telemill-backports.*")), [])

    def test_a_disabled_backports_entry_does_not_count_as_there(self):
        (self.parts / "a.sources").write_text(
            "Types: deb\nURIs: file:/x\nSuites: bookworm\nComponents: main\n\n"
            "Types: deb\nEnabled: no\nURIs: file:/x\nSuites: bookworm-backports\n"
            "Components: main\n")
        self.assertEqual(self.run_tool()[0], 0)
        self.assertIn("Suites: bookworm-backports\n", self.made())

    def test_remove_takes_out_only_our_entry(self):
        (self.root / "etc/apt/sources.list").write_text("deb file:/debian bookworm main\n")
        (self.parts / "other.list").write_text("deb file:/other bookworm-backports-sloppy main\n")
        self.run_tool()
        self.assertEqual(self.run_tool("remove")[0], 0)
        self.assertEqual([path.name for path in self.parts.iterdir()], ["other.list"])
        self.assertEqual(self.run_tool("remove"), (0, ""))

    def test_other_systems_are_refused(self):
        (self.root / "etc/os-release").write_text("ID=ubuntu\nVERSION_CODENAME=noble\n")
        with self.assertRaises(SystemExit):
            self.run_tool()


if __name__ == "__main__":
    unittest.main()
