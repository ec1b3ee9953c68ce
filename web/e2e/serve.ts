import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The production entry point, on a database and a port of its own. */
export interface Served {
  url: string;
  signInLink: string;
  /** Kills the server's process as `kill -9` does; the supervisor starts it again. */
  killServer(): void;
  stop(): Promise<void>;
}

const program = path.resolve(import.meta.dirname, '../../server/src/supervisor/main.ts');

/**
 * Starts what `npm start` runs in a fresh data folder, and waits until it prints the first admin's link.
 * @param more beside the tests' own environment.
 */
export async function serve(more: Record<string, string> = {}): Promise<Served> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rookery-journey-'));
  // What the tests' own environment says of databases and addresses is not for this server.
  const { DATABASE_URL: _database, PUBLIC_URL: _address, ...env } = process.env;
  const child = spawn(process.execPath, [program], {
    env: {
      ...env,
      PORT: '0',
      HOST: '127.0.0.1',
      ROOKERY_DATA_DIR: path.join(folder, 'data'),
      LOG_LEVEL: 'info',
      ROOKERY_EMPTY: '1',
      ...more,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const output = readOutput(child);
  const signInLink = await output.find(/(https?:\/\/\S+#link=\S+)\s/);
  const serverPid = Number(await output.find(/"pid":(\d+)[^\n]*Server listening/));
  return {
    url: new URL(signInLink).origin,
    signInLink,
    killServer: () => void process.kill(serverPid, 'SIGKILL'),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Collects what a process prints; `find` waits for a pattern and gives its first group. */
function readOutput(child: ChildProcess): { find(pattern: RegExp): Promise<string> } {
  let output = '';
  const waiting = new Set<() => void>();
  const read = (data: Buffer): void => {
    output += data.toString();
    for (const look of waiting) look();
  };
  child.stdout?.on('data', read);
  child.stderr?.on('data', read);
  return {
    find: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(output)?.[1];
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        child.once('error', reject);
        child.once('exit', (code) =>
          reject(new Error(`The server ended with ${code} too early:\n${output}`)),
        );
        look();
      }),
  };
}
