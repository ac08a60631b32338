"""Each rule of tidy.py fires on a bad sample and is silent on a good one."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import tidy  # noqa: E402

ARROWS = 'set(TELEMILL_ARROWS\n  "base:"\n  "wire:base"\n  "otlp:wire"\n  "codec:base"\n' \
         '  "components:otlp"\n)\n'
DROP = "src/components/processors/drop"
KEEP = "src/components/processors/keep"
MARK = "TO" + "DO"
HOME = "/home" + "/somebody/x"
HOST = "https:" + "//mirror.example/x"


class TidyTest(unittest.TestCase):
    def problems(self, files: dict[str, str], rule: str, arrows: str = ARROWS) -> list[str]:
        """What `rule` says of a repository that holds just `files`, as "path:line"."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in {"cmake/modules.cmake": arrows, **files}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            return [f"{problem.path}:{problem.line}" for problem in tidy.check(root)
                    if problem.rule == rule]

    def fires(self, rule: str, path: str, text: str, line: int = 1) -> None:
        self.assertEqual(self.problems({path: text}, rule), [f"{path}:{line}"], text)

    def silent(self, rule: str, path: str, text: str) -> None:
        self.assertEqual(self.problems({path: text}, rule), [], text)

    def test_arrows(self):
        self.fires("arrow", "src/base/a.cc", '// why\n#include "wire/b.h"\n', line=2)
        self.fires("arrow", "src/codec/a.cc", '#include "otlp/b.h"\n')
        self.fires("arrow", "src/codec/a_test.cc", '#include "wire/b.h"\n')
        self.fires("arrow", "src/stray/a.cc", "int a;\n")
        self.silent("arrow", "src/wire/a.cc", '#include "base/b.h"\n')
        self.silent("arrow", "src/otlp/a.cc", '#include "base/b.h"\n')  # below what lies below
        self.silent("arrow", "src/base/a.cc", '// #include "wire/b.h"\n')
        self.silent("arrow", "apps/telemill/a.cc", '#include "otlp/b.h"\n')

    def test_arrows_themselves(self):
        circle = 'set(TELEMILL_ARROWS "base:wire" "wire:base")'
        self.assertEqual(len(self.problems({}, "arrow", circle)), 2)
        self.assertEqual(len(self.problems({}, "arrow", 'set(TELEMILL_ARROWS "base:none")')), 1)

    def test_public_headers(self):
        self.fires("arrow", "include/telemill/a.h", '#include "base/b.h"\n')
        self.fires("arrow", "include/telemill/a.h", "#include <fmt/core.h>\n")
        self.silent("arrow", "include/telemill/a.h", "#include <string>\n#include <telemill/b.h>\n")

    def test_siblings(self):
        self.fires("sibling", f"{DROP}/a.cc", '#include "components/processors/keep/b.h"\n')
        self.fires("sibling", f"{DROP}/a.cc", '#include "components/receivers/otlp/b.h"\n')
        self.fires("sibling", "src/components/shared/http/a.cc",
                   '#include "components/processors/keep/b.h"\n')
        self.silent("sibling", f"{DROP}/a.cc", '#include "components/processors/drop/b.h"\n')
        self.silent("sibling", f"{DROP}/a.cc", '#include "components/shared/http/b.h"\n')
        self.silent("sibling", f"{DROP}/a.cc", '#include "components/registry.h"\n')
        self.silent("sibling", "src/components/all.cc",
                    '#include "components/processors/keep/b.h"\n')

    def test_include_paths(self):
        self.fires("include-path", "src/wire/a.cc", '#include "b.h"\n')
        self.silent("include-path", "src/wire/a.cc", '#include "wire/b.h"\n')
        self.silent("include-path", "src/wire/a.cc", '#include "trace.pb.h"\n')

    def test_thread_headers(self):
        for header in tidy.THREAD_HEADERS:
            self.fires("ban", "src/wire/a.cc", f"#include <{header}>\n")
            self.fires("ban", "apps/telemill/a.cc", f"#include <{header}>\n")
            self.silent("ban", "src/runtime/a.cc", f"#include <{header}>\n")
            self.silent("ban", "src/base/a.cc", f"#include <{header}>\n")
            self.silent("ban", "src/wire/a_test.cc", f"#include <{header}>\n")

    def test_using_namespace(self):
        self.fires("ban", "src/wire/a.cc", "\nusing namespace std;\n", line=2)
        self.fires("ban", "src/wire/a_test.cc", "using  namespace telemill;\n")
        self.silent("ban", "src/wire/a.cc", "using namespace std::string_literals;\n")
        self.silent("ban", "src/wire/a.cc", "using namespace std::literals;\n")
        self.silent("ban", "src/wire/a.cc", "// using namespace std;\n")

    def test_throw(self):
        self.fires("ban", "src/wire/a.cc", "int f() {\n  throw 1;\n}\n", line=2)
        self.silent("ban", "src/wire/a.cc", "/* throw\n */ auto s = \"throw\"; // throw\n")
        self.silent("ban", "src/wire/a.cc", 'auto s = R"x(" throw )" throw)x"; char c = \'"\';\n')
        self.silent("ban", "src/wire/a_test.cc", "EXPECT_NO_THROW(f());\n")

    def test_stdout(self):
        for text in ("std::cout << 1;", 'printf("x");', 'std::printf("x");', 'fprintf(stdout, "");',
                     'fmt::print("x {}", 1);', 'puts("x");', 'std::fputs("x", stdout);'):
            self.fires("ban", "src/wire/a.cc", text + "\n")
            self.silent("ban", "apps/telemill/a.cc", text + "\n")
            self.silent("ban", "src/wire/a_bench.cc", text + "\n")
        for text in ('fprintf(stderr, "x");', 'fmt::print(stderr, "x");', "std::snprintf(a, 1, b);",
                     "out.puts(1);", "fmt::print(file, x);"):
            self.silent("ban", "src/wire/a.cc", text + "\n")

    def test_code_after_digit_separators_is_still_code(self):
        self.fires("ban", "src/wire/a.cc", "int a = 1'000; throw 2'000;\n")

    def test_sizes(self):
        self.fires("size", "src/wire/a.cc", "int a;\n" * 801, line=801)
        self.fires("size", "src/wire/a.cc", "int a;\n" * 401, line=401)
        self.silent("size", "src/wire/a.cc", "int a;\n" * 400)
        self.silent("size", "docs/a.md", "word\n" * 2000)

    def test_ascii(self):
        self.fires("ascii", "src/wire/a.cc", "// \u00e9\n")
        self.silent("ascii", "src/wire/a.cc", "// e\n")
        self.silent("ascii", "docs/a.md", "\u00e9\n")

    def test_readmes(self):
        rule = "readme"
        self.assertEqual(self.problems({"src/wire/a.cc": ""}, rule), ["src/wire/README.md:1"])
        self.assertEqual(self.problems({"src/wire/README.md": "x\n"}, rule), [])
        self.assertEqual(self.problems({"src/wire/README.md": "x\n" * 41}, rule),
                         ["src/wire/README.md:41"])
        component = {"src/components/README.md": "x\n", f"{DROP}/a.cc": ""}
        self.assertEqual(self.problems(component, rule), [f"{DROP}/README.md:1"])
        self.assertEqual(self.problems({**component, f"{DROP}/README.md": "x\n"}, rule), [])

    def test_dead_headers(self):
        header = {"src/wire/a.h": "#pragma once\n"}
        self.assertEqual(self.problems(header, "dead-header"), ["src/wire/a.h:1"])
        user = {"src/otlp/b.cc": '#include "wire/a.h"\n'}
        self.assertEqual(self.problems({**header, **user}, "dead-header"), [])
        self.silent("dead-header", "include/telemill/a.h", "#pragma once\n")
        beside = {"tests/x/a.h": "", "tests/x/a.cc": '#include "a.h"\n'}
        self.assertEqual(self.problems(beside, "dead-header"), [])

    def test_leftovers(self):
        self.fires("leftover", "src/wire/a.cc", f"// {MARK}: later\n")
        self.fires("leftover", "run", f"#!/bin/sh\n# {MARK}\n", line=2)
        self.silent("leftover", "src/wire/a.cc", f"// {MARK}(#12): later\n")
        self.silent("leftover", "src/wire/a.cc", "auto name = \"/tmp/XXXXXX\";\n")

    def test_machine_paths(self):
        self.fires("machine-path", "docs/a.md", f"see {HOME}\n")
        self.fires("machine-path", "CMakePresets.json", f'{{"x": "{HOME}"}}\n')
        self.silent("machine-path", "docs/a.md", "see src/home/x and ${root}/home/x\n")

    def test_addresses(self):
        self.fires("address", "tools/a.py", f"a = '{HOST}'\n")
        self.fires("address", "run", f"#!/usr/bin/env bash\ncurl {HOST}\n", line=2)
        self.fires("address", "cmake/a.cmake", f"file(DOWNLOAD {HOST} x)\n")
        for host in ("localhost:4318", "127.0.0.1:4318/v1", "[::1]:4318", "$HOST/v1", "{host}/v1"):
            self.silent("address", "tools/a.py", f"a = 'http:" + f"//{host}'\n")
        self.silent("address", "LICENSE", HOST + "\n")

    def test_exit_status(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "cmake").mkdir()
            (root / "cmake/modules.cmake").write_text(ARROWS)
            with contextlib.redirect_stdout(io.StringIO()) as out:
                (root / "long.cc").write_text("int a;\n" * 500)
                self.assertEqual(tidy.main([folder]), 0)  # a warning is no error
                (root / "long.cc").write_text("int a;\n" * 900)
                self.assertEqual(tidy.main([folder]), 1)
                (root / "long.cc").unlink()
                (root / "a.cc").write_text("throw 1;\n")
                self.assertEqual(tidy.main([folder]), 1)
            self.assertIn("a.cc:1: ban: we throw nothing", out.getvalue())


if __name__ == "__main__":
    unittest.main()
