// n8n itself, in a folder of its own, used by the requests that its editor sends.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { open, require, until } from './tools.mjs'

const { parse } = require('flatted')
const folder = process.cwd() + '/n8n-home'
const key = 'only for this test'
export const owner = { email: 'owner@example.com', password: 'Only4ThisTest!' + randomBytes(4).toString('hex') }
export let base
let child
let cookie

async function freePort() {
  const s = createServer().listen(0, '127.0.0.1')
  await once(s, 'listening')
  const { port } = s.address()
  await new Promise((done) => s.close(done))
  return port
}

export async function start() {
  const port = await freePort()
  const own = Object.fromEntries(['PATH', 'HOME', 'LANG'].map((name) => [name, process.env[name]]))
  const log = openSync('n8n.log', 'a')
  child = spawn(process.execPath, ['--require', `${process.cwd()}/container.cjs`, require.resolve('n8n/bin/n8n'), 'start'], { stdio: ['ignore', log, log], env: { ...own,
    N8N_USER_FOLDER: folder, N8N_ENCRYPTION_KEY: key, N8N_PORT: String(port), N8N_HOST: 'localhost', N8N_LISTEN_ADDRESS: '127.0.0.1',
    N8N_SECURE_COOKIE: 'false', N8N_DIAGNOSTICS_ENABLED: 'false', N8N_VERSION_NOTIFICATIONS_ENABLED: 'false', N8N_TEMPLATES_ENABLED: 'false',
    N8N_PERSONALIZATION_ENABLED: 'false', N8N_RUNNERS_ENABLED: 'false', N8N_COMMUNITY_PACKAGES_ENABLED: 'false', N8N_HIRING_BANNER_ENABLED: 'false',
    N8N_DYNAMIC_BANNERS_ENABLED: 'false', N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true', NO_COLOR: '1', N8N_LOG_LEVEL: 'debug', GENERIC_TIMEZONE: 'UTC' } })
  base = `http://localhost:${port}`
  await until('n8n to start', async () => {
    if (child.exitCode !== null) throw new Error(`n8n ended:\n${readFileSync('n8n.log', 'utf8').slice(-4000)}`)
    const answer = await fetch(`${base}/rest/settings`).catch(() => null)
    return answer?.ok && answer.headers.get('content-type')?.includes('json')
  }, 240)
  await rest('POST', '/owner/setup', { ...owner, firstName: 'Test', lastName: 'Owner' })
}

// rest is a request as the editor sends it.
export async function rest(method, path, body) {
  const answer = await fetch(`${base}/rest${path}`, { method, headers: { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) },
    body: body && JSON.stringify(body) })
  const text = await answer.text()
  assert.ok(answer.ok, `n8n answered ${method} ${path} with ${answer.status}: ${text}`)
  const set = answer.headers.getSetCookie().find((c) => c.startsWith('n8n-auth='))
  if (set) cookie = set.split(';')[0]
  return JSON.parse(text).data
}

// renewals is how often n8n has asked for new tokens, as its log tells.
export const renewals = () => readFileSync('n8n.log', 'utf8').match(/OAuth2 token for .* has been renewed/g)?.length ?? 0

export const cookies = () => cookie

// stored is a credential as n8n keeps it: its own data file, opened with its own key.
export async function stored(id) {
  const db = await open(`${folder}/.n8n/database.sqlite`)
  const [{ data }] = await db.all('SELECT data FROM credentials_entity WHERE id = ?', id)
  await db.close()
  const sealed = Buffer.from(data, 'base64')
  const md5 = (b) => createHash('md5').update(b).digest()
  const password = Buffer.concat([Buffer.from(key, 'binary'), sealed.subarray(8, 16)])
  const one = md5(password), two = md5(Buffer.concat([one, password])), three = md5(Buffer.concat([two, password]))
  const open_ = createDecipheriv('aes-256-cbc', Buffer.concat([one, two]), three)
  return JSON.parse(Buffer.concat([open_.update(sealed.subarray(16)), open_.final()]).toString())
}

// workflow saves one that a person starts, with an HTTP Request node and a credential.
export async function workflow(name, credential, parameters) {
  const nodes = [
    { id: 'begin', name: 'Begin', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} },
    { id: 'ask', name: 'Ask Linkdesk', type: 'n8n-nodes-base.httpRequest', typeVersion: 4.3, position: [220, 0],
      parameters: { authentication: 'genericCredentialType', genericAuthType: 'oAuth2Api', ...parameters },
      credentials: { oAuth2Api: { id: credential.id, name: credential.name } } },
  ]
  const connections = { Begin: { main: [[{ node: 'Ask Linkdesk', type: 'main', index: 0 }]] } }
  return rest('POST', '/workflows', { name, nodes, connections, active: false, settings: { executionOrder: 'v1' } })
}

// execute runs a workflow in n8n's engine, and gives what n8n noted of it.
export async function execute(flow) {
  const { executionId } = await rest('POST', `/workflows/${flow.id}/run`, { workflowData: flow, triggerToStartFrom: { name: 'Begin' } })
  assert.ok(executionId, 'n8n did not start the workflow')
  const done = await until('the workflow to end', async () => {
    const e = await rest('GET', `/executions/${executionId}`)
    const data = parse(e.data) // comes a moment after the status
    return ['success', 'error', 'crashed', 'canceled'].includes(e.status) && data && { status: e.status, ...data.resultData }
  }, 90)
  const out = done.runData['Ask Linkdesk']?.[0]
  return { status: done.status, error: done.error, items: out?.data?.main?.[0]?.map((i) => i.json) ?? [] }
}

export const end = () => child?.kill('SIGKILL')
