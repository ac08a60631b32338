#!/usr/bin/env bash
# Lets systemd read our unit, with the binary it names put in its place. Usage: check_unit.sh SOURCE
set -euo pipefail

source=$1
unit=$source/packaging/telemill.service
fail() { echo "FAILED: $*"; exit 1; }

# What people rely on, whatever systemd thinks of it.
# shellcheck disable=SC2016  # systemd fills this in
for line in NoNewPrivileges=yes ProtectSystem=strict CapabilityBoundingSet= AmbientCapabilities= \
  User=telemill 'ExecReload=/bin/kill -HUP $MAINPID' KillSignal=SIGTERM; do
  grep -qxF -- "$line" "$unit" || fail "the unit lacks $line"
done
stop=$(sed -n 's/^TimeoutStopSec=//p' "$unit")
[ "$stop" -gt 25 ] || fail "TimeoutStopSec=$stop is no longer than the drain"

command -v systemd-analyze > /dev/null || { echo "SKIP: no systemd-analyze here"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed "s|/usr/bin/telemill|/bin/true|; /^User=/d; /^Group=/d" "$unit" > "$folder/telemill.service"
said=$(systemd-analyze verify "$folder/telemill.service" 2>&1) || fail "$said"
! grep -F telemill.service <<< "$said" || fail "systemd complains"
echo "the unit is well-formed"
