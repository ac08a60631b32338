#!/usr/bin/env bash
# Installs what is missing from Debian packages. Usage: tools/install.sh run|test
#
# `run` wants the packages of packages/run.txt, `test` also test.txt and, where the distribution has
# them, test_optional.txt. Works as root or with sudo; without either it names what is missing and
# fails. Never removes a package. When nothing is missing it asks dpkg once and is done.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stamp="$here/../build/optional_packages_tried"
updated=no
root=()  # what to put before a command that needs root

say() { echo "install: $*"; }

# Prints the packages of a list, one per line. `command=package` counts only without the command.
wanted() {
  local line
  while read -r line; do
    line=${line%%#*}
    line=${line%"${line##*[![:space:]]}"}
    case $line in
      '') ;;
      *=*) command -v "${line%%=*}" > /dev/null || echo "${line#*=}" ;;
      *) echo "$line" ;;
    esac
  done < "$1"
}

# Prints those of its arguments that are not installed.
missing() {
  local installed
  [ $# -gt 0 ] || return 0
  # dpkg-query fails when it does not know a name; what it knows it prints all the same.
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2> /dev/null |
    sed -n 's/^installed //p') || true
  printf '%s\n' "$@" | grep -vxF -e "$installed" || true
}

become_root() {
  if ! command -v apt-get > /dev/null; then
    say "no apt-get here. These packages of Debian 12 or 13 (or what matches them) are missing: $*"
    exit 1
  elif [ "$(id -u)" = 0 ]; then
    root=(env DEBIAN_FRONTEND=noninteractive)
  elif command -v sudo > /dev/null && { [ -t 0 ] || sudo -n true 2> /dev/null; }; then
    root=(sudo env DEBIAN_FRONTEND=noninteractive)
  else
    say "neither root nor sudo here. Please have these packages installed: $*"
    exit 1
  fi
}

update_once() {
  [ "$updated" = no ] || return 0
  updated=yes
  say "apt-get update"
  "${root[@]}" apt-get -q -o DPkg::Lock::Timeout=300 update ||
    say "some package sources failed; going on with those that answered"
}

install() {
  say "installing: $*"
  "${root[@]}" apt-get -q -y --no-remove --no-install-recommends -o DPkg::Lock::Timeout=300 \
    install "$@" < /dev/null
}

has_candidate() { [[ $(apt-cache policy "$1") =~ Candidate:\ [^\(] ]]; }

all_have_candidates() {
  local name
  for name in "$@"; do has_candidate "$name" || return 1; done
}

# Backports of an old release may be gone: one dead source makes every later update fail, so the
# entry is taken out again unless it works.
add_backports() {
  local file
  file=$("${root[@]}" "$here/add_backports.py" add) || return 1
  [ -n "$file" ] || return 0
  say "added $file"
  if "${root[@]}" apt-get -q -o DPkg::Lock::Timeout=300 -o Dir::Etc::sourcelist="$file" \
    -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0 --error-on=any update; then
    return 0
  fi
  "${root[@]}" "$here/add_backports.py" remove
  return 1
}

install_optional() {
  local reason='' names=("$@")
  if [ -n "$(find "$stamp" -mtime -1 2> /dev/null)" ]; then
    reason="$(cat "$stamp") (tried within a day; delete $(realpath "$stamp") to try again)"
  else
    become_root "${names[@]}"
    all_have_candidates "${names[@]}" || update_once
    all_have_candidates "${names[@]}" || add_backports ||
      reason="the backports of this release do not answer"
    if [ -z "$reason" ] && ! all_have_candidates "${names[@]}"; then
      reason="no package source of this machine has them"
    elif [ -z "$reason" ] && ! install "${names[@]}"; then
      reason="they could not be installed"
    fi
    [ -n "$reason" ] || return 0
    mkdir -p "$(dirname "$stamp")"
    echo "$reason" > "$stamp"
  fi
  say "without ${names[*]}: $reason. Tests against the official SDK will skip for that reason."
}

main() {
  local lists names lacking
  case ${1-} in
    run) lists=(run) ;;
    test) lists=(run test) ;;
    *) echo "usage: tools/install.sh run|test" >&2 && exit 2 ;;
  esac
  mapfile -t names < <(for list in "${lists[@]}"; do wanted "$here/packages/$list.txt"; done)
  mapfile -t lacking < <(missing "${names[@]}")
  if [ ${#lacking[@]} -gt 0 ]; then
    become_root "${lacking[@]}"
    update_once
    install "${lacking[@]}"
  fi
  if [ "$1" = test ]; then
    mapfile -t names < <(wanted "$here/packages/test_optional.txt")
    mapfile -t lacking < <(missing "${names[@]}")
    [ ${#lacking[@]} -eq 0 ] || install_optional "${lacking[@]}"
  fi
}

main "$@"
