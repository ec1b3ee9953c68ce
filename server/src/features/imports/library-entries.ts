import { extname } from 'node:path';
import type { Dependencies } from '../../dependencies.ts';
import { addressOfFile, type SourceType } from '../../library/index.ts';
import type { ImportFile } from './batches.ts';
import { linesOf } from './lines.ts';
import { decodeFile, surveyFile, undecodable, type Encoding } from './text-files.ts';

/** A file or a row of an import of pages. `bytes` is how much is read for it. */
export type LibraryEntry = { file: string; blobHash: string; bytes: number } & (
  | { kind: 'file'; row: null; url: string; type: SourceType }
  | { kind: 'row'; row: number; line: string }
  /** What belongs to pages and is none, and needs no word. */
  | { kind: 'asset'; row: null }
  | { kind: 'problem'; row: number | null; reason: string }
);

/** Largest file that is one page, in bytes, and longest row that is one, in UTF-16 units. */
export const maxPageLength = 20_000_000;

const endings = {
  html: ['.html', '.htm', '.xhtml', '.xht'],
  markdown: ['.md', '.markdown', '.mdown', '.mkd'],
  text: ['.txt', '.text'],
  xml: ['.xml'],
  rows: ['.jsonl', '.ndjson'],
  asset: (
    '.css .js .mjs .map .json .inv .webmanifest .png .jpg .jpeg .gif .svg .webp .avif .ico .bmp .tif .tiff ' +
    '.woff .woff2 .ttf .otf .eot .mp3 .ogg .oga .wav .mp4 .webm .ogv'
  ).split(' '),
};

type Plan = ImportFile &
  ({ kind: SourceType | 'asset' | 'other' } | { kind: 'rows'; encoding: Encoding | null });

/** What is to be done with each file, and how many entries that will be: files count one, files of rows as many as they have lines. */
export async function planFiles(
  deps: Dependencies,
  files: readonly ImportFile[],
): Promise<{ plans: Plan[]; total: number }> {
  const plans: Plan[] = [];
  let total = 0;
  for (const file of files) {
    const kind = kindOf(file.path);
    if (kind === 'rows') {
      const { encoding, lines } = await surveyFile(deps.blobs.read(file.blobHash));
      plans.push({ ...file, kind, encoding });
      total += lines;
    } else {
      plans.push({ ...file, kind });
      total += 1;
    }
  }
  return { plans, total };
}

function kindOf(path: string): Plan['kind'] {
  // Files that begin with a dot belong to the system or to a tool.
  if (path.split('/').some((segment) => segment.startsWith('.'))) return 'asset';
  const ending = extname(path).toLowerCase();
  const kinds = Object.keys(endings) as (keyof typeof endings)[];
  return kinds.find((kind) => endings[kind].includes(ending)) ?? 'other';
}

/** All files and rows, in the order of the plans. */
export async function* entriesOf(
  deps: Dependencies,
  options: { plans: readonly Plan[]; baseUrl: string },
): AsyncGenerator<LibraryEntry> {
  for (const plan of options.plans) {
    const { path, blobHash, size, kind } = plan;
    const entry = { file: path, blobHash, row: null, bytes: 0 };
    if (kind === 'asset') yield { ...entry, kind };
    else if (kind === 'other') yield { ...entry, kind: 'problem', reason: whyNoPage(path) };
    else if (kind === 'rows') yield* rowsOf(deps, plan);
    else if (size > maxPageLength)
      yield { ...entry, kind: 'problem', reason: 'the page is larger than 20 MB' };
    else yield { ...entry, kind: 'file', bytes: size, url: addressOfFile(options.baseUrl, path), type: kind };
  }
}

const endingsOfPages = [...endings.html, ...endings.markdown, ...endings.text].join(', ');
const notAPage = `not a page: pages are files that end in ${endingsOfPages}, or rows of ${endings.rows[0]}`;
/** What people take for pages. */
const documents: Record<string, string> = {
  '.pdf': 'PDF files are not read',
  '.epub': 'books are not read',
  '.doc': 'office documents are not read',
  '.docx': 'office documents are not read',
  '.odt': 'office documents are not read',
  '.mht': 'web archives are not read',
  '.mhtml': 'web archives are not read',
};

function whyNoPage(path: string): string {
  const kind = documents[extname(path).toLowerCase()];
  return kind === undefined ? notAPage : `not a page: ${kind}; save it as HTML or text, and import that`;
}

async function* rowsOf(
  deps: Dependencies,
  plan: Extract<Plan, { kind: 'rows' }>,
): AsyncGenerator<LibraryEntry> {
  const entry = { file: plan.path, blobHash: plan.blobHash, bytes: 0 };
  if (plan.encoding === null) {
    yield { ...entry, kind: 'problem', row: null, reason: undecodable };
    return;
  }
  const text = decodeFile(deps.blobs.read(plan.blobHash), plan.encoding);
  for await (const { row, text: line } of linesOf(text, { maxLength: maxPageLength })) {
    if (line === null)
      yield { ...entry, kind: 'problem', row, reason: 'the row is longer than 20 million characters' };
    else if (line.trim() !== '') yield { ...entry, kind: 'row', row, bytes: line.length, line };
  }
}
