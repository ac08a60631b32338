#include "config/feature_gates.h"

#include <gtest/gtest.h>

#include <string>

#include "config/test_support.h"

namespace telemill::config {
namespace {

using test::rendered;

constexpr FeatureGate table[] = {
    {"alpha.effect", GateStage::alpha, true, "a"},
    {"alpha.idle", GateStage::alpha, false, "b"},
    {"beta.effect", GateStage::beta, true, "c"},
    {"deprecated.gate", GateStage::deprecated, false, "d"},
    {"stable.gate", GateStage::stable, false, "e"},
};

/// Spec 1.6, by rule: a list, what it says, and which gates are on afterwards.
struct Row {
  const char* name;
  std::string list;
  std::string said;
  std::string on;
};

class FeatureGateList : public ::testing::TestWithParam<Row> {};

TEST_P(FeatureGateList, FollowsTheRule) {
  const Row& row = GetParam();
  FeatureGates gates(table);
  Problems problems;
  gates.apply(row.list, problems);
  EXPECT_EQ(rendered(problems), row.said);
  std::string on;
  for (const FeatureGate& gate : table) {
    if (gates.is_enabled(gate.name)) on += std::string(gate.name) + " ";
  }
  EXPECT_EQ(on, row.on);
}

const std::string untouched = "beta.effect stable.gate ";
const std::string prefix = "--feature-gates: ";
const std::string warning = "warning: " + prefix;

INSTANTIATE_TEST_SUITE_P(
    Rules, FeatureGateList,
    ::testing::Values(
        Row{"nothing", "", "", untouched},
        Row{"alpha_on", "alpha.effect", "", "alpha.effect " + untouched},
        Row{"alpha_on_by_plus", "+alpha.effect", "", "alpha.effect " + untouched},
        Row{"alpha_off_is_nothing_new", "-alpha.effect", "", untouched},
        Row{"beta_off", "-beta.effect", "", "stable.gate "},
        Row{"beta_on_is_nothing_new", "beta.effect", "", untouched},
        Row{"stable_on_warns", "stable.gate", warning + "stable.gate is stable and on anyway\n",
            untouched},
        Row{"stable_off_is_an_error", "-stable.gate",
            prefix + "stable.gate is stable and cannot be switched off\n", untouched},
        Row{"deprecated_on_is_an_error", "deprecated.gate",
            prefix + "deprecated.gate is deprecated and cannot be switched on\n", untouched},
        Row{"deprecated_off_is_nothing_new", "-deprecated.gate", "", untouched},
        Row{"without_effect_warns", "alpha.idle",
            warning + "alpha.idle has no effect in this version of Telemill\n",
            "alpha.idle " + untouched},
        Row{"several", "alpha.effect,-beta.effect,+alpha.effect", "", "alpha.effect stable.gate "},
        Row{"the_last_word_wins", "alpha.effect,-alpha.effect", "", untouched},
        Row{"unknown", "alpha.efect",
            prefix + "unknown gate \"alpha.efect\" (did you mean \"alpha.effect\"?)\n", untouched},
        Row{"unknown_and_far", "x", prefix + "unknown gate \"x\"\n", untouched},
        Row{"empty_element", "alpha.effect,,-beta.effect",
            prefix + "an element of the list is empty\n", untouched},
        Row{"empty_end", "alpha.effect,", prefix + "an element of the list is empty\n", untouched},
        Row{"a_bare_sign", "-", prefix + "an element of the list is empty\n", untouched},
        Row{"no_spaces_are_taken_off", " alpha.effect",
            prefix + "unknown gate \" alpha.effect\" (did you mean \"alpha.effect\"?)\n",
            untouched},
        Row{"names_are_case_sensitive", "Alpha.effect",
            prefix + "unknown gate \"Alpha.effect\" (did you mean \"alpha.effect\"?)\n",
            untouched}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(FeatureGates, HaveTheReferencesDefaults) {
  const FeatureGates gates;
  for (const FeatureGate& gate : feature_gates()) {
    const bool is_on = gate.stage == GateStage::beta || gate.stage == GateStage::stable;
    EXPECT_EQ(gates.is_enabled(gate.name), is_on) << gate.name;
    EXPECT_TRUE(gate.summary.ends_with('.')) << gate.name;
  }
  EXPECT_FALSE(gates.is_enabled("no.such.gate"));
}

TEST(FeatureGates, AreKnownByEveryNameThatOurCodeAsksFor) {
  for (const std::string_view name :
       {gates::append_lists, gates::print_config, gates::no_pipelines, gates::profiles}) {
    FeatureGates all;
    Problems problems;
    all.apply(name, problems);
    EXPECT_TRUE(problems.empty()) << rendered(problems);
    EXPECT_TRUE(all.is_enabled(name));
  }
}

}  // namespace
}  // namespace telemill::config
