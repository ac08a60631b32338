// The command line tells about itself: help, completion, components, gates, the configuration as
// it was understood.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/component_aliases.h"
#include "config/feature_gates.h"
#include "config/node.h"
#include "config/problem.h"
#include "config/yaml_reader.h"
#include "integration/collector_process.h"
#include "transport/client_fixture.h"

namespace telemill::integration {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using transport::testing::find_program;

Ended run(const std::vector<std::string>& arguments,
          const std::string& program = TELEMILL_PROGRAM) {
  return ChildProgram(arguments, program).wait();
}

std::string output_of(const std::vector<std::string>& arguments) {
  const Ended ended = run(arguments);
  EXPECT_EQ(ended.exit_status, 0) << ended.log;
  return ended.output;
}

config::Node read(const std::string& text) {
  config::Problems problems;
  config::Budget budget;
  auto node = config::read_yaml(text, 0, problems, budget);
  EXPECT_TRUE(node && problems.empty()) << problems.render({"output"}) << text;
  return node ? *std::move(node) : config::Node{};
}

TEST(CommandLine, SaysItsVersion) {
  EXPECT_THAT(output_of({"--version"}), ::testing::MatchesRegex("telemill version [0-9.]+\n"));
}

TEST(CommandLine, TeachesEachSubcommandByExample) {
  const std::string help = output_of({"--help"});
  for (const char* command : {"run", "validate", "print-config", "components", "schema",
                              "featuregate", "completion", "gen", "sink"}) {
    EXPECT_THAT(help, HasSubstr(command));
    const std::string text = output_of({command, "--help"});
    EXPECT_THAT(text, HasSubstr("Example"));
    EXPECT_THAT(text, HasSubstr(std::string("telemill ") + command));
  }
}

// Completion, by the shells themselves.

std::string completed_by(const std::string& shell, const std::string& script) {
  const std::string program = find_program(shell);
  const Ended ended = run({"-c", script, shell, TELEMILL_PROGRAM}, program);
  EXPECT_EQ(ended.exit_status, 0) << ended.log;
  EXPECT_EQ(ended.log, "");
  return ended.output;
}

TEST(Completion, WorksInBash) {
  if (find_program("bash").empty()) GTEST_SKIP() << "no bash here";
  const auto completed = [](const std::string& words, int at) {
    return completed_by("bash", "source <(\"$1\" completion bash); COMP_WORDS=(telemill " + words +
                                    "); COMP_CWORD=" + std::to_string(at) +
                                    "; _telemill; printf '%s ' \"${COMPREPLY[@]}\"");
  };
  EXPECT_EQ(completed("val", 1), "validate ");
  EXPECT_EQ(completed("print", 1), "print-config print-initial-config ");
  EXPECT_EQ(completed("print-config --fo", 2), "--format ");
  EXPECT_EQ(completed("validate --feat", 2), "--feature-gates ");
  EXPECT_EQ(completed("gen --end", 2), "--endpoint ");
  EXPECT_EQ(completed("gen --config", 2), " ") << "gen reads no configuration";
}

TEST(Completion, WorksInZsh) {
  if (find_program("zsh").empty()) GTEST_SKIP() << "no zsh here";
  // compadd belongs to zsh's line editor, which needs a terminal; it would filter what we offer.
  const auto offered = [](const std::string& words, int at) {
    return completed_by("zsh",
                        "compdef() {}; compadd() { shift; print -r -- \"$@\" }; "
                        "_files() { print files }; source <(\"$1\" completion zsh); "
                        "words=(telemill " +
                            words + "); CURRENT=" + std::to_string(at) + "; _telemill");
  };
  EXPECT_THAT(offered("val", 2), HasSubstr("run validate print-config"));
  EXPECT_THAT(offered("print-config --fo", 3), HasSubstr("--mode --format --validate"));
  EXPECT_EQ(offered("validate --config ''", 4), "files\n");
}

TEST(Completion, WorksInFish) {
  if (find_program("fish").empty()) GTEST_SKIP() << "no fish here";
  const auto completed = [](const std::string& line) {
    const Folder folder;
    const std::string script = folder.write("telemill.fish", output_of({"completion", "fish"}));
    return completed_by("fish", "set -gx HOME " + folder.path("") + "; source " + script +
                                    "; complete -C '" + line + "'");
  };
  EXPECT_THAT(completed("telemill val"), HasSubstr("validate\tCheck a configuration"));
  EXPECT_THAT(completed("telemill print-config --fo"), HasSubstr("--format\tHow it is written"));
}

TEST(Completion, KnowsThreeShells) { EXPECT_EQ(run({"completion", "tcsh"}).exit_status, 2); }

// Components.

TEST(Components, AreListedOnceByKindUnderTheirPresentNames) {
  const config::Node list = read(output_of({"components"}));
  ASSERT_NE(list.find("buildinfo"), nullptr);
  EXPECT_EQ(list.find("buildinfo")->find("command")->text, "telemill");
  const std::map<std::string, config::ComponentKind> kinds = {
      {"receivers", config::ComponentKind::receiver},
      {"processors", config::ComponentKind::processor},
      {"exporters", config::ComponentKind::exporter},
      {"connectors", config::ComponentKind::connector},
      {"extensions", config::ComponentKind::extension}};
  for (const auto& [section, kind] : kinds) {
    const config::Node* const components = list.find(section);
    ASSERT_NE(components, nullptr) << section;
    std::set<std::string> names;
    for (const config::Node& component : components->items) {
      const std::string& name = component.find("name")->text;
      EXPECT_TRUE(names.insert(name).second) << name;
      EXPECT_EQ(config::present_type(kind, name), name) << "an alias";
      EXPECT_THAT(component.find("module")->text, HasSubstr(section + "/" + name));
      EXPECT_FALSE(component.find("stability")->entries.empty()) << name;
    }
  }
  EXPECT_GE(list.find("exporters")->items.size(), 5U);
}

std::map<std::string, std::string> files_below(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    files[fs::relative(entry.path(), folder).string()] = {std::istreambuf_iterator<char>(file),
                                                          std::istreambuf_iterator<char>()};
  }
  return files;
}

