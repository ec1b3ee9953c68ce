import { z } from 'zod';
import { errorAnswerSchema, errorStatuses, type ErrorCode } from './errors.ts';

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof methods)[number];

export const projectRoles = ['lead', 'demonstrator', 'rater'] as const;
export const projectRoleSchema = z.enum(projectRoles);
export type ProjectRole = z.infer<typeof projectRoleSchema>;

/**
 * Who may call a route. The server enforces it in one place (`server/src/access`), before any handler runs.
 * - `public`: anyone, signed in or not.
 * - `signed-in`: any person, by session or API token.
 * - `session`: any person, but not with an API token, since a token must not widen its own rights.
 * - `admin`: people who administer the installation.
 * - `worker`: API tokens with the `worker` scope, nobody else.
 * - `{ project }`: people who hold one of these roles in the project of the path; an admin is a lead everywhere. To
 *   everybody else the project does not exist (404).
 * - `{ project, own }`: as above, and the object must be the person's own, unless they come in as a lead; others
 *   answer 404.
 * - `{ project, own: 'episode', orWorker }`: model workers too, for episodes that are samples of a project that their key
 *   is for.
 * A token needs the scope `read` for GET and `write` for the rest, and its project, when it is bound to one.
 */
export type Access =
  | 'public'
  | 'signed-in'
  | 'session'
  | 'admin'
  | 'worker'
  | {
      readonly project: readonly ProjectRole[];
      readonly own?: 'assignment' | 'episode' | 'comparison';
      readonly orWorker?: true;
    };

/** One entry of the route table. `operationId` is the entry's key in the table. */
export interface Route {
  readonly method: Method;
  /** With `:name` parameters, each of which `params` describes. */
  readonly path: `/api/${string}`;
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** A JSON body, or `'binary'` for a file's bytes, streamed. */
  readonly body?: z.ZodType | 'binary';
  readonly status: 200 | 201 | 202 | 204;
  /** The successful answer; `'binary'` is a file that honours ranges. */
  readonly answer: z.ZodType | 'binary' | null;
  /** Error codes beyond those that follow from `access`, `body` and `params`. */
  readonly errors?: readonly ErrorCode[];
  /** Requests a minute from one address, where that must be limited (sign-in). */
  readonly ratePerMinute?: number;
}

/** Keeps the literal types of a route table. */
export const defineRoutes = <const T extends Record<string, Route>>(routes: T): T => routes;

/** All error codes a route can answer with, those that follow from its access and inputs included. */
export function routeErrors(route: Route): ErrorCode[] {
  const codes = new Set<ErrorCode>(['internal_error', 'unavailable', ...(route.errors ?? [])]);
  if (route.params || route.query || (route.body && route.body !== 'binary')) codes.add('invalid_request');
  if (route.body) codes.add('too_large').add('unsupported_media_type');
  if (route.method !== 'GET') codes.add('origin_not_allowed');
  if (route.access !== 'public') codes.add('not_signed_in').add('session_expired').add('forbidden');
  if (typeof route.access === 'object' || route.path.includes(':')) codes.add('not_found');
  if (route.ratePerMinute !== undefined) codes.add('rate_limited');
  return [...codes];
}

/** Status → schema for every status a route can answer with; a file is described as a binary string. */
export function routeResponses(route: Route): Record<number, z.ZodType> {
  const responses: Record<number, z.ZodType> = {};
  for (const code of routeErrors(route)) responses[errorStatuses[code]] = errorAnswerSchema;
  responses[route.status] =
    route.answer === 'binary'
      ? z.any().describe("The file's bytes.")
      : (route.answer ?? z.null().describe('Empty.'));
  return responses;
}
