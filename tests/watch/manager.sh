#!/bin/sh
# manager.sh SCRIPT: run SCRIPT with its own systemd user manager, in a mount namespace with an empty /run, so
# that nothing on the machine itself changes. Exit status 77: none can be started here.
if [ -z "$OFFSWITCH_IN_NAMESPACE" ]; then
    [ "$(id -u)" = 0 ] && [ -x /lib/systemd/systemd ] && unshare -m true 2>/dev/null || exit 77
    OFFSWITCH_IN_NAMESPACE=1 exec unshare -m "$0" "$@"
fi
mount -t tmpfs run /run || exit 77
mkdir -p /run/systemd/system /run/user/0
chmod 700 /run/user/0
XDG_RUNTIME_DIR=/run/user/0
SYSTEMD_LOG_TARGET=console
export XDG_RUNTIME_DIR SYSTEMD_LOG_TARGET
unset DBUS_SESSION_BUS_ADDRESS
/lib/systemd/systemd --user >/dev/null 2>&1 &
manager=$!
trap 'kill $manager 2>/dev/null; wait $manager 2>/dev/null' EXIT
for i in $(seq 100); do
    systemctl --user show-environment >/dev/null 2>&1 && break
    sleep 0.2
done
systemctl --user show-environment >/dev/null 2>&1 || exit 77
sh "$1"
