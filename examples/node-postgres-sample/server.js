// A guest book: GET / lists the guests, POST /NAME adds one.
const http = require('node:http');
const { Pool } = require('pg');

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 5 });
// A connection that idles may be lost when the database restarts; the next query opens another one.
pool.on('error', (error) => console.error(`database: ${error.message}`));

async function answer(request) {
  if (request.method === 'POST') {
    const name = decodeURIComponent(request.url.slice(1)).slice(0, 100);
    await pool.query('INSERT INTO guests (name) VALUES ($1)', [name]);
    return `Welcome, ${name}\n`;
  }
  const { rows } = await pool.query('SELECT name FROM guests ORDER BY id');
  return `${rows.length} guests: ${rows.map((row) => row.name).join(', ')}\n`;
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

process.on('SIGTERM', () => server.close(() => pool.end().then(() => process.exit(0))));
