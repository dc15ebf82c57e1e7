# lib.sh: for the tests of packaging. $BUILD, $VERSION, $MAKE and $CC come from make. A test is a list of
# `check WHAT COMMAND...`; the first that fails ends the program.
set -u
work=$(mktemp -d)
served=
# shellcheck disable=SC2154
finish() {
    status=$?
    [ -z "$served" ] || kill "$served" 2>/dev/null
    rm -rf "$work"
    exit $status
}
trap finish EXIT
trap 'exit 143' TERM INT

check() {
    what=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        echo "[       OK ] $what"
    else
        echo "[  FAILED  ] $what"
        head -c 4000 "$work/said"
        exit 1
    fi
}

# A tool that may be missing on a person's machine, and is installed if NO_SKIP is set.
has() {
    command -v "$1" >/dev/null 2>&1 && return
    [ -z "${NO_SKIP:-}" ] || {
        echo "[  FAILED  ] $1 is missing"
        exit 1
    }
    echo "skipped: there is no $1"
    return 1
}

same() { # two texts
    [ "$1" = "$2" ] || {
        printf 'expected:\n%s\nfound:\n%s\n' "$1" "$2"
        return 1
    }
}

make_quietly() {
    $MAKE --no-print-directory -s BUILD="$BUILD" CC="$CC" "$@"
}
