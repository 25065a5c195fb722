#!/usr/bin/env bash
# kill-before-save.sh PID BIN CONNECTION: stops the running Linkdesk with gdb at
# the moment when a refreshed grant is about to be saved, and kills it there with
# SIGKILL. Needs a binary with symbols.
set -euo pipefail
pid=$1 bin=$2 id=$3
ready=$(mktemp -u)
gdb -p "$pid" -batch -nx \
    -ex 'set pagination off' -ex 'set breakpoint pending off' -ex 'handle SIGURG nostop noprint pass' \
    -ex "break ${SAVE_SYMBOL:-linkdesk/storage.(*Secrets).SaveGrant}" -ex "shell touch $ready" -ex 'continue' -ex 'bt 3' -ex 'kill' >"$ready.log" 2>&1 &
gdb=$!
for _ in $(seq 300); do [ -e "$ready" ] && break; kill -0 $gdb 2>/dev/null || { cat "$ready.log"; exit 1; }; read -rt 0.1 <> <(:) || true; done
grep -q '^Breakpoint 1 at' "$ready.log" || { kill $gdb; cat "$ready.log"; echo "the place of the save was not found: is $bin built without symbols?"; exit 1; }
sleep 63 # the life of an access token at the server
timeout 60 "$bin" connections verify "$id" >/dev/null 2>&1 || true # the process that answers dies
wait $gdb || true
grep -q "hit Breakpoint" "$ready.log" || { cat "$ready.log"; echo "the save was never reached"; exit 1; }
! kill -0 "$pid" 2>/dev/null
