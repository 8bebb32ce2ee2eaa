#!/bin/bash
# Installs the Debian packages that are missing; says nothing and takes no time when none is.
# usage: scripts/deps.sh [--ci]    --ci adds what only the checks need (clang and its tools)
# It never removes a package. Boost 1.81 can't be installed beside Debian's default Boost 1.74: where that is in
# the way, the packages are unpacked into build/deps instead, which needs no right at all.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(g++ cmake ninja-build ccache pkg-config libcaf-dev libspdlog-dev libsqlite3-dev libhiredis-dev
  redis-tools nlohmann-json3-dev libcli11-dev catch2 libtbb-dev zlib1g-dev libxxhash-dev dataset-fashion-mnist)
boost_packages=(libboost1.81-dev libboost-serialization1.81-dev)
[[ ${1:-} == --ci ]] && packages+=(git clang clang-format libclang-rt-dev)

unpacked=build/deps
log=build/deps.log
mkdir -p build

installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed* ]]; }

# True when FOLDER/boost is new enough (Boost.Describe came with 1.77, its enum support needs 1.81).
recent_boost() {
  local version
  version=$(sed -n 's/^#define BOOST_VERSION \([0-9]*\).*/\1/p' "$1/boost/version.hpp" 2>/dev/null || true)
  [[ ${version:-0} -ge 108100 ]]
}

have_boost() {
  { recent_boost /usr/include && compgen -G '/usr/lib/*/libboost_serialization.a' >/dev/null; } ||
    { recent_boost "$unpacked/usr/include" &&
      compgen -G "$unpacked/usr/lib/*/libboost_serialization.a" >/dev/null; }
}

# What is missing of the names given, one a line.
missing_of() {
  local package
  for package in "$@"; do
    installed "$package" || printf '%s\n' "$package"
  done
}

unpack_boost() {
  echo "penstock: Boost 1.81 can't be installed beside this system's Boost; unpacking it into $unpacked"
  rm -rf "$unpacked" "$unpacked.part"
  mkdir -p "$unpacked.part/archives"
  (cd "$unpacked.part/archives" && apt-get -q download "${boost_packages[@]}" libboost-serialization1.81.0) \
    >>"$log" 2>&1 || return 1
  local archive
  for archive in "$unpacked.part"/archives/*.deb; do
    dpkg-deb -x "$archive" "$unpacked.part" >>"$log" 2>&1 || return 1
  done
  rm -rf "$unpacked.part/archives"
  mv "$unpacked.part" "$unpacked"
}

mapfile -t missing < <(missing_of "${packages[@]}")
boost_missing=()
have_boost || mapfile -t boost_missing < <(missing_of "${boost_packages[@]}")
if [[ ${#missing[@]} -eq 0 ]] && have_boost; then
  exit 0
fi
: >"$log"

as_root=()
can_install=yes
if [[ $EUID -ne 0 ]]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
  elif command -v sudo >/dev/null && [[ -t 0 && -t 2 ]]; then
    as_root=(sudo)
  else
    can_install=no
  fi
fi

install_packages() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-remove --no-install-recommends "$@" </dev/null >>"$log" 2>&1
}

# A warning or an unreachable list must not end it: what counts is whether the packages can be had.
refresh_lists() { "${as_root[@]}" apt-get -q update </dev/null >>"$log" 2>&1 || true; }

known_to_apt() {
  local package
  for package in "$@"; do
    apt-cache show "$package" >/dev/null 2>&1 || return 1
  done
}

give_up() {
  local wanted=("${missing[@]}")
  have_boost || wanted+=("${boost_packages[@]}")
  {
    [[ -s $log ]] && tail -n 15 "$log"
    echo "penstock: packages are missing and could not be installed. Run this as root and try again:"
    echo
    echo "  apt-get update; apt-get install --no-remove ${wanted[*]}"
    echo
  } >&2
  exit 1
}

wanted=("${missing[@]}" "${boost_missing[@]}")
if [[ $can_install == yes && ${#wanted[@]} -gt 0 ]]; then
  echo "penstock: installing ${wanted[*]} (log: $log)"
  known_to_apt "${wanted[@]}" || refresh_lists
  # Boost apart, so that a conflict over it does not keep the rest away. Stale lists show up as a failed
  # download: refresh and try once more.
  if [[ ${#missing[@]} -gt 0 ]]; then
    install_packages "${missing[@]}" || { refresh_lists && install_packages "${missing[@]}"; } || give_up
  fi
  if [[ ${#boost_missing[@]} -gt 0 ]]; then
    if apt-get install -s --no-remove "${boost_missing[@]}" >>"$log" 2>&1; then
      install_packages "${boost_missing[@]}" || { refresh_lists && install_packages "${boost_missing[@]}"; } || true
    fi
  fi
fi
have_boost || unpack_boost || { [[ $can_install == yes ]] && refresh_lists && unpack_boost; } || give_up

mapfile -t missing < <(missing_of "${packages[@]}")
[[ ${#missing[@]} -eq 0 ]] && have_boost || give_up
