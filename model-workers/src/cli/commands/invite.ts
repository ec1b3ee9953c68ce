import { maxMembersAtOnce, type Client, type ProjectRole } from '@rookery/shared/api';
import { readPeople, writePersonalLinks } from '@rookery/shared/datasets';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, findProject, type ProjectOptions } from '../connection.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { Outcome } from '../run.ts';

export interface InviteOptions extends ProjectOptions {
  role: ProjectRole[];
  uses: number;
  /** Days. */
  expires?: number;
  note: string;
  /** A file of names: everybody in it gets a personal link. */
  people?: string;
  /** Where the personal links go. */
  out?: string;
}

const dayMs = 24 * 60 * 60_000;
const invitationDays = 7;

/** Makes an invitation, or a personal link for everybody in a file of names. Links are shown only this once. */
export async function invite(io: Io, options: InviteOptions): Promise<Outcome> {
  if (options.people !== undefined) return invitePeople(io, { ...options, people: options.people });
  if (options.out !== undefined)
    throw new CliError('usage', '--out goes with --people: it takes their personal links.');
  const { client } = await connect(io, options);
  const { id: projectId, name } = await findProject(client, options.project);
  const { invitation, link } = await client.createInvitation({
    params: { projectId },
    body: {
      roles: [...new Set(options.role)],
      maxUses: options.uses,
      note: options.note,
      expiresAt: inDays(options.expires ?? invitationDays),
    },
  });
  if (!options.json) {
    const people = invitation.maxUses === 1 ? 'one person' : `${invitation.maxUses} people`;
    io.err(
      `For ${people}, as ${invitation.roles.join(' and ')} in "${name}", until ${invitation.expiresAt}:\n`,
    );
  }
  const { id, roles, maxUses, expiresAt } = invitation;
  return { json: { link, id, roles, maxUses, expiresAt }, text: `${link}\n` };
}

const inDays = (days: number): string => new Date(Date.now() + days * dayMs).toISOString();

async function invitePeople(io: Io, options: InviteOptions & { people: string }): Promise<Outcome> {
  const { people, problems } = readPeople(await readNames(options.people));
  const [problem] = problems;
  if (problem) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    throw new CliError(
      'failed',
      `${options.people}, row ${problem.row}: ${problem.reason}${more}. Nobody was added.`,
    );
  }
  if (people.length === 0) throw new CliError('failed', `There is no name in ${options.people}.`);
  const { client } = await connect(io, options);
  const { id: projectId, name: projectName } = await findProject(client, options.project);
  // The file is begun before anybody is added, so that no link is lost to a name that cannot be written.
  if (options.out !== undefined) await writeLinks(options.out, '');
  const added: Awaited<ReturnType<Client['addMembers']>> = [];
  for (let from = 0; from < people.length; from += maxMembersAtOnce) {
    const part = people.slice(from, from + maxMembersAtOnce);
    added.push(
      ...(await client.addMembers({
        params: { projectId },
        body: {
          roles: [...new Set(options.role)],
          people: part,
          expiresAt: options.expires === undefined ? null : inDays(options.expires),
        },
      })),
    );
    if (options.out !== undefined) await writeLinks(options.out, csvOf(added));
  }
  if (!options.json) {
    io.err(
      `${added.length} ${added.length === 1 ? 'person' : 'people'} added to "${projectName}". Their links are shown only this once; whoever has one can sign in.\n`,
    );
  }
  const rows = added.map(({ member, link }) => ({
    id: member.id,
    name: member.name,
    pseudonym: member.pseudonym,
    link,
  }));
  return {
    json: options.out === undefined ? { people: rows } : { people: rows.length, file: options.out },
    text: options.out === undefined ? csvOf(added) : `${options.out}\n`,
  };
}

const csvOf = (added: Awaited<ReturnType<Client['addMembers']>>): string => writePersonalLinks(added);

async function readNames(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: Error) => {
    throw new CliError('failed', `${file} cannot be read: ${error.message}`, { cause: error });
  });
}

/** For the person alone: whoever can read it can sign in as anybody in it. */
async function writeLinks(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 }).catch((error: Error) => {
    throw new CliError('failed', `${file} cannot be written: ${error.message}`, { cause: error });
  });
}
