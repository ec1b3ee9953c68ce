import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { ApiError, routes } from '@rookery/shared/api';
import fastify, { LogController, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { randomUUID } from 'node:crypto';
import type { Dependencies } from './dependencies.ts';
import { accountHandlers, createIdentify } from './features/accounts/index.ts';
import { answerHandlers } from './features/answers/index.ts';
import { comparisonTaskHandlers } from './features/comparison-tasks/index.ts';
import { comparisonHandlers } from './features/comparisons/index.ts';
import { createEpisodeContext, demonstrationHandlers, episodeHandlers } from './features/episodes/index.ts';
import { exportHandlers } from './features/exports/index.ts';
import { guidelinesHandlers } from './features/guidelines/index.ts';
import { importHandlers } from './features/imports/index.ts';
import { jobHandlers } from './features/jobs/index.ts';
import { libraryHandlers } from './features/library/index.ts';
import { pairHandlers } from './features/pairs/index.ts';
import { peopleHandlers } from './features/people/index.ts';
import { policyHandlers, trainingJobHandlers } from './features/policies/index.ts';
import { projectHandlers } from './features/projects/index.ts';
import { questionHandlers } from './features/questions/index.ts';
import { reviewHandlers } from './features/reviews/index.ts';
import { rewardHandlers, rewardJobHandlers } from './features/rewards/index.ts';
import { followRounds, roundHandlers } from './features/rounds/index.ts';
import { followSamplingJobs, samplingHandlers, samplingJobHandlers } from './features/sampling/index.ts';
import { simulationHandlers } from './features/simulation/index.ts';
import { systemHandlers } from './features/system/index.ts';
import { taskHandlers } from './features/tasks/index.ts';
import { workerHandlers } from './features/workers/index.ts';
import type { AllHandlers } from './http/handlers.ts';
import { registerRoutes } from './http/register.ts';
import { errorsPlugin } from './plugins/errors.ts';
import { liveSocketPlugin } from './plugins/live-socket.ts';
import { openApiPlugin } from './plugins/openapi.ts';
import { queueBoardPath, queueBoardPlugin } from './plugins/queue-board.ts';
import { webPlugin } from './plugins/web.ts';
import { starterHandlers } from './starter/index.ts';
import { version } from './version.ts';

const maxJsonBytes = 1024 * 1024;
const quietRoutes = new Set<string>([routes.getHealth.path, routes.reportWorker.path]);

/**
 * The application: every route, served by Fastify, ready to listen or to be injected into. It owns none of its
 * dependencies: who made them closes them.
 */
export async function buildApp(deps: Dependencies): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: deps.log,
    trustProxy: trustedProxies(deps.config.trustProxy),
    bodyLimit: maxJsonBytes,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    logController: new LogController({ disableRequestLogging: true }),
    return503OnClosing: true,
    forceCloseConnections: 'idle',
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('caller', null);
  // A file's bytes reach the handler as they come; its own limit applies.
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));

  const isSecure = deps.config.publicUrl?.startsWith('https:') ?? false;
  await app.register(errorsPlugin);
  await app.register(helmet, {
    // Set below: helmet cannot set frame-ancestors alone.
    contentSecurityPolicy: false,
    // Browsers ignore these two on plain HTTP, some with a warning on every page.
    hsts: isSecure,
    crossOriginOpenerPolicy: isSecure,
    originAgentCluster: false,
  });
  await app.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, context) =>
      new ApiError('rate_limited', `Too many tries. Wait ${Math.ceil(context.ttl / 1000)} s and try again.`),
  });
  await app.register(openApiPlugin, { version });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    // The web app's page brings its own policy for scripts and styles; this is what a page cannot set for itself.
    reply.header('content-security-policy', "frame-ancestors 'none'");
  });
  // Without addresses' queries and without bodies: they may hold secrets and answers' text.
  app.addHook('onResponse', async (request, reply) => {
    // Signs of life, many times a minute, are of interest only to who looks for them.
    const level = quietRoutes.has(request.routeOptions.url ?? '') ? 'debug' : 'info';
    request.log[level](
      {
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    );
  });

  // Answers that wait for others to come first would keep the server from closing.
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());

  followSamplingJobs();
  followRounds();
  const identify = createIdentify(deps);
  const episodes = createEpisodeContext(deps);
  const handlers: AllHandlers = {
    ...systemHandlers(deps, () => app.swagger()),
    ...accountHandlers(deps),
    ...peopleHandlers(deps),
    ...simulationHandlers(deps),
    ...projectHandlers(deps),
    ...starterHandlers(deps),
    ...guidelinesHandlers(deps),
    ...questionHandlers(deps),
    ...libraryHandlers(deps),
    ...importHandlers(deps),
    ...exportHandlers(deps),
    ...jobHandlers(deps),
    ...taskHandlers(deps),
    ...episodeHandlers(deps, episodes),
    ...demonstrationHandlers(deps),
    ...reviewHandlers(deps),
    ...answerHandlers(deps),
    ...pairHandlers(deps),
    ...comparisonTaskHandlers(deps),
    ...comparisonHandlers(deps),
    ...policyHandlers(deps),
    ...samplingHandlers(deps),
    ...rewardHandlers(deps, closing.signal),
    ...roundHandlers(deps),
    ...workerHandlers(deps),
    ...trainingJobHandlers(deps),
    ...samplingJobHandlers(deps, episodes),
    ...rewardJobHandlers(deps),
  };
  await app.register(queueBoardPlugin, { deps, identify, prefix: queueBoardPath });
  await app.register(webPlugin);
  await app.register(liveSocketPlugin, { deps, identify });
  registerRoutes(app, { deps, handlers, identify });
  await app.ready();
  return app;
}

/** A number of hops as the function Fastify wants for it. */
function trustedProxies(setting: Dependencies['config']['trustProxy']) {
  return typeof setting === 'number' ? (_address: string, hop: number) => hop < setting : setting;
}
