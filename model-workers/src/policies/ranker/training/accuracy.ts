import type { RankerManifest, ShareOf } from '@rookery/shared/api';
import { percentileInterval, seededRandom } from '@rookery/shared/comparisons';
import { scoresOf, type Network } from '../network.ts';
import { candidatesIn } from './fit.ts';
import type { Example } from './examples.ts';

const resamples = 1000;

/** What a network and the rules of thumb would have done, in the places of the examples. */
interface Judged {
  example: Example;
  policy: boolean;
  mostFrequent: boolean;
  lexical: boolean;
  kind: boolean;
}

export type Accuracies = Pick<RankerManifest['heldOut'], 'accuracy' | 'kindAccuracy' | 'byKind'>;

/**
 * Accuracy of the next command, word for word, with 95 % intervals: whole questions are drawn with replacement, as many
 * as there are, since the decisions of one are alike.
 */
export function accuraciesOf(options: {
  network: Network;
  train: readonly Example[];
  heldOut: readonly Example[];
  seed: number;
}): Accuracies {
  const { network, train, heldOut, seed } = options;
  const frequent = mostFrequentOf(train.map(({ command }) => command));
  const judged = heldOut.map((example) => judge(network, { example, frequent }));
  const threeOf = (part: readonly Judged[]): RankerManifest['heldOut']['accuracy'] => ({
    policy: shareOf(part, { of: 'policy', seed }),
    mostFrequent: shareOf(part, { of: 'mostFrequent', seed }),
    lexical: shareOf(part, { of: 'lexical', seed }),
  });
  const byKind = [...Map.groupBy(judged, ({ example }) => example.kind)]
    .map(([command, part]) => Object.assign(threeOf(part), { command, decisions: part.length }))
    .toSorted((one, other) => other.decisions - one.decisions);
  return { accuracy: threeOf(judged), kindAccuracy: shareOf(judged, { of: 'kind', seed }), byKind };
}

/** Accuracy of the network alone. */
export function accuracyOf(options: {
  network: Network;
  heldOut: readonly Example[];
  seed: number;
}): ShareOf {
  const { network, heldOut, seed } = options;
  const judged = heldOut.map((example) => judge(network, { example, frequent: null }));
  return shareOf(judged, { of: 'policy', seed });
}

function judge(
  network: Network,
  { example, frequent }: { example: Example; frequent: string | null },
): Judged {
  const { decision, isOutside, command, kinds } = example;
  const scores = scoresOf(network, decision);
  const possible = candidatesIn(decision) - Number(isOutside);
  let best = 0;
  for (let index = 1; index < possible; index += 1) if (scores[index]! > scores[best]!) best = index;
  return {
    example,
    policy: !isOutside && best === decision.chosen,
    mostFrequent: !isOutside && command === frequent,
    lexical: !isOutside && example.lexical === decision.chosen,
    kind: kinds[best] === example.kind,
  };
}

/** The one that is there most often; of several, the one that comes first. */
function mostFrequentOf(commands: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const command of commands) counts.set(command, (counts.get(command) ?? 0) + 1);
  let most: string | null = null;
  for (const [command, count] of counts) if (most === null || count > counts.get(most)!) most = command;
  return most;
}

function shareOf(
  judged: readonly Judged[],
  { of, seed }: { of: 'policy' | 'mostFrequent' | 'lexical' | 'kind'; seed: number },
): ShareOf {
  const units = [...Map.groupBy(judged, ({ example }) => example.questionId).values()].map((part) => ({
    right: part.filter((one) => one[of]).length,
    of: part.length,
  }));
  const random = seededRandom(`ranker ${seed} intervals`);
  const shares: number[] = [];
  for (let resample = 0; resample < resamples && units.length > 0; resample += 1) {
    let right = 0;
    let all = 0;
    for (let drawn = 0; drawn < units.length; drawn += 1) {
      const unit = units[random.below(units.length)]!;
      right += unit.right;
      all += unit.of;
    }
    shares.push(right / all);
  }
  const right = judged.filter((one) => one[of]).length;
  return { right, of: judged.length, ...(percentileInterval(shares) ?? { low: 0, high: 1 }) };
}
