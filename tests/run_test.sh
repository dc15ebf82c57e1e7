#!/bin/sh
# run_test.sh: what tests/run.sh retries, and what it never retries.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

# NAME WHAT-IT-SAYS STATUS: a test that fails the first time and passes the second.
make_test() {
    cat >"$dir/$1" <<END
#!/bin/sh
[ -e "$dir/$1.ran" ] && echo "[       OK ] $1" && exit 0
touch "$dir/$1.ran"
echo "$2"
exit $3
END
    chmod +x "$dir/$1"
}

expect() { # NAME STATUS AGAIN
    AGAIN=$3 sh tests/run.sh "" "$dir/$1" >"$dir/said" 2>&1
    status=$?
    if [ $status -ne "$2" ]; then
        echo "run.sh: $1: exit $status instead of $2"
        cat "$dir/said"
        failed=1
    fi
    tail -1 "$dir/said" | grep -qE '^  [0-9]+ passed, [0-9]+ failed$' || {
        echo "run.sh: $1: no last line that counts"
        failed=1
    }
}

make_test deadline "[  FAILED  ] cdp: sigint: it did not end" 1
make_test once "[  FAILED  ] cdp: sigint: it did not end" 1
make_test words "    a report that says: a tab is open" 1
expect deadline 0 1
expect once 1 ""
expect words 0 1
n=0
while IFS= read -r said; do
    n=$((n + 1))
    make_test "never$n" "$said" 1
    expect "never$n" 1 1
done <<'END'
[  FAILED  ] cdp: a save: the site has another story
[  FAILED  ] cdp: check: check has saved something
[  FAILED  ] grid: one: a session was left
[  FAILED  ] grid: one: a wrong touch
[  FAILED  ] bidi: sigterm: a tab is open: http://127.0.0.1/
[  FAILED  ] grid: end: the driver has a session
[  ERROR   ] --- a process was left behind
[  ERROR   ] --- 2 tabs were left behind
[  ERROR   ] --- 2 saves were sent, and 1 are right
[  FAILED  ] fix: FALSE off of a setting
END
make_test crash "Segmentation fault" 139
expect crash 1 1
exit $failed
