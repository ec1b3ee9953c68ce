import type { DraftVersion } from '@rookery/shared/api';
import { expect, test } from 'vitest';
import { mergeSubmitted } from './versions.ts';

const texts = ['Crows', 'Crows bring gifts a', 'Crows bring gifts b', 'Crows bring gifts b'];
const version = (number: number, kind: DraftVersion['kind']): DraftVersion => ({
  version: number,
  kind,
  savedAt: '2026-01-01T12:00:00.000Z',
  characters: texts[number - 1]!.length,
  beginning: texts[number - 1]!.slice(0, 6),
});
const readText = async (number: number): Promise<string> => texts[number - 1]!;

test('a version that was submitted as it was is listed once, one that only looks the same stays', async () => {
  const submittedOnce = [version(4, 'submitted'), version(3, 'typed'), version(1, 'typed')];
  expect((await mergeSubmitted(submittedOnce, readText)).map((one) => one.version)).toEqual([4, 1]);
  const changed = [version(4, 'submitted'), version(2, 'typed'), version(1, 'typed')];
  expect(await mergeSubmitted(changed, readText)).toEqual(changed);
  const typed = [version(4, 'typed'), version(3, 'typed')];
  expect(await mergeSubmitted(typed, readText)).toEqual(typed);
});
