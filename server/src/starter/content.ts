import type { QuestionRow } from '@rookery/shared/datasets';
import { readQuestionRow } from '@rookery/shared/datasets';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** The questions, a JSONL file per part, and the pages, a folder per invented domain. */
const questionsFolder = path.join(import.meta.dirname, 'questions');
const libraryFolder = path.join(import.meta.dirname, 'library');

/** A row of an import of pages. */
export interface StarterPage {
  url: string;
  html?: string;
  markdown?: string;
}

/** The domains of the starter library, by name. */
export async function starterDomains(): Promise<string[]> {
  const entries = await readdir(libraryFolder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
}

/** The pages of a domain as rows of an import, by address: `library/<domain>/<path>` is the page `https://<domain>/<path>`. */
export async function starterPages(domain: string): Promise<StarterPage[]> {
  const folder = path.join(libraryFolder, domain);
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(
    files.toSorted().map(async (file) => {
      const url = `https://${domain}/${path.relative(folder, file).split(path.sep).join('/')}`;
      const content = await readFile(file, 'utf8');
      return file.endsWith('.md') ? { url, markdown: content } : { url, html: content };
    }),
  );
}

/** The files of questions by name, as they are imported. */
export async function starterQuestionFiles(): Promise<{ name: string; content: Buffer }[]> {
  const names = (await readdir(questionsFolder)).filter((name) => name.endsWith('.jsonl')).toSorted();
  return Promise.all(
    names.map(async (name) => ({ name, content: await readFile(path.join(questionsFolder, name)) })),
  );
}

/**
 * All questions.
 * @throws Error that names the file and the row of one that is none
 */
export async function starterQuestions(): Promise<QuestionRow[]> {
  return (await starterQuestionFiles()).flatMap(({ name, content }) =>
    content
      .toString()
      .split('\n')
      .flatMap((line, index) => {
        if (line.trim() === '') return [];
        const { row, problem } = readQuestionRow(JSON.parse(line));
        if (row === undefined) throw new Error(`${name}, row ${index + 1}: ${problem}`);
        return [row];
      }),
  );
}
