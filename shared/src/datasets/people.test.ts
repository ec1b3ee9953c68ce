import { describe, expect, test } from 'vitest';
import { readPeople, writePersonalLinks } from './people.ts';

describe('a list of people', () => {
  test('has one name a line, commas and all, and blank lines are nobody', () => {
    expect(readPeople('Ada Lovelace\r\n\n  Grace Hopper, PhD \n')).toEqual({
      people: [{ name: 'Ada Lovelace' }, { name: 'Grace Hopper, PhD' }],
      problems: [],
    });
  });

  test('of CSV has roles of their own, quoted names and other columns', () => {
    const csv = '\uFEFFName;Team;Roles\n"Hopper; Grace";a;rater demonstrator\nAda;b;\n"A ""B""\nC";c;lead\n';
    expect(readPeople(csv.replace('\uFEFF', '')).people).toEqual([
      { name: 'Hopper; Grace', roles: ['demonstrator', 'rater'] },
      { name: 'Ada' },
      { name: 'A "B"\nC', roles: ['lead'] },
    ]);
    expect(readPeople(csv).people).toHaveLength(3);
  });

  test('tells what it cannot read by its row', () => {
    expect(readPeople('name,roles\nAda,boss\n,rater\nBen,rater\n')).toEqual({
      people: [{ name: 'Ben', roles: ['rater'] }],
      problems: [
        { row: 2, reason: '"boss" is no role; they are lead, demonstrator, rater' },
        { row: 3, reason: 'there is no name' },
      ],
    });
  });
});

describe('the file of personal links', () => {
  test('can be read again, and no name in it is a formula', () => {
    const row = (name: string) => ({
      member: { name, pseudonym: 'calm-rook-1', roles: ['rater' as const] },
      link: 'https://x.example/sign-in#link=abc',
    });
    const csv = writePersonalLinks([
      row('Ada "the" First, Countess'),
      row('=HYPERLINK("https://evil.example")'),
    ]);
    expect(csv.split('\r\n')).toEqual([
      'name,pseudonym,roles,link',
      '"Ada ""the"" First, Countess",calm-rook-1,rater,https://x.example/sign-in#link=abc',
      '"\'=HYPERLINK(""https://evil.example"")",calm-rook-1,rater,https://x.example/sign-in#link=abc',
      '',
    ]);
    expect(readPeople(csv).people.map((person) => person.name)).toEqual([
      'Ada "the" First, Countess',
      '\'=HYPERLINK("https://evil.example")',
    ]);
  });
});
