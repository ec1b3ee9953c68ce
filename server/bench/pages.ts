import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createPageConverter, type PageConverter, type Source } from '../src/library/page-to-text/index.ts';
import { casesFolder, sourceTypes } from '../src/library/page-to-text/cases.ts';
import { difficultDocuments } from '../test/difficult-documents.ts';
import { median, percentile } from './statistics.ts';

/**
 * `npm run bench -- pages [FOLDER]`: how fast pages become text. FOLDER has pages, each a folder with a file `source.html` (or `.md`,
 * `.xml`, `.txt`); without it they are the golden cases. Then how long each document takes that is hard on a converter.
 */

const aimSeconds = 3;
const rounds = 5;

interface Named {
  name: string;
  source: Source;
}

async function main(): Promise<void> {
  const [given] = process.argv.slice(2);
  // npm changes to the folder of package.json; paths are meant from where the person is.
  const folder =
    given === undefined ? casesFolder : path.resolve(process.env['INIT_CWD'] ?? process.cwd(), given);
  const documents = await readSources(folder);
  if (documents.length === 0) {
    process.stderr.write(`There are no pages in ${folder}: no folders with a file "source.html".\n`);
    process.exit(2);
  }
  const converter = createPageConverter();
  try {
    await measurePages(converter, documents);
    await measureDifficult(converter);
    print(`\nMemory of the process at most ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB.`);
  } finally {
    await converter.close();
  }
}

async function readSources(folder: string): Promise<Named[]> {
  const documents: Named[] = [];
  for (const { name } of (await readdir(folder, { withFileTypes: true })).filter((entry) =>
    entry.isDirectory(),
  )) {
    for (const [ending, type] of Object.entries(sourceTypes)) {
      const content = await readFile(path.join(folder, name, `source${ending}`)).catch(() => null);
      if (content) documents.push({ name, source: { url: `https://example.org/${name}/`, type, content } });
    }
  }
  return documents;
}

/** Milliseconds that the conversion took, and what came of it. */
async function convert(
  converter: PageConverter,
  source: Source,
): Promise<{ took: number; outcome: string; isPage: boolean }> {
  const begun = performance.now();
  try {
    const { page } = await converter.convert(source);
    const outcome = `page of ${page.text.length} characters, ${page.links.length} links`;
    return { took: performance.now() - begun, outcome, isPage: true };
  } catch (error) {
    return {
      took: performance.now() - begun,
      outcome: error instanceof Error ? error.message : String(error),
      isPage: false,
    };
  }
}

async function measurePages(converter: PageConverter, documents: readonly Named[]): Promise<void> {
  // The first round warms the threads up.
  await Promise.all(documents.map(({ source }) => convert(converter, source)));
  const times: number[] = [];
  let failed = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const { source } of documents) {
      const { took, isPage } = await convert(converter, source);
      times.push(took);
      if (!isPage) failed += 1;
    }
  }
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: rounds }, () => documents.map(({ source }) => convert(converter, source))).flat(),
  );
  const seconds = (performance.now() - begun) / 1000;
  print(
    `${documents.length} pages, each ${rounds} times: ${((documents.length * rounds) / seconds).toFixed(0)} pages/s`,
  );
  print(
    `one at a time: p50 ${median(times).toFixed(1)} ms, p95 ${percentile(times, 0.95).toFixed(1)} ms, longest ${Math.max(...times).toFixed(0)} ms`,
  );
  if (failed > 0) print(`${failed / rounds} of them are no pages.`);
}

async function measureDifficult(converter: PageConverter): Promise<void> {
  print('\nDocuments that are hard on a converter:');
  let slow = 0;
  for (const document of difficultDocuments) {
    const source: Source = {
      url: 'https://example.org/difficult',
      type: document.type,
      content: document.content(),
    };
    const { took, outcome, isPage } = await convert(converter, source);
    const isAsMeant = document.becomes === 'either' || (document.becomes === 'page') === isPage;
    const isSlow = took > aimSeconds * 1000;
    if (isSlow || !isAsMeant) slow += 1;
    const mark = isSlow ? ' (too slow)' : isAsMeant ? '' : ' (not as meant)';
    print(`${document.name.padEnd(36)} ${took.toFixed(0).padStart(6)} ms  ${outcome}${mark}`);
  }
  print(
    `Each within ${aimSeconds} s, a page or a problem as meant: ${slow === 0 ? 'reached' : `missed by ${slow}`}.`,
  );
  if (slow > 0) process.exitCode = 1;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
