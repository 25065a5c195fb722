// simple-oauth2 knows nothing of PKCE; it passes on what it is given.
import { createHash, randomBytes } from 'node:crypto'
import { AuthorizationCode } from 'simple-oauth2'
import { api, clientID, clientSecret, flow, mode, redirect, scope } from './flow.mjs'

const client = new AuthorizationCode({
  client: { id: clientID, secret: clientSecret },
  auth: { tokenHost: api, tokenPath: '/oauth/token', authorizePath: '/oauth/authorize', revokePath: '/oauth/revoke' },
  options: { authorizationMethod: mode === 'basic' ? 'header' : 'body' },
})
const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')
const state = randomBytes(16).toString('hex')

await flow({
  open: async () => client.authorizeURL({ redirect_uri: redirect, scope, state, code_challenge: challenge, code_challenge_method: 'S256' }),
  exchange: async (callback) => {
    if (callback.searchParams.get('state') !== state) throw new Error('another state')
    return (await client.getToken({ code: callback.searchParams.get('code'), redirect_uri: redirect, code_verifier: verifier })).token
  },
  refresh: async (token) => (await client.createToken({ refresh_token: token }).refresh()).token,
  revoke: (token, hint) => client.createToken({ [hint]: token }).revoke(hint),
  errorOf: (err) => err.data?.payload?.error,
})
