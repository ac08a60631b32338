#include "transport/output_queue.h"

#include <gtest/gtest.h>

#include <string>

#include "base/random.h"

namespace telemill::transport {
namespace {

std::string front(const OutputQueue& queue) {
  iovec pieces[3];
  const size_t count = queue.pieces(pieces);
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    text.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
  }
  return text;
}

TEST(OutputQueue, PutsSmallBytesTogetherAndLinksLargeOnes) {
  OutputQueue queue;
  queue.append_copy("ab");
  queue.append(base::Slice::copy_of("cd"));
  const base::Slice large = base::Slice::copy_of(std::string(10'000, 'x'));
  queue.append(large);
  iovec pieces[4];
  ASSERT_EQ(queue.pieces(pieces), 2U);
  EXPECT_EQ(pieces[0].iov_len, 4U);
  EXPECT_EQ(pieces[1].iov_base, large.data());
  EXPECT_EQ(queue.size(), 10'004U);
}

// Property: what goes in comes out, however it is cut.
TEST(OutputQueue, KeepsEveryByteInOrder) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    OutputQueue queue;
    std::string in;
    std::string out;
    for (int step = 0; step < 200; ++step) {
      const std::string bytes(random.below(random.chance(0.1) ? 9000 : 100),
                              static_cast<char>('a' + step % 26));
      if (random.chance(0.5)) {
        queue.append_copy(bytes);
      } else {
        queue.append(base::Slice::copy_of(bytes));
      }
      in += bytes;
      const std::string next = front(queue);
      const size_t taken = random.below(next.size() + 1);
      out += next.substr(0, taken);
      queue.consume(taken);
      ASSERT_EQ(queue.size(), in.size() - out.size());
    }
    while (!queue.empty()) {
      const std::string next = front(queue);
      out += next;
      queue.consume(next.size());
    }
    EXPECT_EQ(in, out);
  }
}

}  // namespace
}  // namespace telemill::transport
