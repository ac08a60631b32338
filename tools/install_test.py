"""install.sh against stand-ins for apt, dpkg and sudo that write down how they were called."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = ("bash", "env", "sed", "grep", "dirname", "mkdir", "cat", "find", "realpath", "touch")

# Each stand-in logs its call; what it answers comes from files in the same folder.
LOG = '#!/bin/bash\nhere=$(dirname "$0")\necho "$(basename "$0") $*" >> "$here/log"\n'
DPKG = LOG + 'while read -r name; do echo "installed $name"; done < "$here/installed"; exit 1\n'
APT_CACHE = LOG + 'grep -qxF "$2" "$here/candidates" && echo "  Candidate: 1.0" || ' \
                  'echo "  Candidate: (none)"\n'
APT_GET = LOG + ('case "$*" in *sourceparts=-*) [ -e "$here/backports_dead" ] && exit 100;\n'
                 '  echo sdk-dev >> "$here/candidates" ;; esac\nexit 0\n')
ID = '#!/bin/bash\ncat "$(dirname "$0")/user"\n'
ADD = LOG.replace('$here/log', '$here/../bin/log') + '[ "$1" = remove ] || echo /x.sources\n'


class InstallTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.bin = self.root / "bin"
        self.bin.mkdir()
        for name in TOOLS + ("basename",):
            (self.bin / name).symlink_to(shutil.which(name))
        for name, text in {"dpkg-query": DPKG, "apt-cache": APT_CACHE, "apt-get": APT_GET,
                           "id": ID}.items():
            self.program(self.bin / name, text)
        self.write("bin/installed", "base-dev\ntool\n")
        self.write("bin/candidates", "")
        self.write("bin/user", "0\n")
        self.write("bin/log", "")
        self.write("tools/packages/run.txt", "# why\nbase-dev  # trailing\n\nbash=never-wanted\n")
        self.write("tools/packages/test.txt", "tool\n")
        self.write("tools/packages/test_optional.txt", "")
        self.program(self.root / "tools/add_backports.py", ADD)
        shutil.copy(HERE / "install.sh", self.root / "tools/install.sh")

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def program(self, path: pathlib.Path, text: str) -> None:
        self.write(str(path), text)
        path.chmod(0o755)

    def install(self, what: str) -> subprocess.CompletedProcess:
        return subprocess.run(["bash", str(self.root / "tools/install.sh"), what], text=True,
                              env={"PATH": str(self.bin)}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    def calls(self) -> list[str]:
        return (self.bin / "log").read_text().splitlines()

    def test_asks_dpkg_once_when_nothing_is_missing(self):
        done = self.install("run")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertEqual(len(self.calls()), 1)
        self.assertTrue(self.calls()[0].startswith("dpkg-query"))

    def test_installs_only_what_is_missing_and_removes_nothing(self):
        self.write("tools/packages/test.txt", "tool\nother-dev\nnosuchcommand=third\n")
        self.assertEqual(self.install("test").returncode, 0)
        updates = [call for call in self.calls() if call.endswith(" update")]
        installs = [call for call in self.calls() if " install " in call]
        self.assertEqual((len(updates), len(installs)), (1, 1))
        self.assertTrue(installs[0].endswith("install other-dev third"), installs)
        self.assertIn("--no-remove", installs[0])

    def test_without_root_or_sudo_names_the_packages_and_fails(self):
        self.write("bin/user", "1000\n")
        self.write("tools/packages/run.txt", "base-dev\nother-dev\n")
        done = self.install("run")
        self.assertEqual(done.returncode, 1)
        self.assertIn("have these packages installed: other-dev\n", done.stdout)
        self.assertFalse([call for call in self.calls() if call.startswith("apt-get")])

    def test_uses_sudo_that_asks_for_no_password(self):
        self.write("bin/user", "1000\n")
        self.write("tools/packages/run.txt", "other-dev\n")
        self.program(self.bin / "sudo", LOG + '[ "$1" = -n ] && exit 0; exec "$@"\n')
        self.assertEqual(self.install("run").returncode, 0)
        self.assertTrue([call for call in self.calls() if call.startswith("sudo env")])

    def test_takes_an_optional_package_from_backports(self):
        self.write("tools/packages/test_optional.txt", "sdk-dev\n")
        done = self.install("test")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("add_backports.py add", self.calls())
        self.assertTrue(self.calls()[-1].endswith("install sdk-dev"))
        self.assertNotIn("skip", done.stdout)

    def test_takes_an_optional_package_from_main_without_backports(self):
        self.write("tools/packages/test_optional.txt", "sdk-dev\n")
        self.write("bin/candidates", "sdk-dev\n")
        self.assertEqual(self.install("test").returncode, 0)
        self.assertNotIn("add_backports.py add", self.calls())

    def test_takes_a_dead_backports_entry_out_again_and_goes_on(self):
        self.write("tools/packages/test_optional.txt", "sdk-dev\n")
        self.write("bin/backports_dead", "")
        done = self.install("test")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.calls()[-1], "add_backports.py remove")
        self.assertIn("without sdk-dev: the backports of this release do not answer", done.stdout)
        self.assertIn("will skip for that reason", done.stdout)

    def test_does_not_try_dead_backports_again_within_a_day(self):
        self.test_takes_a_dead_backports_entry_out_again_and_goes_on()
        self.write("bin/log", "")
        self.assertIn("tried within a day", self.install("test").stdout)
        self.assertFalse([call for call in self.calls() if call.startswith("apt-get")])

    def test_refuses_an_unknown_purpose(self):
        self.assertEqual(self.install("everything").returncode, 2)


if __name__ == "__main__":
    unittest.main()
