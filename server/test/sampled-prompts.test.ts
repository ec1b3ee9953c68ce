// A model worker as a process of its own samples from a server with the completions API, here one that says what it is told to.
import { createClient } from '@rookery/shared/api';
import { demonstrationStepRowSchema } from '@rookery/shared/datasets';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportDemonstrations } from '../src/features/exports/index.ts';
import { runDelivered, type Processors } from '../src/jobs/runner.ts';
import { createTestApp, type TestApp } from './app.ts';
import { buildLibrary, buildQuestions, startRecording } from './demonstrations.ts';

const script = [
  'Search crows gifts',
  'Clicked on link 0',
  'Quote: crows are the only ones known to give gifts to humans',
  'Find in page: sentence 120 tells',
  'Scrolled down 2',
  'End: Answer',
];
const answer = 'Crows bring gifts [1].';

/** Bytes of the prompts, in order. */
const prompts: Buffer[] = [];
const completions = createServer((request, response) => {
  void json(request).then((body) => {
    const text = script[prompts.length] ?? answer;
    prompts.push(Buffer.from((body as { prompt: string }).prompt));
    response.end(JSON.stringify({ choices: [{ text }] }));
  });
});

let server: TestApp;
let worker: ChildProcess | undefined;

beforeAll(async () => {
  server = await createTestApp();
  await new Promise<void>((resolve) => completions.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  if (worker) {
    worker.kill('SIGKILL');
    await once(worker, 'exit');
  }
  completions.closeAllConnections();
  completions.close();
  await server.close();
});

async function startWorker(baseUrl: string): Promise<void> {
  worker = spawn(
    process.execPath,
    [path.resolve(import.meta.dirname, '../../model-workers/src/main.ts'), '--kinds', 'sample'],
    {
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        ROOKERY_URL: baseUrl,
        ROOKERY_WORKER_KEY: await server.buildToken({ personId: null, scopes: ['worker'] }),
        ROOKERY_QUEUE_URL: server.databaseUrl,
        ROOKERY_CACHE_DIR: path.join(tmpdir(), 'rookery-test-cache'),
        ROOKERY_ENDPOINT_SCRIPT_URL: `http://127.0.0.1:${(completions.address() as AddressInfo).port}/v1`,
        LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
}

test('what an endpoint is prompted with is, byte for byte, what an export of a person’s same steps has', async () => {
  const { id: projectId } = await server.buildProject();
  const params = { projectId };
  await buildLibrary(server, { projectId });
  await buildQuestions(server, { projectId, count: 1, use: 'rm' });
  const lead = await server.buildMember({ projectId, roles: ['lead', 'demonstrator'] });
  const { id: versionId } = await lead.client.createEndpointPolicy({
    params,
    body: { name: 'script', settings: { endpoint: 'SCRIPT', model: 'script' } },
  });
  const { id: planId } = await lead.client.createSamplingPlan({
    params,
    body: { name: 'Plan', versionIds: [versionId], perQuestion: 1 },
  });
  const baseUrl = await server.app.listen({ host: '127.0.0.1', port: 0 });
  await startWorker(baseUrl);
  const own = createClient({ baseUrl, token: lead.token });
  await expect
    .poll(async () => (await own.getSamplingPlan({ params: { projectId, planId } })).versions, {
      timeout: 15_000,
      interval: 200,
    })
    .toMatchObject([{ samples: 1, answered: 1 }]);

  const recorder = await startRecording(lead.client, projectId);
  for (const command of script) await recorder.send(command);
  await recorder.submit(answer);
  const rows = await exportSteps(lead.client, projectId);
  expect(rows.map(({ completion }) => completion)).toEqual([...script, answer]);
  expect(prompts.map((prompt) => prompt.toString())).toEqual(rows.map(({ prompt }) => prompt));
  expect(prompts.every((prompt, index) => prompt.equals(Buffer.from(rows[index]!.prompt)))).toBe(true);
});

async function exportSteps(client: ReturnType<typeof createClient>, projectId: string) {
  const { id: jobId } = await client.createExport({ params: { projectId }, body: { format: 'steps' } });
  const processors = { 'export-demonstrations': exportDemonstrations } as unknown as Processors;
  const { signal } = new AbortController();
  await runDelivered(server.deps, { jobId, attempt: 1, kind: 'export-demonstrations', signal }, processors);
  const text = await (await client.downloadJobFile({ params: { projectId, jobId } })).text();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => demonstrationStepRowSchema.parse(JSON.parse(line)));
}
