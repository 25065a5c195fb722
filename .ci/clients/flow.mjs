// The steps that every client goes through, and what must be true after each.
// A client gives, by the means of its library:
//   open()              where the browser begins
//   exchange(callback)  the first tokens, from the address the browser came back to
//   refresh(token), revoke(token, hint), introspect(token)   the last where it can
//   read(access)        status and text of a read of orders; plain fetch otherwise
//   errorOf(err)        the error code in what the library throws
//   denial              true: exchange throws when the person said no
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'

const { LINKDESK_API, CLIENT_ID, CLIENT_SECRET } = process.env
export const api = LINKDESK_API
export const clientID = CLIENT_ID
export const clientSecret = CLIENT_SECRET // "" of a public app
export const redirect = 'http://127.0.0.1:47113/cb' // nothing listens: browse stops before it
export const scope = 'orders:read segments:read'
export const mode = process.argv[2] // basic, post or public
export const ordersURL = `${api}/v1/orders?limit=5`

const pause = (ms) => new Promise((done) => setTimeout(done, ms))

// browse goes where a browser would, and keeps what is set as a cookie. It
// returns the address that comes back to the app, without opening it.
export async function browse(address, back = redirect) {
  const cookies = {}
  for (const ends = Date.now() + 30_000; Date.now() < ends;) {
    const { origin } = new URL(address)
    const answer = await fetch(address, { redirect: 'manual', headers: { cookie: cookies[origin] ?? '' } })
    const page = await answer.text()
    const set = answer.headers.getSetCookie().map((c) => c.split(';')[0])
    if (set.length) cookies[origin] = set.join('; ')
    if (answer.status === 200) { // the page that waits for the person
      assert.match(page, /<meta http-equiv="refresh" content="\d+">/, 'the page that waits does not continue by itself')
      await pause(300)
      continue
    }
    assert.ok([302, 303].includes(answer.status), `${answer.status} from ${address.split('?')[0]}`)
    address = new URL(answer.headers.get('location'), address).href
    if (address.startsWith(back + '?')) return { callback: new URL(address), cookie: cookies[new URL(back).origin] }
  }
  throw new Error('nobody answered the question')
}

export async function fetchOrders(access) {
  const answer = await fetch(ordersURL, { headers: { authorization: `Bearer ${access}` } })
  return { status: answer.status, text: await answer.text() }
}

export async function flow(client) {
  const read = client.read ?? fetchOrders
  const refused = (work) => work.then(() => assert.fail('nothing was refused'), (err) => client.errorOf(err))

  const { callback, cookie } = await browse(await client.open(), client.redirect)
  assert.equal(callback.searchParams.get('iss'), api)
  const first = await client.exchange(callback, cookie)
  await orders(read, first.access_token)

  if (client.introspect) {
    const told = await client.introspect(first.access_token)
    assert.equal(told.active, true)
    assert.equal(told.client_id, clientID)
  }

  const second = await client.refresh(first.refresh_token)
  assert.notEqual(second.access_token, first.access_token)
  assert.notEqual(second.refresh_token, first.refresh_token)
  await orders(read, second.access_token)
  await orders(read, first.access_token) // lives until its own end
  const again = await client.refresh(first.refresh_token) // within 60 seconds: the same answer
  assert.equal(again.access_token, second.access_token)
  assert.equal(again.refresh_token, second.refresh_token)
  assert.equal(await refused(client.refresh('rt_' + 'x'.repeat(43))), 'invalid_grant')

  await client.revoke(second.access_token, 'access_token') // itself only
  assert.equal((await read(second.access_token)).status, 401)
  const third = await client.refresh(second.refresh_token)
  await orders(read, third.access_token)

  await client.revoke(third.refresh_token, 'refresh_token') // the whole access
  for (const t of [first, second, third]) assert.equal((await read(t.access_token)).status, 401)
  assert.equal(await refused(client.refresh(third.refresh_token)), 'invalid_grant')
  if (client.introspect) assert.equal((await client.introspect(third.access_token)).active, false)
  await client.revoke(third.refresh_token, 'refresh_token') // once more is no error

  writeFileSync(`deny-${clientID}`, '')
  const no = await browse(await client.open(), client.redirect)
  assert.equal(no.callback.searchParams.get('error'), 'access_denied')
  assert.equal(no.callback.searchParams.get('iss'), api)
  if (client.denial) assert.equal(await refused(client.exchange(no.callback, no.cookie)), 'access_denied')
}

async function orders(read, access) {
  const { status, text } = await read(access)
  assert.equal(status, 200, text)
  assert.equal(JSON.parse(text).data.length, 5)
}
