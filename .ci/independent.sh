#!/usr/bin/env bash
# Signs in to an authorization server that nobody here wrote (npm oidc-provider,
# public native client, rotating refresh tokens) with a manifest in the person's
# own folder, then: 50 callers at once past an expiry make exactly one token
# request; a kill -9 between the token answer and its save is survived.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
top=$PWD
work=$(mktemp -d)
trap 'jobs -p | xargs -r kill 2>/dev/null || true; rm -rf "$work"' EXIT
fail() { echo "independent: FAILED: $*" >&2; tail -n 20 "$work"/*.log >&2 || true; exit 1; }
wait_for() { for _ in $(seq 150); do "$@" >/dev/null 2>&1 && return; read -rt 0.1 <> <(:) || true; done; fail "waited too long for: $*"; }

command -v npm >/dev/null || { echo "independent: Node.js with npm is needed"; exit 1; }
cp .ci/independent/* "$work/"
(cd "$work" && npm install --no-audit --no-fund --silent >/dev/null)

(cd "$work" && exec node oidc.mjs) >"$work/oidc.out" 2>"$work/oidc.log" &
wait_for grep -q issuer "$work/oidc.out"
origin=$(sed -n 's/.*"issuer":"\([^"]*\)".*/\1/p' "$work/oidc.out")
count() { curl -s "$origin/test/counts" | python3 -c "import json,sys; print(json.load(sys.stdin)['$1'])"; }

export LINKDESK_HOME="$work/home" LINKDESK_PASSPHRASE="a passphrase for this test"
mkdir -p "$LINKDESK_HOME/services"
sed "s#ORIGIN#$origin#g; s#HOST#${origin#http://}#g" "$work/oidc.yaml" >"$LINKDESK_HOME/services/oidc.yaml"
bin=${LINKDESK_BIN:-$top/bin/linkdesk}
"$bin" services check "$LINKDESK_HOME/services/oidc.yaml"

start() { "$bin" serve --port 0 >"$work/serve.out" 2>>"$work/serve.log" & serve=$!; wait_for grep -q api "$work/serve.out"; }
start
echo "1. sign in"
"$bin" connect oidc --no-browser --json >"$work/connect.json" 2>"$work/connect.log" & connect=$!
wait_for grep -q '^http' "$work/connect.log"
(cd "$work" && node browser.mjs "$(grep -m1 '^http' connect.log)")
wait $connect || fail "connect"
id=$(python3 -c "import json; print(json.load(open('$work/connect.json'))['id'])")
"$bin" sync "$id" --json | python3 -c "
import json, sys
m = json.load(sys.stdin)['runs'][0]['models']['customers']
assert m['added'] == 230, m"

echo "2. fifty callers at once, past the expiry"
before=$(count refresh)
sleep 63 # the life of an access token there; nothing tells when it is over
pids=()
for _ in $(seq 50); do "$bin" connections verify "$id" >/dev/null 2>>"$work/verify.log" & pids+=($!); done
for p in "${pids[@]}"; do wait "$p" || fail "a caller did not get through"; done
after=$(count refresh)
[ $((after - before)) = 1 ] || fail "$((after - before)) token requests instead of one"

echo "3. kill -9 between the token answer and its save"
.ci/independent/kill-before-save.sh "$serve" "$bin" "$id" || fail "kill"
wait "$serve" 2>/dev/null || true
killed=$(count refresh)
start
"$bin" connections verify "$id" >/dev/null || fail "the connection did not survive"
[ "$(count refresh)" = "$killed" ] || fail "a second token request was needed"
[ "$(count failed)" = 0 ] || fail "the server refused a token request"
kill "$serve"; wait "$serve" || true
echo "independent: 3 passed, 0 failed"
