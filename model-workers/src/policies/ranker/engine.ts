import { Tensor } from 'onnxruntime-node';
import { seededRandom } from '@rookery/shared/comparisons';
import type { Encoder } from '../../encoder/index.ts';
import type { OpenedSession } from '../../onnx/index.ts';
import type { AnswerTask, ProposedAnswer, ProposedCommand, Session } from '../policy.ts';
import { candidatesOf } from './candidates.ts';
import { answerTexts, compositionsOf } from './compositions.ts';
import { featureCount, featuresOf, textsOf, type Vectors } from './features.ts';
import { drawFrom, logSoftmax } from './network.ts';
import { situationOf } from './situation.ts';

/** A question to a ranker: what to do next. */
export interface NextRequest {
  session: Session;
  seed: string;
  temperature: number;
  count: number;
}

export interface AnswerRequest {
  task: Pick<AnswerTask, 'question' | 'quotes'>;
  seed: string;
  temperature: number;
}

/** Rows of a run of the network are filled up to a multiple of this: few shapes. */
const rowsOfRun = 64;

/**
 * Draws commands for several sessions at once: their texts are encoded together, and all their candidates are scored in
 * one run of the network.
 */
export async function nextCommands(
  { encoder, network }: { encoder: Encoder; network: OpenedSession },
  requests: readonly NextRequest[],
): Promise<ProposedCommand[][]> {
  const parts = requests.map(({ session }) => {
    const situation = situationOf(session);
    return { situation, candidates: candidatesOf(situation) };
  });
  const vectors = await vectorsOf(
    encoder,
    parts.flatMap(({ situation, candidates }) => textsOf(situation, candidates)),
  );
  const rows = parts.map(({ situation, candidates }) => featuresOf(situation, { candidates, vectors }));
  const scores = await scoresOf(network, rows);
  return requests.map(({ seed, temperature, count }, index) => {
    const { candidates } = parts[index]!;
    const logProbabilities = logSoftmax(scores[index]!, temperature);
    const random = seededRandom(seed);
    return Array.from({ length: count }, () => {
      const drawn = drawFrom(logProbabilities, random);
      const details = { candidates: candidates.length };
      return {
        command: candidates[drawn]!.command,
        sampled: { logProbability: logProbabilities[drawn]!, details },
      };
    });
  });
}

/**
 * Draws an answer among compositions of the quotes' sentences.
 * @throws Error if there is no quote to answer from
 */
export async function composeAnswer(
  encoder: Encoder,
  { task, seed, temperature }: AnswerRequest,
): Promise<ProposedAnswer> {
  const compositions = compositionsOf(task, await vectorsOf(encoder, answerTexts(task)));
  if (compositions.length === 0) throw new Error('There is no quote to write an answer from.');
  const scores = Float64Array.from(compositions, ({ score }) => score);
  const logProbabilities = logSoftmax(scores, temperature);
  const drawn = drawFrom(logProbabilities, seededRandom(seed));
  return {
    text: compositions[drawn]!.text,
    sampled: { logProbability: logProbabilities[drawn]!, details: { compositions: compositions.length } },
  };
}

async function vectorsOf(encoder: Encoder, texts: readonly string[]): Promise<Vectors> {
  const unique = [...new Set(texts)];
  const vectors = await encoder.encode(unique);
  const byText = new Map(unique.map((text, index) => [text, vectors[index]!]));
  return (text) => {
    const vector = byText.get(text);
    if (!vector) throw new Error(`"${text.slice(0, 100)}" was not encoded.`);
    return vector;
  };
}

async function scoresOf({ session }: OpenedSession, rows: readonly Float32Array[]): Promise<Float32Array[]> {
  const count = rows.reduce((sum, row) => sum + row.length / featureCount, 0);
  const padded = Math.ceil(count / rowsOfRun) * rowsOfRun;
  const input = new Float32Array(padded * featureCount);
  let place = 0;
  for (const row of rows) {
    input.set(row, place);
    place += row.length;
  }
  const output = await session.run({ features: new Tensor('float32', input, [padded, featureCount]) });
  const scores = output['scores']!.data as Float32Array;
  let start = 0;
  return rows.map((row) => {
    const end = start + row.length / featureCount;
    const own = scores.slice(start, end);
    start = end;
    return own;
  });
}
