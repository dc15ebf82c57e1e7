# The Debian packages: contents, dependencies, hardening, lintian. make deb-test installs them in a bare
# Debian; here the present build is packed, without the flags of the distribution.
. tests/package/lib.sh
has dpkg-deb && has dpkg-shlibdeps || exit 0
out=$BUILD/package
arch=$(dpkg --print-architecture)
deb=$out/offswitch_${VERSION}_$arch.deb
dev=$out/liboffswitch-dev_${VERSION}_$arch.deb

contents() {
    dpkg-deb -c "$1" | awk '{print $1, $2, $6}'
}
contains() { # package, paths
    of=$1
    shift
    for path in "$@"; do
        contents "$of" | grep -q " root/root ./$path\$" || {
            echo "$path is missing in $of"
            return 1
        }
    done
}
depends_on() { # a library: its package is named
    for name in "$@"; do
        dpkg-deb -f "$deb" Depends | grep -qE "(^|, )$name[0-9.a-z+-]*( |,|\$)" || {
            echo "no $name in: $(dpkg-deb -f "$deb" Depends)"
            return 1
        }
    done
}
is_hardened() {
    dpkg-deb -x "$deb" "$work/x"
    program=$work/x/usr/bin/offswitch
    readelf -h "$program" | grep -q 'Type: *DYN' && readelf -d "$program" | grep -q BIND_NOW &&
        readelf -lW "$program" | grep -q GNU_RELRO && ! readelf -lW "$program" | grep -q 'GNU_STACK.*RWE' &&
        nm -D "$program" | grep -q __stack_chk_fail && nm -D "$program" | grep -q '_chk@'
}
manual_is_compressed() {
    gzip -dc "$work/x/usr/share/man/man1/offswitch.1.gz" | grep -q '^.SH EXIT STATUS'
}

check "packs" make_quietly debian-packages
check "has program, scenarios, manuals and completions" contains "$deb" usr/bin/offswitch \
    usr/share/offswitch/scenarios/linkedin.json usr/share/offswitch/scenarios/schema.json \
    usr/share/man/man1/offswitch.1.gz usr/share/man/man5/offswitch-scenario.5.gz \
    usr/share/bash-completion/completions/offswitch usr/share/zsh/vendor-completions/_offswitch \
    usr/share/fish/vendor_completions.d/offswitch.fish usr/share/doc/offswitch/copyright
check "has library, header and example" contains "$dev" usr/include/offswitch.h \
    "usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)/liboffswitch.a" \
    "usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)/pkgconfig/liboffswitch.pc" \
    usr/share/doc/liboffswitch-dev/examples/check-site.c
check "nothing of it is writable for others or has a special bit" same "" \
    "$(for p in "$deb" "$dev"; do contents "$p"; done | grep -E '^.(....w|.......w|..s|.....s)' || true)"
check "has no scripts that run at installation" same "control md5sums" "$(dpkg-deb --ctrl-tarfile "$deb" | tar -t | sed 's,^\./,,; /^$/d' | sort | paste -sd' ')"
check "depends on its libraries" depends_on libc6 libwebsockets libcurl libcjson libssl libsqlite3 libxml2 zlib1g
check "is hardened" is_hardened
check "the manual is in it" manual_is_compressed
check "the manual of scenarios is in it" test -s "$work/x/usr/share/man/man5/offswitch-scenario.5.gz"
has lintian && check "lintian finds nothing" lintian --allow-root --fail-on error,warning "$deb" "$dev"
exit 0
