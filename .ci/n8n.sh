#!/usr/bin/env bash
# n8n itself, with its generic OAuth2 credential, is connected to the program as
# it is built: reads by its own paging, renews, writes, is stopped. n8n is large,
# so what npm installed stays in .cache/n8n. LINKDESK_BIN names another program
# than bin/linkdesk.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin=$(realpath "${LINKDESK_BIN:-bin/linkdesk}")
[ -x "$bin" ] || { echo "n8n: no program at $bin. Run \`make build\` first."; exit 1; }
command -v npm >/dev/null || { echo "n8n: Node.js 20.19 or newer with npm is needed"; exit 1; }
.ci/setup.sh n8n
CHROMIUM=${CHROMIUM:-$(command -v chromium chromium-browser google-chrome | head -n 1 || true)}
[ -n "$CHROMIUM" ] || { echo "n8n: Chromium is needed; CHROMIUM names it"; exit 1; }
export CHROMIUM
cache=$PWD/.cache/n8n
if ! cmp -s .ci/n8n/package.json "$cache/installed.json"; then
    echo "n8n: installing (1.6 GB; takes minutes)"
    mkdir -p "$cache"
    cp .ci/n8n/package.json "$cache/"
    (cd "$cache" && npm install --no-audit --no-fund --prefer-offline --loglevel=error >npm.log 2>&1) || { tail -n 40 "$cache/npm.log"; exit 1; }
    cp .ci/n8n/package.json "$cache/installed.json" # only now: an install that was interrupted is no install
fi
work=$(mktemp -d)
driver=
tidy() {
    [ -z "$driver" ] || kill "$driver" 2>/dev/null || true # it ends what it started
    wait || true
    rm -rf "$work"
}
trap tidy EXIT
cp .ci/n8n/*.mjs .ci/n8n/*.cjs "$work/"
cp ui/oauthapps/recipe.go "$work/"
cd "$work"
export LINKDESK_BIN="$bin" LINKDESK_HOME="$work/home" LINKDESK_PASSPHRASE="a passphrase for this test" N8N_CACHE="$cache"
timeout 600 node main.mjs &
driver=$!
status=0
wait $driver || status=$?
driver=
[ $status = 0 ] || tail -n 30 serve.log || true
exit $status
