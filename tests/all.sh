#!/bin/sh
# all.sh MAKE STEP... [-- STEP...]: make each of these targets, those before -- one after the other and those
# after it $STEPS_AT_ONCE (1) at a time, also after a failure. Print the whole output of each when it has ended,
# with the seconds it took, and at the end which failed.
set -u

# all.sh --step DIR MAKE STEP: one of them.
if [ "$1" = --step ]; then
    dir=$2 make=$3 step=$4
    since=$(date +%s)
    if $make --no-print-directory "$step" >"$dir/$step" 2>&1; then
        word=passed
    else
        word=FAILED
        echo "$step" >>"$dir/failed"
    fi
    took=$(($(date +%s) - since))
    until mkdir "$dir/printing" 2>/dev/null; do sleep 0.1; done
    echo "== $step"
    cat "$dir/$step"
    echo "== $step $word after $took s"
    rmdir "$dir/printing"
    exit 0
fi

make=$1
shift
begun=$(date +%s)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    sh "$0" --step "$dir" "$make" "$1"
    shift
done
if [ $# -gt 1 ]; then
    shift
    printf '%s\n' "$@" | xargs -P "${STEPS_AT_ONCE:-1}" -I STEP sh "$0" --step "$dir" "$make" STEP
fi
echo "== all of it took $(($(date +%s) - begun)) s"
if [ -s "$dir/failed" ]; then
    echo "== FAILED: $(tr '\n' ' ' <"$dir/failed")"
    exit 1
fi
echo "all tests passed"
