#!/usr/bin/env bash
# Syncs Mailchimp and HubSpot, served by Prism from the vendors' own documents,
# with the program as it is built: each request must pass Prism's validation, and
# what it answers must arrive in the five data models. LINKDESK_SPECS names the
# folder of the documents, LINKDESK_BIN another program than bin/linkdesk.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
specs=$(cd "${LINKDESK_SPECS:-../shared/specs}" && pwd)
bin=$(realpath "${LINKDESK_BIN:-bin/linkdesk}")
[ -x "$bin" ] || { echo "prism: no program at $bin. Run \`make build\` first."; exit 1; }
command -v npm >/dev/null || { echo "prism: Node.js with npm is needed"; exit 1; }
work=$(mktemp -d)
trap 'jobs -p | xargs -r kill 2>/dev/null || true; wait; rm -rf "$work"' EXIT
fail() { echo "prism: FAILED: $*" >&2; tail -n 20 "$work"/*.log >&2 || true; exit 1; }

cp .ci/prism/*.mjs .ci/independent/package.json "$work/"
services=$PWD/assets/services
cd "$work"
npm install --no-audit --no-fund --prefer-offline --silent >npm.log 2>&1 || fail "npm install"

export LINKDESK_HOME="$work/home" LINKDESK_PASSPHRASE="a passphrase for this test"
mkdir -p "$LINKDESK_HOME/services"
for s in mailchimp hubspot; do
    : >$s.requests
    node vendor.mjs "$specs/$s.json" "$work/$s.requests" >$s.address 2>$s.log &
done
for s in mailchimp hubspot; do
    for _ in $(seq 600); do
        grep -q '^http' $s.address && break
        read -rt 0.1 <> <(:) || true
    done
    origin=$(grep '^http' $s.address) || fail "Prism does not serve $s"
    # The manifest as it ships, but for where the API is.
    sed -e "s#^  base: .*#  base: $origin#" -e "s#^hosts:#hosts:\n  - \"${origin#http://}\"#" -e '/- "\*\.api\.mailchimp\.com"/d' \
        "$services/$s.yaml" >"$LINKDESK_HOME/services/$s.yaml"
    "$bin" services check "$LINKDESK_HOME/services/$s.yaml"
done

mailchimp_key=0123456789abcdef0123456789abcdef-us1
hubspot_key=pat-na1-0123456789abcdef
"$bin" connect mailchimp --method api_key --key-stdin <<<"$mailchimp_key" || fail "connect mailchimp"
"$bin" connect hubspot --method api_key --key-stdin <<<"$hubspot_key" || fail "connect hubspot"
"$bin" connections verify --all || fail "verify"
"$bin" sync --all --full --json >full.json || fail "full sync: $(cat full.json)"
"$bin" sync --all --json >again.json || fail "incremental sync: $(cat again.json)"

id() { "$bin" connections --json | node -e "console.log(JSON.parse(require('fs').readFileSync(0)).find((c) => c.service === '$1').id)"; }
for s in mailchimp hubspot; do
    connection=$(id $s)
    for m in stores customers orders products segments; do
        "$bin" records $m --connection "$connection" --json >$s.$m.json
    done
done
if grep -rqaF -e "$mailchimp_key" -e "$hubspot_key" "$LINKDESK_HOME"; then fail "a key stands in the home folder"; fi
node check.mjs "$work"
