# SPDX-License-Identifier: Apache-2.0
# Installs Debian packages: source it after common.sh.
# shellcheck shell=bash
# A list of packages is lines of: Debian package, how to see that it is there, what to look for.

has_header() {
    echo "#include <$1>" | gcc -E -x c - >/dev/null 2>&1
}

has_clang_runtime() {
    local directory
    directory=$(clang -print-resource-dir 2>/dev/null) &&
        [[ -n $(find "$directory/" -name "libclang_rt.$1*.a" -print -quit 2>/dev/null) ]]
}

is_there() {
    case $1 in
    command) command -v "$2" >/dev/null ;;
    file) [[ -e $2 ]] ;;
    module) pkg-config --exists "$2" 2>/dev/null ;;
    header) has_header "$2" ;;
    crate) compgen -G "/usr/share/cargo/registry/$2-[0-9]*" >/dev/null ;;
    python) /usr/bin/python3 -c "import $2" 2>/dev/null ;;
    runtime) has_clang_runtime "$2" ;;
    esac
}

# missing_packages LIST
missing_packages() {
    local package kind what
    while read -r package kind what; do
        [[ -z $package ]] || is_there "$kind" "$what" || echo "$package"
    done <<<"$1"
}

as_root() {
    if ((EUID == 0)); then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

can_install() {
    command -v apt-get >/dev/null || return 1
    ((EUID == 0)) || command -v sudo >/dev/null
}

apt_install() {
    as_root apt-get install --yes --no-install-recommends "$@"
}

# The package lists may be absent or old: fetch them only when an install fails without.
install_packages() {
    apt_install "$@" && return
    as_root apt-get update && apt_install "$@"
}

# install_missing LIST LOG: installs what is missing of LIST; fails, having said why, when something
# still is. That shows that a package's name or content has changed.
install_missing() {
    local missing
    mapfile -t missing < <(missing_packages "$1")
    ((${#missing[@]})) || return 0
    if ! can_install; then
        say "missing: ${missing[*]}; install these Debian packages (no apt-get or no sudo here)"
        return 1
    fi
    say "installing ${missing[*]}"
    logged "$2" install_packages "${missing[@]}" || return
    mapfile -t missing < <(missing_packages "$1")
    ((${#missing[@]} == 0)) || {
        say "still missing after the install: ${missing[*]}"
        return 1
    }
}
