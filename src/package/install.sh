#!/bin/sh
# install.sh install | uninstall: put the built program below $DESTDIR$PREFIX, or remove exactly that.
# Reads the environment: BUILD, VERSION, DESTDIR, PREFIX, LIBDIR, ZSHDIR, LINKED. Every path that was
# written is printed, and noted in share/offswitch/installed: "f PATH" for a file, "d PATH" for a
# directory that was not there before.
set -eu
note=$PREFIX/share/offswitch/installed
case $PREFIX$LIBDIR in /*) ;; *) echo "PREFIX is a path that begins with /, not '$PREFIX'" >&2; exit 64 ;; esac

# Create a directory and what is missing above it, and note which were new.
directory() {
    [ -d "$DESTDIR$1" ] && return
    [ "$1" = / ] && mkdir -p "$DESTDIR/" && return
    directory "$(dirname "$1")"
    mkdir "$DESTDIR$1"
    chmod 755 "$DESTDIR$1"
    echo "d $1" >>"$new"
}

put() { # mode source destination
    directory "$(dirname "$3")"
    install -m "$1" "$2" "$DESTDIR$3"
    echo "f $3" >>"$new"
    echo "  $DESTDIR$3"
}

pkg_config_file() {
    sed -e "s,@PREFIX@,$PREFIX,g" -e "s,@LIBDIR@,$LIBDIR,g" -e "s,@VERSION@,$VERSION,g" \
        -e "s,@LINKED@,$LINKED,g" src/package/liboffswitch.pc.in
}

put_all() {
    share=$PREFIX/share
    put 755 "$BUILD/offswitch" "$PREFIX/bin/offswitch"
    for file in scenarios/*.json; do
        put 644 "$file" "$share/offswitch/$file"
    done
    for file in tests/watch/README.md tests/watch/linkedin-user-agreement/20*.md; do
        put 644 "$file" "$share/offswitch/policies/linkedin-user-agreement/${file##*/}"
    done
    for page in "$BUILD"/offswitch*.[15]; do
        put 644 "$page" "$share/man/man${page##*.}/${page##*/}"
    done
    put 644 src/completion/offswitch.bash "$share/bash-completion/completions/offswitch"
    put 644 src/completion/offswitch.zsh "$share/zsh/$ZSHDIR/_offswitch"
    put 644 src/completion/offswitch.fish "$share/fish/vendor_completions.d/offswitch.fish"
    put 644 include/offswitch.h "$PREFIX/include/offswitch.h"
    put 644 "$BUILD/package/liboffswitch.a" "$LIBDIR/liboffswitch.a"
    pkg_config_file >"$new.pc"
    put 644 "$new.pc" "$LIBDIR/pkgconfig/liboffswitch.pc"
    put 644 tests/package/example.c "$share/doc/offswitch/examples/check-site.c"
}

# An installation over an older one: what that had and this has not is removed, and the directories
# that it made are still ours.
merge_notes() {
    [ -e "$DESTDIR$note" ] || return 0
    grep '^d ' "$DESTDIR$note" >"$new.d" || true
    cat "$new.d" "$new" >"$new.all"
    grep '^f ' "$DESTDIR$note" | grep -vxFf "$new" | cut -c3- | while read -r path; do
        [ "$path" = "$note" ] || rm -f "$DESTDIR$path"
    done
    mv "$new.all" "$new"
}

case $1 in
install)
    new=$(mktemp)
    trap 'rm -f "$new" "$new".*' EXIT
    echo "installed:"
    put_all
    merge_notes
    echo "f $note" >>"$new"
    install -m 644 "$new" "$DESTDIR$note"
    echo "  $DESTDIR$note"
    echo "'make uninstall' with the same PREFIX and DESTDIR removes these files."
    ;;
uninstall)
    [ -e "$DESTDIR$note" ] || {
        echo "nothing is installed in $DESTDIR$PREFIX: there is no $DESTDIR$note" >&2
        exit 1
    }
    list=$(mktemp)
    trap 'rm -f "$list"' EXIT
    cp "$DESTDIR$note" "$list"
    echo "removed:"
    grep '^f ' "$list" | cut -c3- | while read -r path; do
        [ -e "$DESTDIR$path" ] || continue
        rm -f "$DESTDIR$path"
        echo "  $DESTDIR$path"
    done
    # the deepest first; one that holds something else stays
    grep '^d ' "$list" | cut -c3- | sort -ru | while read -r path; do
        rmdir "$DESTDIR$path" 2>/dev/null || true
    done
    ;;
esac
