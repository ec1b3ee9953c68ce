import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { createEmptyDatabase, urlOf } from '../test/postgres.ts';
import { freePort } from '../test/ports.ts';
import { checkDatabase } from './preflight.ts';

const pools: pg.Pool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.end();
});

const poolOf = (connectionString: string): pg.Pool => {
  const pool = new pg.Pool({ connectionString });
  // Dropping the database ends a connection that the ended pool has not quite closed.
  pool.on('error', () => {});
  pools.push(pool);
  return pool;
};

test('a database in UTF-8 passes', async () => {
  const database = await createEmptyDatabase();
  await expect(checkDatabase(database.pool)).resolves.toBeUndefined();
  await database.drop();
});

test('a database in another encoding is refused with what to do', async () => {
  const name = `latin_${process.pid}`;
  const admin = poolOf(urlOf('postgres'));
  await admin.query(
    `create database ${name} encoding 'SQL_ASCII' locale_provider libc locale 'C' template template0`,
  );
  const pool = poolOf(urlOf(name));
  await expect(checkDatabase(pool)).rejects.toThrow(/SQL_ASCII.*encoding 'UTF8' template template0/);
  await pool.end();
  pools.splice(pools.indexOf(pool), 1);
  await admin.query(`drop database ${name} with (force)`);
});

test('a database that does not answer is named as such, without the password', async () => {
  const pool = poolOf(`postgres://rookery:a-password-nobody-may-see@127.0.0.1:${await freePort()}/rookery`);
  const checked = checkDatabase(pool);
  await expect(checked).rejects.toThrow(/DATABASE_URL does not answer .*ECONNREFUSED/);
  await expect(checked).rejects.not.toThrow('nobody-may-see');
});
