// The release command: brings the database up to date before the new release serves.
const { Client } = require('pg');

(async () => {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS guests (id serial PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now())');
  await client.end();
})();
