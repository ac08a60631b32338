#include "transport/http2_memory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace telemill::transport {
namespace {

class Http2Memory : public ::testing::Test {
 protected:
  void SetUp() override {
    if (http2_memory() == nullptr) GTEST_SKIP() << "sanitizers watch malloc instead";
  }
  static void* take(size_t size) { return http2_memory()->malloc(size, nullptr); }
  static void give_back(void* bytes) { http2_memory()->free(bytes, nullptr); }
};

TEST_F(Http2Memory, BlocksAreAlignedAndTheirOwn) {
  std::vector<void*> blocks;
  for (size_t size = 0; size < 5000; size += 37) {
    void* const block = take(size);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % 16, 0U);
    std::memset(block, static_cast<int>(size % 251), size);
    blocks.push_back(block);
  }
  size_t size = 0;
  for (void* const block : blocks) {
    const std::string wanted(size, static_cast<char>(size % 251));
    EXPECT_EQ(std::memcmp(block, wanted.data(), size), 0) << size;
    give_back(block);
    size += 37;
  }
}

TEST_F(Http2Memory, BlockIsUsedAgain) {
  void* const first = take(100);
  give_back(first);
  EXPECT_EQ(take(128), first);  // the same size class
  give_back(first);
}

TEST_F(Http2Memory, ReallocationKeepsContent) {
  void* block = http2_memory()->realloc(nullptr, 10, nullptr);
  std::memcpy(block, "0123456789", 10);
  for (const size_t size : {20U, 64U, 65U, 1000U, 2048U, 2049U, 100'000U, 5U}) {
    block = http2_memory()->realloc(block, size, nullptr);
    EXPECT_EQ(std::memcmp(block, "0123456789", size < 10 ? size : 10), 0) << size;
  }
  give_back(block);
}

TEST_F(Http2Memory, ZeroedMemoryIsZero) {
  void* const dirty = take(300);
  std::memset(dirty, 0xff, 300);
  give_back(dirty);
  auto* const zeroed = static_cast<char*>(http2_memory()->calloc(30, 10, nullptr));
  EXPECT_EQ(std::string(zeroed, 300), std::string(300, '\0'));
  give_back(zeroed);
}

TEST_F(Http2Memory, RefusesSizesThatOverflow) {
  EXPECT_EQ(http2_memory()->calloc(SIZE_MAX / 2, 3, nullptr), nullptr);
  EXPECT_EQ(take(SIZE_MAX), nullptr);
}

TEST_F(Http2Memory, BlocksMayEndOnAnotherThread) {
  std::vector<void*> blocks;
  std::thread([&] {
    for (int i = 0; i < 1000; ++i) blocks.push_back(take(64));
  }).join();
  for (void* const block : blocks) give_back(block);
  give_back(nullptr);
}

}  // namespace
}  // namespace telemill::transport
