# Another C program uses the installed library through its header and its pkg-config file only, and
# reads the replica with it in a real browser.
. tests/package/lib.sh
prefix=$work/prefix

install_it() {
    make_quietly install DESTDIR= PREFIX="$prefix"
}
compile_it() {
    cd "$work" || return
    PKG_CONFIG_PATH=$prefix/lib/pkgconfig
    export PKG_CONFIG_PATH
    # shellcheck disable=SC2046
    $CC -std=c11 -Wall -Wextra -Werror -pedantic -o check-site "$prefix/share/doc/offswitch/examples/check-site.c" \
        $(pkg-config --cflags --libs liboffswitch)
}
header_in_cpp() {
    printf '#include "offswitch.h"\nint main() { return ofs_loop_new(nullptr) == nullptr; }\n' >"$work/use.cc"
    c++ -fsyntax-only -Wall -Werror -I"$prefix/include" "$work/use.cc"
}
foreign_names() {
    nm -g --defined-only "$prefix/lib/liboffswitch.a" 2>/dev/null | awk 'NF == 3 && $3 !~ /^ofs_/ {print $3}'
}
no_browser() {
    "$work/check-site" "$prefix/share/offswitch/scenarios/linkedin.json" cdp://127.0.0.1:1 >"$work/out" 2>&1
    same 1 $? && grep -q 127.0.0.1:1 "$work/out"
}
reads_replica() {
    "$BUILD/offswitch" rehearse --serve 0 >"$work/origin" 2>/dev/null &
    served=$!
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ -s "$work/origin" ] && break
        sleep 0.3
    done
    [ "$(id -u)" = 0 ] && set -- --no-sandbox
    "$work/check-site" "$prefix/share/offswitch/scenarios/linkedin.json" launch "$(cat "$work/origin")" \
        "$work/profile" "$@" >"$work/out" 2>&1
    same 2 $? && same "2 differ" "$(tail -1 "$work/out")"
    rc=$?
    [ $rc = 0 ] || cat "$work/out"
    return $rc
}

check "installs" install_it
check "an example compiles against the installed tree" compile_it
check "the version is the program's" same "$VERSION" "$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --modversion liboffswitch)"
check "every name that the library defines begins with ofs_" same "" "$(foreign_names)"
command -v c++ >/dev/null && check "the header is good for C++" header_in_cpp
check "the example reports that there is no browser" no_browser
check "the example reads the replica and exits with 2" reads_replica
