#!/bin/sh
# setup.sh PART...: install what the parts need and is missing. With apt if it is available (through
# sudo when not root); otherwise name the packages and stop. Does nothing when nothing is missing.
set -eu

# What proves that a part is installed, then its package for apt, dnf, pacman and brew.
table() {
    case $1 in
    build)
        echo "cc:gcc gcc gcc gcc"
        echo "make:make make make make"
        echo "h/stdio.h:libc6-dev glibc-devel glibc -"
        echo "pkg-config:pkg-config pkgconf pkgconf pkg-config"
        echo "pc/libwebsockets:libwebsockets-dev libwebsockets-devel libwebsockets libwebsockets"
        echo "pc/libcurl:libcurl4-openssl-dev libcurl-devel curl curl"
        echo "pc/libcjson:libcjson-dev cjson-devel cjson cjson"
        echo "pc/libcrypto:libssl-dev openssl-devel openssl openssl"
        echo "pc/sqlite3:libsqlite3-dev sqlite-devel sqlite sqlite"
        echo "pc/zlib:zlib1g-dev zlib-devel zlib zlib"
        echo "pc/libxml-2.0:libxml2-dev libxml2-devel libxml2 libxml2"
        echo "h/uv.h:libuv1-dev libuv-devel libuv libuv"
        echo "h/sys/capability.h:libcap-dev libcap-devel libcap -"
        ;;
    browser)
        echo "browser:chromium chromium chromium chromium"
        ;;
    test)
        echo "pc/cmocka:libcmocka-dev libcmocka-devel cmocka cmocka"
        echo "chromedriver:chromium-driver chromedriver chromium -"
        echo "WebKitWebDriver:webkit2gtk-driver webkit2gtk4.1 webkit2gtk-4.1 -"
        echo "java:openjdk-17-jre-headless java-17-openjdk-headless jre17-openjdk-headless openjdk@17"
        echo "node:nodejs nodejs nodejs node"
        echo "faketime:faketime libfaketime libfaketime libfaketime"
        echo "npm:npm npm npm node"
        echo "firefox:firefox-esr firefox firefox firefox"
        echo "Xvfb:xvfb xorg-x11-server-Xvfb xorg-server-xvfb -"
        echo "lib/libnss_wrapper.so:libnss-wrapper nss_wrapper nss_wrapper -"
        echo "xdotool:xdotool xdotool xdotool -"
        echo "bash:bash bash bash bash"
        echo "zsh:zsh zsh zsh zsh"
        echo "fish:fish fish fish fish"
        echo "ps:procps procps-ng procps-ng -"
        echo "script:bsdutils util-linux util-linux -"
        echo "man:man-db man-db man-db -"
        echo "mandoc:mandoc mandoc mandoc mandoc"
        echo "dpkg-shlibdeps:dpkg-dev - - -"
        echo "lintian:lintian - - -"
        ;;
    valgrind)
        echo "valgrind:valgrind valgrind valgrind valgrind"
        ;;
    esac
}

is_there() {
    case $1 in
    pc/*) command -v pkg-config >/dev/null 2>&1 && pkg-config --exists "${1#pc/}" ;;
    lib/*) ls /usr/lib/"${1#lib/}" /usr/lib/*/"${1#lib/}" /usr/lib64/"${1#lib/}" 2>/dev/null | grep -q . ;;
    h/*) [ -e "/usr/include/${1#h/}" ] || ls /usr/include/*/"${1#h/}" >/dev/null 2>&1 ;;
    browser)
        for name in google-chrome-stable google-chrome chromium chromium-browser microsoft-edge brave-browser; do
            command -v "$name" >/dev/null 2>&1 && return 0
        done
        [ -n "${OFFSWITCH_BROWSER:-}" ]
        ;;
    firefox) command -v firefox-esr >/dev/null 2>&1 || command -v firefox >/dev/null 2>&1 ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

missing_for() { # column
    for part in $parts; do
        table "$part" | while IFS=: read -r proof names; do
            is_there "$proof" || echo "$names" | cut -d' ' -f"$1"
        done
    done | grep -v '^-$' | sort -u | tr '\n' ' '
}

parts=$*
missing=$(missing_for 1)
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "These packages are missing; install them and run this again:"
    echo "  dnf install $(missing_for 2)"
    echo "  pacman -S $(missing_for 3)"
    echo "  brew install $(missing_for 4)"
    exit 1
fi
as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
        echo "These packages are missing, and there is no sudo: as root, run"
        echo "  apt-get install $missing"
        exit 1
    }
    as_root=sudo
fi
echo "installing: $missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
still=$(missing_for 1)
[ -z "$still" ] || {
    echo "still missing after the installation: $still"
    exit 1
}
