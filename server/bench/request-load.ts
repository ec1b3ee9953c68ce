import { Agent, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { parentPort, workerData, type Worker } from 'node:worker_threads';

/** One request of a client; it is wrong if it is not answered 200. */
export interface LoadRequest {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  token: string;
  /** JSON; empty: none. */
  body: string;
}

export interface LoadOrder {
  /** What each client sends, in order, one at a time. */
  clients: LoadRequest[][];
  /**
   * Requests a second of all clients together, which come when they come: one that finds its client busy waits, and its
   * waiting counts. Null: each client sends its next when it has its answer.
   */
  rate: number | null;
}

export interface LoadOutcome {
  /** Milliseconds of every request. */
  latencies: number[];
  errors: string[];
  seconds: number;
}

/** Runs in a thread of its own, so that sending does not take the server's time. */
if (parentPort) {
  const port = parentPort;
  const { baseUrl } = workerData as { baseUrl: string };
  port.on('message', (order: LoadOrder) => {
    void run(baseUrl, order).then(
      (outcome) => port.postMessage({ outcome }),
      (error: unknown) => port.postMessage({ error: String(error) }),
    );
  });
}

async function run(baseUrl: string, { clients, rate }: LoadOrder): Promise<LoadOutcome> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients.length });
  const latencies: number[] = [];
  const errors: string[] = [];
  const begun = performance.now();
  const runClient = async (requests: LoadRequest[], nth: number): Promise<void> => {
    for (const [index, one] of requests.entries()) {
      let due = performance.now();
      if (rate !== null) {
        due = begun + ((index * clients.length + nth) / rate) * 1000;
        const wait = due - performance.now();
        if (wait > 0) await setTimeout(wait);
      }
      await send({ ...one, baseUrl, agent }).catch((error: unknown) => errors.push(String(error)));
      latencies.push(performance.now() - due);
    }
  };
  await Promise.all(clients.map(runClient));
  agent.destroy();
  return { latencies, errors, seconds: (performance.now() - begun) / 1000 };
}

function send(options: LoadRequest & { baseUrl: string; agent: Agent }): Promise<void> {
  const { baseUrl, agent, method, path, token, body } = options;
  return new Promise((resolve, reject) => {
    const sent = request(
      baseUrl + path,
      {
        agent,
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== '' && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
          }),
        },
      },
      (response) => {
        response.resume();
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`${method} ${path} was answered ${response.statusCode}.`));
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Has the thread send requests; `worker` runs this file. */
export function sendRequests(worker: Worker, order: LoadOrder): Promise<LoadOutcome> {
  const answered = new Promise<LoadOutcome>((resolve, reject) => {
    worker.once('message', (message: { outcome?: LoadOutcome; error?: string }) => {
      if (message.outcome) resolve(message.outcome);
      else reject(new Error(message.error));
    });
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  worker.postMessage(order);
  return answered;
}
