import { chromium, type Browser } from 'playwright-core';
import { inject } from 'vitest';

/** A headless Chromium: the one that npm brings on Linux x64, elsewhere an installed Chrome. */
export function launch(): Promise<Browser> {
  const executablePath = inject('chromium');
  if (executablePath === null) return chromium.launch({ channel: 'chrome' });
  // Root cannot use the sandbox, and only pages of ours are opened.
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'];
  return chromium.launch({ executablePath, args });
}
