import { expect, test } from 'vitest';
import { History } from './history.ts';

test('changes are taken back one by one, and done again', () => {
  const history = new History('');
  history.change('a');
  history.change('ab');
  expect(history.undo()).toBe('a');
  expect(history.undo()).toBe('');
  expect(history.canUndo).toBe(false);
  expect(history.undo()).toBe('');
  expect(history.redo()).toBe('a');
  expect(history.redo()).toBe('ab');
  expect(history.canRedo).toBe(false);
});

test('a change after an undo ends what could be redone', () => {
  const history = new History(0);
  history.change(1);
  history.undo();
  history.change(2);
  expect(history.canRedo).toBe(false);
  expect(history.undo()).toBe(0);
});

test('typing in one field is one step, and in another field the next', () => {
  const history = new History('');
  for (const value of ['h', 'he', 'hey']) history.change(value, 'notes a');
  history.change('hey!', 'notes b');
  expect(history.undo()).toBe('hey');
  expect(history.undo()).toBe('');
});

test('typing that goes on after an undo is a step of its own', () => {
  const history = new History('');
  history.change('a', 'notes');
  history.change('!');
  history.undo();
  history.change('ab', 'notes');
  expect(history.undo()).toBe('a');
});

test('the oldest steps are forgotten', () => {
  const history = new History(0);
  for (let value = 1; value <= 600; value += 1) history.change(value);
  let steps = 0;
  while (history.canUndo) {
    history.undo();
    steps += 1;
  }
  expect(steps).toBe(499);
  expect(history.value).toBe(101);
});
