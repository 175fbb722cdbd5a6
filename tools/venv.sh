#!/bin/sh
# Makes the virtual environment $1 if there is none, with $PYTHON or the first that is new enough;
# checks it if there is one. Whatever is wrong is one line on stderr.
set -eu
venv=$1

fail() {
    echo "hamgate: $*" >&2
    exit 1
}

# By running it: pyenv's shims exist for versions that are not there.
new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if [ -e "$venv" ]; then
    new_enough "$venv/bin/python" && "$venv/bin/python" -c 'import pip' 2>/dev/null ||
        fail "the virtual environment $venv is broken or of an old Python: run make distclean first"
    made_in=$(cat "$venv/.folder" 2>/dev/null || pwd -P)
    [ "$made_in" = "$(pwd -P)" ] ||
        fail "the virtual environment $venv was made in $made_in: run make distclean first"
    exit 0
fi

python=${PYTHON:-}
if [ -n "$python" ]; then
    new_enough "$python" || fail "PYTHON=$python does not run, or is older than Python 3.11"
else
    for candidate in python3.13 python3.12 python3.11 python3; do
        if new_enough "$candidate"; then
            python=$candidate
            break
        fi
    done
    [ -n "$python" ] ||
        fail "no Python 3.11 or newer is found: install one, or name it with PYTHON=/path/to/python3"
fi
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "$python cannot make virtual environments: install its venv package (Debian: python3-venv)"

# An interrupted attempt leaves nothing behind.
trap 'rm -rf "$venv"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
errors=$("$python" -m venv "$venv" 2>&1) ||
    fail "$python -m venv $venv failed: $(echo "$errors" | tail -n 1)"
pwd -P >"$venv/.folder"
trap - EXIT
