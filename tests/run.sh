#!/bin/sh
# run.sh WRAPPER TEST...: run each test program from the top of the tree, quietly while it passes. With
# $AGAIN set, one that failed is run a second time, and both are told: real browsers on a loaded
# machine miss a deadline now and then, and what fails twice is a fault.
wrapper=$1
shift
failed=0

try() {
    out=$($wrapper "$1" 2>&1)
    status=$?
    if [ $status -eq 0 ]; then
        printf '  PASS    %s (%s)\n' "$1" "$(printf '%s\n' "$out" | grep -c '\[       OK \]')"
    else
        printf '%s\n' "$out"
        printf '  FAIL    %s (exit %s)\n' "$1" "$status"
    fi
    return $status
}

for test in "$@"; do
    try "$test" && continue
    [ -n "${AGAIN:-}" ] && echo "  AGAIN   $test" && try "$test" && continue
    failed=1
done
exit $failed
