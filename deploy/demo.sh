#!/bin/sh
# The main job on real input: a server on a free loopback port evaluates the faults that real
# kernels took, then explains one. Run it by `make demo`.
set -eu

cd "$(dirname "$0")/.."
work=$(mktemp -d)
server=
finish() {
    status=$?
    if [ -n "$server" ]; then
        kill -TERM "$server" 2>/dev/null || true
        # A server that is told to end finishes what it accepted and exits with 0.
        wait "$server" || status=$?
    fi
    [ "$status" -eq 0 ] || cat "$work/server.log" >&2 2>/dev/null || true
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

swapin serve --listen 127.0.0.1:0 --port-file "$work/address" 2>"$work/server.log" &
server=$!
tries=0
while [ ! -s "$work/address" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ] || ! kill -0 "$server" 2>/dev/null; then
        echo "the server did not start" >&2
        exit 4
    fi
    sleep 0.1
done
address=$(cat "$work/address")

echo "Faults that real kernels took, evaluated by the server at $address:"
echo
swapin audit --server "$address" tests/observations/*.jsonl.gz

echo
echo "One of them explained: null_blk with stable writes, under writeback."
echo
describe() {
    swapin eval --server "$address" --kernel 6.1 --arch x86_64 --backend null_blk \
        --fact swap_device.stable_writes=true --pte 0x7fffffffffbfe0a \
        --fact access.write=true --fact vma.writable=true --fact folio.fresh=false \
        --fact folio.ksm=false --fact folio.writeback=true \
        --fact folio.writeback_ended=false --explain "$1"
}
describe rules
echo
describe flip | tail -n 4
echo
describe prose
