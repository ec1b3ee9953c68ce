import { questionUses, type Client, type ImportPreview, type QuestionUse } from '@rookery/shared/api';
import type { QuestionFormatName } from '@rookery/shared/datasets';
import type { ProjectOptions } from '../connection.ts';
import { CliError } from '../errors.ts';

/** Options of `questions import`, as they are typed. */
export interface QuestionsOptions extends ProjectOptions {
  format: QuestionFormatName | 'auto';
  /** `bc`, or with shares `bc=60`. */
  use?: string[];
  dataset?: string;
  wanted?: number;
  priority: number;
  answers: number;
  preview?: boolean;
}

type CreateBody = NonNullable<Parameters<Client['createImport']>[0]['body']>;
type ImportOptions = Extract<CreateBody, { kind: 'import-questions' }>['options'];

/** As the API takes them. */
export function importOptions(options: QuestionsOptions): ImportOptions {
  const { format, use, dataset, wanted, priority, answers } = options;
  return {
    format,
    priority,
    referenceAnswers: answers,
    ...(use !== undefined && { shares: readShares(use) }),
    ...(dataset !== undefined && { dataset }),
    ...(wanted !== undefined && { wanted }),
  };
}

/**
 * `["bc"]`, or `["bc=60", "rm=40"]`, in percent.
 * @throws CliError where it is neither, or does not add up
 */
export function readShares(typed: readonly string[]): Partial<Record<QuestionUse, number>> {
  const shares: Partial<Record<QuestionUse, number>> = {};
  for (const one of typed) {
    const [name = '', percent = typed.length === 1 ? '100' : ''] = one.split('=');
    const use = questionUses.find((known) => known === name.trim().toLowerCase());
    const share = /^\d{1,3}$/.test(percent) ? Number(percent) : Number.NaN;
    if (use === undefined || !(share <= 100) || use in shares) {
      throw new CliError(
        'usage',
        `--use is one of ${questionUses.join(', ')}, or shares of them in percent, such as --use bc=60 --use rm=40; not "${one}".`,
      );
    }
    shares[use] = share;
  }
  const sum = Object.values(shares).reduce((total, share) => total + share, 0);
  if (sum !== 100) throw new CliError('usage', `The shares of --use add up to ${sum} percent, not to 100.`);
  return shares;
}

/** What a preview says, for people. */
export function describePreview(preview: ImportPreview): string {
  const { files, counts, uses, questions, dropped, problems } = preview;
  const isPart = files.some((file) => !file.isWhole);
  const where = (one: { file: string; row: number | null }): string =>
    `${one.file}${one.row === null ? '' : `, row ${one.row}`}`;
  const list = (title: string, rows: readonly { file: string; row: number | null; reason: string }[]) =>
    rows.length === 0 ? [] : [title, ...rows.map((row) => `  ${where(row)}: ${row.reason}`)];
  return [
    ...files.map((file) => `${file.path}: ${file.format ?? 'nothing that could be read'}, ${file.rows} rows`),
    `${isPart ? 'Of the first rows: ' : ''}${counts.questions} questions, ${counts.dropped} left out by the format, ${counts.problems} that cannot be used`,
    `Uses: ${questionUses.flatMap((use) => (uses[use] ? [`${use} ${uses[use]}`] : [])).join(', ') || 'none'}`,
    ...questions.map(describeQuestion),
    '',
    ...list('Left out:', dropped),
    ...list('Cannot be used:', problems),
    'Nothing was imported. Leave out --preview to import.',
    '',
  ].join('\n');
}

function describeQuestion(question: ImportPreview['questions'][number]): string {
  const { dataset, id, use, fullText, referenceAnswers } = question;
  const references = referenceAnswers.map((answer) => `\n  Reference answer: ${answer.slice(0, 200)}`);
  return `\n${dataset} ${id} (${use})\n${fullText.replaceAll(/^/gm, '  ')}${references.join('')}`;
}
