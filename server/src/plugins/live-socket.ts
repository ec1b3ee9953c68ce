import websocket from '@fastify/websocket';
import { ApiError, routes } from '@rookery/shared/api';
import { livePath, type LiveMessage } from '@rookery/shared/live';
import { and, arrayContains, eq, isNull } from 'drizzle-orm';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { WebSocket } from 'ws';
import type { Identity } from '../access/index.ts';
import { members } from '../db/schema/index.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Audience } from '../live/index.ts';
import { checkOrigin } from '../http/origin.ts';

const pingEveryMs = 25_000;
/** A client this far behind is cut off; it reads the state over HTTP when it comes back. */
const maxBufferedBytes = 1_000_000;

interface LiveSocketOptions {
  deps: Dependencies;
  identify: (request: FastifyRequest) => Promise<Identity>;
}

/** The WebSocket: pushes to each person what happens in the projects they lead, and to their own work. */
export const liveSocketPlugin = fastifyPlugin(
  async (app: FastifyInstance, { deps, identify }: LiveSocketOptions) => {
    await app.register(websocket, { options: { maxPayload: 1024 } });
    app.route({
      method: 'GET',
      url: livePath,
      schema: { hide: true },
      // Refused before the upgrade: browsers send cookies along with a foreign page's WebSocket.
      onRequest: async (request) => {
        checkOrigin(request, deps.config);
        const identity = await identify(request);
        if (identity.kind === 'nobody')
          throw new ApiError(identity.reason, 'Sign in to follow what happens.');
        if (identity.kind === 'worker' || identity.token?.scopes.includes('read') === false) {
          throw new ApiError('forbidden', 'This token may not read, so it cannot follow what happens.');
        }
        request.caller = identity;
      },
      handler: () => {
        throw new ApiError(
          'invalid_request',
          `${livePath} is a WebSocket. Read ${routes.getOpenApi.path} instead.`,
        );
      },
      wsHandler: (socket, request) => {
        const identity = request.caller as Extract<Identity, { kind: 'person' }>;
        serve({ socket, deps, identity });
      },
    });
  },
  { name: 'live-socket' },
);

function serve(options: {
  socket: WebSocket;
  deps: Dependencies;
  identity: Extract<Identity, { kind: 'person' }>;
}): void {
  const { socket, deps, identity } = options;
  const { person, token } = identity;
  let isAlive = true;
  let delivered: Promise<unknown> = Promise.resolve();
  const send = (message: LiveMessage) => {
    if (socket.bufferedAmount > maxBufferedBytes) socket.terminate();
    else if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  const stop = deps.live.subscribe((audience, message) => {
    const { projectId } = audience;
    if (token?.projectId && projectId !== null && token.projectId !== projectId) return;
    // They go out in the order they came in, however long reading the membership takes for one of them.
    delivered = Promise.all([isMeant(audience), delivered])
      .then(([isForThem]) => isForThem && send(message))
      .catch((error: unknown) => deps.log.warn({ err: error }, 'live message not delivered'));
  });
  // Membership is read for each message, so that who was removed hears nothing more.
  const isMeant = async ({ projectId, memberId }: Audience) => {
    if (person.isAdmin) return true;
    if (projectId === null) return isLeadSomewhere();
    const [member] = await deps.db
      .select({ id: members.id, roles: members.roles })
      .from(members)
      .where(
        and(eq(members.projectId, projectId), eq(members.personId, person.id), isNull(members.removedAt)),
      );
    return member !== undefined && (member.roles.includes('lead') || member.id === memberId);
  };
  const isLeadSomewhere = async () => {
    const [lead] = await deps.db
      .select({ id: members.id })
      .from(members)
      .where(
        and(
          eq(members.personId, person.id),
          isNull(members.removedAt),
          arrayContains(members.roles, ['lead']),
          // A token that is bound to a project speaks of that one alone.
          token?.projectId ? eq(members.projectId, token.projectId) : undefined,
        ),
      )
      .limit(1);
    return lead !== undefined;
  };
  const ping = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, pingEveryMs);
  socket.on('pong', () => (isAlive = true));
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearInterval(ping);
    stop();
  });
  send({ type: 'hello', serverTime: deps.clock().toISOString() });
}
