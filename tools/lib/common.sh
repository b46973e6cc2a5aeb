# SPDX-License-Identifier: Apache-2.0
# Shared by the programs in tools/: source it.
# shellcheck shell=bash
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
program=tools/$(basename "$0")

# fail_usage TEXT: a wrong option
fail_usage() {
    echo "$program: $1 (see $program --help)" >&2
    exit 2
}

say() {
    echo "$program: $*" >&2
}

# logged LOG COMMAND...: the output goes to the file LOG, and is shown when the command fails
logged() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    "$@" >"$log" 2>&1 && return
    tail -n 100 "$log" >&2
    say "failed: $* (all of its output: $log)"
    return 1
}

# build DIRECTORY [CMAKE_ARGUMENT...]
build() {
    local directory=$1
    shift
    logged "$directory/configure.log" cmake -S "$root" -B "$directory" -G Ninja "$@" &&
        logged "$directory/build.log" cmake --build "$directory"
}
