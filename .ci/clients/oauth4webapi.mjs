import * as oauth from 'oauth4webapi'
import { api, clientID, clientSecret, flow, mode, ordersURL, redirect, scope } from './flow.mjs'

const insecure = { [oauth.allowInsecureRequests]: true }
const issuer = new URL(api)
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }))
const client = { client_id: clientID }
const auth = { basic: oauth.ClientSecretBasic, post: oauth.ClientSecretPost, public: oauth.None }[mode](clientSecret)
const verifier = oauth.generateRandomCodeVerifier()
const state = oauth.generateRandomState()

await flow({
  open: async () => {
    const url = new URL(as.authorization_endpoint)
    url.search = new URLSearchParams({ client_id: clientID, redirect_uri: redirect, response_type: 'code', scope, state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' })
    return url.href
  },
  exchange: async (callback) => {
    const params = oauth.validateAuthResponse(as, client, callback, state)
    const answer = await oauth.authorizationCodeGrantRequest(as, client, auth, params, redirect, verifier, insecure)
    return oauth.processAuthorizationCodeResponse(as, client, answer)
  },
  refresh: async (token) => oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, auth, token, insecure)),
  revoke: async (token, hint) => oauth.processRevocationResponse(
    await oauth.revocationRequest(as, client, auth, token, { additionalParameters: { token_type_hint: hint }, ...insecure })),
  introspect: mode !== 'public' && (async (token) =>
    oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, auth, token, insecure))),
  read: async (access) => {
    try {
      const answer = await oauth.protectedResourceRequest(access, 'GET', new URL(ordersURL), undefined, undefined, insecure)
      return { status: answer.status, text: await answer.text() }
    } catch (err) {
      if (!(err instanceof oauth.WWWAuthenticateChallengeError) || err.cause[0].parameters.error !== 'invalid_token') throw err
      return { status: err.status }
    }
  },
  errorOf: (err) => err.error,
  denial: true,
})
