import type { Member, MemberWork } from '@rookery/shared/api';
import type { SortValue } from '../../components/table/local.svelte.ts';

/** A member with what they have done; null while that is still being read. */
export interface Person extends Member {
  work: MemberWork | null;
}

export const personSorts = [
  'name',
  'seen',
  'submitted',
  'returned',
  'excluded',
  'today',
  'week',
  'total',
  'time',
  'steps',
  'quotes',
  'length',
] as const;

const values: Record<(typeof personSorts)[number], (person: Person) => SortValue | undefined> = {
  name: ({ name }) => name,
  seen: ({ lastSeenAt }) => (lastSeenAt === null ? null : Date.parse(lastSeenAt)),
  submitted: ({ work }) => work?.submitted,
  returned: ({ work }) => work?.returned,
  excluded: ({ work }) => work?.excluded,
  today: ({ work }) => work?.activeSeconds.today,
  week: ({ work }) => work?.activeSeconds.week,
  total: ({ work }) => work?.activeSeconds.total,
  time: ({ work }) => work?.medians.activeSeconds,
  steps: ({ work }) => work?.medians.steps,
  quotes: ({ work }) => work?.medians.quotes,
  length: ({ work }) => work?.medians.answerCharacters,
};

/** What people are sorted by. */
export const personValue = (person: Person, sort: string): SortValue =>
  values[sort as (typeof personSorts)[number]](person) ?? null;

export const personStates = ['active', 'paused', 'removed'] as const;

/** Those that a filter lets through: by name, pseudonym or address, by role and by state; removed ones only where they are asked for. */
export function filterPeople(
  people: readonly Person[],
  filter: { words: string | undefined; role: string | undefined; state: string | undefined },
): Person[] {
  const words = filter.words?.toLowerCase();
  return people.filter((person) => {
    const state = person.removedAt ? 'removed' : person.pausedAt ? 'paused' : 'active';
    if (filter.state === undefined ? state === 'removed' : state !== filter.state) return false;
    if (filter.role !== undefined && !person.roles.some((role) => role === filter.role)) return false;
    const said = [person.name, person.pseudonym, person.email ?? ''].join('\n').toLowerCase();
    return words === undefined || said.includes(words);
  });
}
