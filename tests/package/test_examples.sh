# The examples of offswitch(1) are run, in the order of the page, against the replica: the scenario
# "linkedin" of this HOME has its address. Each has to exit as its command's help says. make test leaves
# out those that change something in a browser, and runs one check; WHOLE=1 (make examples) runs all.
. tests/package/lib.sh
HOME=$work/home
XDG_CONFIG_HOME=$HOME/.config
XDG_STATE_HOME=$HOME/.state
OFFSWITCH_SCENARIOS=$(pwd)/scenarios
PATH=$BUILD:$PATH
TERM=dumb
export HOME XDG_CONFIG_HOME XDG_STATE_HOME OFFSWITCH_SCENARIOS PATH TERM
unset DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS
mkdir -p "$XDG_CONFIG_HOME/offswitch/scenarios" "$HOME/.local/share/bash-completion/completions" "$HOME/here"

"$BUILD/offswitch" rehearse --serve 0 >"$work/origin" 2>/dev/null &
served=$!
left=240
until [ -s "$work/origin" ] || [ $((left -= 1)) = 0 ]; do
    sleep 0.25
done
# Without the notice about the real site's terms, which is shown once.
has node || exit 0
node -e '
    const fs = require("fs"), s = JSON.parse(fs.readFileSync("scenarios/linkedin.json"));
    delete s.terms;
    s.sources = s.sources.filter((source) => !source.vouches_for?.includes("terms"));
    s.origin = fs.readFileSync(process.argv[1], "utf8").trim();
    fs.writeFileSync(process.argv[2], JSON.stringify(s));
    ' "$work/origin" "$XDG_CONFIG_HOME/offswitch/scenarios/linkedin.json"
# A browser does not start as root with its sandbox; there is no need to wait for a save here.
{
    printf 'hold = 0\ntimeout = 600\n'
    [ "$(id -u)" != 0 ] || echo "browser-arg = --no-sandbox"
    printf '[anna]\nlabel = Anna\n'
} >"$XDG_CONFIG_HOME/offswitch/config"
chmod 600 "$XDG_CONFIG_HOME/offswitch/config"

examples() {
    sed -n '/^\.SH EXAMPLES/,/^\.fi/p' "$BUILD/offswitch.1" | sed '/^\./d; s/\\-/-/g; s/\\e/\\/g; s/\\&//g'
}

# The allowed exit statuses: 0, or what is documented for this HOME.
statuses() {
    case $1 in
    "offswitch check "*) echo "2 3" ;; # the replica has its switches on; a busy machine may read none
    "offswitch doctor") echo "0 3" ;;    # there may be a browser, but without a sign-in
    "offswitch login "*) echo "1 3" ;;   # no display
    "offswitch rehearse "*) echo 5 ;;    # the fault undoes the save
    "offswitch notify test") echo 3 ;;   # no channels are set up
    "offswitch schedule "*) echo "0 1" ;; # without systemd and cron, installing is not possible
    "offswitch policy diff "*) echo 1 ;; # no revision of that name was fetched
    "offswitch ledger forget "*) echo "0 4" ;; # nothing is that old
    "offswitch diff") [ -n "${WHOLE:-}" ] && echo 0 || echo 1 ;; # of one run
    *) echo 0 ;;
    esac
}

# With a yes, if it asks.
answered() {
    mkfifo "$work/answer"
    script -qec "$1" /dev/null <"$work/answer" >"$work/screen" 2>&1 &
    job=$!
    exec 9>"$work/answer"
    while kill -0 "$job" 2>/dev/null; do
        if grep -q '\[y/N\]' "$work/screen"; then
            printf 'y\r' >&9
            break
        fi
        sleep 0.25
    done
    wait "$job"
    status=$?
    exec 9>&-
    rm "$work/answer"
    cat "$work/screen"
    return $status
}

run_example() {
    case $1 in
    "offswitch schedule "*) set -- "$1 --print" ;; # nothing is installed by a test
    esac
    case $1 in
    "offswitch fix"* | "offswitch undo"*) answered "$1" ;;
    *) sh -c "$1" </dev/null ;;
    esac
    status=$?
    case " $(statuses "$1") " in
    *" $status "*) ;;
    *)
        echo "it ended with $status"
        return 1
        ;;
    esac
}

cd "$HOME/here" || exit 1
examples >"$work/examples"
check "there are examples" test "$(grep -c . "$work/examples")" -gt 15
while IFS= read -r line; do
    case ${WHOLE:-}$line in
    "offswitch fix "* | "offswitch undo" | "offswitch rehearse "*) ;;
    "offswitch check "*) check "${line% --all*} --json" run_example "${line% --all*} --json" ;;
    *) check "$line" run_example "$line" ;;
    esac
done <"$work/examples"
