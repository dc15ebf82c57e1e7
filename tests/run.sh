#!/bin/sh
# run.sh WRAPPER TEST...: run each test program from the top of the tree, quietly while it passes, and
# end with one line that counts them. With $AGAIN set, one that failed is run a second time, and both
# are reported: real browsers on a loaded machine miss a deadline now and then. What no load leads to
# is not tried again: an untrue word, a wrong touch, a save too many, a tab, a session or a process
# that is left, a crash.
wrapper=$1
shift
passed=0
failed=0
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

# Of the lines that tell what failed, and not of the output of the program that may follow them.
may_be_chance() {
    [ $status -lt 128 ] && ! printf '%s\n' "$out" | grep -E '^\[  (FAILED|ERROR) ' | grep -qE "$never"
}

for test in "$@"; do
    if try "$test" || { [ -n "${AGAIN:-}" ] && may_be_chance && echo "  AGAIN   $test" && try "$test"; }; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
done
echo "  $passed passed, $failed failed"
[ $failed -eq 0 ]
