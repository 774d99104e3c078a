// The HTTP side of the guest book. `add` and `list` keep and read the guests.
const http = require('node:http');

exports.serve = ({ add, list, close }) => {
  async function answer(request) {
    if (request.method === 'POST') {
      const name = decodeURIComponent(request.url.slice(1)).slice(0, 100);
      await add(name);
      return `Welcome, ${name}\n`;
    }
    const names = await list();
    return `${names.length} guests: ${names.join(', ')}\n`;
  }

  const server = http.createServer(async (request, response) => {
    try {
      const text = await answer(request);
      response.setHeader('Content-Type', 'text/plain; charset=utf-8');
      response.end(text);
    } catch (error) {
      console.error(error.message);
      response.statusCode = 503;
      response.end('The database does not answer\n');
    }
  });

  // Longer than the proxy keeps its idle connections, so that it never uses one that is just being closed.
  server.keepAliveTimeout = 65_000;
  server.listen(process.env.PORT || 5000);

  process.on('SIGTERM', () => server.close(() => close().then(() => process.exit(0))));
};
