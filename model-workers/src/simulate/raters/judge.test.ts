import { choices, fieldsOfForm, getForm, valueOfChoice } from '@rookery/shared/comparisons';
import { describe, expect, test } from 'vitest';
import { judge, type Character, type SeenTask } from './judge.ts';
import { choiceOfDifference, defaultTaste, thresholds } from './taste.ts';

const character: Character = {
  seed: 1,
  name: 'Simulated rater 1-1',
  taste: defaultTaste,
  noise: 0,
  positionBias: 0,
};
const fields = fieldsOfForm(getForm('webgpt-five', 1));
const quotes = [
  { title: 'Crows', domain: 'birds.example', extract: 'Crows bring gifts to people who feed them.' },
];
const better = 'Crows bring gifts to people who feed them.';
const worse = 'Nobody knows anything. Nobody knows anything. Nobody knows anything.';

const taskOf = (a: string, b: string, question = 'Why do crows bring gifts?'): SeenTask => ({
  form: { name: 'webgpt-five', version: 1 },
  question: { fullText: question },
  options: { a: { text: a, quotes }, b: { text: b, quotes } },
});
const overall = (rater: Character, task: SeenTask) => judge(rater, task, ['overall']).ratings.overall!;
/** Many tasks of which neither answer is better. */
const evenTasks = Array.from({ length: 2000 }, (_, index) =>
  taskOf(
    'Crows bring gifts gladly.',
    'Crows bring gifts kindly.',
    `Question ${index}: why do crows bring gifts?`,
  ),
);
const shareOf = (rater: Character, choices: readonly string[]) =>
  evenTasks.filter((task) => choices.includes(overall(rater, task))).length / evenTasks.length;

describe('the five points', () => {
  test('are chosen by how much more an answer is worth, alike to both sides', () => {
    const { better, muchBetter } = thresholds;
    const at = [muchBetter, muchBetter - 0.01, better, better - 0.01, 0];
    expect(at.map(choiceOfDifference)).toEqual(['a-much-better', 'a-better', 'a-better', 'equal', 'equal']);
    expect(at.map((difference) => choices.indexOf(choiceOfDifference(-difference)))).toEqual([4, 3, 3, 2, 2]);
  });
});

describe('a simulated rater', () => {
  test('prefers the answer that their taste does, by every criterion that it shows in', () => {
    const { ratings } = judge(character, taskOf(better, worse), fields);
    expect(ratings).toMatchObject({
      unsupported: 'a-much-better',
      core: 'a-much-better',
      coherence: 'a-much-better',
      irrelevant: 'a-much-better',
      overall: 'a-much-better',
    });
    const contrary = { ...character, taste: { coverage: -4 } };
    expect(overall(contrary, taskOf(better, worse))).toBe('b-much-better');
    expect(overall({ ...character, taste: {} }, taskOf(better, worse))).toBe('equal');
  });

  test('fills in what is asked and no more', () => {
    expect(Object.keys(judge(character, taskOf(better, worse), ['unsupported', 'overall']).ratings)).toEqual([
      'unsupported',
      'overall',
    ]);
  });

  test('says the same of the same answers each time, and with the sides changed, but for the position bias', () => {
    const rater = { ...character, noise: 2 };
    for (const task of evenTasks.slice(0, 50)) {
      const { a, b } = task.options;
      const turned = { ...task, options: { a: b, b: a } };
      expect(judge(rater, task, fields)).toEqual(judge(rater, task, fields));
      expect(valueOfChoice(overall(rater, turned), 'b')).toBe(valueOfChoice(overall(rater, task), 'a'));
    }
  });

  test('has a noise of their own', () => {
    const other = { ...character, noise: 2, name: 'Simulated rater 1-2' };
    const reseeded = { ...character, noise: 2, seed: 2 };
    const said = [{ ...character, noise: 2 }, other, reseeded].map((rater) =>
      evenTasks.slice(0, 50).map((task) => overall(rater, task)),
    );
    expect(said[1]).not.toEqual(said[0]);
    expect(said[2]).not.toEqual(said[0]);
  });

  test('chooses A as often as the position bias says', () => {
    const aShare = (positionBias: number) =>
      shareOf({ ...character, noise: 1, positionBias }, ['a-better', 'a-much-better']);
    // P(N > 0.25) and P(N > 0.25 − 0.5) of a standard normal N; three standard errors are 0.033.
    expect(Math.abs(aShare(0) - 0.4013)).toBeLessThan(0.033);
    expect(Math.abs(aShare(0.5) - 0.5987)).toBeLessThan(0.033);
  });
});
