import { createClient, type Client } from '@rookery/shared/api';
import { uuidv7 } from 'uuidv7';
import { hashToken } from '../src/access/index.ts';
import { apiTokens, members, people } from '../src/db/schema/index.ts';
import type { BenchApplication } from './application.ts';
import type { LoadClient } from './http-load.ts';

/** A member of a project who calls the API with a token. */
export interface Person {
  client: Client;
  token: string;
  personId: string;
  memberId: string;
}

/** A person with an episode that has begun. */
export interface BenchClient extends LoadClient {
  memberId: string;
  assignmentId: string;
}

export async function addPerson(
  { deps, baseUrl }: BenchApplication,
  options: { projectId: string; role: 'demonstrator' | 'rater' | 'lead' },
): Promise<Person> {
  const { projectId, role } = options;
  const personId = uuidv7();
  const memberId = uuidv7();
  const token = `bench-${uuidv7()}`;
  const createdAt = deps.clock();
  await deps.db.insert(people).values({ id: personId, name: 'Person', email: `${personId}@example.org` });
  await deps.db
    .insert(members)
    .values({ id: memberId, projectId, personId, pseudonym: `person-${memberId}`, roles: [role], createdAt });
  await deps.db
    .insert(apiTokens)
    .values({ personId, name: 'bench', tokenHash: hashToken(token), scopes: ['read', 'write'], createdAt });
  return { client: createClient({ baseUrl, token }), token, personId, memberId };
}

/** Claims the person's next task and starts its episode. */
export async function startEpisode(
  { client, token, memberId }: Person,
  projectId: string,
): Promise<BenchClient> {
  const { assignment } = await client.claimTask({ params: { projectId } });
  if (!assignment?.lease) throw new Error('There was no task to claim.');
  const leaseToken = assignment.lease.token;
  const body = { assignmentId: assignment.id, leaseToken };
  const { id: episodeId } = await client.startEpisode({ params: { projectId }, body });
  return { projectId, episodeId, leaseToken, token, memberId, assignmentId: assignment.id };
}
