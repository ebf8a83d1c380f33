#!/bin/sh
# Send one document through a service of its own and print its summary.
#
#     ci/run_document.sh BUILD FILE
#
# The service listens on a private socket in a new folder and is stopped by SIGTERM when the
# summary is there; nothing of it is left afterwards, whatever happened. Exit code: the
# summary's, or the service's if only that failed.
set -u
[ $# -eq 2 ] || {
    echo "usage: ci/run_document.sh BUILD FILE" >&2
    exit 64
}
build=$1
file=$2
if [ ! -f "$file" ] || [ ! -r "$file" ]; then
    echo "run_document.sh: $file: not a file that can be read (make run FILE=document.tex)" >&2
    exit 66
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/hedgelex.XXXXXX") || exit 71
service=
finish() {
    [ -z "$service" ] || kill -KILL "$service" 2>/dev/null
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

"$build/hedgelexd" --socket="$folder/socket" >"$folder/log" 2>&1 &
service=$!
waited=0
until [ -S "$folder/socket" ]; do
    if [ $waited -ge 300 ] || ! kill -0 "$service" 2>/dev/null; then
        echo "run_document.sh: the service did not start; it said:" >&2
        cat "$folder/log" >&2
        exit 69
    fi
    sleep 0.1
    waited=$((waited + 1))
done

"$build/hedgelex" summary --socket="$folder/socket" "$file"
code=$?

kill -TERM "$service"
wait "$service"
stopped=$?
service=
if [ $stopped -ne 0 ]; then
    echo "run_document.sh: the service ended with $stopped; it said:" >&2
    cat "$folder/log" >&2
    [ $code -ne 0 ] || code=$stopped
else
    echo "The service was asked to stop, drained and ended with 0."
fi
exit $code
