import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

const crossings: [room: string, specifier: string, sentence: RegExp][] = [
  ['shared/src', 'fastify', /imports zod and itself, nothing else/],
  ['shared/src', 'node:fs', /imports zod and itself, nothing else/],
  ['shared/src', '../../../server/src/app.ts', /shared imports no other room/],
  ['server/src', '@rookery/web/src/lib/text.ts', /The server imports shared, and no other room/],
  ['server/src', '../../../model-workers/src/main.ts', /The server imports shared, and no other room/],
  ['server/src', '../../../shared/src/api/index.ts', /Import shared through its doors/],
  ['server/src', '../features/tasks/service.ts', /A feature is used through its index.ts/],
  ['server/src/features', '../tasks/queries.ts', /A feature is used through its index.ts/],
  ['model-workers/src', 'drizzle-orm', /never open the database/],
  ['model-workers/src', '../../../server/src/db/database.ts', /are API clients/],
  ['web/src', '../../../server/src/app.ts', /The web app is an API client/],
  ['web/src', '@rookery/model-workers/src/main.ts', /The web app is an API client/],
];

const permitted: [room: string, specifier: string][] = [
  ['shared/src', 'zod'],
  ['server/src', '@rookery/shared/api'],
  ['server/src/features', '../tasks/index.ts'],
  ['model-workers/src', '@rookery/shared/queues'],
  ['web/src', '@rookery/shared/browser'],
];

const folders: string[] = [];
/** What lint says of each import, by room and specifier. */
const said = new Map<string, string>();

// All in one run: starting lint takes far longer than a file does.
beforeAll(() => {
  const files = [...crossings, ...permitted].map(([room, specifier]) => ({
    key: `${room} ${specifier}`,
    file: writeIntruder(room, specifier),
  }));
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
  const args = [oxlint, '--format=json', ...files.map(({ file }) => file)];
  const { stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  const report = JSON.parse(stdout) as {
    number_of_files: number;
    diagnostics: { filename: string; code?: string; message: string; help?: string }[];
  };
  if (report.number_of_files !== files.length) throw new Error(`Lint has read too few files: ${stdout}`);
  for (const { key, file } of files) {
    const own = report.diagnostics.filter(({ filename }) => filename === file);
    said.set(key, own.map(({ code, message, help }) => `${code}: ${message} ${help}`).join('\n'));
  }
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Writes a file with this import into a new folder within `room`, as if someone had written it there. */
function writeIntruder(room: string, specifier: string): string {
  const folder = mkdtempSync(join(root, room, 'wall-'));
  folders.push(folder);
  writeFileSync(
    join(folder, 'intruder.ts'),
    `import * as thing from '${specifier}';\nexport const used = thing;\n`,
  );
  return `${room}/${basename(folder)}/intruder.ts`;
}

describe('the walls between the rooms', () => {
  it.each(crossings)(
    'lint stops %s from importing %s and says what to do instead',
    (room, specifier, sentence) => {
      expect(said.get(`${room} ${specifier}`)).toMatch(sentence);
    },
  );

  it.each(permitted)('lint lets %s import %s', (room, specifier) => {
    expect(said.get(`${room} ${specifier}`)).not.toMatch(/no-restricted-imports/);
  });

  it.each(['server', 'web', 'model-workers'])(
    'Node does not resolve @rookery/%s, which exports nothing',
    (room) => {
      const attempt = `import('@rookery/${room}').then(() => console.log('open'), (e) => console.log(e.code))`;
      const printed = execFileSync(process.execPath, ['--input-type=module', '-e', attempt], { cwd: root });
      expect(printed.toString().trim()).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
    },
  );

  it('Node does not resolve a path of shared beside its doors', () => {
    const attempt = `import('@rookery/shared/src/api/route.ts').catch((e) => console.log(e.code))`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', attempt], { cwd: root });
    expect(printed.toString().trim()).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });
});
