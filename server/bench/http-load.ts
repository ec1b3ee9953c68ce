import { Agent, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

/** Whoever sends commands: one person with one episode. */
export interface LoadClient {
  projectId: string;
  episodeId: string;
  leaseToken: string;
  token: string;
}

export interface LoadOrder {
  baseUrl: string;
  clients: LoadClient[];
  commands: string[];
  /** Milliseconds between a step's answer and the next; none if left out. */
  pause?: number;
}

/** Milliseconds of every step, in order, of every client. */
export type Latencies = number[][];

/** Runs in a thread of its own, so that sending does not take the server's time. */
if (parentPort) {
  const port = parentPort;
  const { baseUrl } = workerData as { baseUrl: string };
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  port.on('message', (order: Omit<LoadOrder, 'baseUrl'>) => {
    void Promise.all(order.clients.map((client) => runClient({ ...order, baseUrl, client, agent }))).then(
      (latencies) => port.postMessage({ latencies }),
      (error: unknown) => port.postMessage({ error: String(error) }),
    );
  });
}

async function runClient(options: LoadOrder & { client: LoadClient; agent: Agent }): Promise<number[]> {
  const latencies: number[] = [];
  for (const [index, command] of options.commands.entries()) {
    const begun = performance.now();
    await send({ ...options, sequence: index + 1, command });
    latencies.push(performance.now() - begun);
    if (options.pause !== undefined) await setTimeout(options.pause);
  }
  return latencies;
}

function send(options: {
  baseUrl: string;
  client: LoadClient;
  agent: Agent;
  sequence: number;
  command: string;
}): Promise<void> {
  const { baseUrl, client, agent, sequence, command } = options;
  const { projectId, episodeId, leaseToken, token } = client;
  const body = JSON.stringify({ command, leaseToken });
  return new Promise((resolve, reject) => {
    const sent = request(
      `${baseUrl}/api/projects/${projectId}/episodes/${episodeId}/commands/${sequence}`,
      {
        agent,
        method: 'PUT',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        response.resume();
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`Command ${sequence} was answered ${response.statusCode}.`));
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
