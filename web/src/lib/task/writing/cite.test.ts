import { expect, test } from 'vitest';
import { placeCitation } from './cite.ts';

/** The answer after quote 3 is cited; `|` is the cursor, a pair of them a selection. */
function cite(marked: string): string {
  const [before, ...rest] = marked.split('|');
  const answer = [before, ...rest].join('');
  const start = before!.length;
  const end = rest.length === 2 ? start + rest[0]!.length : start;
  const { at, text, cursor } = placeCitation(answer, { start, end, number: 3 });
  const after = answer.slice(0, at) + text + answer.slice(at);
  return `${after.slice(0, cursor)}|${after.slice(cursor)}`;
}

test.each([
  ['Crows bring gifts.|', 'Crows bring gifts [3].|'],
  ['Crows bring gifts. |', 'Crows bring gifts [3]. |'],
  ['Crows bring gifts|.', 'Crows bring gifts [3]|.'],
  ['Crows bring gifts|', 'Crows bring gifts [3]|'],
  ['Crows bring |', 'Crows bring [3]|'],
  ['Crows bring |gifts.', 'Crows bring [3] |gifts.'],
  ['“Crows bring gifts!”|', '“Crows bring gifts [3]!”|'],
  ['Crows bring gifts [1].|', 'Crows bring gifts [1][3].|'],
  ['Crows bring gifts. [1]|', 'Crows bring gifts. [1][3]|'],
  ['Crows are O.K.|', 'Crows are O.K. [3]|'],
  ['カラスは贈り物をする。|', 'カラスは贈り物をする[3]。|'],
  ['First line.\n|', 'First line.\n[3]|'],
  ['|', '[3]|'],
])('citing at the cursor in %j gives %j', (before, after) => {
  expect(cite(before)).toBe(after);
});

test.each([
  ['|Crows bring gifts. |They remember.', 'Crows bring gifts [3].| They remember.'],
  ['|Crows bring gifts.\n\n|They remember.', 'Crows bring gifts [3].|\n\nThey remember.'],
  ['Crows |bring gifts |to people.', 'Crows bring gifts [3]| to people.'],
])('citing deletes nothing that is selected: %j gives %j', (before, after) => {
  expect(cite(before)).toBe(after);
});