TEST(Components, HavePagesThatAreUpToDate) {
  const Folder folder;
  const fs::path root = TELEMILL_SOURCE_ROOT;
  output_of({"components", "--docs", folder.path("pages"), "--readmes",
             (root / "src/components").string()});
  const auto made = files_below(folder.path("pages"));
  const auto committed = files_below(root / "docs/components");
  for (const auto& [name, text] : made) {
    EXPECT_EQ(committed.contains(name) ? committed.at(name) : "", text)
        << "docs/components/" << name << " is out of date; docs/components/README.md says how to "
        << "make it anew";
  }
  for (const auto& [name, text] : committed) {
    EXPECT_TRUE(made.contains(name)) << "docs/components/" << name << " is about no component";
  }
}

// Gates.

TEST(FeatureGateCommand, ListsAllAndTellsAboutOne) {
  const std::string all = output_of({"featuregate"});
  for (const config::FeatureGate& gate : config::feature_gates()) {
    EXPECT_THAT(all, HasSubstr(std::string(gate.name)));
  }
  const std::string one = output_of({"featuregate", "service.profilesSupport"});
  EXPECT_THAT(one, HasSubstr("enabled: false\nstage: alpha\n"));
  EXPECT_THAT(output_of({"featuregate", "service.profilesSupport",
                         "--feature-gates=service.profilesSupport"}),
              HasSubstr("enabled: true\n"));
  const Ended unknown = run({"featuregate", "service.profileSupport"});
  EXPECT_EQ(unknown.exit_status, 1);
  EXPECT_THAT(unknown.log, HasSubstr("did you mean \"service.profilesSupport\"?"));
}

constexpr const char* small_config =
    "receivers: {nop: }\nexporters: {nop: }\n"
    "service: {pipelines: {traces: {receivers: [nop], exporters: [nop]}}}\n";

