#!/bin/sh
# rooms.sh: each room of src/ includes only the rooms below it. One line a room: who may be included.
rooms='
base:
wire: base
browser: wire base
page: browser scenario wire base
scenario: base
record: base
audit: page browser scenario record wire base
watch: audit scenario record wire base
rehearsal: wire base
cli: watch audit page browser scenario record rehearsal wire base
'
failed=0
for dir in src/*/; do
    room=$(basename "$dir")
    line=$(printf '%s\n' "$rooms" | grep "^$room:") || continue
    allowed=" $room ${line#*:} "
    for other in $(grep -rhoE '#include "[a-z]+/' "$dir" --include='*.[ch]' | sed 's/.*"//; s,/$,,' | sort -u); do
        case $allowed in
        *" $other "*) ;;
        *)
            echo "src/$room includes $other/, which it may not:"
            grep -rn "#include \"$other/" "$dir" --include='*.[ch]' | head -3
            failed=1
            ;;
        esac
    done
done
if grep -rl '#include <sqlite3.h>' src | grep -v '^src/record/db\.c$'; then
    echo "only src/record/db.c may include sqlite3.h"
    failed=1
fi
# Only wire/ knows the network libraries, and no protocol is named from page/ up.
if grep -rlE '#include <(libwebsockets|curl/)' src --include='*.[ch]' | grep -v '^src/wire/'; then
    echo "only src/wire may include libwebsockets or curl"
    failed=1
fi
if grep -rnwiE 'cdp|bidi|webdriver' src/page src/audit src/record src/scenario --include='*.[ch]' --include='*.js' |
    grep -v 'src/record/run.h'; then
    echo "no protocol is named from page up"
    failed=1
fi
# The command line names them only in addresses and in the help.
if grep -rnwiE 'cdp|bidi|webdriver' src/cli --include='*.[ch]' | grep -v -e '^src/cli/options.c:' -e '://'; then
    echo "no protocol is named in src/cli outside help texts"
    failed=1
fi
# What only Linux has is called only in the files that have a twin of plain POSIX.
linux='signalfd|pidfd|timerfd|eventfd|epoll|inotify|memfd|pipe2|accept4|getrandom|O_TMPFILE|O_PATH|CLOCK_BOOTTIME'
linux="$linux|SOCK_CLOEXEC|SOCK_NONBLOCK|\"/proc/|prctl|sys/syscall\\.h|ucontext|program_invocation|secure_getenv"
if grep -rnE "$linux" src include --include='*.[ch]' |
    grep -vE '^src/(base/system|wire/signals|wire/sockets|wire/coroutine)\.[ch]:'; then
    echo "only Linux has this: call it through base/system.h, or give it a twin"
    failed=1
fi
# base/ knows neither a browser nor a command line.
if grep -rnE -e '"[^"]*--[a-z]' -e "'offswitch [a-z]" src/base include --include='*.[ch]'; then
    echo "base/ and the public header know no command line"
    failed=1
fi
[ $failed -eq 0 ] && echo "  rooms: every include points the right way"
exit $failed
