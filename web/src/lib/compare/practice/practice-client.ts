import type { Client, ComparisonTask } from '@rookery/shared/api';
import {
  currentForm,
  emptyJudgement,
  fieldsOfForm,
  type FormName,
  type Judgement,
} from '@rookery/shared/comparisons';
import { practicePairs } from './pairs.ts';

/** Practice has no comparison; where the screen names one, it is this. */
export const practiceId = 'practice';

const leaseMs = 24 * 3600 * 1000;

/**
 * The client that the comparison screen works through when somebody practises: everything about the comparison is answered here, and
 * nothing is sent. What is filled in lives as long as this client.
 */
export function practiceClient(client: Client, name: FormName): Client {
  const pair = practicePairs[name];
  const form = currentForm(name);
  const begun = Date.now();
  let judgement: Judgement = emptyJudgement();
  let version = 0;
  let submittedAt: string | null = null;

  const now = (): string => new Date().toISOString();
  const lease = () => ({ token: practiceId, expiresAt: new Date(Date.now() + leaseMs).toISOString() });
  const present = (): ComparisonTask => ({
    id: practiceId,
    state: submittedAt === null ? 'active' : 'submitted',
    form: { name: form.name, version: form.version },
    requiredFields: fieldsOfForm(form),
    asksQuestionFlag: false,
    question: { fullText: pair.question },
    options: pair.options,
    lease: submittedAt === null ? lease() : null,
    draft: version === 0 ? null : { version, judgement, savedAt: now() },
    submitted: submittedAt === null ? null : { revision: 1, judgement, submittedAt },
    revisableUntil: null,
    draftVersion: version,
    releaseReason: null,
    activeSeconds: (Date.now() - begun) / 1000,
    createdAt: new Date(begun).toISOString(),
    endedAt: submittedAt,
    serverTime: now(),
  });

  return {
    ...client,
    getOwnComparison: async () => present(),
    extendComparisonLease: async () => present(),
    reportComparisonActivity: async () => ({ lease: lease(), activeSeconds: (Date.now() - begun) / 1000 }),
    saveComparisonDraft: async ({ body }) => {
      judgement = body.judgement as Judgement;
      version += 1;
      return { version, savedAt: now(), lease: lease() };
    },
    submitComparison: async ({ params, body }) => {
      judgement = body.judgement as Judgement;
      submittedAt = now();
      await client.endComparisonPractice({
        params: { projectId: params.projectId },
        body: { state: 'done' },
      });
      return present();
    },
  };
}
