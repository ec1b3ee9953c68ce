import type { Client, Comparison, ComparisonTask } from '@rookery/shared/api';
import { valueOfChoice, type FormName, type Side } from '@rookery/shared/comparisons';
import { isDeepStrictEqual } from 'node:util';
import { untilAnswered } from '../../until-answered.ts';
import { walk } from '../walk.ts';
import type { RatingJournal } from './journal.ts';
import type { Character, SeenTask } from './judge.ts';
import type { Rater } from './rater.ts';

/** An overall rating by a simulated rater that counts, as the server keeps it. */
export interface KeptRating {
  character: Character;
  pairId: string;
  task: SeenTask;
  /** Where the pair's first answer was shown. */
  firstSide: Side;
  /** In [−1, 1]: positive prefers the pair's first answer. */
  value: number;
}

export interface RatingCheck {
  /** What was acknowledged and is missing, or is not what was acknowledged. */
  lost: string[];
  /** Pairs that one rater had twice, comparisons submitted twice, pairs with more comparisons than are wanted. */
  doubled: string[];
  /** How many comparisons were read back. */
  read: number;
  /** Those with this form, of earlier runs of the same raters too. */
  ratings: KeptRating[];
}

interface Checked {
  /** Of a lead. */
  lead: Client;
  projectId: string;
  form: FormName;
  raters: readonly Rater[];
  journal: RatingJournal;
  signal: AbortSignal;
  onRead?: (done: number) => void;
}

/**
 * Reads back, as each rater, all that they ever had, and compares it with what the server acknowledged in this run and with what
 * leads see of it; and counts who holds which pair.
 */
export async function checkRatings(checked: Checked): Promise<RatingCheck> {
  const { journal, raters, form, onRead } = checked;
  const lost = [...journal.missedDrafts].map((id) => `${id}: a draft`);
  const doubled = await findOverfull(checked);
  const tasks = new Map<string, ComparisonTask>();
  const ratings: KeptRating[] = [];
  await Promise.all(
    raters.map(async (rater) => {
      const rows = await listComparisons(checked, rater);
      doubled.push(...findRepeated(rows, rater));
      for (const row of rows) {
        const task = await readTask(checked, rater, row.id);
        tasks.set(row.id, task);
        onRead?.(tasks.size);
        const rating = row.form.name === form ? keptRating({ row, task, character: rater.character }) : null;
        if (rating && row.ratings.overall !== rating.value) lost.push(`${row.id}: the rating that leads see`);
        if (rating) ratings.push(rating);
      }
    }),
  );
  return { lost: [...lost, ...findLost(tasks, journal)], doubled, read: tasks.size, ratings };
}

async function listComparisons(checked: Checked, { memberId }: Rater): Promise<Comparison[]> {
  const { lead, projectId, signal } = checked;
  return walk(checked, (paging) =>
    lead.listComparisons({
      params: { projectId },
      query: { ...paging, memberId, sort: 'created', order: 'asc' },
      signal,
    }),
  );
}

async function readTask({ projectId, signal }: Checked, rater: Rater, id: string): Promise<ComparisonTask> {
  const params = { projectId, comparisonId: id };
  return untilAnswered(() => rater.client.getOwnComparison({ params, signal }), { signal });
}

/** Null for one that does not count, or without an overall rating. */
function keptRating(read: {
  row: Comparison;
  task: ComparisonTask;
  character: Character;
}): KeptRating | null {
  const { row, task, character } = read;
  const choice = task.submitted?.judgement.ratings.overall;
  const counts = row.state === 'submitted' || row.state === 'surplus';
  if (!counts || choice === undefined || row.firstSide === null) return null;
  const { pairId, firstSide } = row;
  const { form, question, options } = task;
  return {
    character,
    pairId,
    task: { form, question, options },
    firstSide,
    value: valueOfChoice(choice, firstSide),
  };
}

function findLost(tasks: ReadonlyMap<string, ComparisonTask>, journal: RatingJournal): string[] {
  const isKept = (kept: unknown, acknowledged: unknown): boolean => isDeepStrictEqual(kept, acknowledged);
  const submissions = [...journal.submissions].filter(
    ([id, judgement]) => !isKept(tasks.get(id)?.submitted?.judgement, judgement),
  );
  const drafts = [...journal.drafts].filter(([id, { version, judgement }]) => {
    const task = tasks.get(id);
    // A later draft, or a submission whose answer was lost, has taken its place.
    const isOlder = task !== undefined && (task.submitted !== null || task.draftVersion > version);
    return !isOlder && !isKept(task?.draft?.judgement, judgement);
  });
  return [...submissions.map(([id]) => `${id}: a submission`), ...drafts.map(([id]) => `${id}: a draft`)];
}

function findRepeated(rows: readonly Comparison[], { character }: Rater): string[] {
  const byPair = Map.groupBy(rows, ({ pairId }) => pairId);
  return [
    ...[...byPair]
      .filter(([, same]) => same.length > 1)
      .map(([pairId, same]) => `${pairId} by ${character.name}: ${same.length} times`),
    ...rows
      .filter(({ revision }) => revision > 1)
      .map(({ id, revision }) => `${id}: submitted ${revision} times`),
  ];
}

async function findOverfull(checked: Checked): Promise<string[]> {
  const { lead, projectId, signal } = checked;
  const pairs = await walk(checked, (paging) =>
    lead.listPairs({ params: { projectId }, query: { ...paging, sort: 'created', order: 'asc' }, signal }),
  );
  return pairs
    .filter(({ submitted, inProgress, wanted }) => submitted + inProgress > wanted)
    .map(({ id, submitted, inProgress, wanted }) => `${id}: ${submitted + inProgress} places of ${wanted}`);
}
