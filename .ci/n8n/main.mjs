// The whole of it: n8n is connected, reads, renews, writes and is stopped, once
// for each way in which its generic OAuth2 credential can be set.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import * as linkdesk from './linkdesk.mjs'
import * as n8n from './n8n.mjs'
import { editor, fields, follow } from './browser.mjs'
import { require } from './tools.mjs'

const { HttpRequestV3 } = require('n8n-nodes-base/dist/nodes/HttpRequest/V3/HttpRequestV3.node.js')
const node = new HttpRequestV3({})

process.on('exit', () => { n8n.end(); linkdesk.endServe() })
for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => process.exit(1))

const scopes = ['orders:read', 'segments:read', 'segments:write']
const ways = [
  { grantType: 'authorizationCode', authentication: 'body' },
  { grantType: 'authorizationCode', authentication: 'header' },
  { grantType: 'pkce', authentication: 'body' },
  { grantType: 'pkce', authentication: 'header' },
  { grantType: 'pkce', authentication: 'body', isPublic: true },
  { grantType: 'authorizationCode', authentication: 'body', inDocker: true },
]
for (const w of ways) w.name = `${w.grantType}, ${w.authentication}${w.isPublic ? ', public app' : w.inDocker ? ', in Docker' : ''}`

let passed = 0, failed = 0
async function check(name, work) {
  try {
    await work()
    passed++
    console.log(`ok      ${name}`)
  } catch (err) {
    failed++
    console.log(`FAILED  ${name}\n${(err.stack ?? String(err)).replace(/^/gm, '        ')}`)
  }
}
const each = async (what, work) => { for (const w of ways) await check(`${w.name}: ${what}`, () => work(w)) }

// inside is the address that n8n uses itself; the person's browser is never in a container.
const inside = (w) => (w?.inDocker ? linkdesk.api.replace('127.0.0.1', 'host.docker.internal') : linkdesk.api)

const create = (name, scopes, ...more) => linkdesk.cliJSON('apps', 'create', '--name', `n8n ${name}`,
  '--redirect', `${n8n.base}/rest/oauth2-credential/callback`, ...scopes.flatMap((s) => ['--scope', s]), ...more)

// connect makes the app and the credential, and signs in.
async function connect(w) {
  w.app = await create(w.name, scopes, ...(w.isPublic ? ['--public'] : []))
  w.credential = await n8n.rest('POST', '/credentials', { name: w.name, type: 'oAuth2Api', data: {
    grantType: w.grantType, authUrl: `${linkdesk.api}/oauth/authorize`, accessTokenUrl: `${inside(w)}/oauth/token`, clientId: w.app.client_id,
    clientSecret: w.app.client_secret ?? '', scope: scopes.join(' '), authQueryParameters: '', authentication: w.authentication } })
  w.reading = await n8n.workflow(`read ${w.name}`, w.credential, reading(w))
  const { end, asked } = await signIn(w, 'deny')
  assert.deepEqual(asked.scopes.toSorted(), scopes)
  assert.match(end.page, /access_denied/, end.page)
  await again(w)
}

// again signs in with a credential that is there, and is allowed.
async function again(w) {
  const { end } = await signIn(w, 'approve')
  assert.match(end.page, /Connection successful/, end.page)
  const { oauthTokenData } = await n8n.stored(w.credential.id)
  assert.equal(oauthTokenData.token_type, 'Bearer')
  assert.equal(oauthTokenData.scope, scopes.join(' '))
}

// signIn goes the way of the button "Connect my account", to n8n's last page.
async function signIn(w, verb) {
  const address = await n8n.rest('GET', `/oauth2-credential/auth?id=${w.credential.id}`)
  const [end, asked] = await Promise.all([follow(address, { [new URL(n8n.base).host]: n8n.cookies() }), linkdesk.answer(w.app.client_id, verb)])
  assert.ok(end.address.startsWith(`${n8n.base}/rest/oauth2-credential/callback?`), end.address)
  assert.equal(end.status, 200)
  return { end, asked }
}

// recipe is what the program tells a person to enter in n8n: a credential, and
// an HTTP Request node, each by the names of its fields.
const told = (() => {
  const body = /\nfunc n8n\([\s\S]*?\n}\n/.exec(readFileSync('recipe.go', 'utf8'))[0]
  const lines = Object.fromEntries([...body.matchAll(/\{"([^"]+)", (?:"([^"]+)"|[^}]*?), (?:true|false)\}/g)].map(([, label, value]) => [label, value]))
  assert.ok(body.includes('\tsecretHint(a),'))
  const { URL: _, 'Pagination Mode': mode, 'Parameters (Query): cursor': cursor, 'Pagination Complete When': when, 'Complete Expression': complete, ...credential } = lines
  return { credential: { ...credential, 'Client Secret': undefined }, paging: { mode, cursor, when, complete }, grants: [...body.matchAll(/grant :?= "([^"]+)"/g)].map((m) => m[1]) }
})()

