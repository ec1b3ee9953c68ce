import { sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { jobs, projects, projectSettings } from '../src/db/schema/index.ts';
import type { Dependencies } from '../src/dependencies.ts';
import { defaultSettings } from '../src/features/projects/index.ts';
import { openLibrary, renewVocabulary } from '../src/library/index.ts';
import { startApplication } from './application.ts';
import { median, percentile } from './statistics.ts';

/**
 * `npm run bench -- search [documents …]`: what a search costs in libraries of 10,000 and 100,000 documents, from the typed query to the
 * results page. The documents are made up: words by Zipf's law, of lengths like those of real pages.
 */

const sizes = process.argv.slice(2).map(Number).filter(Boolean);
const libraries = sizes.length > 0 ? sizes : [10_000, 100_000];
const clientLevels = [1, 8];
const searches = 300;
const aim = { documents: 10_000, p95: 50 };

/** Words of a document: log-normal, as page lengths are. */
const medianWords = 450;
const lengthSpread = 0.8;
const titleWords = 5;
const vocabularySize = 60_000;
const zipfExponent = 1.05;
const batchSize = 500;

async function main(): Promise<void> {
  const application = await startApplication();
  const { deps } = application;
  try {
    for (const documents of libraries) await measure(deps, documents);
  } finally {
    await application.close();
  }
}

async function measure(deps: Dependencies, documents: number): Promise<void> {
  const random = generator(documents);
  const language = createLanguage(random);
  const projectId = await makeProject(deps, `Library of ${documents}`);
  const filling = performance.now();
  await fill(deps, { projectId, documents, language });
  const filled = performance.now();
  await renewVocabulary(deps.db, { projectId, at: deps.clock() });
  const counted = performance.now();
  await deps.db.execute(sql`vacuum analyze library_pages`);
  await deps.db.execute(sql`vacuum analyze library_words`);
  await deps.db.execute(sql`vacuum analyze pages`);
  console.log(
    `${documents.toLocaleString('en')} documents: filled in ${seconds(filled - filling)}, words counted in ${seconds(counted - filled)}`,
  );
  const kinds: Record<string, () => string> = {
    'two words': () => `${language.word(0.5)} ${language.word(0.6)}`,
    'a question': () =>
      `Why do ${language.word(0.4)} ${language.word(0.5)} and ${language.word(0.6)} when the ${language.word(0.3)} is ${language.word(0.7)}?`,
    'a common word': () => language.word(0.2),
    'a phrase': () => `"${language.word(0.1)} ${language.word(0.1)}" ${language.word(0.5)}`,
    'a beginning': () => `${language.word(0.6).slice(0, 5)}* ${language.word(0.5)}`,
    'a slip': () => `${slip(language.word(0.6), random)} ${language.word(0.5)}`,
  };
  const source = openLibrary(deps, projectId);
  for (const make of Object.values(kinds))
    for (let index = 0; index < 5; index += 1) await source.search(make());
  const all: number[] = [];
  for (const [kind, make] of Object.entries(kinds)) {
    for (const clients of clientLevels) {
      const latencies: number[] = [];
      let results = 0;
      const queries = Array.from(
        { length: Math.ceil(searches / Object.keys(kinds).length) * (clients > 1 ? 2 : 1) },
        make,
      );
      const next = queries.values();
      await Promise.all(
        Array.from({ length: clients }, async () => {
          for (const query of next) {
            const begun = performance.now();
            const page = await source.search(query);
            latencies.push(performance.now() - begun);
            results += page.links.length;
          }
        }),
      );
      if (clients === 1) all.push(...latencies);
      console.log(
        `  ${kind.padEnd(14)} ${String(clients).padStart(2)} clients: p50 ${ms(median(latencies))}, p95 ${ms(percentile(latencies, 0.95))}` +
          `, ${(results / queries.length).toFixed(1)} results a search`,
      );
    }
  }
  const p95 = percentile(all, 0.95);
  console.log(`  all kinds, 1 client: p50 ${ms(median(all))}, p95 ${ms(p95)}`);
  if (documents === aim.documents)
    console.log(
      `  aim: p95 below ${aim.p95} ms at ${aim.documents.toLocaleString('en')} documents: ${p95 < aim.p95 ? 'met' : 'MISSED'}`,
    );
}

async function makeProject(deps: Dependencies, name: string): Promise<string> {
  const id = uuidv7();
  const createdAt = deps.clock();
  await deps.db.insert(projects).values({ id, name, settingsVersion: 1, createdAt });
  await deps.db
    .insert(projectSettings)
    .values({ projectId: id, version: 1, settings: defaultSettings, createdAt });
  return id;
}

/** Writes documents as an import would leave them, straight into the tables: making pages of HTML is measured elsewhere. */
async function fill(
  deps: Dependencies,
  library: { projectId: string; documents: number; language: Language },
): Promise<void> {
  const { projectId, documents, language } = library;
  const importId = uuidv7();
  const at = deps.clock();
  await deps.db.insert(jobs).values({
    id: importId,
    projectId,
    kind: 'import-library',
    state: 'done',
    input: {},
    attempt: 1,
    createdAt: at,
  });
  for (let done = 0; done < documents; done += batchSize) {
    const rows = Array.from({ length: Math.min(batchSize, documents - done) }, (_, index) => ({
      id: uuidv7(),
      hash: (done + index).toString(16).padStart(64, '0'),
      url: `https://site-${(done + index) % 500}.example/${done + index}`,
      title: language.text(titleWords),
      text: language.document(),
    }));
    await deps.db.execute(sql`
      with made as (select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as row (id uuid, hash text, url text, title text, text text)
      ), page as (
        insert into pages (project_id, hash, page, created_at)
        select ${projectId}::uuid, hash, jsonb_build_object('kind', 'page', 'url', url, 'title', title, 'domain', '', 'text', '',
          'links', '[]'::jsonb), now() from made
      )
      insert into library_pages (id, project_id, url, title, domain, page_hash, characters, links, search_text, search_vector,
        import_id, created_at, updated_at)
      select id, ${projectId}::uuid, url, title, split_part(url, '/', 3), hash, length(text), 0, text,
        setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', text), 'D'),
        ${importId}::uuid, now(), now()
      from made`);
  }
}

interface Language {
  /** A word; `share` says from which part of the vocabulary on: 0 are all, 0.5 the rarer half of what is said. */
  word(share: number): string;
  text(words: number): string;
  document(): string;
}

/** Made-up words that look like words, the most usual ones short, said as often as Zipf's law has it. */
function createLanguage(random: () => number): Language {
  const starts = 'b br c ch cl d dr f fl g gr h j k l m n p pl pr qu r s sh sl st t th tr v w'.split(' ');
  const vowels = 'a e i o u ai ea ou oa'.split(' ');
  const ends = 'b ck d g l ll m n nd ng nt p r rd rk s st t x'.split(' ');
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)]!;
  const words = new Set<string>();
  while (words.size < vocabularySize) {
    const syllables = 1 + Math.floor(Math.log10(words.size + 10) / 1.4) + (random() < 0.3 ? 1 : 0);
    words.add(Array.from({ length: syllables }, () => pick(starts) + pick(vowels)).join('') + pick(ends));
  }
  const list = [...words];
  const cumulative = new Float64Array(vocabularySize);
  let sum = 0;
  for (let rank = 0; rank < vocabularySize; rank += 1)
    cumulative[rank] = sum += 1 / (rank + 1) ** zipfExponent;
  const word = (share: number): string => {
    const wanted = (share + random() * (1 - share)) * sum;
    let low = 0;
    let high = vocabularySize - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return list[low]!;
  };
  const text = (count: number): string => Array.from({ length: count }, () => word(0)).join(' ');
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return {
    word,
    text,
    document() {
      const length = Math.min(20_000, Math.round(medianWords * Math.exp(lengthSpread * normal())));
      const sentences: string[] = [];
      for (let left = length; left > 0; left -= 14) sentences.push(`${text(Math.min(14, left))}.`);
      return sentences.join(' ');
    },
  };
}

/** A word with a letter exchanged. */
function slip(word: string, random: () => number): string {
  const place = 1 + Math.floor(random() * Math.max(1, word.length - 1));
  return `${word.slice(0, place)}z${word.slice(place + 1)}`;
}

/** Random numbers from 0 to 1, the same ones every time (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ms = (value: number): string => `${value.toFixed(1)} ms`;
const seconds = (value: number): string => `${(value / 1000).toFixed(1)} s`;

await main();
