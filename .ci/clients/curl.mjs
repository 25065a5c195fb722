// curl, as a person would type it. Mode "late" is the one thing that takes a
// minute: a renewal key that comes again after 60 seconds ends the access.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { api, browse, clientID, clientSecret, flow, mode, ordersURL, redirect, scope } from './flow.mjs'

const run = promisify(execFile)
async function curl(...args) {
  const { stdout } = await run('curl', ['-s', '-S', '-w', '\n%{http_code}', ...args])
  const cut = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(cut + 1)), text: stdout.slice(0, cut) }
}

const credentials = {
  basic: ['-u', `${clientID}:${clientSecret}`],
  post: ['-d', `client_id=${clientID}`, '-d', `client_secret=${clientSecret}`],
  public: ['-d', `client_id=${clientID}`],
}[mode === 'late' ? 'basic' : mode]

async function post(path, form) {
  const fields = Object.entries(form).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`])
  const { status, text } = await curl(...credentials, ...fields, `${api}${path}`)
  const body = JSON.parse(text)
  if (status !== 200) throw Object.assign(new Error(text), body)
  return body
}

const verifier = mode === 'public' && randomBytes(32).toString('base64url') // a secret may do without, as n8n does
const pkce = verifier ? { code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' } : {}
const client = {
  open: async () => `${api}/oauth/authorize?` + new URLSearchParams({ response_type: 'code', client_id: clientID, redirect_uri: redirect, scope, state: 'xyz', ...pkce }),
  exchange: (callback) => post('/oauth/token', { grant_type: 'authorization_code', code: callback.searchParams.get('code'), redirect_uri: redirect,
    ...(verifier ? { code_verifier: verifier } : {}) }),
  refresh: (token) => post('/oauth/token', { grant_type: 'refresh_token', refresh_token: token }),
  revoke: (token, hint) => post('/oauth/revoke', { token, token_type_hint: hint }),
  introspect: mode !== 'public' && ((token) => post('/oauth/introspect', { token })),
  read: (access) => curl('-H', `Authorization: Bearer ${access}`, ordersURL),
  errorOf: (err) => err.error,
}

if (mode === 'late') {
  const first = await client.exchange((await browse(await client.open())).callback)
  const second = await client.refresh(first.refresh_token)
  assert.equal((await client.read(second.access_token)).status, 200)
  await new Promise((done) => setTimeout(done, 61_000))
  await assert.rejects(client.refresh(first.refresh_token), { error: 'invalid_grant' })
  assert.equal((await client.read(second.access_token)).status, 401)
  await assert.rejects(client.refresh(second.refresh_token), { error: 'invalid_grant' })
} else {
  await flow(client)
}
