import type { SampleState } from '@rookery/shared/api';
import { connect, findProject, type ProjectOptions } from '../connection.ts';
import type { Io } from '../io.ts';
import { describeRest, readList } from '../paging.ts';
import type { Outcome } from '../run.ts';
import { oneLine, orDash, tableOf } from '../table.ts';
import { atVersion, findVersions } from './policies.ts';
import { findPlan } from './sampling.ts';

export interface SamplesOptions extends ProjectOptions {
  plan?: string;
  policy?: string;
  question?: string;
  state?: SampleState;
  citesReference?: 'yes' | 'no';
  contains?: string;
  limit: number;
}

const columns = [
  { head: 'Plan' },
  { head: 'Policy' },
  { head: 'No.', isNumber: true },
  { head: 'State' },
  { head: 'Draw', isNumber: true },
  { head: 'Commands', isNumber: true },
  { head: 'Quotes', isNumber: true },
  { head: 'Cites a reference' },
  { head: 'Question' },
];

/** Samples that match, newest plan first. */
export async function listSamples(io: Io, options: SamplesOptions): Promise<Outcome> {
  const { plan, policy, question, state, citesReference, contains, limit } = options;
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const key = { client, projectId };
  const planId = plan === undefined ? undefined : (await findPlan(key, plan)).id;
  const versionId = policy === undefined ? undefined : (await findVersions(key, [policy]))[0]!.id;
  const filter = {
    ...(planId !== undefined && { planId }),
    ...(versionId !== undefined && { versionId }),
    ...(question !== undefined && { questionId: question }),
    ...(state !== undefined && { state }),
    ...(citesReference !== undefined && { citesReference }),
    ...(contains !== undefined && { contains }),
  };
  const { items, total } = await readList(limit, (query) =>
    client.listSamples({ params: { projectId }, query: { ...query, ...filter } }),
  );
  const rows = items.map((one) => [
    oneLine(one.plan.name, 24),
    atVersion(one.policy),
    String(one.number),
    one.state,
    String(one.draw),
    String(one.commands),
    String(one.quotes),
    orDash(one.citesReference, (cites) => (cites ? 'yes' : 'no')),
    oneLine(one.question.fullText, 60),
  ]);
  return {
    json: { items, total },
    text:
      total === 0
        ? 'There are no such samples.\n'
        : tableOf(columns, rows) + describeRest(items.length, total),
  };
}
