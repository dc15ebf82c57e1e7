#!/bin/sh
# run.sh WRAPPER TEST...: run each test program from the top of the tree, quietly while it passes.
wrapper=$1
shift
failed=0
for test in "$@"; do
    out=$($wrapper "$test" 2>&1)
    status=$?
    if [ $status -eq 0 ]; then
        printf '  PASS    %s (%s)\n' "$test" "$(printf '%s\n' "$out" | grep -c '\[       OK \]')"
    else
        printf '%s\n' "$out"
        printf '  FAIL    %s (exit %s)\n' "$test" "$status"
        failed=1
    fi
done
exit $failed
