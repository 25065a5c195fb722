// passport-oauth2 in an express app, opened by the browser at its own sign-in
// page. It sends the secret in the body only, and leaves refresh and revocation
// to the OAuth2 object below it.
import { once } from 'node:events'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { Strategy } from 'passport-oauth2'
import { api, clientID, clientSecret, flow, ordersURL, scope } from './flow.mjs'

const app = express()
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
const own = `http://127.0.0.1:${server.address().port}`

const strategy = new Strategy({
  authorizationURL: `${api}/oauth/authorize`, tokenURL: `${api}/oauth/token`, clientID, clientSecret,
  callbackURL: `${own}/cb`, scope: scope.split(' '), state: true, pkce: 'S256',
}, (access_token, refresh_token, params, profile, done) => done(null, { access_token, refresh_token, scope: params.scope }))
const oauth2 = strategy._oauth2
oauth2.useAuthorizationHeaderforGET(true)

app.use(session({ secret: 'only for this test', resave: false, saveUninitialized: false }))
const signIn = passport.authenticate(strategy, { session: false })
app.get('/login', signIn)
app.get('/cb', signIn, (req, res) => res.json(req.user))

const call = (work) => new Promise((done, fail) => work((err, ...got) => (err ? fail(err) : done(got))))
await flow({
  redirect: `${own}/cb`,
  open: async () => `${own}/login`,
  exchange: async (callback, cookie) => {
    const answer = await fetch(callback, { headers: { cookie } })
    if (!answer.ok) throw Object.assign(new Error(`passport: ${await answer.text()}`), { status: answer.status })
    return answer.json()
  },
  refresh: async (token) => {
    const [access_token, refresh_token] = await call((f) => oauth2.getOAuthAccessToken(token, { grant_type: 'refresh_token' }, f))
    return { access_token, refresh_token }
  },
  revoke: (token, hint) => {
    const body = new URLSearchParams({ token, token_type_hint: hint, client_id: clientID, client_secret: clientSecret }).toString()
    return call((f) => oauth2._request('POST', `${api}/oauth/revoke`, { 'Content-Type': 'application/x-www-form-urlencoded' }, body, null, f))
  },
  read: (access) => call((f) => oauth2.get(ordersURL, access, f)).then(([text]) => ({ status: 200, text }), (err) => ({ status: err.statusCode })),
  errorOf: (err) => (err.status === 401 ? 'access_denied' : JSON.parse(err.data).error), // 401: how passport tells of a no
  denial: true,
})
server.close()
server.closeAllConnections()
