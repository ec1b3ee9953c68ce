import {
  draftVersionKinds,
  episodeKinds,
  episodeStates,
  reviewDecisions,
  reviewStates,
  type Sampled,
  type Sampler,
} from '@rookery/shared/api';
import { endings, type BrowserSettings, type CensoredItem, type EpisodeState } from '@rookery/shared/browser';
import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { assignments } from './assignments.ts';
import { enumeration, id, oneOf, time } from './columns.ts';
import { members } from './projects.ts';
import { pages } from './pages.ts';
import { people } from './people.ts';
import { questions } from './questions.ts';
import { samples } from './samples.ts';

/** Episodes: one attempt at one question by one actor. */
export const episodes = pgTable(
  'episodes',
  {
    id: id(),
    projectId: uuid('project_id').notNull(),
    questionId: uuid('question_id').notNull(),
    kind: enumeration('kind', episodeKinds).notNull(),
    state: enumeration('state', episodeStates).notNull(),
    /** Set for a demonstration, and for nothing else. */
    assignmentId: uuid('assignment_id'),
    memberId: uuid('member_id'),
    /** Set for a sample, and for nothing else: which one, and which of its draws this is, from 1. */
    sampleId: uuid('sample_id'),
    draw: integer('draw'),
    /** Of a sample: what every choice in it comes from, and what the sampler says of itself. */
    seed: text('seed'),
    sampler: jsonb('sampler').$type<Sampler>(),
    /** Of a sample: the episode in its plan that came to the same answer before; pairs are made without it. */
    duplicateOf: uuid('duplicate_of'),
    /** Of a sample that is done: whether its answer cites a page among the question's references; null: it has none. */
    citesReference: boolean('cites_reference'),
    /** Pins observation format, command grammar, page-to-text and tokeniser. */
    browserVersion: text('browser_version').notNull(),
    settings: jsonb('settings').$type<BrowserSettings>().notNull(),
    settingsVersion: integer('settings_version').notNull(),
    /** A copy: the question as it was shown. */
    questionText: text('question_text').notNull(),
    /** State of the reducer after command `next_sequence - 1`; changed only together with it (compare and set). */
    browserState: jsonb('browser_state').$type<EpisodeState>().notNull(),
    nextSequence: integer('next_sequence').notNull(),
    /** The page shown now. */
    pageHash: text('page_hash').notNull(),
    startPageHash: text('start_page_hash').notNull(),
    startObservationSha256: text('start_observation_sha256').notNull(),
    createdAt: time('created_at').notNull(),
    /** When browsing ended. */
    browsedAt: time('browsed_at'),
    endedAt: time('ended_at'),
    /** What the last review says, until the answer is revised. */
    reviewState: enumeration('review_state', reviewStates).notNull().default('unreviewed'),
    /**
     * The lot that says whether a lead is to look at it, from 0 to 1: it is to be reviewed where this lies below the share
     * that the project reviews. Drawn once, from the server's secret and the id.
     */
    reviewDraw: doublePrecision('review_draw').notNull().default(0),
    /** How many rows of `reviews` it has: what a lead looked at is told by this and the answer's revision. */
    decisions: integer('decisions').notNull().default(0),
    /** Figures of the list of demonstrations, which would cost too much to count there; whoever writes what they count keeps them. */
    ending: enumeration('ending', endings),
    quotes: integer('quotes').notNull().default(0),
    invalidCommands: integer('invalid_commands').notNull().default(0),
    /** Commands that led to a page which something was kept from. */
    censoredCommands: integer('censored_commands').notNull().default(0),
    /** Active time, in milliseconds, when it was done last; null until it is done. */
    activeMs: integer('active_ms'),
    /** Of the newest answer: its revision, its length in characters, and how many quotes it cites; null without an answer. */
    answerRevision: integer('answer_revision'),
    answerCharacters: integer('answer_characters'),
    answerCitations: integer('answer_citations'),
  },
  (table) => [
    unique('episodes_in_project').on(table.projectId, table.id),
    foreignKey({
      columns: [table.projectId, table.questionId],
      foreignColumns: [questions.projectId, questions.id],
    }),
    foreignKey({
      columns: [table.projectId, table.assignmentId],
      foreignColumns: [assignments.projectId, assignments.id],
    }),
    foreignKey({
      columns: [table.projectId, table.memberId],
      foreignColumns: [members.projectId, members.id],
    }),
    foreignKey({ columns: [table.projectId, table.pageHash], foreignColumns: [pages.projectId, pages.hash] }),
    uniqueIndex('episodes_assignment')
      .on(table.assignmentId)
      .where(sql`${table.assignmentId} is not null`),
    uniqueIndex('episodes_sample')
      .on(table.sampleId, table.draw)
      .where(sql`${table.sampleId} is not null`),
    foreignKey({
      columns: [table.projectId, table.sampleId],
      foreignColumns: [samples.projectId, samples.id],
    }),
    foreignKey({
      columns: [table.projectId, table.duplicateOf],
      foreignColumns: [table.projectId, table.id],
    }),
    check(
      'episodes_of_sample',
      sql`(${table.kind} = 'sample') = (${table.sampleId} is not null)
        and (${table.sampleId} is null) = (${table.draw} is null)
        and (${table.sampleId} is null) = (${table.seed} is null)
        and (${table.sampleId} is null) = (${table.sampler} is null)`,
    ),
    index('episodes_practice')
      .on(table.createdAt)
      .where(sql`${table.kind} = 'practice'`),
    index('episodes_order').on(table.projectId, table.createdAt),
    index('episodes_reviews').on(table.projectId, table.reviewState, table.id),
    oneOf('episodes_kind', table.kind, episodeKinds),
    oneOf('episodes_state', table.state, episodeStates),
    /** Active times of done demonstrations, for their median. */
    index('episodes_active')
      .on(table.projectId, table.memberId, table.activeMs)
      .where(sql`${table.answerRevision} is not null`),
    oneOf('episodes_review_state', table.reviewState, reviewStates),
    oneOf('episodes_ending', table.ending, endings),
  ],
);

