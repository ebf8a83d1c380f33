#!/bin/sh
# Start or stop a service in the background; its process id is kept beside its socket.
#
#     ci/service.sh start BUILD SOCKET
#     ci/service.sh stop BUILD SOCKET
set -eu
[ $# -eq 3 ] || {
    echo "usage: ci/service.sh start|stop BUILD SOCKET" >&2
    exit 64
}
build=$2
socket=$3

case "$1" in
start)
    mkdir -p "$(dirname "$socket")"
    "$build/hedgelexd" --socket="$socket" >"$socket.log" 2>&1 &
    echo $! >"$socket.pid"
    for _ in $(seq 100); do
        [ -S "$socket" ] && exit 0
        kill -0 "$(cat "$socket.pid")" 2>/dev/null || break
        sleep 0.1
    done
    cat "$socket.log" >&2
    rm -f "$socket.pid"
    exit 69
    ;;
stop)
    [ -f "$socket.pid" ] || {
        echo "service.sh: no service was started on $socket" >&2
        exit 69
    }
    process=$(cat "$socket.pid")
    kill -TERM "$process" 2>/dev/null || true
    while kill -0 "$process" 2>/dev/null; do sleep 0.1; done
    rm -f "$socket.pid"
    ;;
*)
    echo "usage: ci/service.sh start|stop BUILD SOCKET" >&2
    exit 64
    ;;
esac
