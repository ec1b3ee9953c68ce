import { modelJobKinds, modelJobKindSchema, type ModelJobKind } from '@rookery/shared/queues';

/** A kind of job that a worker takes, and how many of it at once. */
export interface Take {
  kind: ModelJobKind;
  concurrency: number;
}

/** A mistake of whoever starts the worker: printed as it is, without a stack. */
export class WorkerStartError extends Error {
  override name = 'WorkerStartError';
}

/** Sampling waits for the server and for endpoints most of its time; training keeps a processor busy. */
const usualConcurrency: Record<ModelJobKind, number> = {
  ping: 1,
  'train-ranker': 1,
  sample: 4,
  'train-reward': 1,
  'score-answers': 1,
  score: 2,
};
const highestConcurrency = 1024;

/**
 * What a worker takes.
 * @param kinds as given by `--kinds`: names, with commas between; undefined: all of them.
 * @param concurrency as given by `--concurrency`: `kind=number`, with commas between, or a number for `sample` alone.
 * @throws WorkerStartError for anything else, for a kind given twice, and for the concurrency of a kind that is not taken.
 */
export function readTakes(kinds: string | undefined, concurrency: string | undefined): Take[] {
  const taken = kinds === undefined ? [...modelJobKinds] : kinds.split(',').map((name) => readKind(name));
  if (new Set(taken).size < taken.length) throw new WorkerStartError('--kinds names a kind twice.');
  const given = readConcurrency(concurrency);
  for (const kind of given.keys()) {
    if (taken.includes(kind)) continue;
    throw new WorkerStartError(
      `--concurrency has a number for ${kind}, which this worker does not take: add it to --kinds, or leave the number out.`,
    );
  }
  return taken.map((kind) => ({ kind, concurrency: given.get(kind) ?? usualConcurrency[kind] }));
}

function readConcurrency(text: string | undefined): Map<ModelJobKind, number> {
  const given = new Map<ModelJobKind, number>();
  if (text === undefined) return given;
  if (!text.includes('=')) return given.set('sample', readNumber(text));
  for (const part of text.split(',')) {
    const [name = '', number = '', ...rest] = part.split('=');
    const kind = readKind(name);
    if (given.has(kind)) throw new WorkerStartError(`--concurrency has two numbers for ${kind}.`);
    given.set(kind, readNumber([number, ...rest].join('=')));
  }
  return given;
}

function readKind(name: string): ModelJobKind {
  const kind = modelJobKindSchema.safeParse(name.trim());
  if (kind.success) return kind.data;
  throw new WorkerStartError(
    `"${name.trim()}" is no kind of job that model workers do: it is one of ${modelJobKinds.join(', ')}.`,
  );
}

function readNumber(text: string): number {
  const number = Number(text);
  if (/^\s*\d+\s*$/.test(text) && number >= 1 && number <= highestConcurrency) return number;
  throw new WorkerStartError(
    `--concurrency is a whole number from 1 to ${highestConcurrency} for sampling, or like sample=8,train-ranker=1; "${text}" is neither.`,
  );
}
