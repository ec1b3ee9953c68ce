import { exportComparisonsOptionsSchema } from '@rookery/shared/api';
import { writeComparison } from '@rookery/shared/datasets';
import { setImmediate } from 'node:timers/promises';
import type { Transaction } from '../../db/database.ts';
import type { JobContext, JobProcessor } from '../jobs/index.ts';
import {
  countComparisons,
  readDetails,
  readLines,
  readPairs,
  tokenIdsOf,
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

/** Lines that are read together; their answers are the memory that an export takes. */
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

async function* writeLines(input: {
  tx: Transaction;
  context: JobContext;
  options: ExportOfProject;
  counts: Counts;
}): AsyncGenerator<Buffer> {
  const { tx, context, options, counts } = input;
  let [done, lastPair] = [0, ''];
  for await (const lines of readLines(tx, options, readAtOnce)) {
    const pairs = await readPairs(tx, lines);
    const details = options.format === 'full' ? await readDetails(tx, lines) : new Map<string, never>();
    for (let from = 0; from < lines.length; from += writtenAtOnce) {
      const texts = lines.slice(from, from + writtenAtOnce).map((line) => {
        counts.rows += 1;
        if (line.pairId !== lastPair) counts.pairs += 1;
        lastPair = line.pairId;
        done += line.comparisons;
        const pair = pairs.get(line.pairId)!;
        return `${writeLine(line, { pair, details, options })}\n`;
      });
      yield Buffer.from(texts.join(''));
      await setImmediate();
    }
    await context.reportProgress(done, counts.comparisons);
  }
}

function writeLine(
  line: ExportedLine,
  input: { pair: ExportedPair; details: ReadonlyMap<string, ExportedDetail>; options: ExportOfProject },
): string {
  const { pair, details, options } = input;
  if (options.format === 'full')
    return JSON.stringify(fullComparisonRow(pair, details.get(line.comparisonId!)!));
  const { question, answers } = pair;
  const [first, second] = answers;
  const written = ({ text, quotes, ...answer }: typeof first) => ({
    text,
    quotes,
    ...tokenIdsOf({ text, quotes, ...answer }, question.fullText),
  });
  return writeComparison(
    { question, answers: [written(first), written(second)], score: line.value! },
    options.format,
  );
}