// byHand does what the recipe says in n8n's own editor, in a real browser.
async function byHand() {
  const { credential: lines, grants } = told
  const choices = (label) => fields.find((f) => f.displayName === label).options.map((o) => o.name)
  for (const grant of grants) assert.ok(choices('Grant Type').includes(grant), `n8n has no grant type “${grant}”`)
  const app = await create('by hand', ['orders:read'])
  const values = { 'Grant Type': grants[0], 'Authorization URL': `${linkdesk.api}/oauth/authorize`, 'Access Token URL': `${linkdesk.api}/oauth/token`,
    'Client ID': app.client_id, Scope: 'orders:read', 'Auth URI Query Parameters': '', Authentication: lines.Authentication, 'Client Secret': app.client_secret }
  assert.deepEqual(Object.keys(lines).toSorted(), ['OAuth Redirect URL', ...Object.keys(values)].toSorted())
  await editor(async (form) => {
    await form.dialog.getByText('OAuth Redirect URL', { exact: true }).waitFor()
    await form.dialog.getByText(app.redirect_uris[0], { exact: true }).waitFor()
    const { 'Client Secret': secret, ...others } = values
    for (const [label, value] of Object.entries(others)) await form.enter(label, value)
    assert.equal(await form.button().count(), 0, 'n8n connects without a secret: the recipe says that it does not')
    await form.enter('Client Secret', secret)
    const popup = await form.connect()
    await popup.getByText('Please answer in Linkdesk').waitFor()
    await Promise.all([popup.waitForEvent('close'), linkdesk.answer(app.client_id)]) // n8n's last page closes itself
    await form.dialog.getByText('Account connected').waitFor()
  })
  const [credential] = (await n8n.rest('GET', '/credentials')).filter((c) => !ways.some((w) => w.credential?.id === c.id))
  all(await n8n.execute(await n8n.workflow('by hand', credential, reading())))
}

// choice is how n8n keeps what a person chose in the node's option "Pagination".
function choice(field, chosen) {
  const pages = node.description.properties.find((p) => p.name === 'options').options.find((o) => o.displayName === 'Pagination').options[0].values
  const found = pages.find((p) => p.displayName === field)?.options?.find((o) => o.name === chosen)
  assert.ok(found, `“${field}” of n8n has no “${chosen}”`)
  return found.value
}

const reading = (w, cursor = told.paging.cursor) => ({ url: `${inside(w)}/v1/orders`, sendQuery: true, queryParameters: { parameters: [{ name: 'limit', value: '250' }] },
  options: { pagination: { pagination: { paginationMode: choice('Pagination Mode', told.paging.mode), parameters: { parameters: [
    { type: 'qs', name: 'cursor', value: `=${cursor}` }] },
  paginationCompleteWhen: choice('Pagination Complete When', told.paging.when), completeExpression: `=${told.paging.complete}`, limitPagesFetched: false } } } })

// all compares what n8n read with what the program says that it has.
let orders
function all(result) {
  assert.equal(result.status, 'success', why(result))
  const got = result.items.flatMap((page) => page.data)
  assert.ok(result.items.length >= 5, `${result.items.length} pages`)
  assert.equal(got.length, orders.size)
  assert.deepEqual(new Set(got.map((o) => Buffer.from(o.id, 'base64url').toString())), orders)
}

const why = ({ error }) => [error?.message, error?.description, ...(error?.messages ?? [])].join('\n')

// renewed runs executions whose access token is over, and looks on both sides
// for the one renewal.
async function renewed(w, executions) {
  const mine = async (kind) => (await linkdesk.tokens(kind)).filter((t) => t.client === w.app.client_id)
  const old = (await n8n.stored(w.credential.id)).oauthTokenData
  const keys = (await mine('refresh')).length
  for (const result of await Promise.all(Array.from({ length: executions }, () => n8n.execute(w.reading)))) all(result)
  const now = (await n8n.stored(w.credential.id)).oauthTokenData
  assert.notEqual(now.access_token, old.access_token)
  assert.notEqual(now.refresh_token, old.refresh_token)
  const [access, refresh] = [await mine('access'), await mine('refresh')]
  assert.equal(refresh.length, keys + 1, 'not one renewal')
  const find = (list, token) => list.find((t) => t.hash === linkdesk.hashOf(token)) ?? assert.fail('n8n holds a token that Linkdesk does not know')
  assert.ok(access.every((t) => t.hash !== linkdesk.hashOf(old.access_token) || t.expires < Date.now() * 1000), 'the old access token had not expired')
  assert.ok(find(access, now.access_token).expires > Date.now() * 1000)
  assert.notEqual(find(refresh, old.refresh_token).used, 0)
  assert.equal(find(refresh, now.refresh_token).used, 0)
}

