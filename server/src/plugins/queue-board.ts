import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { createBullBoard } from '@bull-board/api';
import { FastifyAdapter } from '@bull-board/fastify';
import { ApiError } from '@rookery/shared/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { authorize, type Identity, type PersonCaller } from '../access/index.ts';
import type { Dependencies } from '../dependencies.ts';
import { checkOrigin } from '../http/origin.ts';

/** Where the board of the queues is; it is a page of its own, outside of the web app. */
export const queueBoardPath = '/admin/queues';

/** The board's own files, styles that it writes itself, and nothing from elsewhere: its page asks for fonts of another site. */
const contentPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";

interface QueueBoardOptions {
  deps: Dependencies;
  identify: (request: FastifyRequest) => Promise<Identity>;
}

/**
 * The board of the queues (bull-board), for admins in a session. It only shows: what is true of a job is its row, and changing the
 * queue alone would have the sweeper put it back.
 */
export async function queueBoardPlugin(
  app: FastifyInstance,
  { deps, identify }: QueueBoardOptions,
): Promise<void> {
  const board = new FastifyAdapter();
  createBullBoard({
    queues: deps.queues.opened.map(
      (queue) => new BullMQAdapter(queue, { readOnlyMode: true, allowRetries: false }),
    ),
    serverAdapter: board,
    options: { uiConfig: { boardTitle: 'Queues', locale: { lng: 'en' } } },
  });
  board.setBasePath(queueBoardPath);
  // Its own handler would send the stack.
  board.setErrorHandler((error) => {
    deps.log.error({ err: error }, 'the board of the queues failed');
    const message = 'The queues could not be read. Try again; the log has the details.';
    return { status: 500, body: { error: 'internal_error', message } };
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('content-security-policy', contentPolicy);
    try {
      await checkAdmin(request, { deps, identify });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      await sendRefusal(reply, error);
    }
  });
  await app.register(board.registerPlugin());
}

async function checkAdmin(request: FastifyRequest, { deps, identify }: QueueBoardOptions): Promise<void> {
  checkOrigin(request, deps.config);
  const identity = await identify(request);
  const key = { db: deps.db, method: 'GET', identity, params: {} } as const;
  const caller = (await authorize({ ...key, access: 'admin' })) as PersonCaller;
  if (caller.session === null) {
    throw new ApiError(
      'forbidden',
      'An API token cannot do this. Sign in with e-mail and password or a link.',
    );
  }
}

/** A page, since people come here with a browser. The messages are the server's own, without mark-up. */
function sendRefusal(reply: FastifyReply, { status, message }: ApiError): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Queues</title><p>${message}</p><p><a href="/">Rookery</a></p></html>`,
    );
}
