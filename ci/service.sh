#!/bin/sh
# Start or stop a service in the background; its process id is kept beside its socket.
#
#     ci/service.sh start BUILD SOCKET
#     ci/service.sh stop BUILD SOCKET
#
# The log beside the socket stays until the next start. A start fails after about 30 s, a stop
# after 60: a drain takes up to 42 (docs/operations.md).
set -eu
[ $# -eq 3 ] || {
    echo "usage: ci/service.sh start|stop BUILD SOCKET" >&2
    exit 64
}
build=$2
socket=$3

# A zombie is gone, too: not every process 1 reaps what it inherits.
runs() {
    kill -0 "$1" 2>/dev/null && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null
}

case "$1" in
start)
    mkdir -p "$(dirname "$socket")"
    if [ -f "$socket.pid" ] && runs "$(cat "$socket.pid")"; then
        echo "service.sh: a service on $socket runs already" >&2
        exit 69
    fi
    rm -f "$socket.ready" # of an earlier start
    "$build/hedgelexd" --socket="$socket" --ready-fd=3 3>"$socket.ready" >"$socket.log" 2>&1 &
    process=$!
    echo "$process" >"$socket.pid"
    waited=0
    until [ -s "$socket.ready" ]; do
        if [ $waited -ge 300 ] || ! runs "$process"; then
            kill -KILL "$process" 2>/dev/null || true
            rm -f "$socket.pid" "$socket.ready"
            echo "service.sh: the service on $socket did not start; it said:" >&2
            cat "$socket.log" >&2
            exit 69
        fi
        sleep 0.1
        waited=$((waited + 1))
    done
    ;;
stop)
    [ -f "$socket.pid" ] || {
        echo "service.sh: no service was started on $socket" >&2
        exit 69
    }
    process=$(cat "$socket.pid")
    kill -TERM "$process" 2>/dev/null || true
    waited=0
    while runs "$process"; do
        [ $waited -lt 600 ] || {
            echo "service.sh: the service on $socket did not stop; it said:" >&2
            cat "$socket.log" >&2
            exit 70
        }
        sleep 0.1
        waited=$((waited + 1))
    done
    rm -f "$socket.pid" "$socket.ready"
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
