// The process that answers; the other one is worker.js.
const http = require('node:http');
const { version } = require('./package.json');

const server = http.createServer((request, response) => {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`Hello from PocketPaaS (worker-sample) ${version}\n`);
});

// Longer than the proxy keeps its idle connections, so that it never uses one that is just being closed.
server.keepAliveTimeout = 65_000;
server.listen(process.env.PORT || 5000);

process.on('SIGTERM', () => server.close(() => process.exit(0)));
