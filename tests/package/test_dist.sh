# The tarball: the same bytes each time, and the committed tree, whole.
. tests/package/lib.sh
git rev-parse --git-dir >/dev/null 2>&1 || { echo "skipped: not a checkout"; exit 0; }

tarball() { # name of a directory
    $MAKE --no-print-directory -s dist BUILD="$work/$1" >/dev/null && sha256sum <"$work/$1/offswitch-$VERSION.tar.gz"
}
unpacked() {
    tar -tzf "$work/a/offswitch-$VERSION.tar.gz" | sed "s,^offswitch-$VERSION/,,; /\/\$/d; /^\$/d" | LC_ALL=C sort
}
first=$(tarball a)
sleep 1.1 # another second, so that a time in it would show
check "twice the same bytes" same "$first" "$(umask 077 && TZ=Asia/Tokyo tarball b)"
check "holds every file that is committed" same "$(git -c core.quotePath=false ls-tree -r --name-only HEAD | LC_ALL=C sort)" "$(unpacked)"
tar -xzf "$work/a/offswitch-$VERSION.tar.gz" -C "$work"
check "its Makefile works without git" $MAKE --no-print-directory -s -C "$work/offswitch-$VERSION" help
