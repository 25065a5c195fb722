// Looks at what the sync asked for and at what it stored.
//
//   node check.mjs FOLDER    with SERVICE.requests (lines of JSON), SERVICE.address,
//                            SERVICE.MODEL.json (what `records` says), full.json, again.json
import { readFileSync } from 'node:fs';

const dir = process.argv[2];
let passed = 0;
let failed = 0;
function check(what, ok, seen) {
  if (ok) { passed++; return; }
  failed++;
  console.log(`prism: FAILED: ${what}${seen === undefined ? '' : `: ${JSON.stringify(seen)}`}`);
}
const json = (name) => JSON.parse(readFileSync(`${dir}/${name}`, 'utf8'));

// A call of each kind that a complete and an incremental sync have to make:
// what it is for, method, path, and what else must be there.
const store = '/ecommerce/stores/[^/]+';
const later = (r) => r.later;
const calls = {
  mailchimp: [
    ['verify', 'GET', '/'],
    ['stores', 'GET', '/ecommerce/stores'], ['stores, next page', 'GET', '/ecommerce/stores', later],
    ['customers', 'GET', `${store}/customers`], ['customers, next page', 'GET', `${store}/customers`, later],
    ['orders', 'GET', `${store}/orders`], ['orders, next page', 'GET', `${store}/orders`, later],
    ['products', 'GET', `${store}/products`], ['products, next page', 'GET', `${store}/products`, later],
    ['audiences', 'GET', '/lists'], ['audiences, next page', 'GET', '/lists', later],
    ['segments', 'GET', '/lists/[^/]+/segments'], ['segments, next page', 'GET', '/lists/[^/]+/segments', later],
    ['segments, only changes', 'GET', '/lists/[^/]+/segments', (r) => r.query.since_updated_at],
    ['members of a segment', 'GET', '/lists/[^/]+/segments/[^/]+/members'], ['members, next page', 'GET', '/lists/[^/]+/segments/[^/]+/members', later],
  ],
  hubspot: [
    ['verify', 'GET', '/account-info/v3/details'],
    ...['contacts', 'orders', 'products'].flatMap((m) => [
      [m, 'GET', `/crm/v3/objects/${m}`], [`${m}, next page`, 'GET', `/crm/v3/objects/${m}`, later],
      [`${m}, only changes`, 'POST', `/crm/v3/objects/${m}/search`], [`${m}, only changes, next page`, 'POST', `/crm/v3/objects/${m}/search`, later],
    ]),
    ['one order', 'GET', '/crm/v3/objects/orders/[^/]+'],
    ['lists', 'POST', '/crm/v3/lists/search'], ['lists, next page', 'POST', '/crm/v3/lists/search', later],
    ['members of a list', 'GET', '/crm/v3/lists/[^/]+/memberships'], ['members, next page', 'GET', '/crm/v3/lists/[^/]+/memberships', later],
  ],
};

// What Prism must refuse: without this, "no violations" would prove nothing.
const wrong = { mailchimp: '/lists?count=5000', hubspot: '/crm/v3/objects/contacts?limit=5000' };

// Fields that must have come through, with their values where the document's
// example has real ones ("string" and 0 otherwise, which is a value, too).
const any = Symbol('any');
const fields = {
  mailchimp: {
    stores: { name: "Freddie's Cat Hat Emporium", url: 'example.com', currency: 'USD', timezone: 'Eastern', country: 'US', email: 'freddie@mailchimp.com', platform: any, 'settings.audience_id': '1a2df69511', 'settings.locale': 'fr', 'settings.money_format': '$' },
    customers: { email: any, first_name: any, last_name: any, company: any, country: 'US', city: 'Atlanta', accepts_marketing: true, created_at: '2015-07-15T19:28:00Z' },
    orders: { number: any, customer: 'example_store:string', store: 'example_store', payment_status: any, fulfillment_status: any, currency: any, total: '0', tax: '0', shipping: '0', discount: '0', placed_at: '2015-07-15T19:28:00Z', 'lines.0.id': any, 'lines.0.product': 'example_store:string', 'lines.0.variant': any, 'lines.0.title': any, 'lines.0.quantity': '0', 'lines.0.price': '0' },
    products: { title: 'Cat Hat', description: 'This is a cat hat.', sku: any, vendor: any, url: any, image_url: any, price: '0', currency: any, stock: 0, 'variants.0.id': any, 'variants.0.sku': any, 'variants.0.title': 'Cat Hat', 'variants.0.price': '0', 'variants.0.stock': 0 },
    segments: { name: any, kind: 'rules', size: 0 },
  },
  hubspot: {
    customers: { email: 'ada@example.com', phone: '+15550100', first_name: 'Ada', last_name: 'Byron', created_at: '2026-01-02T03:04:05.678Z' },
    orders: { number: '#1001', status: 'paid', currency: 'USD', total: '25.00', placed_at: '2026-03-01T10:00:00Z' },
    products: { title: 'Enamel mug', description: '350 ml', sku: 'MUG-350', price: '12.50' },
    segments: { name: 'Repeat buyers', kind: 'rules', size: 42 },
  },
};
const ids = { mailchimp: { stores: 'example_store', customers: 'example_store:string' }, hubspot: { customers: '101', orders: '301', products: '201', segments: '11' } };
const noTime = ['mailchimp products']; // Mailchimp does not say when a product changed

const at = (data, path) => path.split('.').reduce((v, key) => v?.[key], data);

for (const service of ['mailchimp', 'hubspot']) {
  const requests = readFileSync(`${dir}/${service}.requests`, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const bad = requests.filter((r) => r.violations.length > 0 || r.status >= 400);
  check(`${service}: every request is valid`, requests.length > 0 && bad.length === 0, bad);
  for (const [what, method, path, also] of calls[service]) {
    const is = new RegExp(`^${path}$`);
    check(`${service}: ${what} is asked for`, requests.some((r) => r.method === method && is.test(r.path) && (!also || also(r))));
  }
  console.log(`prism: ${service}: ${requests.length} requests, ${bad.length} refused`);

  for (const [model, wanted] of Object.entries(fields[service])) {
    const [record, ...more] = json(`${service}.${model}.json`).records;
    check(`${service}: ${model}: one record`, record && more.length === 0, more);
    check(`${service}: ${model}: id`, record?.id && (!ids[service][model] || record.id === ids[service][model]), record?.id);
    if (!noTime.includes(`${service} ${model}`)) check(`${service}: ${model}: updated_at`, record?.updated_at, record);
    for (const [path, want] of Object.entries(wanted)) {
      const got = at(record?.data, path);
      check(`${service}: ${model}: ${path}`, want === any ? got : got === want, got);
    }
  }
}

for (const name of ['full', 'again']) {
  const { runs } = json(`${name}.json`);
  const models = runs.flatMap((r) => Object.values(r.models));
  check(`${name}: all data models are synced`, models.length === 9 && models.every((m) => m.status === 'ok' && m.read > 0 && m.failed === 0), runs);
}
check('the second sync changed nothing', json('again.json').runs.flatMap((r) => Object.values(r.models)).every((m) => m.added + m.changed + m.removed === 0));

for (const [service, path] of Object.entries(wrong)) {
  const before = readFileSync(`${dir}/${service}.requests`, 'utf8').length;
  await fetch(readFileSync(`${dir}/${service}.address`, 'utf8').trim() + path, { headers: { authorization: 'Bearer x' } });
  const last = JSON.parse(readFileSync(`${dir}/${service}.requests`, 'utf8').slice(before));
  check(`${service}: a wrong request is noticed`, last.violations.length > 0, last);
}
console.log(`prism: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
