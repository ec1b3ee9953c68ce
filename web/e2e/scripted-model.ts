import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server with OpenAI's completions API that plays a fixed part: search, open, quote, end, answer. */
export interface ScriptedModel {
  url: string;
  /** Until then every request waits. */
  release(): void;
  close(): void;
}

export async function startModel(): Promise<ScriptedModel> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { prompt, seed } = JSON.parse(Buffer.concat(chunks).toString()) as {
        prompt: string;
        seed: number;
      };
      void released.then(() =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(
          JSON.stringify({
            model: 'script',
            choices: [{ text: say(prompt, seed), finish_reason: 'stop' }],
          }),
        ),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    release,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function say(prompt: string, seed: number): string {
  if (!prompt.endsWith('♦Next action\n')) return `Crows give gifts to one another [1]. Seen with ${seed}.`;
  if (!/^Search /m.test(prompt)) return 'Search crows gifts';
  if (!/^Click /m.test(prompt)) return 'Clicked on link 0';
  if (!/^Quote/m.test(prompt)) return 'Quote: Many animals give gifts to members of their own species';
  return 'End: Answer';
}