TEST(FeatureGateOption, IsTakenByEveryCommandThatReadsAConfiguration) {
  const Folder folder;
  const std::string path = folder.write("config.yaml", small_config);
  for (const char* command : {"run", "validate", "print-config"}) {
    const Ended unknown = run({command, "--config", path, "--feature-gates=no.such"});
    EXPECT_EQ(unknown.exit_status, 2) << command;
    EXPECT_THAT(unknown.log, HasSubstr("unknown gate \"no.such\""));
  }
  const Ended idle = run({"validate", "--config", path,
                          "--feature-gates=service.partialReload,"
                          "-service.partialReloadReceivers"});
  EXPECT_EQ(idle.exit_status, 0);
  EXPECT_THAT(idle.log, HasSubstr("warning: --feature-gates: service.partialReload has no effect"));
}

TEST(FeatureGateOption, LetsListsGrow) {
  const Folder folder;
  const std::string path = folder.write("config.yaml", small_config);
  const std::string more =
      "yaml:{receivers: {nop/2: }, service: {pipelines: {traces: {receivers: [nop/2, nop]}}}}";
  const auto receivers = [&](const std::string& gates) {
    const config::Node printed = read(output_of(
        {"print-config", "--config", path, "--config", more, "--feature-gates=" + gates}));
    return printed.find("service")->find("pipelines")->find("traces")->find("receivers")->items;
  };
  EXPECT_EQ(receivers("").front().text, "nop/2");
  const auto grown = receivers("confmap.enableMergeAppendOption");
  ASSERT_EQ(grown.size(), 2U);
  EXPECT_EQ(grown[0].text, "nop");
  EXPECT_EQ(grown[1].text, "nop/2");
}

// print-config.

constexpr const char* secret_config =
    "receivers: {nop: }\n"
    "exporters:\n"
    "  otlp_http/a:\n"
    "    endpoint: http://127.0.0.1:1\n"
    "    headers: {authorization: s3cret}\n"
    "    tls: {key_pem: s3cret}\n"
    "service: {pipelines: {traces: {receivers: [nop], exporters: [otlp_http/a]}}}\n";

TEST(PrintConfig, HidesSecretsUnlessAskedForThem) {
  const Folder folder;
  const std::string path = folder.write("config.yaml", secret_config);
  for (const char* format : {"yaml", "json"}) {
    for (const char* command : {"print-config", "print-initial-config"}) {
      const std::string text =
          output_of({command, "--config", path, "--format", format, "--validate", "false"});
      EXPECT_THAT(text, Not(HasSubstr("s3cret")));
      EXPECT_EQ(read(text).find("exporters")->find("otlp_http/a")->find("headers")->entries.size(),
                1U);
    }
    EXPECT_THAT(output_of({"print-config", "--config", path, "--mode", "unredacted", "--format",
                           format, "--validate", "false"}),
                HasSubstr("s3cret"));
  }
}

TEST(PrintConfig, HidesAllOfWhatItDoesNotKnow) {
  const std::string config = "yaml:{exporters: {nosuch: {a: [s3cret, 5]}, bad id: s3cret}, x: 1}";
  const std::string text = output_of({"print-config", "--config", config, "--validate", "false"});
  EXPECT_THAT(text, Not(HasSubstr("s3cret")));
  EXPECT_EQ(run({"print-config", "--config", config}).exit_status, 1) << "validates by default";
}

TEST(PrintConfig, PrintsWhatCanBeReadBack) {
  const Folder folder;
  const std::string path = folder.write("config.yaml", small_config);
  const std::string once = output_of({"print-config", "--config", path});
  EXPECT_EQ(output_of({"print-config", "--config", folder.write("again.yaml", once)}), once);
  EXPECT_EQ(output_of({"validate", "--config", folder.path("again.yaml")}), "");
}

TEST(PrintConfig, PrintsOnlyAWholeConfiguration) {
  for (const char* mode : {"true", "false"}) {
    const Ended ended = run({"print-config", "--config", "/nowhere.yaml", "--validate", mode});
    EXPECT_EQ(ended.exit_status, 1);
    EXPECT_EQ(ended.output, "");
  }
}

}  // namespace
}  // namespace telemill::integration
