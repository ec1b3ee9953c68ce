import type { ExportComparisonsOptions } from '@rookery/shared/api';
import { answerPrompt } from '@rookery/shared/browser';
import { and, asc, eq, inArray, sql, type SQL } from 'drizzle-orm';
import type { Queryable, Transaction } from '../../db/database.ts';
import {
  answers,
  comparisonImports,
  comparisonRevisions,
  comparisons,
  members,
  pairings,
  pairs,
  questions,
  ratings,
} from '../../db/schema/index.ts';
import { tokensOf } from '../../tokens.ts';

/** Why comparisons of the form are not in the file; each is counted once, under the first that holds. */
export const leftOutReasons = [
  /** By others than were asked for. */
  'others',
  /** Not submitted: under way, run out, skipped, or given back. */
  'unfinished',
  /** A lead took it or its pair out. */
  'excluded',
  'surplus',
  'calibration',
  /** It has no overall rating, and the format knows nothing else. */
  'unrated',
] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];

export type ExportOfProject = ExportComparisonsOptions & { projectId: string };

/** A line of the file: of one comparison, or of a pair with the mean over its comparisons. */
export interface ExportedLine {
  comparisonId: string | null;
  pairId: string;
  /** Overall, in [−1, 1]; null in `full` alone. */
  value: number | null;
  /** How many comparisons it is made of. */
  comparisons: number;
}

/** Why a comparison is left out, or null. The statement selects from `comparisons`, `pairs`, `members` and the ratings `overall`. */
function leftOut(options: ExportOfProject): SQL {
  const { people, programs, imports, includeSurplus, includeCalibration, includeExcluded, format } = options;
  const isRaters = sql`${comparisons.origin} = 'rater'`;
  const wanted = [
    people ? sql`(${isRaters} and not ${members.isSimulated})` : sql`false`,
    programs ? sql`(${isRaters} and ${members.isSimulated})` : sql`false`,
    imports === 'all' ? sql`${comparisons.origin} = 'import'` : sql`false`,
    Array.isArray(imports) ? inArray(comparisons.importId, imports) : sql`false`,
  ];
  const isOut = sql`(${comparisons.state} = 'excluded' or ${pairs.excludedAt} is not null)`;
  const conditions: Record<LeftOutReason, SQL> = {
    others: sql`not coalesce(${sql.join(wanted, sql` or `)}, false)`,
    unfinished: sql`${comparisons.state} not in ('submitted', 'surplus', 'excluded')`,
    excluded: includeExcluded && format === 'full' ? sql`false` : isOut,
    surplus: includeSurplus ? sql`false` : sql`${comparisons.state} = 'surplus'`,
    calibration: includeCalibration ? sql`false` : sql`${comparisons.isCalibration}`,
    unrated: format === 'full' ? sql`false` : sql`${ratings.value} is null`,
  };
  const cases = leftOutReasons.map((reason) => sql`when ${conditions[reason]} then ${reason}`);
  return sql`case ${sql.join(cases, sql` `)} end`;
}

/** What the selecting statements read from: the comparisons of the form, each with its pair and overall rating. */
const sourceOf = ({ projectId, form }: ExportOfProject): SQL => sql`
  from ${comparisons}
  inner join ${pairs} on ${pairs.id} = ${comparisons.pairId}
  left join ${members} on ${members.id} = ${comparisons.memberId}
  left join ${ratings} on ${ratings.comparisonId} = ${comparisons.id} and ${ratings.criterion} = 'overall'
  where ${comparisons.projectId} = ${projectId} and ${comparisons.form} = ${form}`;

/** How many comparisons will be in the file, and how many are left out for each reason. */
export async function countComparisons(
  db: Queryable,
  options: ExportOfProject,
): Promise<{ comparisons: number; leftOut: Record<LeftOutReason, number> }> {
  const { rows } = await db.execute<{ reason: LeftOutReason | null; comparisons: number }>(
    sql`select ${leftOut(options)} as reason, count(*)::int as comparisons ${sourceOf(options)} group by 1`,
  );
  const countOf = (reason: LeftOutReason | null): number =>
    rows.find((row) => row.reason === reason)?.comparisons ?? 0;
  return {
    comparisons: countOf(null),
    leftOut: Object.fromEntries(leftOutReasons.map((reason) => [reason, countOf(reason)])) as Record<
      LeftOutReason,
      number
    >,
  };
}

/**
 * The lines of the file, in the order in which pairs were made, and within a pair in that of its comparisons: as long as nothing changes,
 * the same. They come through a cursor of the transaction, so that memory does not grow with them.
 */