export const commandStatuses = ['pending', 'done'] as const;

/** The ordered log of commands. A row is written as pending before its page is fetched, and then completed. */
export const commands = pgTable(
  'commands',
  {
    projectId: uuid('project_id').notNull(),
    episodeId: uuid('episode_id').notNull(),
    /** Counts from 1. */
    sequence: integer('sequence').notNull(),
    status: enumeration('status', commandStatuses).notNull(),
    /** Exactly as sent, valid or not. */
    command: text('command').notNull(),
    isValid: boolean('is_valid'),
    invalidReason: text('invalid_reason'),
    /** Of a find: whether the page had the text. */
    found: boolean('found'),
    /** The page shown after the command. */
    pageHash: text('page_hash'),
    /** SHA-256 of the observation after the command. */
    observationSha256: text('observation_sha256'),
    /** The client's claim. */
    clientTime: time('client_time'),
    requestedAt: time('requested_at').notNull(),
    completedAt: time('completed_at'),
    /** What was kept from the page shown, and why: for leads alone, since it may quote a reference answer. */
    censored: jsonb('censored').$type<CensoredItem[]>().notNull().default([]),
    /** Of a search: how its results were found and ordered. */
    searchVersion: text('search_version'),
    /** Of a sample: how its policy came to the command; null for a person. */
    sampled: jsonb('sampled').$type<Sampled>(),
  },
  (table) => [
    primaryKey({ columns: [table.episodeId, table.sequence] }),
    foreignKey({
      columns: [table.projectId, table.episodeId],
      foreignColumns: [episodes.projectId, episodes.id],
    }),
    foreignKey({ columns: [table.projectId, table.pageHash], foreignColumns: [pages.projectId, pages.hash] }),
    oneOf('commands_status', table.status, commandStatuses),
  ],
);

/** The answer being written; one row an episode. */
export const answerDrafts = pgTable(
  'answer_drafts',
  {
    projectId: uuid('project_id').notNull(),
    episodeId: uuid('episode_id').primaryKey(),
    text: text('text').notNull(),
    version: integer('version').notNull(),
    savedAt: time('saved_at').notNull(),
  },
  (table) => [
    foreignKey({
      columns: [table.projectId, table.episodeId],
      foreignColumns: [episodes.projectId, episodes.id],
    }),
  ],
);

/** What drafts were before, thinned: what was typed within a minute is one version. */
export const answerDraftVersions = pgTable(
  'answer_draft_versions',
  {
    projectId: uuid('project_id').notNull(),
    episodeId: uuid('episode_id').notNull(),
    /** The draft's version that this was. */
    version: integer('version').notNull(),
    kind: enumeration('kind', draftVersionKinds).notNull(),
    text: text('text').notNull(),
    savedAt: time('saved_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.episodeId, table.version] }),
    foreignKey({
      columns: [table.projectId, table.episodeId],
      foreignColumns: [episodes.projectId, episodes.id],
    }),
    oneOf('answer_draft_versions_kind', table.kind, draftVersionKinds),
  ],
);

/** What leads decided about demonstrations, every decision a row. */
export const reviews = pgTable(
  'reviews',
  {
    id: id(),
    projectId: uuid('project_id').notNull(),
    episodeId: uuid('episode_id').notNull(),
    decision: enumeration('decision', reviewDecisions).notNull(),
    /** Shown to the demonstrator. */
    comment: text('comment').notNull(),
    /** A person and no member: admins review too. */
    decidedBy: uuid('decided_by')
      .notNull()
      .references(() => people.id),
    /** The revision of the answer that was looked at; null: there was none. */
    answerRevision: integer('answer_revision'),
    /** Set where many were decided at once; they can be taken back together. */
    batchId: uuid('batch_id'),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    foreignKey({
      columns: [table.projectId, table.episodeId],
      foreignColumns: [episodes.projectId, episodes.id],
    }),
    index('reviews_episode').on(table.episodeId, table.createdAt),
    index('reviews_batch')
      .on(table.projectId, table.batchId, table.episodeId)
      .where(sql`${table.batchId} is not null`),
    oneOf('reviews_decision', table.decision, reviewDecisions),
  ],
);
