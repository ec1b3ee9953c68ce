import { questionSorts, type Client, type Question, type QuestionSort } from '@rookery/shared/api';
import { asc, eq } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { assignments, events, questions } from '../../db/schema/index.ts';

let app: TestApp;
let projectId: string;
let lead: TestMember;
let client: Client;

beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  projectId = (await app.buildProject()).id;
  lead = await app.buildMember({ projectId, roles: ['lead'] });
  client = lead.client;
});

async function buildQuestion(overrides: Partial<typeof questions.$inferInsert> = {}): Promise<string> {
  const id = uuidv7();
  const at = app.clock.now();
  await app.deps.db.insert(questions).values({
    id,
    projectId,
    dataset: 'eli5',
    externalId: id,
    fullText: 'Why?',
    referenceAnswers: [],
    referencePages: [],
    use: 'bc',
    wanted: 1,
    createdAt: at,
    updatedAt: at,
    ...overrides,
  });
  return id;
}

async function assign(
  questionId: string,
  state: 'active' | 'submitted' | 'expired',
  place = 1,
): Promise<void> {
  const { memberId } = await app.buildMember({ projectId, roles: ['demonstrator'] });
  const at = app.clock.now();
  await app.deps.db.insert(assignments).values({
    projectId,
    questionId,
    memberId,
    state,
    place: state === 'expired' ? null : place,
    leaseToken: uuidv7(),
    leaseExpiresAt: at,
    settingsVersion: 1,
    createdAt: at,
  });
}

const eventsOf = (questionId: string) =>
  app.deps.db.select().from(events).where(eq(events.objectId, questionId)).orderBy(asc(events.id));

type Query = Parameters<Client['listQuestions']>[0]['query'];
const ids = async (query: Query = {}) =>
  (await client.listQuestions({ params: { projectId }, query })).items.map((question) => question.id);

