// n8n finds this computer under the name that it has for containers, as it does
// inside one. Docker Desktop brings those in by the loopback interface.
const dns = require('node:dns')
const { lookup } = dns
dns.lookup = (host, ...more) => lookup(host === 'host.docker.internal' ? '127.0.0.1' : host, ...more)
