import { expect, test } from 'vitest';
import { actionIn } from '../keys.ts';
import { text } from '../text.ts';
import { compareKeys, type ComparePlace } from './compare-keys.ts';

const press = (key: string, held: 'shiftKey' | 'ctrlKey' | null = null) => ({
  key,
  shiftKey: held === 'shiftKey',
  ctrlKey: held === 'ctrlKey',
  metaKey: false,
});

test('a key does one thing at each place, everywhere included, and the help says what', () => {
  const everywhere = Object.values<readonly string[]>(compareKeys.everywhere).flat();
  for (const [place, actions] of Object.entries(compareKeys)) {
    const own = Object.values<readonly string[]>(actions).flat();
    const all = place === 'answer' || place === 'ratings' ? [...own, ...everywhere] : own;
    expect(new Set(all).size).toBe(all.length);
    const meanings = text.compare.keys.meanings[place as ComparePlace];
    expect(Object.keys(meanings)).toEqual(Object.keys(actions));
  }
});

test('undo and redo act as u and U, and as everywhere else', () => {
  expect(actionIn(compareKeys.everywhere, press('u'))).toBe('undo');
  expect(actionIn(compareKeys.everywhere, press('z', 'ctrlKey'))).toBe('undo');
  expect(actionIn(compareKeys.everywhere, press('U', 'shiftKey'))).toBe('redo');
  expect(actionIn(compareKeys.everywhere, { ...press('Z', 'ctrlKey'), shiftKey: true })).toBe('redo');
  expect(actionIn(compareKeys.everywhere, press('z'))).toBeNull();
});

test('an arrow walks, and with Shift takes more', () => {
  expect(actionIn(compareKeys.answer, press('ArrowDown'))).toBe('next');
  expect(actionIn(compareKeys.answer, press('ArrowDown', 'shiftKey'))).toBe('more');
});
