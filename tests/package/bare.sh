#!/bin/sh
# bare.sh DIRECTORY: install the packages of that directory in a bare Debian, run the program, use the
# library, remove it, and look at what is left. Run as root; debootstrap makes the Debian (a minute, from
# Debian's archive, or the one in $MIRROR), which is kept in $BARE, if set, for the next time.
set -eu
packages=$(cd "$1" && pwd)
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")
work=$(mktemp -d)
root=$work/root
trap 'rm -rf "$work"' EXIT
[ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null || { echo "needs root and debootstrap" >&2; exit 1; }

base=${BARE:-$work/base}
[ -d "$base/usr" ] || debootstrap --variant=minbase "$suite" "$base" ${MIRROR:-} >"$work/log" || { tail "$work/log"; exit 1; }
cp -a "$base" "$root"
cp /etc/resolv.conf "$root/etc/" 2>/dev/null || true
[ -e /etc/apt/apt.conf ] && cp /etc/apt/apt.conf "$root/etc/apt/"
cp -a /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
cp "$packages"/*.deb "$root/tmp/"
rm -f "$root/etc/dpkg/dpkg.cfg.d/docker" # keep manuals

in_it() {
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
step() {
    what=$1
    shift
    if "$@" >"$work/out" 2>&1; then
        echo "  ok      $what"
    else
        echo "  FAILED  $what"
        tail -30 "$work/out"
        exit 1
    fi
}
files() { # of the system, except what a package manager records
    in_it find / -xdev \( -path /tmp -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache -o -path /var/log -o -path /proc -o -path /dev \) -prune -o -print | sort
}

step "apt reads its lists" in_it apt-get update -qq
files >"$work/before"
step "the package is installed with what it depends on" in_it sh -c 'apt-get install -y -qq --no-install-recommends /tmp/offswitch_*.deb man-db'
step "the program starts" in_it offswitch --version
step "the scenarios are found and clean" in_it offswitch scenario lint linkedin
step "the guide needs no browser" in_it sh -c 'offswitch guide linkedin | grep -q http'
step "doctor says what to do without a browser" sh -c "chroot '$root' offswitch doctor; [ \$? = 3 ] || [ \$? = 1 ]"
step "offswitch(1) is shown without a warning" in_it sh -c '[ -z "$(man --warnings offswitch 2>&1 >/dev/null)" ]'
step "offswitch-scenario(5) is shown without a warning" in_it sh -c '[ -z "$(man --warnings offswitch-scenario 2>&1 >/dev/null)" ]'
step "the package is removed" in_it apt-get purge -y -qq offswitch man-db
step "and what came with it" in_it apt-get autoremove -y -qq --purge
files >"$work/after"
step "nothing of it is left" sh -c "! diff '$work/before' '$work/after' | grep -i offswitch"
step "the library is installed with the headers that it needs" in_it sh -c 'apt-get install -y -qq --no-install-recommends /tmp/liboffswitch-dev_*.deb gcc libc6-dev pkg-config'
step "the example compiles and runs" in_it sh -c 'cd /tmp && cc -o check-site /usr/share/doc/liboffswitch-dev/examples/check-site.c $(pkg-config --cflags --libs liboffswitch) && ./check-site nowhere.json; [ $? = 1 ]'
step "the library is removed" in_it apt-get purge -y -qq liboffswitch-dev
step "nothing of it is left either" sh -c "! chroot '$root' find / -xdev -path /tmp -prune -o -name '*offswitch*' -print | grep -v -e /var/log -e /var/cache -e /proc | grep ."
