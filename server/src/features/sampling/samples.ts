import { ApiError, type Sample, type SampleFilter, type samplingRoutes } from '@rookery/shared/api';
import { and, asc, desc, eq, inArray, sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import { likePattern } from '../../db/like-pattern.ts';
import {
  answers,
  commands,
  episodes,
  policyVersions,
  questions,
  samples,
  samplingPlans,
} from '../../db/schema/index.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';

/** Characters of an answer in a list. */
const beginningCharacters = 300;

/** The sum over an episode's commands and its answer; null where a policy did not say one. */
const logProbability = sql<number | null>`(
  select case when count(*) = count(p) then sum(p)::float8 end
  from (
    select (${commands.sampled} ->> 'logProbability')::float8 as p from ${commands}
    where ${commands.episodeId} = ${episodes.id}
    union all
    select (${answers.sampled} ->> 'logProbability')::float8 where ${answers.id} is not null
  ) as said)`;

const selectSamples = (db: Queryable) =>
  db
    .select({
      id: samples.id,
      plan: { id: samplingPlans.id, name: samplingPlans.name },
      policy: {
        id: policyVersions.id,
        name: policyVersions.name,
        version: policyVersions.version,
        kind: policyVersions.kind,
      },
      question: {
        id: questions.id,
        fullText: questions.fullText,
        dataset: questions.dataset,
        use: questions.use,
      },
      number: samples.number,
      state: samples.state,
      draw: samples.draw,
      seed: sql<string>`coalesce(${episodes.seed}, '')`,
      episodeId: episodes.id,
      episodeState: episodes.state,
      commands: sql<number>`coalesce(${episodes.nextSequence} - 1, 0)`,
      quotes: sql<number>`coalesce(${episodes.quotes}, 0)`,
      seconds: sql<number | null>`extract(epoch from ${episodes.endedAt} - ${episodes.createdAt})::float8`,
      answer: sql<string | null>`left(${answers.text}, ${beginningCharacters})`,
      answerId: answers.id,
      citesReference: episodes.citesReference,
      logProbability: sql<number | null>`case when ${episodes.id} is not null then ${logProbability} end`,
      jobId: samples.jobId,
      createdAt: samples.createdAt,
      endedAt: samples.endedAt,
    })
    .from(samples)
    .innerJoin(samplingPlans, eq(samplingPlans.id, samples.planId))
    .innerJoin(policyVersions, eq(policyVersions.id, samples.policyVersionId))
    .innerJoin(questions, eq(questions.id, samples.questionId))
    .leftJoin(episodes, and(eq(episodes.sampleId, samples.id), eq(episodes.draw, samples.draw)))
    .leftJoin(
      answers,
      and(eq(answers.episodeId, episodes.id), eq(answers.revision, episodes.answerRevision)),
    );

/** The samples of a project with these ids, in their order, each with the episode of its present draw. */
async function readSamples(
  db: Queryable,
  key: { projectId: string; sampleIds: readonly string[] },
): Promise<Sample[]> {
  const { projectId, sampleIds } = key;
  if (sampleIds.length === 0) return [];
  const rows = await selectSamples(db).where(
    and(eq(samples.projectId, projectId), inArray(samples.id, [...sampleIds])),
  );
  const byId = new Map(
    rows.map((row) => [
      row.id,
      {
        ...row,
        createdAt: row.createdAt.toISOString(),
        endedAt: row.endedAt?.toISOString() ?? null,
      } satisfies Sample,
    ]),
  );
  return sampleIds.flatMap((id) => byId.get(id) ?? []);
}

/** @throws ApiError `not_found` */
export async function readSample(
  db: Queryable,
  key: { projectId: string; sampleId: string },
): Promise<Sample> {
  const [sample] = await readSamples(db, { projectId: key.projectId, sampleIds: [key.sampleId] });
  if (sample) return sample;
  throw new ApiError('not_found', 'There is no such sample in this project.');
}

/** The last sample of the page before: its plan's id and its own. */
const placeSchema = z.tuple([z.uuid(), z.uuid()]);

/** A page of samples: the newest plan first, and within it by question, version and number, as their ids are. */
export async function listSamples(
  db: Queryable,
  options: SampleFilter & { projectId: string; limit: number; cursor?: string | undefined },
): Promise<z.input<(typeof samplingRoutes)['listSamples']['answer']>> {
  const { projectId, limit } = options;
  const place = readCursor(placeSchema, options.cursor);
  const matching = matches(options);
  const isAfter =
    place &&
    sql`(${samples.planId} < ${place[0]} or (${samples.planId} = ${place[0]} and ${samples.id} > ${place[1]}))`;
  const [found, total] = await Promise.all([
    db
      .select({ id: samples.id, planId: samples.planId })
      .from(samples)
      .where(and(matching, isAfter ?? undefined))
      .orderBy(desc(samples.planId), asc(samples.id))
      .limit(limit + 1),
    db.$count(samples, matching),
  ]);
  const page = found.slice(0, limit);
  const items = await readSamples(db, { projectId, sampleIds: page.map(({ id }) => id) });
  const last = found.length > limit ? page.at(-1) : undefined;
  return { items, nextCursor: last ? writeCursor([last.planId, last.id]) : null, total };
}

function matches(filter: SampleFilter & { projectId: string }): SQL | undefined {
  const { projectId, planId, versionId, questionId, state, citesReference, contains } = filter;
  return and(
    eq(samples.projectId, projectId),
    planId === undefined ? undefined : eq(samples.planId, planId),
    versionId === undefined ? undefined : eq(samples.policyVersionId, versionId),
    questionId === undefined ? undefined : eq(samples.questionId, questionId),
    state === undefined ? undefined : eq(samples.state, state),
    citesReference === undefined
      ? undefined
      : sql`exists (select from episodes where episodes.sample_id = ${samples}.id
          and episodes.draw = ${samples}.draw and episodes.cites_reference = ${citesReference === 'yes'})`,
    contains === undefined
      ? undefined
      : sql`${samples}.question_id in (select id from questions
          where project_id = ${projectId} and full_text ilike ${likePattern(contains)})`,
  );
}
