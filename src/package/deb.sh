#!/bin/sh
# deb.sh: pack the program that was built in $BUILD as two Debian packages in $BUILD/package: offswitch,
# and liboffswitch-dev with the library, its header and an example. Needs dpkg-dev; no root.
# Reads the environment: BUILD, VERSION, CC, MAKE, PACKAGES, MAINTAINER ("NAME <ADDRESS>"), and
# SOURCE_DATE_EPOCH for the files' times.
set -eu
top=$(pwd)
case $BUILD in /*) ;; *) BUILD=$top/$BUILD ;; esac
out=$BUILD/package
root=$out/root
arch=$(dpkg --print-architecture)
triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y Makefile)}
export SOURCE_DATE_EPOCH
maintainer=${MAINTAINER:-offswitch authors <offswitch@example.org>}

rm -rf "$root" "$out/debian"
rm -f "$out"/*.deb
main=$root/offswitch
dev=$root/liboffswitch-dev
mkdir -p "$main" "$dev/usr/share/doc" "$dev/usr/lib/$triplet" "$out/debian"

# ---- the files ----

$MAKE -s install BUILD="$BUILD" CC="$CC" DESTDIR="$main" PREFIX=/usr LIBDIR="/usr/lib/$triplet" \
    ZSHDIR=vendor-completions >/dev/null
rm "$main/usr/share/offswitch/installed" # dpkg keeps the list
mv "$main/usr/include" "$dev/usr/include"
mv "$main/usr/lib/$triplet/"* "$dev/usr/lib/$triplet/"
rmdir -p "$main/usr/lib/$triplet" 2>/dev/null || true
mkdir "$dev/usr/share/doc/liboffswitch-dev"
mv "$main/usr/share/doc/offswitch/examples" "$dev/usr/share/doc/liboffswitch-dev/examples"
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$main/usr/bin/offswitch"
strip --strip-debug --remove-section=.comment --remove-section=.note --enable-deterministic-archives "$dev/usr/lib/$triplet/liboffswitch.a"
gzip -9n "$main"/usr/share/man/man*/*

changelog() {
    echo "offswitch ($VERSION) unstable; urgency=medium"
    echo
    sed -n "/^## $VERSION/,/^## /{/^- /{s/^- /  * /;p};/^  [^ ]/{s/^/  /;p}}" src/package/CHANGELOG.md
    echo
    echo " -- $maintainer  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")"
}

copyright() {
    cat <<END
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: offswitch

Files: *
Copyright: $(sed -n 's/^Copyright (c) //p' LICENSE)
License: Expat

Files: tests/watch/linkedin-user-agreement/*
Copyright: LinkedIn
License: ODC-By-1.0
 Recorded by Open Terms Archive (opentermsarchive.org), collection pga, Open Data Commons Attribution
 License 1.0. The text is LinkedIn's.

License: Expat
$(sed '1,/^Copyright/d; /./,$!d; s/^$/./; s/^/ /' LICENSE | sed '1{/^ \.$/d}')
END
}

for package in offswitch liboffswitch-dev; do
    doc=$root/$package/usr/share/doc/$package
    mkdir -p "$doc"
    copyright >"$doc/copyright"
    changelog | gzip -9n >"$doc/changelog.gz"
done
cp README.md "$main/usr/share/doc/offswitch/"
gzip -9n "$main/usr/share/doc/offswitch/README.md"

# ---- what they need ----

# The program, and an empty one that is linked with every library: a library that is loaded only when
# it is needed (dlopen) is a dependency too.
: >"$out/none.c"
echo 'int main(void) { return 0; }' >"$out/none.c"
# shellcheck disable=SC2046,SC2086
$CC -o "$out/none" "$out/none.c" -Wl,--no-as-needed $(pkg-config --libs $PACKAGES)
cat >"$out/debian/control" <<END
Source: offswitch
Maintainer: $maintainer
END
depends=$(cd "$out" && dpkg-shlibdeps -O root/offswitch/usr/bin/offswitch none 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { echo "dpkg-shlibdeps found no dependencies" >&2; exit 1; }
rm -f "$out/none" "$out/none.c"
# The packages of the headers that liboffswitch.pc requires.
# shellcheck disable=SC2046
headers=$(dpkg-query -S $(for name in $PACKAGES; do pkg-config --path "$name"; done) | cut -d: -f1 |
    sort -u | paste -sd, | sed 's/,/, /g')

control() { # package section depends recommends-line summary, the description on standard input
    echo "Package: $1"
    [ "$1" = offswitch ] || echo "Source: offswitch"
    echo "Version: $VERSION"
    echo "Architecture: $arch"
    echo "Maintainer: $maintainer"
    echo "Installed-Size: $(du -sk --apparent-size "$root/$1" | cut -f1)"
    echo "Depends: $3"
    [ -z "$4" ] || echo "$4"
    echo "Section: $2"
    echo "Priority: optional"
    echo "Description: $5"
    cat
}

pack() { # package, its control file on standard input
    mkdir "$root/$1/DEBIAN"
    cat >"$root/$1/DEBIAN/control"
    (cd "$root/$1" && find . -type f ! -path './DEBIAN/*' -printf '%P\n' | LC_ALL=C sort | xargs md5sum >DEBIAN/md5sums)
    find "$root/$1" -type d -exec chmod 755 {} +
    find "$root/$1" -newermt "@$SOURCE_DATE_EPOCH" -print0 | xargs -0r touch -hd "@$SOURCE_DATE_EPOCH"
    dpkg-deb --root-owner-group --build "$root/$1" "$out/$1_${VERSION}_$arch.deb" >/dev/null
    echo "  $out/$1_${VERSION}_$arch.deb"
}

control offswitch utils "$depends" "Recommends: chromium | google-chrome-stable | firefox-esr
Suggests: libnotify-bin, bash-completion" \
    "turn off AI training in the browser you are signed in with" <<'END' | pack offswitch
 offswitch reads the settings of a site that feed AI training, and other
 settings that you choose, in the browser that you are signed in with. It
 shows a plan, asks, changes what you agreed to, and proves each change by
 reading the site again. What it cannot tell it calls unknown.
 .
 'offswitch rehearse' does the whole job on a built-in copy of a settings
 site and touches nothing real.
END
control liboffswitch-dev libdevel "$headers" "" "turn off AI training: library and header for C programs" <<'END' | pack liboffswitch-dev
 The library that the program offswitch is made of, its public header, and
 an example program that reads the settings of a site and reports.
END
rm -rf "$root" "$out/debian"
