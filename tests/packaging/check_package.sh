#!/usr/bin/env bash
# Builds the Debian package and looks into it. Usage: check_package.sh BUILD
set -euo pipefail

build=$1
fail() { echo "FAILED: $*"; exit 1; }
for tool in dpkg-deb dpkg-shlibdeps cpack; do
  command -v "$tool" > /dev/null || { echo "SKIP: no $tool here"; exit 0; }
done

rm -f "$build"/telemill_*.deb
(cd "$build" && cpack -G DEB --config CPackConfig.cmake > package.log 2>&1) ||
  { cat "$build/package.log"; fail "cpack"; }
package=$(ls "$build"/telemill_*.deb)

contents=$(dpkg-deb --contents "$package")
for path in ./usr/bin/telemill ./etc/telemill/config.yaml ./etc/telemill/telemill.conf \
  ./lib/systemd/system/telemill.service ./lib/sysusers.d/telemill.conf \
  ./usr/share/doc/telemill/copyright ./usr/share/doc/telemill/docs/deployment.md \
  ./usr/share/doc/telemill/examples/quickstart.yaml; do
  grep -qE " (${path}|${path/.\/lib/./usr/lib}|${path/\/docs\///})\$" <<< "$contents" ||
    fail "the package lacks $path"
done
! grep -vE '^[-d][-rwx]{9} root/root' <<< "$contents" || fail "files of others than root"

depends=$(dpkg-deb --field "$package" Depends)
for library in libc6 libssl3 libnghttp2-14 libyaml-0-2 adduser; do
  grep -qE "(^|, )$library( |,|\$)" <<< "$depends" || fail "Depends lacks $library: $depends"
done

control=$(mktemp -d)
trap 'rm -rf "$control"' EXIT
dpkg-deb --control "$package" "$control"
for script in postinst prerm postrm; do
  [ -x "$control/$script" ] || fail "no $script"
  sh -n "$control/$script"
done
diff <(printf '/etc/telemill/config.yaml\n/etc/telemill/telemill.conf\n') "$control/conffiles" ||
  fail "conffiles"

if command -v lintian > /dev/null; then
  lintian --fail-on error "$package" || fail "lintian"
else
  echo "lintian is not here and was not asked"
fi
echo "the package is whole: $(basename "$package"), $depends"
