import { formatCommand, parseCommand } from '@rookery/shared/browser';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../simulate/random.ts';
import { candidateKinds, candidateOf, candidatesOf } from './candidates.ts';
import { featureCount, featureNames, featuresOf, textsOf } from './features.ts';
import { readPastActions } from './past-actions.ts';
import { situationOf } from './situation.ts';
import { makeWorld, playEpisode } from './testing.ts';

const world = makeWorld({ topics: 6, seed: 1 });

/** Episodes that pick any candidate but the ends, for a while. */
async function wander(seed: number) {
  const random = createRandom(seed);
  let left = 30;
  return playEpisode(world, {
    question: `“Old” rules: ${world.questions[seed % 6]!.text}`,
    next: (session) => {
      const candidates = candidatesOf(situationOf(session));
      left -= 1;
      if (left < 0) return 'End: Answer';
      const byKind = Map.groupBy(
        candidates.filter(({ kind }) => !kind.startsWith('end')),
        ({ kind }) => kind,
      );
      return random.pick(random.pick([...byKind.values()])).command;
    },
  });
}

const episodes = await Promise.all([1, 2, 3, 4].map(wander));
const steps = episodes.flatMap((episode) => episode.steps);

describe('the candidates', () => {
  it('are commands that can be carried out, and come of every kind', () => {
    expect(steps.filter(({ outcome }) => !outcome.valid)).toEqual([]);
    const kinds = new Set(steps.flatMap((step) => candidatesOf(situationOf(step)).map(({ kind }) => kind)));
    expect([...kinds].toSorted()).toEqual([...candidateKinds].toSorted());
  });

  it('are printed as the grammar prints them, each once', () => {
    for (const step of steps) {
      const commands = candidatesOf(situationOf(step)).map(({ command }) => command);
      expect(new Set(commands).size).toBe(commands.length);
      const printed = commands.map((line) => {
        const command = parseCommand(line);
        return command.kind === 'invalid' ? command.reason : formatCommand(command);
      });
      expect(printed).toEqual(commands);
    }
  });

  it.each([
    'Search something else',
    'Find in page: zebra',
    'Quote: any words',
    'Scrolled up 2',
    'Back',
    'Top',
  ])('take in %j, which a person chose', (line) => {
    expect(candidateOf(situationOf(steps[0]!), line)?.command).toBe(line);
  });

  it('take in nothing that is no command', () => {
    expect(candidateOf(situationOf(steps[0]!), 'Dance')).toBeUndefined();
  });
});

describe('the features', () => {
  it('are finite numbers, one for each name, for every candidate', () => {
    const vectors = (text: string): Float32Array =>
      Float32Array.of(Math.cos(text.length), Math.sin(text.length));
    expect(featureNames).toHaveLength(featureCount);
    for (const step of steps.slice(0, 40)) {
      const situation = situationOf(step);
      const candidates = candidatesOf(situation);
      const encoded = new Set(textsOf(situation, candidates));
      const rows = featuresOf(situation, {
        candidates,
        vectors: (text) => {
          expect(encoded).toContain(text);
          return vectors(text);
        },
      });
      expect(rows).toHaveLength(candidates.length * featureCount);
      expect(rows.every((value) => Number.isFinite(value) && Math.abs(value) < 20)).toBe(true);
    }
  });

  it('are all of use somewhere', () => {
    const used = new Set<string>();
    for (const step of steps) {
      const situation = situationOf(step);
      const rows = featuresOf(situation, {
        candidates: candidatesOf(situation),
        vectors: (text) => Float32Array.of(1, text.length),
      });
      for (const [index, value] of rows.entries())
        if (value !== 0) used.add(featureNames[index % featureCount]!);
    }
    // No page of this web is missing, and no question names anybody.
    expect(featureNames.filter((name) => !used.has(name))).toEqual(['isError']);
  });
});

describe('past actions', () => {
  it('are read from an observation', () => {
    const observation = (lines: string[]): string =>
      `♦Question\nQ\n\n♦Quotes\n\n♦Past actions\n${lines.join('\n')}\n\n♦Title\nT\n`;
    expect(
      readPastActions(
        observation(['Search a b', 'Click A b.example', 'Find c (not found)', 'Scroll down 3', 'Back']),
      ),
    ).toEqual([
      { kind: 'search', query: 'a b' },
      { kind: 'click', target: 'A b.example' },
      { kind: 'find', text: 'c', found: false },
      { kind: 'scroll', direction: 'down', steps: 3 },
      { kind: 'back' },
    ]);
    expect(() => readPastActions(observation(['Dance']))).toThrow('"Dance" is no past action');
    expect(() => readPastActions('Q')).toThrow('no observation');
  });

  it('are as many as were carried out, runs of scrolls as one', () => {
    for (const { steps } of episodes) {
      const last = steps.at(-1)!;
      const past = readPastActions(last.observation);
      const scrolled = past.reduce((sum, action) => sum + (action.kind === 'scroll' ? action.steps : 0), 0);
      const others = past.filter(({ kind }) => kind !== 'scroll').length;
      const done = steps.slice(0, -1).map(({ command }) => command);
      expect(others).toBe(done.filter((command) => !command.startsWith('Scrolled')).length);
      expect(scrolled).toBe(
        done.reduce((sum, command) => sum + Number(/^Scrolled \w+ (\d)/.exec(command)?.[1] ?? 0), 0),
      );
    }
  });
});
