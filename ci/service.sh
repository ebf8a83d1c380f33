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
    if [ -f "$socket.pid" ] && kill -0 "$(cat "$socket.pid")" 2>/dev/null; then
        echo "service.sh: a service on $socket runs already" >&2
        exit 69
    fi
    "$build/hedgelexd" --socket="$socket" --ready-fd=3 3>"$socket.ready" >"$socket.log" 2>&1 &
    echo $! >"$socket.pid"
    while [ ! -s "$socket.ready" ]; do
        kill -0 "$(cat "$socket.pid")" 2>/dev/null || {
            cat "$socket.log" >&2
            rm -f "$socket.pid"
            exit 69
        }
        sleep 0.1
    done
    ;;
stop)
    [ -f "$socket.pid" ] || {
        echo "service.sh: no service was started on $socket" >&2
        exit 69
    }
    process=$(cat "$socket.pid")
    rm -f "$socket.pid"
    kill -TERM "$process" 2>/dev/null || true
    while kill -0 "$process" 2>/dev/null; do sleep 0.1; done
    tail -n 1 "$socket.log" | grep -q ': drained$' || {
        echo "service.sh: the service on $socket did not drain; it said:" >&2
        cat "$socket.log" >&2
        exit 70
    }
    ;;
*)
    echo "usage: ci/service.sh start|stop BUILD SOCKET" >&2
    exit 64
    ;;
esac
