import type { Logger } from 'pino';

/**
 * Makes what this process and its threads warn of lines of the log, beside stderr: a device that is replaced, a cache folder that
 * cannot be used, and what Node warns of.
 */
export function logWarnings(log: Logger): void {
  process.on('warning', ({ name: warning, message }) => log.warn({ warning }, message));
}
