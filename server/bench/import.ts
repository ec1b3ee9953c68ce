import { defaultSettings } from '../src/features/projects/index.ts';
import type { Client } from '@rookery/shared/api';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { uuidv7 } from 'uuidv7';
import { projects, projectSettings } from '../src/db/schema/index.ts';
import { startServerJobs } from '../src/jobs/index.ts';
import { buildLibrary, buildQuestions } from '../test/demonstrations.ts';
import { startApplication, type BenchApplication } from './application.ts';
import type { Latencies } from './http-load.ts';
import { addPerson, startEpisode, type Person } from './people.ts';
import { median, percentile } from './statistics.ts';

/**
 * `npm run bench -- import [FOLDER]`: how many pages are imported in a second, and what people at work notice of it. FOLDER has pages, each
 * a folder with a file `source.html`; they are imported over and over under new addresses. Without it they are made here.
 */

const documents = 2000;
const aim = 2;
const persons = 8;
/** Between a person's steps, in milliseconds: faster than anybody works. */
const pause = 250;
/** Of an episode, three times over. */
const cycle = [
  'Search crows gifts',
  'Clicked on link 0',
  'Scrolled down 1',
  'Find in page: remember faces',
  'Quote: crows watch people',
  'Top',
  'Back',
  'Search owls',
  'Clicked on link 0',
  'Back',
];
const commands = [...cycle, ...cycle, ...cycle];
const parts = 4;
/** Before each of the parts. */
const idleRounds = 2;
const site = 'https://bench.example.org/';

async function main(): Promise<void> {
  const [given] = process.argv.slice(2);
  // npm changes to the folder of package.json; paths are meant from where the person is.
  const folder = given === undefined ? null : path.resolve(process.env['INIT_CWD'] ?? process.cwd(), given);
  const sources = folder === null ? madeSources() : await readSources(folder);
  const application = await startApplication();
  const jobs = await startServerJobs(application.deps);
  const worker = new Worker(new URL('http-load.ts', import.meta.url), {
    workerData: { baseUrl: application.baseUrl },
  });
  try {
    const { projectId, lead, demonstrators } = await seed(application);
    const work = (): Promise<Latencies> => doRound(worker, { projectId, demonstrators });
    await work();
    print(`${persons} people at work, ${pause} ms between their steps.`);
    const idle: number[] = [];
    const busy: number[] = [];
    let seconds = 0;
    let bytes = 0;
    for (let part = 0; part < parts; part += 1) {
      // In turns, so that whatever else the machine does is the same for both.
      for (let round = 0; round < idleRounds; round += 1) idle.push(...(await work()).flat());
      const uploaded = await upload(lead.client, { projectId, sources, part });
      bytes += uploaded.bytes;
      const params = { projectId, jobId: uploaded.jobId };
      const begun = performance.now();
      await lead.client.startImport({ params });
      const done = untilDone(lead.client, params);
      const isDone = done.then(() => true);
      while (!(await Promise.race([isDone, setTimeout(0, false)]))) busy.push(...(await work()).flat());
      seconds += ((await done) - begun) / 1000;
    }
    print(`${documents} documents, ${(bytes / 1_000_000).toFixed(0)} MB, in ${parts} imports`);
    print(`${(documents / seconds).toFixed(1)} documents/s, with people at work`);
    report(idle, busy);
  } finally {
    await jobs.close();
    await worker.terminate();
    await application.close();
  }
}

async function seed(
  bench: BenchApplication,
): Promise<{ projectId: string; lead: Person; demonstrators: Person[] }> {
  const { deps } = bench;
  const projectId = uuidv7();
  const createdAt = deps.clock();
  const settings = {
    ...defaultSettings,
    leaseMinutes: 24 * 60,
    leasesPerPerson: 100,
    browser: { ...defaultSettings.browser, actionLimit: 1000, quoteTokenBudget: 100_000 },
  };
  await deps.db.insert(projects).values({ id: projectId, name: 'Benchmark', settingsVersion: 1, createdAt });
  await deps.db.insert(projectSettings).values({ projectId, version: 1, settings, createdAt });
  const test = { deps, clock: { now: deps.clock, advance: () => {} } };
  await buildLibrary(test, { projectId });
  await buildQuestions(test, { projectId, count: 4000 });
  const lead = await addPerson(bench, { projectId, role: 'lead' });
  const demonstrators: Person[] = [];
  for (let index = 0; index < persons; index += 1)
    demonstrators.push(await addPerson(bench, { projectId, role: 'demonstrator' }));
  return { projectId, lead, demonstrators };
}

