// Stands between the program and glibc's allocator and counts, for C libraries, too.
#include <cstddef>
#include <cstdint>

#include "stages/stage.h"

namespace {
thread_local uint64_t count = 0;
}

namespace telemill::bench {
uint64_t allocation_count() noexcept { return count; }
}  // namespace telemill::bench

#ifndef TELEMILL_COUNTS_NO_ALLOCATIONS
extern "C" {
void* __libc_malloc(size_t size);                 // NOLINT(bugprone-reserved-identifier)
void* __libc_calloc(size_t number, size_t size);  // NOLINT(bugprone-reserved-identifier)
void* __libc_realloc(void* block, size_t size);   // NOLINT(bugprone-reserved-identifier)

void* __libc_memalign(size_t alignment, size_t size);  // NOLINT(bugprone-reserved-identifier)

void* malloc(size_t size) {
  ++count;
  return __libc_malloc(size);
}
void* calloc(size_t number, size_t size) {
  ++count;
  return __libc_calloc(number, size);
}
void* realloc(void* block, size_t size) {
  ++count;
  return __libc_realloc(block, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  ++count;
  return __libc_memalign(alignment, size);
}
}
#endif
