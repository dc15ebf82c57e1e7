# make install prints what it put where, and make uninstall removes exactly that.
. tests/package/lib.sh

list() { # what is below a directory, files and links
    (cd "$1" && find . ! -type d | sed 's,^\.,,' | LC_ALL=C sort)
}
said() { # the paths in a printed list
    sed -n "s,^  $work/root,,p" "$1" | LC_ALL=C sort
}
install_it() {
    make_quietly install DESTDIR="$work/root" PREFIX=/opt/off >"$work/out"
}
remove_it() {
    make_quietly uninstall DESTDIR="$work/root" PREFIX=/opt/off >"$work/out"
}

check "installs" install_it
check "says every file that it put there" same "$(list "$work/root")" "$(said "$work/out")"
for file in bin/offswitch include/offswitch.h lib/liboffswitch.a lib/pkgconfig/liboffswitch.pc \
    share/man/man1/offswitch.1 share/man/man5/offswitch-scenario.5 share/offswitch/scenarios/linkedin.json \
    share/bash-completion/completions/offswitch share/zsh/site-functions/_offswitch \
    share/fish/vendor_completions.d/offswitch.fish; do
    check "installs $file" test -s "$work/root/opt/off/$file"
done
check "nobody else can write" same "" "$(find "$work/root" -perm /022 ! -type l)"
runs_there() {
    env -u OFFSWITCH_SCENARIOS HOME="$work" "$work/root/opt/off/bin/offswitch" scenario list |
        grep "$work/root/opt/off/share/offswitch/scenarios/linkedin.json"
}
check "the program finds its scenarios where it was put" runs_there

# an older version had a file that this one does not have; a person has put a file beside ours
echo old >"$work/root/opt/off/share/offswitch/scenarios/old.json"
echo "f /opt/off/share/offswitch/scenarios/old.json" >>"$work/root/opt/off/share/offswitch/installed"
mkdir "$work/root/opt/off/etc"
echo mine >"$work/root/opt/off/bin/mine"
check "installs over an older version" install_it
check "removes what only the older one had" test ! -e "$work/root/opt/off/share/offswitch/scenarios/old.json"
before=$(list "$work/root" | grep -v /bin/mine)
check "uninstalls" remove_it
check "says every file that it removed" same "$before" "$(said "$work/out")"
check "leaves what is not its own" same "/opt/off/bin/mine" "$(list "$work/root")"
check "leaves no directory of its own" same "/opt/off/bin /opt/off/etc" \
    "$(cd "$work/root" && find . -mindepth 3 -type d | sed 's,^\.,,' | LC_ALL=C sort | paste -sd' ')"
