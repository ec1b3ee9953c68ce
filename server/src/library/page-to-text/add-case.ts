import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { casesFolder, convertCase, expectedOf, sourceTypes } from './cases.ts';

// Makes a golden case of a file, or writes the expectation of one that is there anew: add-case.ts <name> [<file>]
const [name, file] = process.argv.slice(2);
const ending = file === undefined ? '.html' : extname(file);
if (name === undefined || !/^[a-z0-9-]+$/.test(name) || !(ending in sourceTypes)) {
  const endings = Object.keys(sourceTypes).join(', ');
  process.stderr.write(`Usage: node add-case.ts <name-in-lower-case> [<file that ends in ${endings}>]\n`);
  process.exit(2);
}
const folder = join(casesFolder, name);
await mkdir(folder, { recursive: true });
if (file !== undefined) await copyFile(file, join(folder, `source${ending}`));
const expected = expectedOf(await convertCase(name));
for (const [expectedName, content] of Object.entries(expected))
  await writeFile(join(folder, expectedName), content);
process.stdout.write(`${expected['expected.txt']}\n${folder}\n`);
