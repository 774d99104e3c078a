// Says hello, its version and for how long it has been up.
const http = require('node:http');
const ms = require('ms');
const { version } = require('./package.json');

const started = Date.now();
const server = http.createServer((request, response) => {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`Hello from PocketPaaS (node-sample) ${version}, up ${ms(Date.now() - started)}\n`);
});

// Longer than the proxy keeps its idle connections, so that it never uses one that is just being closed.
server.keepAliveTimeout = 65_000;
server.listen(process.env.PORT || 5000);

process.on('SIGTERM', () => server.close(() => process.exit(0)));
