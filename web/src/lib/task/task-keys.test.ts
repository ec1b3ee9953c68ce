import { expect, test } from 'vitest';
import { shownKey } from '../keys.ts';
import { text } from '../text.ts';
import { actionOf, taskKeys } from './task-keys.ts';

const press = (key: string, held: 'shiftKey' | 'ctrlKey' | 'metaKey' | null = null) => ({
  key,
  shiftKey: held === 'shiftKey',
  ctrlKey: held === 'ctrlKey',
  metaKey: held === 'metaKey',
});

test('a key does one thing at each place, and the help says what', () => {
  for (const actions of Object.values(taskKeys)) {
    const keys = Object.values<readonly string[]>(actions).flat();
    expect(new Set(keys).size).toBe(keys.length);
    for (const action of Object.keys(actions)) expect(text.keys.meanings).toHaveProperty(action);
  }
});

test('keys with a character of their own act whatever shift it takes to type them', () => {
  expect(actionOf('browsing', press('/', 'shiftKey'))).toBe('search');
  expect(actionOf('everywhere', press('?', 'shiftKey'))).toBe('help');
  expect(actionOf('browsing', press('F', 'shiftKey'))).toBeNull();
  expect(actionOf('browsing', press('ArrowDown', 'shiftKey'))).toBeNull();
  expect(actionOf('selecting', press('ArrowDown', 'shiftKey'))).toBe('moreSentences');
  expect(actionOf('writing', press('Enter', 'metaKey'))).toBe('submit');
  expect(actionOf('browsing', press('f', 'ctrlKey'))).toBeNull();
});

test('keys are shown as they are printed', () => {
  expect(shownKey('Shift+ArrowDown')).toEqual(['Shift', '↓']);
  expect(shownKey('q')).toEqual(['q']);
});
