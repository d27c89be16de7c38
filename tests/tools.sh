#!/bin/sh
# The programs that the tests need besides Python: installed if that can be done, named if not.
set -eu

missing=""
need() { # need PROGRAM PACKAGE
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need gcc gcc
need g++ g++
need clang clang
need cppcheck cppcheck
need arm-none-eabi-gcc gcc-arm-none-eabi
need powerpc-linux-gnu-gcc "gcc-powerpc-linux-gnu libc6-dev-powerpc-cross"
need qemu-ppc-static qemu-user-static
need qemu-system-arm qemu-system-arm
need cmake cmake
need ninja ninja-build
need gdb-multiarch gdb-multiarch
need openocd openocd
need chromium chromium

[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing$missing"
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of package names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "error: the tests need$missing; on Debian: sudo apt-get install$missing" >&2
    exit 1
fi
