import { hash } from 'node:crypto';

/** A question of a snapshot; null: whether it is held out is not decided. */
export interface Drawable {
  questionId: string;
  fullText: string;
  isHeldOut: boolean | null;
}

/**
 * Decides which of the questions that no training has met are held out for good: in the order of a hash of project and text, as
 * many as bring the share of all decided questions of the snapshot nearest to `percent`, at least one, and at least one left. Questions of the same text
 * go together, also with one that is decided already, in the snapshot or not.
 * @param options.decided questions of the project that are decided, with those of the snapshot or without
 * @returns by question, for those that were not decided
 */
export function decideHeldOut(
  rows: readonly Drawable[],
  options: {
    projectId: string;
    percent: number;
    decided?: readonly Pick<Drawable, 'fullText' | 'isHeldOut'>[];
  },
): Map<string, boolean> {
  const { projectId, percent, decided = [] } = options;
  const byText = Map.groupBy(new Map(rows.map((row) => [row.questionId, row])).values(), textOf);
  const elsewhere = new Map(decided.map((row) => [textOf(row), row.isHeldOut]));
  const groups = [...byText].map(([text, members]) => ({
    members,
    text,
    decided: members.find(({ isHeldOut }) => isHeldOut !== null)?.isHeldOut ?? elsewhere.get(text) ?? null,
  }));
  const open = groups
    .filter(({ decided }) => decided === null)
    .map((group) => ({ group, lot: hash('sha256', `${projectId} ${group.text}`) }))
    .toSorted((one, other) => (one.lot < other.lot ? -1 : 1))
    .map(({ group }) => group);
  const already = groups.filter(({ decided }) => decided === true).length;
  const wanted = Math.min(
    Math.max(1, Math.round((groups.length * percent) / 100)),
    Math.max(1, groups.length - 1),
  );
  const held = new Set(open.slice(0, Math.max(0, wanted - already)));
  return new Map(
    groups.flatMap((group) =>
      group.members
        .filter(({ isHeldOut }) => isHeldOut === null)
        .map(({ questionId }) => [questionId, group.decided ?? held.has(group)] as const),
    ),
  );
}

const textOf = ({ fullText }: Pick<Drawable, 'fullText'>): string => fullText.trim().toLowerCase();
