#!/bin/sh
# all.sh MAKE STEP...: make each of these targets, also after one that failed; say how long each took,
# and at the end which failed. The output of a step is its own.
make=$1
shift
failed=
begun=$(date +%s)
for step in "$@"; do
    echo "== $step"
    since=$(date +%s)
    if $make --no-print-directory "$step"; then
        word=passed
    else
        word=FAILED
        failed="$failed $step"
    fi
    echo "== $step $word after $(($(date +%s) - since)) s"
done
echo "== all of it took $(($(date +%s) - begun)) s"
if [ -n "$failed" ]; then
    echo "== FAILED:$failed"
    exit 1
fi
echo "all tests passed"
