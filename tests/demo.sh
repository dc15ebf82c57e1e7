#!/bin/sh
# demo.sh PROGRAM: the rehearsal, as the README shows it. A browser does not start as root with its
# sandbox, so as root (in a container) it starts without; only the built-in replica is opened.
set -e
program=$1
set -- rehearse
if [ "$(id -u)" = 0 ]; then
    set -- "$@" --browser-arg=--no-sandbox
    echo "running as root: the browser of this demonstration starts with --no-sandbox"
fi
# shellcheck disable=SC2016
printf '$ %s %s\n' "$program" "$*"
exec "$program" "$@"
