#include "config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "config/component_aliases.h"
#include "config/fake_sources.h"
#include "config/merge.h"
#include "config/test_support.h"

namespace telemill::config {
namespace {

using test::flat;

Loaded load_texts(const std::vector<std::string>& texts, std::vector<std::string> sets = {}) {
  const test::FakeSources fakes({{"X", "xval"}, {"DOC", "{a: \"${X}\", b: 1}"}},
                                {{"one.yaml", "a: 1\nb: [1]\n"}});
  return load({.uris = texts, .sets = std::move(sets)}, fakes.all());
}

struct Row {
  const char* name;
  std::vector<std::string> uris;
  std::vector<std::string> sets;
  const char* tree;
};
const Row rows[] = {
    {"path", {"one.yaml"}, {}, "{a: 1, b: [1]}"},
    {"file", {"file:one.yaml"}, {}, "{a: 1, b: [1]}"},
    {"env", {"env:DOC"}, {}, "{a: \"xval\", b: 1}"},
    {"env_unset", {"env:UNSET"}, {}, "null"},
    {"yaml", {"yaml:a: 1"}, {}, "{a: 1}"},
    {"yaml_nests",
     {"yaml:exporters::debug::verbosity: normal"},
     {},
     "{exporters: {debug: {verbosity: normal}}}"},
    {"yaml_nests_only_at_the_top", {"yaml:{a: {'b::c': 1}}"}, {}, "{a: {b::c: 1}}"},
    {"nested_keys_join", {"yaml:n::x: 5\nn: {y: a}"}, {}, "{n: {y: a, x: 5}}"},
    {"nested_keys_replace_what_they_name",
     {"yaml:n::x: {}\nn: {x: {a: 1}, y: 2}"},
     {},
     "{n: {x: {}, y: 2}}"},
    {"nested_keys_replace_scalars", {"yaml:n::x: 1\nn: 5"}, {}, "{n: {x: 1}}"},
    {"empty", {"yaml:"}, {}, "null"},
    {"maps_merge",
     {"yaml:a: {b: 1, c: {d: 1}}", "yaml:a: {c: {e: 2}}"},
     {},
     "{a: {b: 1, c: {d: 1, e: 2}}}"},
    {"lists_are_replaced", {"yaml:l: [a, b]", "yaml:l: [c]"}, {}, "{l: [c]}"},
    {"scalars_are_replaced", {"yaml:a: 1", "yaml:a: 2"}, {}, "{a: 2}"},
    {"scalar_over_map", {"yaml:a: {b: 1}", "yaml:a: 5"}, {}, "{a: 5}"},
    {"null_erases", {"yaml:a: {b: 1}", "yaml:a:"}, {}, "{a: null}"},
    {"null_erases_inside",
     {"yaml:a: {b: {c: 1}, d: 1}", "yaml:a: {b: }"},
     {},
     "{a: {b: null, d: 1}}"},
    {"null_then_map", {"yaml:a: {b: 1}", "yaml:a:", "yaml:a: {c: 1}"}, {}, "{a: {c: 1}}"},
    {"empty_map_keeps", {"yaml:a: {b: 1}", "yaml:a: {}"}, {}, "{a: {b: 1}}"},
    {"empty_source_keeps", {"yaml:a: {b: 1}", "yaml:"}, {}, "{a: {b: 1}}"},
    {"map_over_null", {"yaml:a:", "yaml:a: {b: 1}"}, {}, "{a: {b: 1}}"},
    {"set_comes_last",
     {"yaml:a: {b: 1, c: 2}"},
     {"a.b=5", "a.d=[x, 1]"},
     "{a: {b: 5, c: 2, d: [x, 1]}}"},
    {"set_is_typed_yaml",
     {"yaml:"},
     {"a='5'", "b=true", "c={d: 1}", "e="},
     "{a: \"5\", b: true, c: {d: 1}, e: null}"},
    {"set_keeps_further_equals", {"yaml:"}, {"a=b=c"}, "{a: b=c}"},
    {"set_expands", {"yaml:"}, {"a=${env:X}"}, "{a: \"xval\"}"},
    {"expansion_follows_merging", {"yaml:a: '${1}'", "yaml:a: '${X}'"}, {}, "{a: \"xval\"}"},
};

std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

class Load : public testing::TestWithParam<Row> {};
TEST_P(Load, Resolves) {
  const Loaded loaded = load_texts(GetParam().uris, GetParam().sets);
  EXPECT_FALSE(loaded.problems.has_errors()) << loaded.problems.render(loaded.names);
  EXPECT_EQ(flat(loaded.root), GetParam().tree);
}
INSTANTIATE_TEST_SUITE_P(Rows, Load, testing::ValuesIn(rows),
                         [](const auto& row) { return std::string(row.param.name); });

/// Spec 1.4, gate confmap.enableMergeAppendOption.
const Row appending_rows[] = {
    {"extensions_grow",
     {"yaml:service: {extensions: [a, b]}", "yaml:service: {extensions: [b, c]}"},
     {},
     "{service: {extensions: [a, b, c]}}"},
    {"receivers_and_exporters_of_pipelines_grow",
     {"yaml:service: {pipelines: {logs: {receivers: [a], exporters: [x]}}}",
      "yaml:service: {pipelines: {logs: {receivers: [b, a], exporters: [y]}}}"},
     {},
     "{service: {pipelines: {logs: {receivers: [a, b], exporters: [x, y]}}}}"},
    {"processors_are_replaced",
     {"yaml:service: {pipelines: {logs: {processors: [a]}}}",
      "yaml:service: {pipelines: {logs: {processors: [b]}}}"},
     {},
     "{service: {pipelines: {logs: {processors: [b]}}}}"},
    {"lists_elsewhere_are_replaced",
     {"yaml:{l: [a], receivers: {x: {receivers: [a]}}}",
      "yaml:{l: [b], receivers: {x: {receivers: [b]}}}"},
     {},
     "{l: [b], receivers: {x: {receivers: [b]}}}"},
    {"other_pipelines_stay",
     {"yaml:service: {pipelines: {logs: {receivers: [a]}}}",
      "yaml:service: {pipelines: {logs/2: {receivers: [b]}}}"},
     {},
     "{service: {pipelines: {logs: {receivers: [a]}, logs/2: {receivers: [b]}}}}"},
    {"set_grows_them_too",
     {"yaml:service: {extensions: [a]}"},
     {"service.extensions=[b]"},
     "{service: {extensions: [a, b]}}"},
    {"null_still_erases",
     {"yaml:service: {extensions: [a]}", "yaml:service: {extensions: }"},
     {},
     "{service: {extensions: null}}"},
    {"a_scalar_still_replaces",
     {"yaml:service: {extensions: [a]}", "yaml:service: {extensions: b}"},
     {},
     "{service: {extensions: b}}"},
};

class AppendingLoad : public testing::TestWithParam<Row> {};
TEST_P(AppendingLoad, Resolves) {
  LoadRequest request{.uris = GetParam().uris, .sets = GetParam().sets};
  Problems problems;
  request.gates.apply("confmap.enableMergeAppendOption", problems);
  const test::FakeSources fakes({}, {});
  const Loaded loaded = load(request, fakes.all());
  EXPECT_FALSE(loaded.problems.has_errors()) << loaded.problems.render(loaded.names);
  EXPECT_EQ(flat(loaded.root), GetParam().tree);
}
INSTANTIATE_TEST_SUITE_P(Rows, AppendingLoad, testing::ValuesIn(appending_rows),
                         [](const auto& row) { return std::string(row.param.name); });

std::string refusal(const std::vector<std::string>& uris, std::vector<std::string> sets = {}) {
  const Loaded loaded = load_texts(uris, std::move(sets));
  EXPECT_TRUE(loaded.problems.has_errors());
  return loaded.problems.render(loaded.names);
}

TEST(Load, RefusesWhatItCannotRead) {
  EXPECT_EQ(refusal({}), "no --config is given, and there is no default\n");
  EXPECT_EQ(refusal({"foo:bar"}), "--config \"foo:bar\": the scheme is none of env, file, yaml\n");
  EXPECT_EQ(refusal({"c:bar"}), "cannot read file c:bar\n");
  EXPECT_EQ(refusal({"file:${env:X}"}), "cannot read file ${env:X}\n");
  EXPECT_EQ(refusal({"yaml:[a]"}),
            "--config 1 (yaml:):1:1: a configuration is a mapping, got a list\n");
  EXPECT_EQ(refusal({"yaml:"}, {"a.b"}), "--set \"a.b\" has no \"=\" (write a.b.c=value)\n");
  EXPECT_THAT(refusal({"yaml:"}, {"a.b=[secret"}),
              testing::StartsWith("--set a.b:2:1: not valid YAML"));
  EXPECT_THAT(refusal(std::vector<std::string>(101, "yaml:")),
              testing::StartsWith("more than 100"));
}

TEST(Load, ReportsTheProblemsOfAllSources) {
  EXPECT_EQ(refusal({"yaml:{a: 1, a: 2}", "no.yaml"}, {"x"}),
            "--config 1 (yaml:):1:8: key \"a\" is given twice, first in line 1, column 2\n"
            "cannot read file no.yaml\n"
            "--set \"x\" has no \"=\" (write a.b.c=value)\n");
}

TEST(Load, BoundsKeysThatNest) {
  std::string key = "a";
  for (int i = 0; i < 200; ++i) key += "::a";
  EXPECT_THAT(refusal({"yaml:" + key + ": 1"}),
              testing::HasSubstr("nested deeper than 100 levels"));
}

TEST(Load, BoundsTheNumberOfKeysThatNest) {
  std::string yaml = "yaml:";
  for (int i = 0; i < 1001; ++i) yaml += "a::k" + std::to_string(i) + ": 1\n";
  EXPECT_THAT(refusal({yaml}), testing::HasSubstr("more than 1000 keys with \"::\""));
}

TEST(LocalFiles, SaysWhyAFileCannotBeRead) {
  LocalFiles files;
  EXPECT_THAT(files.read("/does/not/exist").error().message,
              testing::HasSubstr("No such file or directory"));
  EXPECT_FALSE(files.read("/").has_value());
}

TEST(LocalFiles, DoNotWaitForAFifoThatNobodyWritesTo) {
  char folder[] = "/tmp/telemill_config_XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string path = std::string(folder) + "/pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(LocalFiles(std::chrono::milliseconds(20)).read(path).error().message,
              testing::HasSubstr("nobody wrote to it for 20ms"));
  std::filesystem::remove_all(folder);
}

TEST(LocalFiles, ReadAPipe) {  // as a shell's <(...) gives
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "a: 1\n", 5), 5);
  ::close(ends[1]);
  const auto text = LocalFiles().read("/dev/fd/" + std::to_string(ends[0]));
  EXPECT_EQ(text.value(), "a: 1\n");
  ::close(ends[0]);
}

