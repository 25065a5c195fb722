// The program under test: its commands, its local address, and its data file.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { open, until } from './tools.mjs'

const { LINKDESK_BIN, LINKDESK_HOME } = process.env
const run = promisify(execFile)

// cli gives what a command prints, as text.
export async function cli(...args) {
  return (await run(LINKDESK_BIN, args, { maxBuffer: 64 << 20 })).stdout
}

export const cliJSON = async (...args) => JSON.parse(await cli(...args, '--json'))

export const records = async (model) =>
  (await cli('records', model, '--format', 'jsonl')).trim().split('\n').filter(Boolean).map((line) => JSON.parse(line))

let serving
export let api

// serve starts the local address: at any port at first, then at the same again.
export async function serve() {
  const port = api ? new URL(api).port : '0'
  serving = spawn(LINKDESK_BIN, ['serve', '--port', port], { stdio: ['ignore', 'pipe', openSync('serve.log', 'a')] })
  let said = ''
  serving.stdout.on('data', (part) => { said += part })
  const at = await until('serve to start', () => {
    assert.ok(serves(), `serve ended:\n${readFileSync('serve.log', 'utf8')}`)
    return /"api": *"([^"]+)"/.exec(said)?.[1]
  })
  assert.equal(at, api ?? at)
  api = at
  assert.equal((await fetch(`${api}/v1/me`)).status, 401)
}

export const serves = () => serving.exitCode === null && serving.signalCode === null

export async function stop() {
  const ended = once(serving, 'exit')
  serving.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null], 'serve did not end by itself')
}

export async function tokens(kind) {
  const db = await open(`${LINKDESK_HOME}/linkdesk.db`)
  const rows = await db.all(`SELECT hex(k.hash) AS hash, k.issued, k.expires, k.used, a.client_id AS client FROM oauth_token k
    JOIN oauth_grant g ON g.num = k.grant_num JOIN oauth_app a ON a.num = g.app WHERE k.kind = ? ORDER BY k.issued, k.hash`, kind)
  await db.close()
  return rows
}

// hashOf is under what a token stands in the data file.
export const hashOf = (token) => createHash('sha256').update(token).digest('hex').toUpperCase()

// expire sets the end of every access token an hour back, with the program away.
export async function expire() {
  await stop()
  const db = await open(`${LINKDESK_HOME}/linkdesk.db`)
  await db.all("UPDATE oauth_token SET expires = expires - 3600000000 WHERE kind = 'access'")
  const [{ live }] = await db.all("SELECT count(*) AS live FROM oauth_token WHERE kind = 'access' AND expires > ?", Date.now() * 1000)
  await db.close()
  assert.equal(live, 0, 'an access token still lives')
  await serve()
}

// answer lets the person allow what an app asks.
export async function answer(client, verb = 'approve') {
  const asked = await until('a question in Linkdesk', async () =>
    (await cliJSON('consents', 'list')).find((q) => q.client_id === client))
  await cli('consents', verb, asked.id)
  return asked
}

export const endServe = () => serving?.kill('SIGKILL')
