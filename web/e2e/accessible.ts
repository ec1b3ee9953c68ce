import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

let shot = 0;

/** Fails where axe finds fault with what is shown, or where it is wider than the screen; with a folder for it, takes a picture. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run();
    return violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.html.slice(0, 160)) }));
  });
  expect(found).toEqual([]);
  const tooWide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(tooWide, `pixels that ${page.url()} is too wide`).toBeLessThanOrEqual(0);
  const shots = process.env['ROOKERY_SCREENSHOTS'];
  if (shots) await page.screenshot({ path: `${shots}/${(shot += 1)}.png` });
}
