#!/usr/bin/env bash
# OAuth clients that others wrote go through the whole of it with the program as
# it is built: ask, be allowed, read, renew, revoke, be denied. LINKDESK_BIN
# names another program than bin/linkdesk.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin=$(realpath "${LINKDESK_BIN:-bin/linkdesk}")
python=/usr/bin/python3 # the one that has the distribution's packages
[ -x "$bin" ] || { echo "clients: no program at $bin. Run \`make build\` first."; exit 1; }
command -v npm >/dev/null || { echo "clients: Node.js 20 or newer with npm is needed"; exit 1; }
.ci/setup.sh clients
work=$(mktemp -d)
person=
tidy() {
    rm -f "$work/at-the-desk"
    [ -z "$person" ] || wait "$person" || true # before serve ends, and not in the middle of a command
    jobs -p | xargs -r kill 2>/dev/null || true
    wait || true
    rm -rf "$work"
}
trap tidy EXIT

cp .ci/clients/* "$work/"
cd "$work"
npm install --no-audit --no-fund --prefer-offline --silent >npm.log 2>&1 || { cat npm.log; exit 1; }

export LINKDESK_HOME="$work/home" LINKDESK_PASSPHRASE="a passphrase for this test"
"$bin" demo --home "$LINKDESK_HOME" >demo.log 2>&1 || { cat demo.log; exit 1; }
"$bin" serve --port 0 >serve.out 2>serve.log &
nap() { read -rt "$1" <> <(:) || true; }
for _ in $(seq 300); do
    grep -q '"api"' serve.out && break
    nap 0.1
done
LINKDESK_API=$(sed -n 's/.*"api": *"\([^"]*\)".*/\1/p' serve.out)
[ -n "$LINKDESK_API" ] || { echo "clients: serve did not start"; cat serve.log; exit 1; }
export LINKDESK_API

# The person, who allows what is asked, but for the apps that a file deny-CLIENT_ID names.
touch at-the-desk
while [ -e at-the-desk ]; do
    nap 0.3
    "$bin" consents list --json | grep -oE '"(id|client_id)": *"[^"]*"' | cut -d'"' -f4 | paste - - |
        while read -r id app; do
            if [ -e "deny-$app" ]; then "$bin" consents deny "$id"; else "$bin" consents approve "$id"; fi
        done || true
done >consents.log 2>&1 &
person=$!

# client FILE MODE registers an app for one client and runs it.
client() {
    local kind=() app
    [ "$2" != public ] || kind=(--public)
    app=$("$bin" apps create --name "$1 $2" --redirect http://127.0.0.1/cb --scope orders:read --scope segments:read "${kind[@]}" --json)
    field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" <<<"$app"; }
    local run=node
    [ "${1##*.}" = mjs ] || run=$python
    CLIENT_ID=$(field client_id) CLIENT_SECRET=$(field client_secret) timeout 150 $run "$1" "$2"
}

passed=0 failed=0
tell() { # STATUS NAME LOG
    if [ "$1" = 0 ]; then
        passed=$((passed + 1)); echo "ok      $2"
    else
        failed=$((failed + 1)); echo "FAILED  $2"; sed 's/^/        /' "$3"
    fi
}

client curl.mjs late >late.log 2>&1 & # waits a minute meanwhile
late=$!
while read -r file modes; do
    for mode in $modes; do
        status=0
        client "$file" "$mode" >client.log 2>&1 || status=$?
        tell $status "${file%.*}, $mode" client.log
    done
done <<'LIST'
openid-client.mjs basic post public
oauth4webapi.mjs basic post public
simple-oauth2.mjs basic post public
passport-oauth2.mjs post public
curl.mjs basic post public
authlib_client.py basic post public
requests_oauthlib_client.py basic post public
LIST
status=0
wait $late || status=$?
tell $status "curl, a renewal key used again after 60 seconds" late.log
echo "clients: $passed passed, $failed failed"
[ $failed = 0 ]
