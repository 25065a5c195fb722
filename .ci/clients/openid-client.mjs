import * as oidc from 'openid-client'
import { api, clientID, clientSecret, flow, mode, ordersURL, redirect, scope } from './flow.mjs'

const auth = { basic: oidc.ClientSecretBasic, post: oidc.ClientSecretPost, public: oidc.None }[mode](clientSecret)
const config = await oidc.discovery(new URL(api), clientID, undefined, auth, { algorithm: 'oauth2', execute: [oidc.allowInsecureRequests] })
const verifier = oidc.randomPKCECodeVerifier()
const state = oidc.randomState()

await flow({
  open: async () => oidc.buildAuthorizationUrl(config, { redirect_uri: redirect, scope, state,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }).href,
  exchange: (callback) => oidc.authorizationCodeGrant(config, callback, { pkceCodeVerifier: verifier, expectedState: state }),
  refresh: (token) => oidc.refreshTokenGrant(config, token),
  revoke: (token, hint) => oidc.tokenRevocation(config, token, { token_type_hint: hint }),
  introspect: mode !== 'public' && ((token) => oidc.tokenIntrospection(config, token)),
  read: async (access) => {
    try {
      const answer = await oidc.fetchProtectedResource(config, access, new URL(ordersURL), 'GET')
      return { status: answer.status, text: await answer.text() }
    } catch (err) {
      if (err.code !== 'OAUTH_WWW_AUTHENTICATE_CHALLENGE' || err.cause[0].parameters.error !== 'invalid_token') throw err
      return { status: err.status }
    }
  },
  errorOf: (err) => err.error,
  denial: true,
})
