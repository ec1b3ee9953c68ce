import {
  censorAddress,
  censorPage,
  censorWords,
  makeGramSet,
  type CensoredItem,
  type CensoringRules,
  type GramSet,
  type Page,
} from '@rookery/shared/browser';
import { and, eq } from 'drizzle-orm';
import { projectSettings, questions } from '../../db/schema/index.ts';
import { loadPages, type Result, type ShowsResults } from '../../library/index.ts';
import type { EpisodeContext } from './context.ts';
import type { LoadedEpisode } from './load.ts';

/** What was found about one question: its 10-grams, and which pages have one of them. */
export interface QuestionCensoring {
  /** The texts the 10-grams are of. */
  texts: string;
  grams: GramSet;
  /** By page hash: what is said where the page is censored, or null. */
  verdicts: Map<string, CensoredItem | null>;
}

/** Of questions and, within each, of pages that are remembered: some 100 MB at most. */
const maxQuestions = 200;
const maxVerdicts = 5000;

/** Keeps what is not to be shown from one page that is about to be. */
export interface Censor {
  /** Says which results may be shown, and logs the rest. */
  shows: ShowsResults;
  /** The page as it may be shown; logs what was kept from it. */
  page(page: Page, url: string): Page;
  /** What was kept so far, in order. */
  readonly log: CensoredItem[];
}

/** Beyond these, what was kept from one page is not logged one by one. */
const maxLogged = 500;

/**
 * The censor of one step of an episode: the blocked domains of the settings it was started under, and the 10-grams of its question and
 * of the reference answers that the question has now.
 */
export async function openCensor(
  context: EpisodeContext,
  episode: LoadedEpisode['episode'],
): Promise<Censor> {
  const { projectId } = episode;
  const { rules, verdicts } = await readRules(context, episode);
  const log: CensoredItem[] = [];
  const note = (items: readonly CensoredItem[]): void =>
    void log.push(...items.slice(0, maxLogged - log.length));
  return {
    log,
    async shows(results) {
      log.length = 0;
      const byAddress = results.map((result) => censorAddress(result, { rules, what: 'result' }));
      const remaining = results.filter((_result, index) => byAddress[index] === null);
      await judgePages(context, { projectId, rules, verdicts, results: remaining });
      const reasons = results.map((result, index) => byAddress[index] ?? reasonOf(result, verdicts));
      note(reasons.filter((reason) => reason !== null));
      return reasons.map((reason) => reason === null);
    },
    page(page, url) {
      const shown = censorPage(page, { url, rules });
      note(shown.censored);
      return shown.page;
    },
  };
}

function reasonOf(
  { url, title, pageHash }: Result,
  verdicts: QuestionCensoring['verdicts'],
): CensoredItem | null {
  const verdict = pageHash === null ? null : (verdicts.get(pageHash) ?? null);
  return verdict && { ...verdict, url, title };
}

/** Looks through the pages behind results that were not looked through before. */
async function judgePages(
  context: EpisodeContext,
  work: {
    projectId: string;
    rules: CensoringRules;
    verdicts: QuestionCensoring['verdicts'];
    results: readonly Result[];
  },
): Promise<void> {
  const { projectId, rules, verdicts, results } = work;
  if (rules.grams.size === 0) return;
  const unknown = results.flatMap(({ pageHash }) =>
    pageHash === null || verdicts.has(pageHash) ? [] : [pageHash],
  );
  if (unknown.length === 0) return;
  if (verdicts.size + unknown.length > maxVerdicts) verdicts.clear();
  for (const [hash, page] of await loadPages(context.deps.db, projectId, unknown)) {
    verdicts.set(hash, censorWords(page, { rules, what: 'result' }));
  }
}

async function readRules(
  context: EpisodeContext,
  episode: LoadedEpisode['episode'],
): Promise<{ rules: CensoringRules; verdicts: QuestionCensoring['verdicts'] }> {
  const { projectId, questionId, questionText, settingsVersion } = episode;
  const [row] = await context.deps.db
    .select({ settings: projectSettings.settings, answers: questions.referenceAnswers })
    .from(questions)
    .innerJoin(
      projectSettings,
      and(eq(projectSettings.projectId, questions.projectId), eq(projectSettings.version, settingsVersion)),
    )
    .where(and(eq(questions.projectId, projectId), eq(questions.id, questionId)));
  if (!row) throw new Error(`Question ${questionId} or its settings are gone.`);
  const { grams, verdicts } = censoringOf(context, { questionId, questionText, answers: row.answers });
  return { rules: { blockedDomains: row.settings.blockedDomains, grams }, verdicts };
}

/** Worked out once per question, and again when its reference answers change. */
function censoringOf(
  { censoring }: EpisodeContext,
  question: { questionId: string; questionText: string; answers: readonly string[] },
): QuestionCensoring {
  const { questionId, questionText, answers } = question;
  const texts = JSON.stringify([questionText, answers]);
  const known = censoring.get(questionId);
  const isCurrent = known?.texts === texts;
  const made = isCurrent
    ? known
    : {
        texts,
        grams: makeGramSet([
          { name: 'question', text: questionText },
          ...answers.map((text, index) => ({ name: `reference answer ${index + 1}`, text })),
        ]),
        verdicts: new Map<string, CensoredItem | null>(),
      };
  // What was used last is kept longest.
  censoring.delete(questionId);
  censoring.set(questionId, made);
  for (const oldest of censoring.keys()) {
    if (censoring.size <= maxQuestions) break;
    censoring.delete(oldest);
  }
  return made;
}
