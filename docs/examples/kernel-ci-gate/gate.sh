#!/bin/sh
# Usage: gate.sh BASE PATCHED [TREE [OVERRIDE…]]
#
# Three questions to a patch: does it keep every invariant, does it decide nothing otherwise than
# BASE, and (with TREE) does the tree say what the model of BASE says? Reports go to reports/.
# Exit status: that of swapin, the worst of the three (0 passed, 1 findings, 2 and above: broken).
set -u
base=$1 patched=$2
shift 2
mkdir -p reports
worst=0

ask() {
    name=$1
    shift
    "$@" >"reports/$name"
    status=$?
    echo "$name: exit status $status"
    [ "$status" -le "$worst" ] || worst=$status
}

ask check.xml swapin check --kernel "$patched" --format junit
ask check.sarif swapin check --kernel "$patched" --format sarif
ask diff.xml swapin diff "$base" "$patched" --expect none --format junit
ask diff.sarif swapin diff "$base" "$patched" --expect none --format sarif
if [ $# -gt 0 ]; then
    tree=$1
    shift
    for fact; do
        shift
        set -- "$@" --fact "$fact"
    done
    ask source-check.txt swapin source-check --tree "$tree" --kernel "$base" "$@"
    ask source-check.sarif swapin source-check --tree "$tree" --kernel "$base" "$@" --format sarif
fi
exit "$worst"
