import { exportComparisonsOptionsSchema } from '@rookery/shared/api';
import { comparisonWriter } from '@rookery/shared/datasets';
import { setImmediate } from 'node:timers/promises';
import type { Transaction } from '../../db/database.ts';
import type { JobContext, JobProcessor } from '../jobs/index.ts';
import {
  countComparisons,
  readDetails,
  readLines,
  readPairs,
  tokenIdsOf,
  type ExportedAnswer,
  type ExportedDetail,
  type ExportedLine,
  type ExportedPair,
  type ExportOfProject,
  type LeftOutReason,
} from './comparison-rows.ts';
import { fullComparisonRow } from './full-comparison-row.ts';

interface Counts {
  /** Lines of the file. */
  rows: number;
  comparisons: number;
  pairs: number;
  leftOut: Record<LeftOutReason, number>;
}

/** Lines that are read together; the answers of two such batches are the memory that an export takes. */
const readAtOnce = 250;
/** Lines that are written before the server gets to answer others. */
const writtenAtOnce = 50;

/**
 * Exports comparisons of one form as JSONL, from one snapshot of the database, streamed into a blob: the shapes of
 * `openai/webgpt_comparisons`, or everything that is known of each. An unchanged project gives the same bytes.
 */
export const exportComparisons: JobProcessor = async (deps, context) => {
  const { projectId, createdAt } = context.job;
  const options = { ...exportComparisonsOptionsSchema.parse(context.job.input), projectId };
  const { blob, counts } = await deps.db.transaction(
    async (tx) => {
      const counted: Counts = { rows: 0, pairs: 0, ...(await countComparisons(tx, options)) };
      return {
        blob: await deps.blobs.write(writeLines({ tx, context, options, counts: counted })),
        counts: counted,
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
  const { format, combine } = options;
  const name = `comparisons-${format}-${createdAt.toISOString().slice(0, 10)}.jsonl`;
  return {
    result: { ...counts, format, combine, sha256: blob.hash, size: blob.size },
    file: { name, blob },
  };
};

interface Batch {
  lines: readonly ExportedLine[];
  pairs: ReadonlyMap<string, ExportedPair>;
  details: ReadonlyMap<string, ExportedDetail>;
}

async function* writeLines(input: {
  tx: Transaction;
  context: JobContext;
  options: ExportOfProject;
  counts: Counts;
}): AsyncGenerator<Buffer> {
  const { tx, context, options, counts } = input;
  const batches = readBatches(tx, options);
  const writer = createLineWriter(options);
  let [done, lastPair] = [0, ''];
  let next = batches.next();
  for (;;) {
    const { value: batch } = await next;
    if (!batch) return;
    // The database reads on while these lines are written.
    next = batches.next();
    next.catch(() => {});
    for (let from = 0; from < batch.lines.length; from += writtenAtOnce) {
      const texts = batch.lines.slice(from, from + writtenAtOnce).map((line) => {
        counts.rows += 1;
        if (line.pairId !== lastPair) counts.pairs += 1;
        lastPair = line.pairId;
        done += line.comparisons;
        return `${writer(line, batch)}\n`;
      });
      yield Buffer.from(texts.join(''));
      await setImmediate();
    }
    await context.reportProgress(done, counts.comparisons);
  }
}

async function* readBatches(tx: Transaction, options: ExportOfProject): AsyncGenerator<Batch, undefined> {
  for await (const lines of readLines(tx, options, readAtOnce)) {
    const pairs = await readPairs(tx, lines);
    const details: Batch['details'] = options.format === 'full' ? await readDetails(tx, lines) : new Map();
    yield { lines, pairs, details };
  }
  return undefined;
}

/** Writes lines in their order: what the lines of one pair have in common is made once. */
function createLineWriter({ format }: ExportOfProject): (line: ExportedLine, batch: Batch) => string {
  if (format === 'full') {
    return ({ pairId, comparisonId }, { pairs, details }) =>
      JSON.stringify(fullComparisonRow(pairs.get(pairId)!, details.get(comparisonId!)!));
  }
  let [writtenPair, write] = ['', (_score: number): string => ''];
  return ({ pairId, value }, { pairs }) => {
    if (pairId !== writtenPair) {
      const { question, answers } = pairs.get(pairId)!;
      const [first, second] = answers;
      const written = (answer: ExportedAnswer) => ({
        text: answer.text,
        quotes: answer.quotes,
        ...tokenIdsOf(answer, question.fullText),
      });
      write = comparisonWriter({ question, answers: [written(first), written(second)] }, format);
      writtenPair = pairId;
    }
    return write(value!);
  };
}
