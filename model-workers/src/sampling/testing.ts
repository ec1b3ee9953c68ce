import { endpointSettingsSchema } from '@rookery/shared/api';
import { initialState, startPage, view } from '@rookery/shared/browser';
import { randomUUID } from 'node:crypto';

/** An answer of the scripted API: status and body, or a promise of it. */
export type Answer = { status: number; body?: unknown };
export type Script = (call: {
  method: string;
  path: string;
  body: Record<string, unknown>;
}) => Answer | Promise<Answer>;

/** The API of one sampling job of one sample; the second command is answered once `goOn` is resolved. */
export function scriptSampling() {
  const projectId = randomUUID();
  const episodeId = randomUUID();
  const commands: { sequence: number; token: string }[] = [];
  const goOn = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<unknown>();
  let starts = 0;
  const state = () => (commands.length < 5 ? 'browsing' : 'answering');
  const episode = () => episodeJson({ id: episodeId, state: state(), nextSequence: commands.length + 1 });
  const ok = (body: unknown): Answer => ({ status: 200, body });
  const script: Script = async ({ method, path: address, body }) => {
    if (address.startsWith('/api/workers/') || address.endsWith('/progress')) return { status: 204 };
    if (address.endsWith('/attempts/1') && method === 'POST') {
      starts += 1;
      return ok({ kind: 'sample', projectId, input: {}, attemptToken: `token ${starts}` });
    }
    if (address.endsWith('/sampling')) return ok(samplingJob);
    if (address.endsWith('/samples/1/episode'))
      return ok({ state: 'running', draw: 1, seed: 's', episode: episode() });
    if (address.endsWith('/observation')) {
      return ok({ sequence: commands.length, observation: `after ${commands.length}`, observationSha256 });
    }
    if (address.includes('/commands/')) {
      commands.push({ sequence: Number(address.split('/').at(-1)), token: body['leaseToken'] as string });
      if (commands.length === 2) await goOn.promise;
      return ok({
        sequence: commands.length,
        outcome: { isValid: true, reason: null, found: null },
        observationSha256,
        observation: `after ${commands.length}`,
        episode: episode(),
      });
    }
    if (address.endsWith('/samples/1/answer')) return ok({ state: 'answered', isDuplicate: false });
    if (address.endsWith('/result')) finished.resolve(body['result']);
    return { status: 204 };
  };
  return { script, commands, goOn, finished, starts: () => starts };
}

const observationSha256 = '0'.repeat(64);
const samplingJob = {
  question: { id: randomUUID(), fullText: 'Why?' },
  policy: {
    kind: 'endpoint',
    id: randomUUID(),
    name: 'crow',
    version: 1,
    settings: endpointSettingsSchema.parse({ endpoint: 'LOCAL', model: 'crow' }),
  },
  temperature: 0.8,
  samples: [{ number: 1, state: 'waiting', draw: 0 }],
};
const startView = view({
  state: initialState({ question: 'Why?', startPageHash: 'start' }),
  page: startPage(),
});

function episodeJson(own: { id: string; state: string; nextSequence: number }): object {
  return {
    ...own,
    kind: 'sample',
    question: samplingJob.question,
    assignmentId: null,
    browserVersion: '1',
    view: startView,
    draft: { text: '', version: 0, savedAt: null },
    lease: null,
    serverTime: new Date().toISOString(),
  };
}
