import { answerPrompt } from '@rookery/shared/browser';
import { choices, currentForm, sides, supports, type Judgement } from '@rookery/shared/comparisons';
import { sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { jobs, pairings, projects, projectSettings, type AnswerQuote } from '../src/db/schema/index.ts';
import { defaultSettings } from '../src/features/projects/index.ts';
import { tokensOf } from '../src/tokens.ts';
import type { BenchApplication } from './application.ts';
import { addPerson, type Person } from './people.ts';

const raters = 40;
/** Raters of each pair, and answers and pairs of each question. */
const overlap = 3;
const answersEach = 3;
/** Different texts and judgements that the rows are copies of. */
const models = 60;

/** A project with so many submitted comparisons: answers and quotes as long as WebGPT's, judgements with claims, trust and notes. */
export async function seedComparisons(
  bench: BenchApplication,
  options: { comparisons: number },
): Promise<{ projectId: string } & Pick<Person, 'client' | 'token'>> {
  const { deps } = bench;
  const { db } = deps;
  const [projectId, pairingId, jobId] = [uuidv7(), uuidv7(), uuidv7()];
  const createdAt = deps.clock();
  await db.insert(projects).values({ id: projectId, name: 'Benchmark', settingsVersion: 1, createdAt });
  await db.insert(projectSettings).values({ projectId, version: 1, settings: defaultSettings, createdAt });
  await db.insert(pairings).values({ id: pairingId, projectId, method: 'all', seed: 'bench', createdAt });
  const input = {};
  await db
    .insert(jobs)
    .values({ id: jobId, projectId, kind: 'import-answers', state: 'done', input, attempt: 1, createdAt });
  const { client, token } = await addPerson(bench, { projectId, role: 'lead' });
  await db.execute(sql`create unlogged table bench_answers (n int primary key, text text, quotes jsonb, prefix_tokens int,
    completion_tokens int, prefix_ids text, completion_ids text)`);
  await db.execute(
    sql`create unlogged table bench_judgements (n int primary key, judgement jsonb, ratings jsonb, spans int)`,
  );
  for (let n = 0; n < models; n += 1) {
    const answer = modelAnswer(n);
    const { prefixTokens, completionTokens, prefixTokenIds, completionTokenIds } = answer.tokens;
    await db.execute(sql`insert into bench_answers values (${n}, ${answer.text}, ${JSON.stringify(answer.quotes)}::jsonb,
      ${prefixTokens}, ${completionTokens}, ${prefixTokenIds}, ${completionTokenIds})`);
    const { judgement, values, spans } = modelJudgement(n);
    await db.execute(sql`insert into bench_judgements values (${n}, ${JSON.stringify(judgement)}::jsonb,
      ${JSON.stringify(values)}::jsonb, ${spans})`);
  }
  const pairs = Math.ceil(options.comparisons / overlap);
  const questions = Math.ceil(pairs / answersEach);
  await db.execute(sql`insert into people (id, name, email)
    select uuidv7(), 'Rater ' || n, 'rater-' || n || '@example.org' from generate_series(1, ${raters}::int) as n`);
  await db.execute(sql`insert into members (id, project_id, person_id, pseudonym, roles, created_at)
    select uuidv7(), ${projectId}, id, lower(replace(name, ' ', '-')), '{rater}', now() from people where name like 'Rater %'`);
  await db.execute(sql`create unlogged table bench_questions as
    select uuidv7() as id, n, array(select uuidv7() from generate_series(1, ${answersEach}::int) where n > 0) as answers
    from generate_series(1, ${questions}::int) as n`);
  await db.execute(sql`insert into questions (id, project_id, dataset, external_id, full_text, reference_answers, reference_pages,
      use, wanted, created_at, updated_at)
    select id, ${projectId}, 'eli5', n::text, 'Why do crows bring gifts to people who feed them, and is it number ' || n || '?', '[]', '[]', 'rm', 0, now(), now()
    from bench_questions`);
  await db.execute(sql`insert into answers (id, project_id, question_id, origin, source, import_id, text, quotes, content_hash,
      prefix_tokens, completion_tokens, prefix_token_ids, completion_token_ids, created_at)
    select a.id, ${projectId}, q.id, 'import', 'bench', ${jobId}, m.text, m.quotes, a.place::text, m.prefix_tokens, m.completion_tokens,
      m.prefix_ids, m.completion_ids, now()
    from bench_questions q cross join unnest(q.answers) with ordinality as a(id, place)
    join bench_answers m on m.n = (q.n * ${answersEach}::int + a.place) % ${models}::int`);
  await db.execute(sql`insert into pairs (id, project_id, question_id, form, first_answer_id, second_answer_id, pairing_id, probability,
      wanted, held, lot, created_at)
    select uuidv7(), ${projectId}, q.id, 'webgpt-five', q.answers[p], q.answers[1 + p % ${answersEach}::int], ${pairingId}, 1,
      ${overlap}, ${overlap}, random(), now() - interval '10 days' + q.n * interval '1 ms'
    from bench_questions q cross join generate_series(1, ${answersEach}::int) as p order by q.n, p limit ${pairs}`);
  await db.execute(sql`insert into comparisons (id, project_id, pair_id, origin, state, form, form_version, member_id, place, first_side,
      required_fields, lease_token, lease_expires_at, settings_version, guidelines_version, revision, submitted_at, active_ms, spans,
      created_at, ended_at)
    select uuidv7(), ${projectId}, p.id, 'rater', 'submitted', 'webgpt-five', 1, m.id, place, case when random() < 0.5 then 'a' else 'b' end,
      '{unsupported,coherence,overall}', 'bench', now(), 1, 1, 1, at, 300000 + (random() * 600000)::int, 0, at - interval '10 minutes', at
    from (select id, row_number() over (order by created_at, id) as n from pairs where project_id = ${projectId}) p
    cross join generate_series(1, ${overlap}::int) as place
    join (select id, row_number() over () as n from members where project_id = ${projectId} and pseudonym like 'rater-%') m
      on m.n = 1 + (p.n * 7 + place * 3) % ${raters}::int
    cross join lateral (select now() - random() * interval '9 days' as at where p.n > 0 and place > 0) as drawn
    limit ${options.comparisons}`);
  await db.execute(sql`create unlogged table bench_chosen as
    select id, first_side, submitted_at, active_ms, (random() * ${models - 1}::int)::int as n from comparisons where project_id = ${projectId}`);
  await db.execute(sql`insert into comparison_revisions (project_id, comparison_id, revision, judgement, active_ms, submitted_at)
    select ${projectId}, c.id, 1, j.judgement, c.active_ms, c.submitted_at from bench_chosen c join bench_judgements j using (n)`);
  await db.execute(sql`insert into ratings (project_id, comparison_id, criterion, value)
    select ${projectId}, c.id, r.key, case c.first_side when 'a' then r.value::float8 else 0 - r.value::float8 end
    from bench_chosen c join bench_judgements j using (n) cross join jsonb_each_text(j.ratings) r`);
  await db.execute(
    sql`update comparisons set spans = j.spans from bench_chosen c join bench_judgements j using (n) where comparisons.id = c.id`,
  );
  await db.execute(sql`drop table bench_answers, bench_judgements, bench_questions, bench_chosen`);
  await db.execute(sql`vacuum (full, analyze) comparisons`);
  await db.execute(sql`vacuum analyze`);
  return { projectId, client, token };
}

const words =
  'crow rook raven nest tree winter field colony stone light water city people years study found often because which remember faces gifts food'.split(
    ' ',
  );

/** Draws that are the same every time. */
function drawing(seed: number): (below: number) => number {
  let state = seed * 7919 + 17;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}

function sentences(next: (below: number) => number, count: number): string {
  const word = (): string => (next(5) === 0 ? `w${next(20_000).toString(36)}` : words[next(words.length)]!);
  const sentence = (): string => {
    const text = Array.from({ length: 10 + next(12) }, word).join(' ');
    return `${text[0]!.toUpperCase()}${text.slice(1)}`;
  };
  return Array.from({ length: count }, (_, index) => `${sentence()} [${1 + (index % 4)}].`).join(' ');
}

/** Some 850 characters, four quotes of some 500. */
function modelAnswer(n: number) {
  const next = drawing(n);
  const text = sentences(next, 8);
  const quotes: AnswerQuote[] = Array.from({ length: 4 }, (_, index) => ({
    title: `Crows and gifts, part ${index}`,
    domain: `birds-${next(100)}.example`,
    extract: sentences(next, 5).replaceAll(/ \[\d\]/g, ''),
  }));
  const prompt = answerPrompt({ question: 'Why do crows bring gifts to people who feed them?', quotes });
  return { text, quotes, tokens: tokensOf({ prompt, text }) };
}

/** Six claims of each answer, trust in its references, a note; every criterion rated. `values` are for the first answer shown as A. */
function modelJudgement(n: number) {
  const next = drawing(n + 1000);
  const option = (): Judgement['options']['a'] => ({
    spans: Array.from({ length: 6 }, (_, index) => ({
      start: index * 100,
      end: index * 100 + 60 + next(30),
      support: supports[next(supports.length)]!,
      relevance: 'core' as const,
      quote: 1 + next(4),
    })),
    trust: { '1': 'trustworthy', '2': 'neutral', '3': 'trustworthy', '4': 'suspicious' },
    notes: n % 3 === 0 ? sentences(next, 1) : '',
  });
  const criteria = currentForm('webgpt-five').criteria.map(({ id }) => [id, next(choices.length)] as const);
  const judgement: Judgement = {
    questionFlag: null,
    options: { a: option(), b: option() },
    ratings: Object.fromEntries(criteria.map(([id, point]) => [id, choices[point]!])),
  };
  const values = Object.fromEntries(criteria.map(([id, point]) => [id, 1 - point / 2]));
  const spans = sides.reduce((sum, side) => sum + judgement.options[side].spans.length, 0);
  return { judgement, values, spans };
}
