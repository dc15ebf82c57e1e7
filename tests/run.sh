#!/bin/sh
# run.sh WRAPPER TEST...: run each test program from the top of the tree, $AT_ONCE (1) at a time, quietly
# while it passes, and end with one line that counts them. The output of a program is printed whole. With
# $AGAIN set, one that failed is run a second time, and both are reported: real browsers on a loaded
# machine sometimes miss a deadline. Failures that load cannot cause are not retried: a wrong verdict, a
# wrong touch, a second save, a tab, session or process that remains, a crash.
if [ "$1" = --one ]; then
    dir=$2 wrapper=$3
    shift 3
else
    dir=
    wrapper=$1
    shift
fi
never='FALSE|is said of|WRONG TOUCH|a wrong touch|saves were sent|something was saved|saved something|another story'
never="$never|was left|left behind|is open|are left|were left|has a session|is still running|a state that it cannot know|AddressSanitizer"

try() {
    since=$(date +%s)
    out=$($wrapper "$1" 2>&1)
    status=$?
    took=$(($(date +%s) - since))
    if [ $status -eq 0 ]; then
        printf '  PASS    %s (%s, %s s)\n' "$1" "$(printf '%s\n' "$out" | grep -c '\[       OK \]')" "$took"
    else
        printf '%s\n' "$out"
        printf '  FAIL    %s (exit %s)\n' "$1" "$status"
    fi
    return $status
}

# Only the lines that report a failure, not the output of the program that may follow them.
may_be_chance() {
    [ $status -lt 128 ] && ! printf '%s\n' "$out" | grep -E '^\[  (FAILED|ERROR) ' | grep -qE "$never"
}

# One program and its verdict, into a file of its own, which is then printed whole.
if [ -n "$dir" ]; then
    log=$(mktemp "$dir/log-XXXXXX")
    {
        if try "$1" || { [ -n "${AGAIN:-}" ] && may_be_chance && echo "  AGAIN   $1" && try "$1"; }; then
            echo "$1" >>"$dir/passed"
        else
            echo "$1" >>"$dir/failed"
        fi
    } >"$log"
    until mkdir "$dir/printing" 2>/dev/null; do sleep 0.1; done
    cat "$log"
    rmdir "$dir/printing"
    exit 0
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
: >"$dir/passed"
: >"$dir/failed"
printf '%s\n' "$@" | xargs -P "${AT_ONCE:-1}" -I TEST sh "$0" --one "$dir" "$wrapper" TEST
passed=$(($(wc -l <"$dir/passed")))
failed=$(($# - passed))
echo "  $passed passed, $failed failed"
[ $failed -eq 0 ]
