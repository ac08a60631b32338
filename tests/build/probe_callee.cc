#include "probe.h"

int lto_probe_inlined(int value) noexcept { return value + 41; }

[[gnu::noinline, gnu::used]] int lto_probe_kept(int value) noexcept { return value * 3; }
