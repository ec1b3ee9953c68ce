import { sql } from 'drizzle-orm';
import { check, customType, text, timestamp, uuid, type AnyPgColumn } from 'drizzle-orm/pg-core';
import { uuidv7 } from 'uuidv7';

/** Primary key: a UUIDv7 made by the program, so that ids sort by time and rows can be named before they exist. */
export const id = () => uuid('id').primaryKey().$defaultFn(uuidv7);

/** A time by the server's clock, with millisecond precision so that it survives the way through JavaScript. */
export const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 });

/** A text column that takes only the values of one list; pair it with `oneOf` in the table's constraints. */
export const enumeration = <const T extends readonly [string, ...string[]]>(name: string, values: T) =>
  text(name, { enum: values as unknown as [T[number], ...T[number][]] }).$type<T[number]>();

/** The CHECK constraint made from the same list as the column's type. */
export const oneOf = (name: string, column: AnyPgColumn, values: readonly string[]) =>
  check(name, sql`${column} in (${sql.raw(values.map((value) => `'${value}'`).join(', '))})`);

export const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });

/** Text that is compared byte by byte, whatever the database's language: prefixes of it are found by its index. */
export const plainText = customType<{ data: string }>({ dataType: () => 'text collate "C"' });
