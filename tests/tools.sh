#!/bin/sh
# The programs that the tests need besides Python: installed if that can be done, named if not.
set -eu
cd "$(dirname "$0")/.."

missing=""
need() { # need PROGRAM PACKAGE
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need gcc gcc
need g++ g++
need clang clang
need wasm-ld lld
need node nodejs
need cppcheck cppcheck
need arm-none-eabi-gcc gcc-arm-none-eabi
need powerpc-linux-gnu-gcc "gcc-powerpc-linux-gnu libc6-dev-powerpc-cross"
need aarch64-linux-gnu-gcc "gcc-aarch64-linux-gnu libc6-dev-arm64-cross"
need arm-linux-gnueabihf-gcc "gcc-arm-linux-gnueabihf libc6-dev-armhf-cross"
need qemu-ppc-static qemu-user-static
need qemu-aarch64 qemu-user
need qemu-system-arm qemu-system-arm
need avr-gcc "gcc-avr avr-libc"
need simavr simavr
need arduino-builder "arduino-builder arduino-core-avr"
[ -f /usr/include/simavr/sim_avr.h ] || missing="$missing libsimavr-dev libelf-dev"
need riscv64-unknown-elf-gcc gcc-riscv64-unknown-elf
need qemu-system-riscv32 qemu-system-misc
need npm npm
need cmake cmake
need javac openjdk-17-jdk-headless
need ninja ninja-build
need gdb-multiarch gdb-multiarch
need openocd openocd
need chromium chromium
need openssl openssl
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"

if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing$missing"
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of package names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
elif [ -n "$missing" ]; then
    echo "error: the tests need$missing; on Debian: sudo apt-get install$missing" >&2
    exit 1
fi

# What others read and run the bundle with, pinned by hash in tests/fetched, kept in build/.
[ "${THIMBLE_OFFLINE:-}" != 1 ] || exit 0
fetch() { # fetch NAME COMMAND...: run COMMAND in a copy of tests/fetched/NAME that becomes build/NAME
    name=$1
    shift
    ! cat "tests/fetched/$name"/* | cmp -s - "build/$name/pinned" || return 0
    echo "fetching $name"
    rm -rf "build/$name" "build/$name.part"
    mkdir -p build
    cp -R "tests/fetched/$name" "build/$name.part"
    if ! (cd "build/$name.part" && "$@"); then
        echo "error: the tests need $name, which cannot be fetched: connect, or set THIMBLE_OFFLINE=1" >&2
        exit 1
    fi
    cat "tests/fetched/$name"/* >"build/$name.part/pinned"
    mv "build/$name.part" "build/$name"
}
fetch litertjs npm ci --silent --ignore-scripts --no-audit --no-fund
pinned() { # pinned NAME: Python packages, by hash
    fetch "$1" ../../.venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --root-user-action ignore --no-deps --require-hashes --target . -r requirements.txt
}
fetch typescript npm ci --silent --ignore-scripts --no-audit --no-fund
pinned tflite-support
pinned tree-sitter
# The package managers whose own checks the packages pass.
pinned platformio
pinned esp-idf
pinned kconfiglib
