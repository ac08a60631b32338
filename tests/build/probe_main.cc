#include "probe.h"

int main(int argc, char** /*argv*/) { return lto_probe_inlined(argc) + lto_probe_kept(argc) - 45; }