export async function* readLines(
  tx: Transaction,
  options: ExportOfProject,
  atOnce: number,
): AsyncGenerator<ExportedLine[]> {
  const mean = sql`select null::uuid as "comparisonId", ${pairs.id} as "pairId", count(*)::int as "comparisons",
      sum(${ratings.value} order by ${comparisons.id}) / count(*) as "value"
    ${sourceOf(options)} and ${leftOut(options)} is null
    group by ${pairs.id} order by ${pairs.createdAt}, ${pairs.id}`;
  const each = sql`select ${comparisons.id} as "comparisonId", ${pairs.id} as "pairId", 1 as "comparisons", ${ratings.value} as "value"
    ${sourceOf(options)} and ${leftOut(options)} is null
    order by ${pairs.createdAt}, ${pairs.id}, ${comparisons.id}`;
  const isMean = options.combine === 'mean' && options.format !== 'full';
  await tx.execute(sql`declare exported_lines no scroll cursor for ${isMean ? mean : each}`);
  for (;;) {
    const { rows } = await tx.execute<{ [Name in keyof ExportedLine]: ExportedLine[Name] }>(
      sql.raw(`fetch ${atOnce} from exported_lines`),
    );
    if (rows.length > 0) yield rows;
    if (rows.length < atOnce) break;
  }
  await tx.execute(sql`close exported_lines`);
}

/** Pairs as they are exported, with both answers, by id. */
export async function readPairs(tx: Queryable, lines: readonly ExportedLine[]) {
  const rows = await tx
    .select({
      pair: pairs,
      pairing: {
        id: pairings.id,
        method: pairings.method,
        options: pairings.options,
        seed: pairings.seed,
      },
      question: {
        dataset: questions.dataset,
        id: questions.externalId,
        fullText: questions.fullText,
        use: questions.use,
      },
    })
    .from(pairs)
    .innerJoin(pairings, eq(pairings.id, pairs.pairingId))
    .innerJoin(questions, eq(questions.id, pairs.questionId))
    .where(inArray(pairs.id, [...new Set(lines.map(({ pairId }) => pairId))]));
  const answerIds = new Set(rows.flatMap(({ pair }) => [pair.firstAnswerId, pair.secondAnswerId]));
  const stored = await tx
    .select()
    .from(answers)
    .where(inArray(answers.id, [...answerIds]));
  const answerOf = new Map(stored.map((answer) => [answer.id, answer]));
  return new Map(
    rows.map((row) => {
      const { firstAnswerId, secondAnswerId, id } = row.pair;
      const both = [answerOf.get(firstAnswerId)!, answerOf.get(secondAnswerId)!] as const;
      return [id, { ...row, answers: both }];
    }),
  );
}

export type ExportedPair = Awaited<ReturnType<typeof readPairs>> extends Map<string, infer T> ? T : never;
export type ExportedAnswer = ExportedPair['answers'][number];

/** The ids of an answer's tokens, as JSON arrays: as they are stored, or counted, of rows from before they were kept. */
export function tokenIdsOf(
  { text, quotes, prefixTokenIds, completionTokenIds }: ExportedAnswer,
  question: string,
): { prefixTokenIds: string; completionTokenIds: string } {
  if (prefixTokenIds !== null && completionTokenIds !== null) return { prefixTokenIds, completionTokenIds };
  const { prefixTokenIds: prefix, completionTokenIds: completion } = tokensOf({
    prompt: answerPrompt({ question, quotes }),
    text,
  });
  return { prefixTokenIds: prefix, completionTokenIds: completion };
}

/** Everything that is kept of comparisons, by id. */
export async function readDetails(tx: Queryable, lines: readonly ExportedLine[]) {
  const ids = lines.flatMap(({ comparisonId }) => comparisonId ?? []);
  const rows = await tx
    .select({
      comparison: comparisons,
      rater: members.pseudonym,
      isSimulated: sql<boolean>`coalesce(${members.isSimulated}, false)`,
      importName: comparisonImports.name,
      newest: {
        judgement: comparisonRevisions.judgement,
        submittedAt: comparisonRevisions.submittedAt,
      },
    })
    .from(comparisons)
    .leftJoin(members, eq(members.id, comparisons.memberId))
    .leftJoin(comparisonImports, eq(comparisonImports.id, comparisons.importId))
    .leftJoin(
      comparisonRevisions,
      and(
        eq(comparisonRevisions.comparisonId, comparisons.id),
        eq(comparisonRevisions.revision, comparisons.revision),
      ),
    )
    .where(inArray(comparisons.id, ids));
  const values = await tx
    .select({ id: ratings.comparisonId, criterion: ratings.criterion, value: ratings.value })
    .from(ratings)
    .where(inArray(ratings.comparisonId, ids))
    .orderBy(asc(ratings.comparisonId), asc(ratings.criterion));
  const ratingsOf = Map.groupBy(values, ({ id }) => id);
  return new Map(
    rows.map((row) => [row.comparison.id, { ...row, ratings: ratingsOf.get(row.comparison.id) ?? [] }]),
  );
}

export type ExportedDetail = Awaited<ReturnType<typeof readDetails>> extends Map<string, infer T> ? T : never;