describe('the list of questions', () => {
  test('is walked page by page, oldest first, whatever is added meanwhile', async () => {
    const made = [];
    for (let index = 0; index < 7; index += 1) {
      if (index % 3 === 0) app.clock.advance(1000);
      made.push(await buildQuestion());
    }
    const walked: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.listQuestions({
        params: { projectId },
        query: { limit: 3, ...(cursor && { cursor }) },
      });
      expect(page.total).toBe(7);
      walked.push(...page.items.map((question) => question.id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(walked).toEqual(made);
  });

  test('is narrowed by use, data set and state', async () => {
    const open = await buildQuestion({ use: 'rm', wanted: 2 });
    const taken = await buildQuestion({ dataset: 'arc' });
    const done = await buildQuestion();
    const excluded = await buildQuestion({ excludedAt: app.clock.now() });
    await assign(open, 'submitted');
    await assign(taken, 'active');
    await assign(done, 'submitted');
    await assign(done, 'expired');
    expect(await ids({ use: 'rm' })).toEqual([open]);
    expect(await ids({ dataset: 'arc' })).toEqual([taken]);
    expect(await ids({ state: 'open' })).toEqual([open, taken]);
    expect(await ids({ state: 'done' })).toEqual([done]);
    expect(await ids({ state: 'excluded' })).toEqual([excluded]);
    const { items } = await client.listQuestions({ params: { projectId }, query: {} });
    expect(items.map((question) => question.demonstrations)).toEqual([
      { wanted: 2, submitted: 1, accepted: 0, inProgress: 0 },
      { wanted: 1, submitted: 0, accepted: 0, inProgress: 1 },
      { wanted: 1, submitted: 1, accepted: 0, inProgress: 0 },
      { wanted: 1, submitted: 0, accepted: 0, inProgress: 0 },
    ]);
  });

  test.each(questionSorts)('is sorted by %s either way, and walked forwards and back again', async (sort) => {
    const uses = ['bc', 'rm', 'rl', 'evaluation'] as const;
    for (let index = 0; index < 7; index += 1) {
      if (index % 3 === 0) app.clock.advance(1000);
      const id = await buildQuestion({
        use: uses[index % 4]!,
        dataset: `d${index % 3}`,
        fullText: `${'cab'[index % 3]}?`,
        priority: (index * 5) % 7,
        wanted: 1 + (index % 3),
      });
      if (index % 3 === 0) await assign(id, index % 2 === 0 ? 'submitted' : 'active');
    }
    for (const order of ['asc', 'desc'] as const) {
      const params = { projectId };
      const all = (await client.listQuestions({ params, query: { sort, order } })).items;
      const values = all.map((question) => sortedBy(question)[sort]);
      const sorted = values.toSorted((a, b) => (a < b ? -1 : Number(a > b)));
      expect(values).toEqual(order === 'asc' ? sorted : sorted.toReversed());

      const pages = [await client.listQuestions({ params, query: { sort, order, limit: 3 } })];
      while (pages.at(-1)!.nextCursor) {
        const cursor = pages.at(-1)!.nextCursor!;
        pages.push(await client.listQuestions({ params, query: { sort, order, limit: 3, cursor } }));
      }
      expect(pages.flatMap((page) => page.items)).toEqual(all);
      expect(pages.map((page) => page.from)).toEqual([1, 4, 7]);
      for (let index = 2; index > 0; index -= 1) {
        const cursor = pages[index]!.previousCursor!;
        const back = await client.listQuestions({ params, query: { sort, order, limit: 3, cursor } });
        expect(back.items).toEqual(pages[index - 1]!.items);
        expect(back.from).toBe(pages[index - 1]!.from);
      }
      expect(pages[0]!.previousCursor).toBeNull();
    }
  });

  test('has cursors that belong to one sorting', async () => {
    await buildQuestion();
    await buildQuestion();
    const params = { projectId };
    const { nextCursor } = await client.listQuestions({ params, query: { limit: 1 } });
    for (const query of [{ sort: 'use' }, { order: 'desc' }] as const) {
      await expect(
        client.listQuestions({ params, query: { ...query, cursor: nextCursor! } }),
      ).rejects.toMatchObject({ code: 'invalid_request' });
    }
  });

  test('is narrowed by how many demonstrations are submitted', async () => {
    const [none, some, full] = [
      await buildQuestion(),
      await buildQuestion({ wanted: 2 }),
      await buildQuestion(),
    ];
    await assign(none, 'active');
    await assign(some, 'submitted');
    await assign(full, 'submitted');
    expect(await ids({ coverage: 'none' })).toEqual([none]);
    expect(await ids({ coverage: 'some' })).toEqual([some]);
    expect(await ids({ coverage: 'full' })).toEqual([full]);
  });

  test('is narrowed by a part of the text in any case, taken as it is', async () => {
    const percent = await buildQuestion({ fullText: 'Why are 100% of ROOKS black?' });
    const underscore = await buildQuestion({ fullText: 'What is a_b\\c?' });
    expect(await ids({ contains: 'rooks' })).toEqual([percent]);
    expect(await ids({ contains: '0%' })).toEqual([percent]);
    expect(await ids({ contains: '%%' })).toEqual([]);
    expect(await ids({ contains: '_B\\' })).toEqual([underscore]);
    expect(await ids({ contains: "' or true; --" })).toEqual([]);
  });

  test('refuses a cursor that is none of its own', async () => {
    for (const cursor of ['x', Buffer.from('["2020"]').toString('base64url'), '%00']) {
      await expect(client.listQuestions({ params: { projectId }, query: { cursor } })).rejects.toMatchObject({
        code: 'invalid_request',
      });
    }
  });

  test('has no questions of other projects', async () => {
    const questionId = await buildQuestion();
    const other = await app.buildProject();
    const { client: stranger } = await app.buildMember({ projectId: other.id, roles: ['lead'] });
    expect((await stranger.listQuestions({ params: { projectId: other.id }, query: {} })).items).toEqual([]);
    await expect(stranger.getQuestion({ params: { projectId: other.id, questionId } })).rejects.toMatchObject(
      { code: 'not_found' },
    );
    await expect(
      stranger.updateQuestion({ params: { projectId: other.id, questionId }, body: { excluded: true } }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});

/** What a question is sorted by, as plain values. */
const sortedBy = (question: Question): Record<QuestionSort, string | number> => ({
  created: question.createdAt,
  text: question.fullText,
  dataset: `${question.dataset} ${question.externalId}`,
  use: question.use,
  priority: question.priority,
  wanted: question.demonstrations.wanted,
  submitted: question.demonstrations.submitted,
  inProgress: question.demonstrations.inProgress,
});

describe('the sets of questions', () => {
  test('are counted by use and data set, with the excluded ones apart', async () => {
    const open = await buildQuestion({ wanted: 2 });
    const done = await buildQuestion();
    await buildQuestion({ use: 'evaluation', dataset: 'arc' });
    await buildQuestion({ use: 'rm', excludedAt: app.clock.now() });
    await assign(open, 'submitted');
    await assign(open, 'active', 2);
    await assign(done, 'submitted');
    const nothing = { open: 0, done: 0, excluded: 0, wanted: 0, submitted: 0, accepted: 0, inProgress: 0 };
    expect(await client.listQuestionSets({ params: { projectId } })).toEqual([
      { ...nothing, use: 'bc', dataset: 'eli5', open: 1, done: 1, wanted: 3, submitted: 2, inProgress: 1 },
      { ...nothing, use: 'rm', dataset: 'eli5', excluded: 1 },
      { ...nothing, use: 'evaluation', dataset: 'arc', open: 1, wanted: 1 },
    ]);
  });
});

describe('changing many questions', () => {
  test('sets places and priority of those that are named, with an event each, and leaves others alone', async () => {
    const [one, two, other] = [
      await buildQuestion(),
      await buildQuestion({ wanted: 5 }),
      await buildQuestion(),
    ];
    const body = { which: { ids: [one, two] }, change: { wanted: 5, priority: 10 } };
    expect(await client.updateQuestions({ params: { projectId }, body })).toEqual({
      changed: 2,
      unchanged: 0,
      refused: 0,
    });
    expect(await client.updateQuestions({ params: { projectId }, body })).toMatchObject({ unchanged: 2 });
    const { items } = await client.listQuestions({ params: { projectId }, query: {} });
    expect(items.map(({ id, priority, demonstrations }) => [id, priority, demonstrations.wanted])).toEqual([
      [one, 10, 5],
      [two, 10, 5],
      [other, 0, 1],
    ]);
    expect(await eventsOf(two)).toMatchObject([
      { kind: 'question.changed', before: { priority: 0 }, after: { priority: 10 } },
    ]);
    expect(await eventsOf(other)).toEqual([]);
  });

  test('reaches all that match, and excludes and includes them', async () => {
    const [crow, rook] = [
      await buildQuestion({ fullText: 'Crow?' }),
      await buildQuestion({ fullText: 'Rook?' }),
    ];
    const which = { matching: { contains: 'crow' } };
    const params = { projectId };
    await client.updateQuestions({
      params,
      body: { which, change: { excluded: true, reason: 'asked twice' } },
    });
    expect(await ids({ state: 'excluded' })).toEqual([crow]);
    expect(await client.getQuestion({ params: { projectId, questionId: crow } })).toMatchObject({
      excludedReason: 'asked twice',
    });
    await client.updateQuestions({ params, body: { which: { matching: {} }, change: { excluded: false } } });
    expect(await ids({ state: 'open' })).toEqual([crow, rook]);
  });

  test('leaves the use of a question on which work is recorded or begun', async () => {
    const [free, given, begun] = [await buildQuestion(), await buildQuestion(), await buildQuestion()];
    await assign(given, 'expired');
    await assign(begun, 'active');
    const params = { projectId };
    const body = { which: { matching: {} }, change: { use: 'rm' as const, priority: 1 } };
    expect(await client.updateQuestions({ params, body })).toEqual({ changed: 2, unchanged: 0, refused: 1 });
    expect(await ids({ use: 'rm' })).toEqual([free, given]);
    await expect(
      client.updateQuestion({ params: { projectId, questionId: begun }, body: { use: 'rm' } }),
    ).rejects.toMatchObject({ code: 'wrong_state' });
    const { priority } = await client.updateQuestion({
      params: { projectId, questionId: begun },
      body: { use: 'bc', priority: 3 },
    });
    expect(priority).toBe(3);
  });

  test('does not reach questions of other projects', async () => {
    const mine = await buildQuestion();
    const other = await app.buildProject();
    const { client: stranger } = await app.buildMember({ projectId: other.id, roles: ['lead'] });
    const params = { projectId: other.id };
    for (const which of [{ ids: [mine] }, { matching: {} }]) {
      expect(await stranger.updateQuestions({ params, body: { which, change: { priority: 1 } } })).toEqual({
        changed: 0,
        unchanged: 0,
        refused: 0,
      });
    }
    await expect(
      stranger.updateQuestions({ params, body: { which: { matching: {} }, change: { reason: 'x' } } }),
    ).rejects.toMatchObject({ code: 'invalid_request' });
    expect((await client.getQuestion({ params: { projectId, questionId: mine } })).priority).toBe(0);
  });
});

describe('excluding a question', () => {
  test('takes it out of use with a reason and back in, each with its event, and deletes nothing', async () => {
    const questionId = await buildQuestion();
    const params = { projectId, questionId };
    const excludedAt = app.clock.now().toISOString();
    expect(
      await client.updateQuestion({ params, body: { excluded: true, reason: ' A duplicate\0 ' } }),
    ).toMatchObject({
      excludedAt,
      excludedReason: 'A duplicate\ufffd',
    });
    app.clock.advance(1000);
    await client.updateQuestion({ params, body: { excluded: true, reason: 'A duplicate\ufffd' } });
    expect(await client.getQuestion({ params })).toMatchObject({ excludedAt });
    expect(await client.updateQuestion({ params, body: { excluded: false } })).toMatchObject({
      excludedAt: null,
      excludedReason: null,
    });
    expect(await eventsOf(questionId)).toMatchObject([
      {
        kind: 'question.excluded',
        actorId: lead.personId,
        before: { excludedAt: null },
        after: { excludedAt },
      },
      {
        kind: 'question.included',
        actorId: lead.personId,
        before: { excludedAt },
        after: { excludedAt: null },
      },
    ]);
  });
});
