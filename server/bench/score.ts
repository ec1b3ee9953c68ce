import type { Client, Job } from '@rookery/shared/api';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { startApplication } from './application.ts';
import { seedComparisons } from './comparisons-seed.ts';
import { startModelWorker } from './model-worker.ts';
import { sendRequests, type LoadRequest } from './request-load.ts';
import { median, percentile } from './statistics.ts';

/**
 * `npm run bench -- score [comparisons]`: what people wait for while a reward model is trained on the same machine, beside the same
 * requests while it is idle, in turns; ranking answers on request, from the request to its answer; and how many answers a second a
 * scoring thread does, one at a time and 32 at once.
 */

const comparisons = Number(process.argv[2] ?? 20_000);
const rounds = 3;
const rate = 40;
const chunkSeconds = 2;
const clients = 8;
const ranked = { requests: 40, batches: [1, 32] };
const aim = 2;

interface Lead {
  client: Client;
  token: string;
  projectId: string;
}

async function main(): Promise<void> {
  const application = await startApplication();
  const sender = new Worker(new URL('request-load.ts', import.meta.url), {
    workerData: { baseUrl: application.baseUrl },
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'rookery-bench-score-'));
  const flags = ['--kinds', 'train-reward,score-answers,score'];
  try {
    const lead = await seedComparisons(application, { comparisons });
    const worker = await startModelWorker(application, { flags, cacheFolder: path.join(folder, 'cache') });
    try {
      const send = async (): Promise<number[]> => {
        const requests = requestsOf(lead);
        const { latencies, errors } = await sendRequests(sender, { clients: requests, rate });
        if (errors.length > 0) throw new Error(errors[0]);
        return latencies;
      };
      // Nothing is cached at first, and both sides are warm before anything counts.
      await Promise.all([train(lead), send()]);
      await measureTraining(lead, send);
      await measureRanking(lead);
      await keepModel(lead, folder);
    } finally {
      await worker.stop();
    }
  } finally {
    await sender.terminate();
    await application.close();
  }
  const script = path.resolve(import.meta.dirname, '../../model-workers/bench/scoring-thread.ts');
  const { status } = spawnSync(process.execPath, [script, folder], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
  await rm(folder, { recursive: true, force: true });
}

/** What a lead's screens ask for. */
function requestsOf({ projectId, token }: Lead): LoadRequest[][] {
  const paths = ['comparisons?limit=50', 'overview', 'pairs?limit=50', 'reward-models'];
  const count = (rate * chunkSeconds) / clients;
  return Array.from({ length: clients }, (_, nth) =>
    Array.from({ length: count }, (_request, index) => ({
      method: 'GET' as const,
      path: `/api/projects/${projectId}/${paths[(index + nth) % paths.length]}`,
      token,
      body: '',
    })),
  );
}

async function measureTraining(lead: Lead, send: () => Promise<number[]>): Promise<void> {
  const idle: number[][] = [];
  const busy: number[][] = [];
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    const isDone = train(lead).then(() => true);
    const meanwhile: number[] = [];
    while (!(await Promise.race([isDone, delay(0, false)]))) meanwhile.push(...(await send()));
    took.push((performance.now() - begun) / 1000);
    busy.push(meanwhile);
    const after: number[] = [];
    while (after.length < meanwhile.length) after.push(...(await send()));
    idle.push(after);
  }
  const p95 = (all: number[][]): number => median(all.map((latencies) => percentile(latencies, 0.95)));
  const p50 = (all: number[][]): number => median(all.map((latencies) => median(latencies)));
  const count = busy.reduce((sum, { length }) => sum + length, 0);
  console.log(
    `training on ${comparisons.toLocaleString('en')} comparisons: ${median(took).toFixed(1)} s from the request to the version; ${count} requests meanwhile, ${rate}/s, load ${loadavg()[0]!.toFixed(1)}`,
  );
  console.log(
    `  API while it trains: p50 ${p50(busy).toFixed(1)} ms, p95 ${p95(busy).toFixed(1)} ms; idle: p50 ${p50(idle).toFixed(1)} ms, p95 ${p95(idle).toFixed(1)} ms (medians of ${rounds})`,
  );
  const ratio = p95(busy) / p95(idle);
  console.log(
    `${ratio < aim ? 'met   ' : 'MISSED'}  p95, times that while idle: ${ratio.toFixed(2)} (aim: below ${aim})`,
  );
  if (ratio >= aim) process.exitCode = 1;
}

async function train({ client, projectId }: Lead): Promise<Job> {
  const { id: jobId } = await client.trainRewardModel({ params: { projectId }, body: {} });
  for (;;) {
    const job = await client.getJob({ params: { projectId, jobId } });
    if (job.state === 'done') return job;
    if (job.state === 'failed') throw new Error(`The reward model was not trained: ${job.error}`);
    await delay(250);
  }
}

async function measureRanking({ client, projectId }: Lead): Promise<void> {
  const { items } = await client.listAnswers({ params: { projectId }, query: { limit: 64 } });
  for (const batch of ranked.batches) {
    const latencies: number[] = [];
    for (let request = 0; request < ranked.requests; request += 1) {
      const answers = Array.from({ length: batch }, (_, index) => {
        const { text, quotes } = items[(request + index) % items.length]!;
        // No answer is one that was met before.
        return {
          answer: `${text} ${request}.${index}`,
          quotes: quotes.map(({ title, extract }) => ({ title, extract })),
        };
      });
      const begun = performance.now();
      await client.rankAnswers({
        params: { projectId, modelId: 'current' },
        body: { question: items[0]!.question.fullText, answers },
      });
      latencies.push(performance.now() - begun);
    }
    console.log(
      `ranking ${batch} over the API: p50 ${median(latencies).toFixed(0)} ms, p95 ${percentile(latencies, 0.95).toFixed(0)} ms a request, ${ranked.requests} one after another`,
    );
  }
}

/** Leaves the newest model, its manifest and some answers for the thread. */
async function keepModel({ client, projectId }: Lead, folder: string): Promise<void> {
  const [newest] = (await client.listRewardModels({ params: { projectId } })).items;
  const params = { projectId, modelId: newest!.id };
  const { manifest } = await client.getRewardModel({ params });
  const model = await client.downloadRewardModel({ params });
  const { items } = await client.listAnswers({ params: { projectId }, query: { limit: 64 } });
  const answers = items.map(({ question, text, quotes }) => ({
    question: question.fullText,
    answer: text,
    quotes: quotes.map(({ title, extract }) => ({ title, extract })),
  }));
  await writeFile(path.join(folder, 'model.onnx'), Buffer.from(await model.arrayBuffer()));
  await writeFile(path.join(folder, 'manifest.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'answers.json'), JSON.stringify(answers));
}

await main();