TEST(LocalFiles, StopAtTheSizeLimit) {
  EXPECT_THAT(LocalFiles().read("/dev/zero").error().message, testing::HasSubstr("larger than"));
}

TEST(ProcessEnvironment, TellsUnsetFromEmpty) {
  ::setenv("TELEMILL_CONFIG_TEST", "", 1);
  EXPECT_EQ(ProcessEnvironment().get("TELEMILL_CONFIG_TEST"), "");
  ::unsetenv("TELEMILL_CONFIG_TEST");
  EXPECT_EQ(ProcessEnvironment().get("TELEMILL_CONFIG_TEST"), std::nullopt);
}

TEST(PresentType, KnowsEveryRenamedType) {
  for (const ComponentAlias& alias : component_aliases()) {
    EXPECT_EQ(present_type(alias.kind, alias.old_type), alias.type);
    EXPECT_EQ(present_type(alias.kind, alias.type), alias.type) << "the new name stays";
  }
  EXPECT_EQ(component_aliases().size(), 18U);
  EXPECT_EQ(present_type(ComponentKind::exporter, "otlp"), "otlp_grpc");
  EXPECT_EQ(present_type(ComponentKind::receiver, "otlp"), "otlp") << "not renamed";
}

/// Real configurations of the reference: they are not ours to ship, so a checkout may lack them.
TEST(RealConfigurations, ReadAndMerge) {
  namespace fs = std::filesystem;
  const char* const given = std::getenv("TELEMILL_SHARED");
  const fs::path source_root = TELEMILL_SOURCE_ROOT;
  const fs::path folder =
      (given != nullptr ? fs::path(given) : source_root / "../shared") / "configs";
  if (!fs::is_directory(folder)) {
    GTEST_SKIP() << "no folder " << folder << "; name its parent in TELEMILL_SHARED";
  }
  LocalFiles files;
  const test::FakeEnvironment variables({{"MY_POD_IP", "10.0.0.1"}, {"K8S_NODE_NAME", "node"}});
  FileSource file(files);
  EnvironmentSource env(variables);
  Sources sources;
  sources.add(file);
  sources.add(env);
  LoadRequest all;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    const Loaded loaded = load({.uris = {entry.path().string()}, .sets = {}}, sources);
    EXPECT_FALSE(loaded.problems.has_errors()) << loaded.problems.render(loaded.names);
    EXPECT_NE(loaded.root.find("service"), nullptr) << entry.path();
    all.uris.push_back(entry.path().string());
  }
  ASSERT_GE(all.uris.size(), 5U) << folder;
  const Loaded merged = load(all, sources);
  EXPECT_FALSE(merged.problems.has_errors()) << merged.problems.render(merged.names);
}

}  // namespace
}  // namespace telemill::config
