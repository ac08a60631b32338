#pragma once

#include <string>

/// Programs of others that tests talk to.
namespace telemill::peers {

struct Peer {
  std::string program;  // empty when it cannot be had on this machine
  std::string missing;  // and this is why, for GTEST_SKIP
};

/// The program of a folder of tests/peers/, built at the first call of the first test that wants it
/// (tests/peers/prepare.py).
const Peer& peer(const std::string& name);

/// The path of Telemill's own program.
const std::string& telemill();

}  // namespace telemill::peers
