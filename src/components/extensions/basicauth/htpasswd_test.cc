#include "components/extensions/basicauth/htpasswd.h"

#include <gtest/gtest.h>

#include <array>

namespace telemill::components::extensions::basicauth {
namespace {

struct Row {
  const char* name;
  const char* hash;
  const char* password = "open sesame";
};

class HashForms : public testing::TestWithParam<Row> {};

// Known answers of openssl, htpasswd and crypt(3).
INSTANTIATE_TEST_SUITE_P(
    Rows, HashForms,
    testing::Values(
        Row{"plain", "open sesame"}, Row{"sha", "{SHA}W8r/fyL/UzygmbNAjq2HbA67qac="},
        Row{"ssha", "{SSHA}WMPEqSWGh3wef3X3AgaDWdF+mw9TQUxU"},
        Row{"apr1", "$apr1$saltsalt$HIDXe7D36X22w1CH4M1cQ."},
        Row{"apr1_long", "$apr1$ab$FcaIdQYV4Pbe7/2rwHSnV0",
            "a-very-long-password-of-more-than-sixteen-bytes"},
        Row{"apr1_empty", "$apr1$ab$S8K6Sgp3W8c9Jb6LxgywZ.", ""},
        Row{"md5", "$1$saltsalt$Yo6tRKYGO/jWyb1etwHDS/"},
        Row{"sha256", "$5$saltsalt$yrhPKxCqiWcCE9h0g86j6Ugz7SDFdFm.BjU.d8RaQnC"},
        Row{"sha512",
            "$6$saltsalt$e/5XKibXPLqVcfjpD.ouauaJrAOL5V0uo80Lt7n7EbRdRiCx3HbQ90yjOHr.G0T."
            "mx79PEMRy8nmtr0qSYhQp1"},
        Row{"bcrypt_2a", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
        Row{"bcrypt_2b", "$2b$04$aeuh7xkK7WdsGUFkR61gpOZCVg2Ox6.FHFC6fELqv/hhEF3HsCpQ6"},
        Row{"bcrypt_2y", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.vTdnMkpWk2uFGdD13bbQkt9V3Bbgxl."}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_P(HashForms, KnowsThePasswordAndNoOther) {
  const Htpasswd file = parse_htpasswd("user:" + std::string(GetParam().hash));
  ASSERT_EQ(file.users.size(), 1U);
  const PasswordHash& hash = file.users.begin()->second;
  const std::string password = GetParam().password;
  EXPECT_TRUE(matches(hash, password));
  EXPECT_FALSE(matches(hash, password + "x"));
  EXPECT_FALSE(matches(hash, "x" + password));
  EXPECT_FALSE(matches(hash, GetParam().hash) && hash.kind != HashKind::plain);
}

TEST(Htpasswd, SkipsGarbageAndTellsWhere) {
  std::string text =
      "# a comment\n\nno colon\n:no name\nempty:\n$:$unknown$x\nldap:{MD5}x\r\n"
      "costly:$2y$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n"
      "rounds:$6$rounds=999999999$salt$x\n  good:plain \r\ngood:newer\nshort:$2y$05$x\n";
  text += "long:" + std::string(5000, 'x') + "\nzero:a";
  text.push_back('\0');
  const Htpasswd file = parse_htpasswd(text);
  ASSERT_EQ(file.users.size(), 1U);
  EXPECT_EQ(file.users.at("good").text, "newer");
  EXPECT_EQ(file.bad_lines, (std::vector<size_t>{3, 4, 5, 6, 7, 8, 9, 12, 13, 14}));
}

TEST(Htpasswd, BadLinesDoNotGrowWithoutBound) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "garbage\n";
  EXPECT_LE(parse_htpasswd(text).bad_lines.size(), 20U);
}

TEST(Htpasswd, BrokenHashesMatchNothing) {
  for (const char* hash :
       {"{SHA}", "{SHA}!!", "{SHA}QUJD", "{SSHA}QUJD", "$apr1$", "$apr1$x", "$1$", "$5$", "$6$"}) {
    const Htpasswd file = parse_htpasswd("u:" + std::string(hash));
    for (const auto& [name, known] : file.users) {
      EXPECT_FALSE(matches(known, "")) << hash;
      EXPECT_FALSE(matches(known, "x")) << hash;
    }
  }
}

TEST(BasicHeader, Reads) {
  Credentials credentials;
  for (const char* value :
       {"Basic dXNlcjpwYTpzcw==", "basic dXNlcjpwYTpzcw", "BASIC  dXNlcjpwYTpzcw=="}) {
    ASSERT_TRUE(parse_basic(value, credentials)) << value;
    EXPECT_EQ(credentials.user, "user");
    EXPECT_EQ(credentials.password, "pa:ss");
  }
}

TEST(BasicHeader, Refuses) {
  Credentials credentials;
  for (const char* value :
       {"", "Basic", "Basic ", "Basic    ", "Basic dXNlcg==", "Basic !", "Bearer dXNlcjpwYTpzcw==",
        "BasicdXNlcjpwYTpzcw==", "Basic dXNlcjoAYQ==", "Basic dXNlcjpwYTpzcw==="}) {
    EXPECT_FALSE(parse_basic(value, credentials)) << value;
  }
}

}  // namespace
}  // namespace telemill::components::extensions::basicauth
