#!/usr/bin/env bash
# Who reaches the address for apps, with real networks: this computer, a container
# on it and another computer are network namespaces of their own. Needs root on
# Linux, iproute2, curl, Node.js. LINKDESK_BIN names another program than bin/linkdesk.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin=$(realpath "${LINKDESK_BIN:-bin/linkdesk}")
[ -x "$bin" ] || { echo "network: no program at $bin. Run \`make build\` first."; exit 1; }
[ "$(id -u)" = 0 ] || { echo "network: making networks needs root"; exit 1; }
for tool in ip curl node; do command -v $tool >/dev/null || { echo "network: $tool is needed"; exit 1; }; done

work=$(mktemp -d)
pc=ld-pc-$$ box=ld-box-$$ lan=ld-lan-$$
tidy() {
    jobs -p | xargs -r kill 2>/dev/null || true
    wait || true
    for n in $pc $box $lan; do ip netns delete $n 2>/dev/null || true; done
    rm -rf "$work"
}
trap tidy EXIT
passed=0
ok() { passed=$((passed + 1)); echo "ok      $*"; }
fail() { echo "FAILED  $*" >&2; tail -n 20 "$work"/*.log >&2 || true; echo "network: $passed passed, 1 failed"; exit 1; }
nap() { read -rt "$1" <> <(:) || true; }
at() { local where=$1; shift; ip netns exec "$where" "$@"; }
call() { local where=$1; shift; at "$where" curl -s --noproxy '*' --max-time 5 "$@"; }     # what is answered
status() { call "$1" -o /dev/null -w '%{http_code}' "${@:2}" || true; }                    # 000: nobody answers
wants() { local want=$1 what=$2 got; shift 2; got=$(status "$@"); [ "$got" = "$want" ] || fail "$what: $got instead of $want"; }

# The wires: pc -- docker0 -- box, pc -- eth0 -- lan.
for n in $pc $box $lan; do ip netns add $n; at $n ip link set lo up; done
link() { # PC'S END, ITS ADDRESS, OTHER'S NAMESPACE, ITS ADDRESS
    ip link add "$1" netns $pc type veth peer name eth0 netns "$3"
    at "$3" ip address add "$4" dev eth0
    at "$3" ip link set eth0 up
    at $pc ip link set "$1" up
    [ -z "$2" ] || at $pc ip address add "$2" dev "$1"
}
link eth0 192.168.77.1/24 $lan 192.168.77.2/24
at $lan ip route add default via 192.168.77.1 # also to the bridge: a neighbour may try
docker() {
    at $pc ip link add docker0 type bridge
    at $pc ip address add 172.17.0.1/16 dev docker0
    at $pc ip link set docker0 up
    link veth0 "" $box 172.17.0.2/16
    at $pc ip link set veth0 master docker0
}
from_box=(--resolve host.docker.internal:8787:172.17.0.1)
inside=http://host.docker.internal:8787

export LINKDESK_HOME="$work/home" LINKDESK_PASSPHRASE="a passphrase for this test"
"$bin" demo >"$work/demo.log" 2>&1 || fail demo
ip netns exec $pc "$bin" serve --port 8787 >"$work/serve.out" 2>"$work/serve.log" &
for _ in $(seq 300); do grep -q '"api"' "$work/serve.out" && break; nap 0.1; done
field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }
app=$("$bin" apps create --name Network --redirect https://app.example/cb --scope orders:read --json)
id=$(field client_id <<<"$app") secret=$(field client_secret <<<"$app")

# flow WHERE ORIGIN FROM CURL-OPTIONS: sign in, be allowed, fetch a token, read. Sets $iss.
flow() {
    local where=$1 origin=$2 from=$3 wait code token ask
    shift 3
    wait=$(call "$where" "$@" -o /dev/null -w '%{redirect_url}' "$origin/oauth/authorize?response_type=code&client_id=$id&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=orders%3Aread&state=s")
    ask=$("$bin" consents list --json)
    [ "$(field from <<<"$ask")" = "$from" ] || fail "the question does not say that it comes from “$from”: $ask"
    "$bin" consents approve "$(grep -oE '"id": *"[^"]*"' <<<"$ask" | head -1 | cut -d'"' -f4)" >/dev/null
    code=$(call "$where" "$@" -o /dev/null -w '%{redirect_url}' "$wait")
    iss=$(sed 's/.*[?&]iss=\([^&]*\).*/\1/; s/%3A/:/g; s/%2F/\//g' <<<"$code")
    code=$(sed 's/.*[?&]code=\([^&]*\).*/\1/' <<<"$code")
    token=$(call "$where" "$@" -d grant_type=authorization_code -d "code=$code" -d "client_id=$id" -d "client_secret=$secret" \
        --data-urlencode redirect_uri=https://app.example/cb "$origin/oauth/token" | field access_token)
    [ -n "$token" ] || fail "no token at $origin"
    [ "$(call "$where" "$@" -H "Authorization: Bearer $token" "$origin/v1/orders?limit=7" | grep -o '"number"' | wc -l)" = 7 ] || fail "no orders at $origin"
}

wants 200 "this computer" $pc http://127.0.0.1:8787/
wants 000 "another computer, not allowed" $lan http://192.168.77.1:8787/
ok "this computer only"

"$bin" address --reach docker --json >"$work/address.log"
wants 200 "Docker Desktop's way in" $pc --resolve host.docker.internal:8787:127.0.0.1 $inside/
docker # starts later than Linkdesk
for _ in $(seq 300); do [ "$(status $box "${from_box[@]}" $inside/)" = 200 ] && break; nap 0.1; done
flow $box $inside 172.17.0.2 "${from_box[@]}"
[ "$iss" = $inside ] || fail "the container is told $iss"
call $box "${from_box[@]}" $inside/.well-known/oauth-authorization-server | grep -q "\"issuer\":\"$inside\"" || fail "metadata"
wants 200 "a container, by number" $box http://172.17.0.1:8787/
wants 421 "a container, by another name" $box -H 'Host: shop.example:8787' http://172.17.0.1:8787/
wants 000 "another computer, at its address" $lan http://192.168.77.1:8787/
wants 000 "another computer, at the bridge" $lan http://172.17.0.1:8787/
ok "containers on this computer, and nobody else"

"$bin" address --reach network --make-certificate --json >"$work/address.log"
trust=$(field certificate <"$work/address.log") net=https://192.168.77.1:8788
wants 000 "a certificate that is not trusted" $lan $net/
wants 400 "no TLS" $lan http://192.168.77.1:8788/
wants 000 "the port of this computer" $lan http://192.168.77.1:8787/
wants 421 "another name" $lan --cacert "$trust" -H 'Host: shop.example:8788' $net/
flow $lan $net 192.168.77.2 --cacert "$trust"
[ "$iss" = $net ] || fail "the other computer is told $iss"
NODE_EXTRA_CA_CERTS="$trust" at $lan node -e "fetch('$net/v1/openapi.json').then(r => r.json()).then(d => process.exit(d.servers[0].url.startsWith('$net') ? 0 : 1), e => { console.error(e); process.exit(1) })" ||
    fail "Node.js with the certificate"
wants 200 "a container meanwhile" $box "${from_box[@]}" $inside/
ok "other computers, by TLS only"

"$bin" address --reach computer --json >"$work/address.log"
wants 200 "this computer" $pc http://127.0.0.1:8787/
wants 000 "a container" $box "${from_box[@]}" $inside/
wants 000 "another computer" $lan --cacert "$trust" $net/
ok "taken back"

! grep -rqF "$secret" "$work/home" "$work/serve.log" || fail "a secret in clear"
echo "network: $passed passed, 0 failed"