// segment makes a segment, and makes it again with the same key.
async function segment(w) {
  const name = `Regulars of ${w.name}`
  const flow = await n8n.workflow(`segment ${w.name}`, w.credential, { method: 'POST', url: `${inside(w)}/v1/segments`,
    sendHeaders: true, headerParameters: { parameters: [{ name: 'Idempotency-Key', value: `n8n ${w.app.id}` }] },
    sendBody: true, specifyBody: 'json', jsonBody: JSON.stringify({ name, rules: { field: 'orders_count', op: 'gte', value: '2' } }),
    options: { response: { response: { fullResponse: true } } } })
  const [first, again] = [await n8n.execute(flow), await n8n.execute(flow)]
  for (const result of [first, again]) {
    assert.equal(result.status, 'success', why(result))
    assert.equal(result.items[0].statusCode, 201)
  }
  assert.equal(first.items[0].body.name, name)
  assert.deepEqual(again.items[0].body, first.items[0].body)
  assert.equal(again.items[0].headers['idempotent-replayed'], 'true')
  const kept = (await linkdesk.records('segments')).filter((s) => s.data.name === name)
  assert.deepEqual(kept.map((s) => Buffer.from(`${s.connection}/${s.id}`).toString('base64url')), [first.items[0].body.id])
}

// stopped takes the access away: n8n says why, and Linkdesk goes on.
async function stopped(w) {
  await linkdesk.cli('apps', 'revoke', w.app.id)
  const began = Date.now()
  const result = await n8n.execute(w.reading)
  assert.ok(Date.now() - began < 20_000, 'it took long')
  assert.equal(result.status, 'error')
  assert.match(result.error.message, /refresh token is invalid, expired, revoked/, why(result))
  assert.ok(linkdesk.serves())
  assert.equal((await fetch(`${linkdesk.api}/v1/me`)).status, 401)
}

await linkdesk.cli('demo')
await linkdesk.serve()
assert.equal((await linkdesk.cliJSON('address', '--reach', 'docker')).docker, inside({ inDocker: true }))
orders = new Set((await linkdesk.records('orders')).map((o) => `${o.connection}/${o.id}`))
assert.equal(orders.size, (await linkdesk.cliJSON('records', '--count')).records.orders)
await n8n.start()

await check('connected by hand in n8n’s editor, as the recipe says', byHand)
await each('denied, then connected through consent', connect)
await each('all orders by its own paging', async (w) => all(await n8n.execute(w.reading)))
await check('all orders by a next URL', async () => {
  const flow = await n8n.workflow('next URL', ways[0].credential, { url: `${linkdesk.api}/v1/orders?limit=250`, options: { pagination: { pagination: {
    paginationMode: 'responseContainsNextURL', paginationCompleteWhen: 'other', completeExpression: `=${told.paging.complete}`, limitPagesFetched: false,
    nextURL: `=${linkdesk.api}/v1/orders?limit=250{{ $response.body?.next ? '&cursor=' + $response.body.next : '' }}` } } } })
  all(await n8n.execute(flow))
})
await check('an error in the middle is no end', async () => {
  const result = await n8n.execute(await n8n.workflow('wrong page', ways[0].credential, reading(ways[0], "{{ $pageCount === 2 ? 'wrong' : $response.body.next }}")))
  assert.equal(result.status, 'error')
  assert.equal(result.error.httpCode, '400')
})

await linkdesk.expire()
await each('renews what has expired', (w) => renewed(w, 1))
await linkdesk.expire()
const before = n8n.renewals()
await each('renews in executions at once', (w) => renewed(w, 3))
await check('executions at once did renew with one key', async () =>
  assert.ok(n8n.renewals() - before > ways.length, 'no two executions renewed at once: nothing was proven'))

await each('makes a segment, once for a key', segment)
await each('fails clearly after “Stop now”', stopped)
await check('connected once more after that', async () => {
  await again(ways[0])
  all(await n8n.execute(ways[0].reading))
})
console.log(`n8n: ${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
