"""./run with a stand-in for the collector: starts, sends, drains, compares; and how it fails."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent

# Behaves as telemill does towards ./run; $FAKE says which way it misbehaves.
COLLECTOR = r'''#!/bin/bash
if [ "$1" = gen ]; then echo "gen $*"; exit "${GEN_STATUS:-0}"; fi
[ "$FAKE" = no_start ] && { echo "config is wrong" >&2; exit 1; }
finish() {
  [ "$FAKE" = silent ] || echo "summary ${COUNTS} end" >&2
  exit "${STATUS:-0}"
}
trap finish TERM
echo "Everything is ready. Begin." >&2
[ "$FAKE" = crash ] && { sleep 0.3; exit 3; }
while true; do sleep 0.05; done
'''


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


class RunTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        shutil.copy(REPOSITORY / "run", self.root / "run")
        self.program("tools/install.sh", '#!/bin/bash\necho "install $*"\n')
        self.program("bin/cmake", '#!/bin/bash\necho "cmake $*"\n')
        self.program("build/release/telemill", COLLECTOR)

    def program(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)
        (self.root / path).chmod(0o755)

    def start(self, **settings: str) -> subprocess.Popen:
        environment = {"PATH": f"{self.root}/bin:{os.environ['PATH']}", "FAKE": "",
                       "COUNTS": "received=30 delivered=30", "TELEMILL_RUN_GRPC": free_address(),
                       "TELEMILL_RUN_HTTP": free_address(), **settings}
        # Whoever started the tests in the background had SIGINT ignored, and bash keeps it so.
        return subprocess.Popen([str(self.root / "run")], env=environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, start_new_session=True,
                                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    def run_script(self, **settings: str) -> tuple[int, str]:
        process = self.start(**{"TELEMILL_RUN_SECONDS": "1", **settings})
        with process:
            said = process.communicate(timeout=30)[0]
        return process.returncode, said

    def test_ends_by_itself_and_says_that_all_was_delivered(self):
        status, said = self.run_script(TELEMILL_RUN_HTTP="127.0.0.1:1")
        self.assertEqual(status, 0, said)
        self.assertEqual(said.splitlines()[-1], "run: all delivered: received=30 delivered=30")
        self.assertIn("install run", said)
        self.assertIn("-DTELEMILL_TESTS=OFF", said)
        self.assertIn("http:" + "//127.0.0.1:1/v1/traces -d", said)
        self.assertIn("gen gen --endpoint 127.0.0.1:", said)

    def test_leaves_a_configured_folder_as_it_is(self):
        (self.root / "build/release/build.ninja").write_text("")
        status, said = self.run_script()
        self.assertEqual(status, 0, said)
        self.assertNotIn("-DTELEMILL_TESTS=OFF", said)
        self.assertIn("cmake --build --preset release --target telemill", said)

    def test_fails_when_something_was_lost(self):
        status, said = self.run_script(COUNTS="received=30 delivered=29")
        self.assertEqual(status, 1)
        self.assertIn("lost on the way: received=30 delivered=29", said)

    def test_fails_when_nothing_came(self):
        self.assertEqual(self.run_script(COUNTS="received=0 delivered=0")[0], 1)

    def test_fails_without_a_summary(self):
        self.assertEqual(self.run_script(FAKE="silent")[0], 1)

    def test_fails_when_the_collector_fails_to_stop_well(self):
        status, said = self.run_script(STATUS="4")
        self.assertEqual(status, 1)
        self.assertIn("status 4", said)

    def test_fails_when_the_collector_does_not_start(self):
        status, said = self.run_script(FAKE="no_start")
        self.assertEqual(status, 1)
        self.assertIn("config is wrong", said)

    def test_fails_when_the_collector_dies(self):
        status, said = self.run_script(FAKE="crash", TELEMILL_RUN_SECONDS="20")
        self.assertEqual(status, 1)
        self.assertIn("ended by itself", said)

    def test_fails_when_the_sample_traffic_cannot_be_sent(self):
        status, said = self.run_script(GEN_STATUS="1")
        self.assertEqual(status, 1)
        self.assertIn("could not send", said)

    def test_names_a_taken_port_and_the_way_out(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            status, said = self.run_script(TELEMILL_RUN_GRPC=address)
        self.assertEqual(status, 1)
        self.assertIn(f"{address} is taken", said)
        self.assertIn("TELEMILL_RUN_GRPC=127.0.0.1:", said)
        if shutil.which("ss"):
            self.assertIn(f"(process {os.getpid()})", said)

    def test_drains_on_ctrl_c(self):
        process = self.start()
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.terminate)  # drains, should the test fail half-way
        while "press Ctrl-C" not in process.stdout.readline():
            self.assertIsNone(process.poll())
        time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the whole foreground group
        said = process.communicate(timeout=30)[0]
        self.assertEqual(process.returncode, 0, said)
        self.assertEqual(said.splitlines()[-1], "run: all delivered: received=30 delivered=30")


if __name__ == "__main__":
    unittest.main()
