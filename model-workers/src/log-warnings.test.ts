import { once } from 'node:events';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { logWarnings } from './log-warnings.ts';

test('what the process warns of is a line of the log', async () => {
  const lines: string[] = [];
  const before = process.listeners('warning');
  logWarnings(pino({ level: 'warn' }, { write: (line) => void lines.push(line) }));
  const added = process.listeners('warning').filter((listener) => !before.includes(listener));
  try {
    const warned = once(process, 'warning');
    process.emitWarning('The device cuda cannot be used.');
    await warned;
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 40, msg: 'The device cuda cannot be used.' },
    ]);
  } finally {
    for (const listener of added) process.off('warning', listener);
  }
});
