// Serves one vendor's document by Prism, with a recorder before it that notes
// what each request was and what Prism's validation said of it.
//
//   node vendor.mjs DOCUMENT REQUESTS   prints its address when it is ready
//
// What Prism sends is an example, one page for ever. So the recorder changes two
// things of its answers, and nothing of the requests: a list has a second page
// and then ends, and rate limits, which Prism makes up as "0 left", are left out.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';

const [document, log] = process.argv.slice(2);

const freePort = () => new Promise((done) => {
  const s = net.createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); });
});

const port = await freePort();
const prism = spawn('node_modules/.bin/prism', ['mock', '-h', '127.0.0.1', '-p', String(port), '-v', 'warn', document], { stdio: ['ignore', process.stderr, process.stderr] });
process.on('exit', () => prism.kill());
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
prism.on('exit', () => process.exit(1));

function send(method, url, headers, body) {
  return new Promise((done, failed) => {
    const req = http.request({ host: '127.0.0.1', port, method, path: url, headers }, async (res) => {
      const chunks = [];
      for await (const c of res) chunks.push(c);
      done({ status: res.statusCode, headers: res.headers, body: Buffer.concat(chunks).toString() });
    });
    req.on('error', failed).end(body);
  });
}

// later reports whether a request asks for a page after the first.
const later = (url, body) => url.searchParams.has('after') || Number(url.searchParams.get('offset')) > 0 ||
  Boolean(body?.after) || body?.offset > 0;

function twoPages(answer, isLater) {
  const items = Object.values(answer).find(Array.isArray);
  if (!items) return answer;
  if ('total_items' in answer) answer.total_items = isLater ? 2 * items.length : items.length + 1;
  if ('hasMore' in answer) answer.hasMore = !isLater;
  if ('results' in answer) answer.paging = isLater ? undefined : { next: { after: 'NTI1Cg==' } };
  return answer;
}

const recorder = http.createServer(async (req, res) => {
  const chunks = [];
  for await (const c of req) chunks.push(c);
  const sent = Buffer.concat(chunks).toString();
  const url = new URL(req.url, 'http://prism');
  const body = sent ? JSON.parse(sent) : undefined;
  const answer = await send(req.method, req.url, req.headers, sent);
  const violations = JSON.parse(answer.headers['sl-violations'] ?? '[]').filter((v) => v.location[0] === 'request');
  appendFileSync(log, JSON.stringify({ method: req.method, path: url.pathname, query: Object.fromEntries(url.searchParams), body, status: answer.status, later: later(url, body), violations }) + '\n');
  let out = answer.body;
  if (answer.status === 200) out = JSON.stringify(twoPages(JSON.parse(out), later(url, body)));
  res.writeHead(answer.status, { 'content-type': answer.headers['content-type'] ?? 'application/json' }).end(out);
});

for (let ready = false; !ready;) {
  ready = await send('GET', '/', {}).then(() => true, () => new Promise((done) => { setTimeout(done, 100, false); }));
}
recorder.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${recorder.address().port}`));
