#include "config/nearest.h"

#include <gtest/gtest.h>

#include <string>

namespace telemill::config {
namespace {

constexpr std::string_view keys[] = {"endpoint", "timeout", "compression", "tls", "x"};

TEST(Nearest, FindsWhatWasMeant) {
  EXPECT_EQ(nearest("endpont", keys), "endpoint");
  EXPECT_EQ(nearest("enpdoint", keys), "endpoint");
  EXPECT_EQ(nearest("EndPoint", keys), "endpoint");
  EXPECT_EQ(nearest("time-out", keys), "timeout");
  EXPECT_EQ(nearest("compresion", keys), "compression");
  EXPECT_EQ(nearest("ttls", keys), "tls");
}

TEST(Nearest, GuessesNothingFar) {
  EXPECT_EQ(nearest("colour", keys), "");
  EXPECT_EQ(nearest("", keys), "x") << "one edit away";
  EXPECT_EQ(nearest(std::string(65, 'e'), keys), "");
  EXPECT_EQ(did_you_mean("colour", keys), "");
  EXPECT_EQ(did_you_mean("tsl", keys), "did you mean \"tls\"?");
}

}  // namespace
}  // namespace telemill::config
