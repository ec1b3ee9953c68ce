import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

/** What every episode says, told from the actions that its prompt has left; the answer comes where there is no such line. */
export interface CompletionsOrder {
  commands: readonly string[];
  answer: string;
  actionLimit: number;
  /** Milliseconds before each answer. */
  latency: number;
}

/** Runs in a thread of its own, so that answering does not take the server's time. Posts its address. */
if (parentPort) {
  const port = parentPort;
  const { commands, answer, actionLimit, latency } = workerData as CompletionsOrder;
  const server = createServer((request, response) => {
    void json(request).then(async (body) => {
      const left = /♦Actions left: (\d+)\n♦Next action\n$/.exec((body as { prompt: string }).prompt);
      const text = left === null ? answer : commands[actionLimit - Number(left[1])];
      await delay(latency);
      response.end(JSON.stringify({ model: 'script', choices: [{ text }] }));
    });
  });
  server.listen(0, '127.0.0.1', () =>
    port.postMessage(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`),
  );
}