/** Everybody begins an episode and takes its steps; gives how long each step took, in milliseconds. */
async function doRound(
  worker: Worker,
  people: { projectId: string; demonstrators: readonly Person[] },
): Promise<Latencies> {
  const clients = await Promise.all(
    people.demonstrators.map((person) => startEpisode(person, people.projectId)),
  );
  const answered = new Promise<Latencies>((resolve, reject) => {
    worker.once('message', (message: { latencies?: Latencies; error?: string }) => {
      if (message.latencies) resolve(message.latencies);
      else reject(new Error(message.error));
    });
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  worker.postMessage({ clients, commands, pause });
  return answered;
}

async function upload(
  client: Client,
  options: { projectId: string; sources: readonly string[]; part: number },
): Promise<{ jobId: string; bytes: number }> {
  const { projectId, sources, part } = options;
  const body = { kind: 'import-library', baseUrl: `${site}${part}/` } as const;
  const { id: jobId } = await client.createImport({ params: { projectId }, body });
  let bytes = 0;
  for (let index = part; index < documents; index += parts) {
    // No two are the same, so that each is a page of its own.
    const content = new TextEncoder().encode(
      `${sources[index % sources.length]!}<p>This is document ${index}.</p>`,
    );
    bytes += content.length;
    await client.addImportFile({
      params: { projectId, jobId },
      query: { path: `${index}.html` },
      body: content,
    });
  }
  return { jobId, bytes };
}

/** When the import was done, by `performance.now()`. */
async function untilDone(client: Client, params: { projectId: string; jobId: string }): Promise<number> {
  for (;;) {
    const job = await client.getJob({ params });
    if (job.state === 'done' && job.problems === 0) return performance.now();
    if (job.state !== 'queued' && job.state !== 'running')
      throw new Error(`The import is ${job.state}, with ${job.problems} problems: ${job.error}`);
    await setTimeout(200);
  }
}

async function readSources(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  return Promise.all(names.map(({ name }) => readFile(path.join(folder, name, 'source.html'), 'utf8')));
}

/** Pages of some 30 kB, as they are found on sites of knowledge: sections, links, a list and a table, and what is around them. */
function madeSources(): string[] {
  const words =
    'crow rook raven nest tree winter field colony wing stone light water city people years study found often because which'.split(
      ' ',
    );
  let state = 7;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  const word = (): string => (next(4) === 0 ? `w${next(20_000).toString(36)}` : words[next(words.length)]!);
  const sentence = (): string => `${Array.from({ length: 8 + next(14) }, word).join(' ')}. `;
  const paragraph = (): string =>
    `<p>${Array.from({ length: 4 }, sentence).join('')}<a href="/${next(documents)}.html">${word()} ${word()}</a>, ${sentence()}</p>`;
  return Array.from({ length: 40 }, (_, index) => {
    const sections = Array.from({ length: 10 }, (__, part) => {
      const items = Array.from({ length: 6 }, () => `<li>${sentence()}</li>`).join('');
      const rows = Array.from(
        { length: 6 },
        () => `<tr><td>${word()}</td><td>${next(1000)}</td><td>${word()}</td></tr>`,
      ).join('');
      return `<h2>Part ${part}</h2>${paragraph()}${paragraph()}${paragraph()}<ul>${items}</ul><table><tr><th>Name</th><th>Count</th><th>Place</th></tr>${rows}</table>`;
    }).join('\n');
    const menu = Array.from(
      { length: 60 },
      () => `<li><a href="/${next(documents)}.html">${word()}</a></li>`,
    ).join('');
    return `<!doctype html><html><head><title>Page ${index}</title><style>p { margin: 0 }</style></head><body><nav><ul>${menu}</ul></nav><div class="content">${sections}</div><footer>© Example</footer></body></html>`;
  });
}

function report(idle: readonly number[], busy: readonly number[]): void {
  const line = (name: string, values: readonly number[]): void =>
    print(
      `${name.padEnd(20)} ${String(values.length).padStart(6)} steps, p50 ${median(values).toFixed(1)} ms, p95 ${percentile(values, 0.95).toFixed(1)} ms, p99 ${percentile(values, 0.99).toFixed(1)} ms`,
    );
  line('without an import', idle);
  line('during the import', busy);
  const ratio = percentile(busy, 0.95) / percentile(idle, 0.95);
  print(
    `p95 during the import is ${ratio.toFixed(2)} times that without (aim: less than ${aim}): ${ratio < aim ? 'met' : 'MISSED'}`,
  );
  print(`Memory of the process at most ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB.`);
  if (ratio >= aim) process.exitCode = 1;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main();
