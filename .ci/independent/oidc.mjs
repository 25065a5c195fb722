// A certified authorization server (npm oidc-provider) with one public native
// client, PKCE and rotating refresh tokens, and behind it a small shop whose
// two lists ask that server whether the token is good. It prints one line
// {"issuer":...} when it is ready, and counts token requests at /test/counts.
import http from 'node:http';
import { Provider } from 'oidc-provider';

const accessLife = Number(process.env.ACCESS_LIFE || 62);
const server = http.createServer((req, res) => handle(req, res));
await new Promise((ok) => server.listen(0, '127.0.0.1', ok));
const origin = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(origin, {
  clients: [{
    client_id: 'linkdesk', application_type: 'native', token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
    redirect_uris: ['http://127.0.0.1/callback'],
  }],
  scopes: ['openid', 'offline_access', 'customers:read', 'orders:read'],
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
  ttl: { AccessToken: accessLife, RefreshToken: 86400, Grant: 86400, Session: 3600, Interaction: 600 },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, name: `Shop of ${id}` }) }),
  features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
});

const counts = { code: 0, refresh: 0, ok: 0, failed: 0, api: 0 };
provider.on('grant.success', (ctx) => { counts.ok++; bump(ctx); });
provider.on('grant.error', (ctx, err) => { counts.failed++; bump(ctx); console.error('grant.error', err.error, err.error_description, err.error_detail); });
function bump(ctx) {
  if (ctx.oidc.params?.grant_type === 'refresh_token') counts.refresh++;
  else counts.code++;
}
const callback = provider.callback();

const people = Array.from({ length: 230 }, (_, i) => ({
  id: `c${i}`, mail: `person${i}@example.test`, changed: new Date(1.76e12 + i * 6e4).toISOString(),
}));

async function handle(req, res) {
  const url = new URL(req.url, origin);
  if (url.pathname === '/test/counts') return json(res, 200, counts);
  if (!url.pathname.startsWith('/shop/')) return callback(req, res);
  counts.api++;
  const token = await provider.AccessToken.find((req.headers.authorization || '').replace(/^Bearer /, ''));
  if (!token || token.isExpired) return json(res, 401, { error: 'invalid_token' });
  if (url.pathname === '/shop/me') return json(res, 200, { id: token.accountId, name: `Shop of ${token.accountId}` });
  if (url.pathname === '/shop/customers') {
    const from = Number(url.searchParams.get('offset') || 0);
    const limit = Math.min(Number(url.searchParams.get('limit') || 50), 50);
    return json(res, 200, { total: people.length, people: people.slice(from, from + limit) });
  }
  json(res, 404, { error: 'not_found' });
}

function json(res, status, body) {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}

console.log(JSON.stringify({ issuer: origin }));
