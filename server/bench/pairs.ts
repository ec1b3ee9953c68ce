import { sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { projects, projectSettings } from '../src/db/schema/index.ts';
import { defaultSettings } from '../src/features/projects/index.ts';
import type { BenchApplication } from './application.ts';
import { addPerson, type Person } from './people.ts';

/**
 * A project with pairs of answers of 700 to 1,200 characters, each of a question of its own, and raters. Calibration and
 * re-rating are left out, so that every task is a place.
 */
export async function seedPairs(
  bench: BenchApplication,
  options: { pairs: number; wanted: number; raters: number },
): Promise<{ projectId: string; raters: Person[] }> {
  const { deps } = bench;
  const { db } = deps;
  const projectId = uuidv7();
  const createdAt = deps.clock();
  const settings = {
    ...defaultSettings,
    comparisons: { ...defaultSettings.comparisons, leaseMinutes: 24 * 60, leasesPerPerson: 100 },
  };
  await db.insert(projects).values({ id: projectId, name: 'Benchmark', settingsVersion: 1, createdAt });
  await db.insert(projectSettings).values({ projectId, version: 1, settings, createdAt });
  const raters: Person[] = [];
  for (let index = 0; index < options.raters; index += 1) {
    raters.push(await addPerson(bench, { projectId, role: 'rater' }));
  }
  const [importId, pairingId] = [uuidv7(), uuidv7()];
  await db.execute(sql`insert into jobs (id, project_id, kind, state, input, attempt, created_at)
    values (${importId}, ${projectId}, 'import-answers', 'done', '{}', 1, now())`);
  await db.execute(sql`insert into pairings (id, project_id, method, seed, created_at)
    values (${pairingId}, ${projectId}, 'all', 'bench', now())`);
  await db.execute(sql`insert into questions (id, project_id, dataset, external_id, full_text, reference_answers,
      reference_pages, use, wanted, created_at, updated_at)
    select uuidv7(), ${projectId}, 'bench', n::text, 'Why does question ' || n || ' ask what it asks?', '[]', '[]', 'rm', 0, now(), now()
    from generate_series(1, ${options.pairs}::int) as n`);
  await db.execute(sql`insert into answers (id, project_id, question_id, origin, source, import_id, text, quotes, content_hash,
      prefix_tokens, completion_tokens, created_at)
    select uuidv7(), ${projectId}, q.id, 'import', 'model-' || side, ${importId},
      left((select string_agg('Crows ' || md5(q.id::text || side || n) || ' remember faces [' || 1 + n % 3 || '].', ' ')
        from generate_series(1, 22) as n), 700 + abs(hashtext(q.id::text || side)) % 500),
      (select jsonb_agg(jsonb_build_object('title', 'Page ' || n, 'domain', 'birds.example', 'extract', repeat(md5(q.id::text || n) || ' ', 10)))
        from generate_series(1, 3) as n),
      md5(q.id::text || side), 400, 150, now()
    from questions q cross join generate_series(1, 2) as side where q.project_id = ${projectId}`);
  await db.execute(sql`insert into pairs (id, project_id, question_id, form, first_answer_id, second_answer_id, pairing_id, wanted,
      lot, created_at)
    select uuidv7(), ${projectId}, a.question_id, 'webgpt-five', a.id, b.id, ${pairingId}, ${options.wanted}::int, random(), now()
    from answers a join answers b on b.question_id = a.question_id and b.source = 'model-2'
    where a.project_id = ${projectId} and a.source = 'model-1'`);
  await db.execute(sql`vacuum analyze`);
  return { projectId, raters };
}
