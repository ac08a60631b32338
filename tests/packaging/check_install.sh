#!/usr/bin/env bash
# Installs the package in a fresh Debian 12 and runs its configuration there as the package's user.
# Usage: check_install.sh BUILD
#
# The root file system is kept packed in TELEMILL_DEBIAN_CACHE (default: ~/.cache/telemill), outside
# of the source tree. The mirror is the one this machine installs from.
set -euo pipefail

build=$1
cache=${TELEMILL_DEBIAN_CACHE:-${HOME:-/root}/.cache/telemill}
suite=bookworm
skip() { echo "SKIP: $*"; exit 0; }
fail() { echo "FAILED: $*"; exit 1; }

[ "$(id -u)" = 0 ] || skip "only root can make a root file system"
for tool in debootstrap chroot setpriv curl; do
  command -v "$tool" > /dev/null || skip "no $tool here"
done
package=$(ls "$build"/telemill_*.deb 2> /dev/null) || skip "no package was built"
grep -q "^VERSION_CODENAME=$suite\$" /etc/os-release ||
  skip "the binary was built on another Debian than $suite"

# The first source of this machine's own release.
# shellcheck disable=SC2016  # apt fills these in
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 2> /dev/null |
  sed -n "s/ $suite\$//p" | head -1)
[ -n "$mirror" ] || skip "apt knows no source of $suite"

mkdir -p "$cache"
root=$(mktemp -d "$cache/root-XXXXXX")
pid=
clean() {
  [ -z "$pid" ] || kill "$pid" 2> /dev/null || true
  umount "$root/proc" 2> /dev/null || true
  rm -rf --one-file-system "$root"
}
trap clean EXIT
if [ ! -s "$cache/$suite.tar" ]; then
  debootstrap --variant=minbase "$suite" "$root" "$mirror" > "$cache/debootstrap.log" 2>&1 ||
    skip "debootstrap failed: $(tail -1 "$cache/debootstrap.log")"
  tar -C "$root" -cf "$cache/$suite.tar.part" .
  mv "$cache/$suite.tar.part" "$cache/$suite.tar"
else
  tar -C "$root" -xf "$cache/$suite.tar"
fi
chmod 0755 "$root"  # mktemp keeps it to root, and / must be everybody's
cp /etc/resolv.conf "$root/etc/resolv.conf" 2> /dev/null || true
[ ! -d /etc/apt/apt.conf.d ] || cp -n /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" \
  2> /dev/null || true

in_root=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive
  http_proxy="${http_proxy:-}" chroot "$root")
inside() { "${in_root[@]}" "$@"; }
cp "$package" "$root/telemill.deb"
if ! inside sh -c 'apt-get update && apt-get install -y --no-install-recommends /telemill.deb' \
  > "$cache/install.log" 2>&1; then
  grep -qE 'Could not resolve|Unable to connect|Failed to fetch' "$cache/install.log" &&
    skip "the dependencies could not be fetched"
  tail -20 "$cache/install.log"
  fail "the package does not install"
fi

user=$(inside id -u telemill) || fail "there is no user telemill"
group=$(inside id -g telemill)
[ "$user" != 0 ] || fail "telemill is root"
inside sh -c 'dpkg --verify telemill' || fail "dpkg finds changed files"
inside telemill validate --config /etc/telemill/config.yaml || fail "the configuration is refused"

mount -t proc proc "$root/proc" 2> /dev/null || true
free_port() { python3 -c 'import socket as s; a = s.socket(); a.bind(("127.0.0.1", 0)); print(a.getsockname()[1])'; }
port=$(free_port)
# chroot needs a capability of root's, so it comes first and setpriv, inside, takes everything away.
# Not through the function: $! must be the collector itself.
"${in_root[@]}" setpriv --reuid "$user" --regid "$group" --clear-groups --no-new-privs --inh-caps=-all \
  --bounding-set=-all /usr/bin/telemill --config=/etc/telemill/config.yaml \
  --set=receivers.otlp.protocols.grpc.endpoint=127.0.0.1:0 \
  --set=receivers.otlp.protocols.http.endpoint=127.0.0.1:"$port" \
  --set=service.telemetry.metrics.level=none > "$root/run.log" 2>&1 &
pid=$!
answer=
for _ in $(seq 100); do
  answer=$(curl -s -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -d '{
    "resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c",
    "spanId":"eee19b7ec3c1b174","name":"packaged"}]}]}]}' \
    "http://127.0.0.1:$port/v1/traces" || true)
  [ "$answer" != 200 ] || break
  sleep 0.1
done
[ "$answer" = 200 ] || { cat "$root/run.log"; fail "no answer to a span: $answer"; }
kill -TERM "$pid"
wait "$pid" || { cat "$root/run.log"; fail "it did not end well"; }
pid=
grep -q 'received=1 delivered=1' "$root/run.log" ||
  { cat "$root/run.log"; fail "the span was not delivered"; }

inside sh -c 'echo "# mine" >> /etc/telemill/config.yaml && dpkg --remove telemill > /dev/null' ||
  fail "it cannot be removed"
[ -e "$root/etc/telemill/config.yaml" ] || fail "removing took the configuration"
inside dpkg --purge telemill > /dev/null || fail "it cannot be purged"
[ ! -e "$root/etc/telemill" ] || fail "purging left the configuration"
echo "installed, ran as user $user, took a span, drained, removed and purged"
