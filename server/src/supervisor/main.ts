import path from 'node:path';
import { readSupervisorOptions } from '../config.ts';
import { signInSentence } from './channel.ts';
import { describeLogLine } from './output.ts';
import { StartupError } from './startup-error.ts';
import { supervise, type Supervision } from './supervise.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** A second Ctrl-C after this many milliseconds is meant: end at once. Earlier ones are npm's copies of the first. */
const impatienceMilliseconds = 1000;

const print = process.stdout.isTTY ? (line: string) => write(describeLogLine(line)) : write;

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
  const options = readSupervisorOptions(process.env);
  const adminLink = process.argv.includes('--admin-link') ? { ROOKERY_ADMIN_LINK: '1' } : {};
  const empty = process.argv.includes('--empty') ? { ROOKERY_EMPTY: '1' } : {};
  const supervision = supervise({
    options,
    env: {
      ...process.env,
      ...adminLink,
      ...empty,
      NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/rookery/compiled'),
    },
    programs: {
      server: path.join(root, 'server/src/main.ts'),
      worker: path.join(root, 'model-workers/src/main.ts'),
    },
    print,
    say: write,
  });
  endOnSignals(supervision);
  void supervision.lost.then(async (reason) => {
    process.stderr.write(`The database is lost: ${reason}\n`);
    process.exitCode = 1;
    await supervision.stop();
    process.exit();
  });
  const { url, signInLink } = await supervision.ready.catch(async (error: unknown) => {
    await supervision.stop();
    throw error;
  });
  write(`Rookery is ready: ${url}`);
  if (signInLink !== null) write(signInSentence(signInLink));
  // A parent process that started this one with a channel learns it too.
  process.send?.({ type: 'ready', url, signInLink, pids: supervision.pids() });
}

function endOnSignals(supervision: Supervision): void {
  let asked: number | null = null;
  const end = (): void => {
    if (asked !== null) {
      if (performance.now() - asked > impatienceMilliseconds) process.exit(1);
      return;
    }
    asked = performance.now();
    write('Stopping …');
    void supervision.stop().then(() => process.exit(process.exitCode ?? 0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  // Started by another process, which is gone.
  if (process.channel) process.on('disconnect', end);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
