#!/bin/sh
# fetch.sh DIR: the Selenium Grid of the lock file, into DIR; prints the path of its jar. Fetches once.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
exec 9>"$1/.lock" # several tests may need it at the same time
flock 9
if ! cmp -s "$here/package-lock.json" "$1/.fetched"; then
    cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$1/"
    (cd "$1" && npm ci --loglevel=error >&2)
    cp "$here/package-lock.json" "$1/.fetched"
fi
ls "$1"/node_modules/selenium-server/lib/runner/*.jar
