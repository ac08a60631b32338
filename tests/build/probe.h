#pragma once

/// Small enough to inline wherever the linker sees its body. See check_probe.cmake.
int lto_probe_inlined(int value) noexcept;

/// Never inlined: proves that the program still has symbols to look for.
int lto_probe_kept(int value) noexcept;
