import { ApiError, type ErrorCode } from '@rookery/shared/api';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { ZodError } from 'zod';

const fastifyCodes: Record<string, [ErrorCode, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'too_large',
    'The request is larger than is accepted here. Send less at once.',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported_media_type',
    'Send JSON (application/json), or a file as application/octet-stream.',
  ],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid_request', 'The body is not valid JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid_request', 'The body is empty, but JSON was announced.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid_request', 'The body is not as long as Content-Length says.'],
};

/** Gives every error the one shape of the API. What went wrong inside is logged and never sent. */
export const errorsPlugin = fastifyPlugin(
  async (app: FastifyInstance) => {
    app.setErrorHandler((error: FastifyError, request, reply) => {
      const apiError = toApiError(error);
      if (apiError.status >= 500) request.log[levelOf(apiError)]({ err: error }, 'request failed');
      return sendError(reply, request, apiError);
    });
  },
  { name: 'errors' },
);

/** What says that somebody else is not there, and what to do, is no error of this server's unless it has a cause. */
const levelOf = ({ code, cause }: ApiError): 'warn' | 'error' =>
  code === 'unavailable' && cause === undefined ? 'warn' : 'error';

/** The answer an error becomes. */
export function sendError(reply: FastifyReply, request: FastifyRequest, error: ApiError) {
  const { code, message, details, status } = error;
  return reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send({ error: { code, message, requestId: request.id, ...(details && { details }) } });
}

function toApiError(error: FastifyError): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof ZodError)
    return invalidRequest(error.issues.map((issue) => [issue.path, issue.message]));
  if (hasZodFastifySchemaValidationErrors(error)) {
    return invalidRequest(
      error.validation.map((issue) => [
        issue.instancePath.split('/').slice(1),
        issue.message ?? 'is not valid',
      ]),
    );
  }
  const known = fastifyCodes[error.code];
  if (known) return new ApiError(known[0], known[1]);
  if (error.statusCode === 429) return new ApiError('rate_limited', error.message);
  if (error instanceof SyntaxError && error.statusCode === 400) {
    return new ApiError('invalid_request', 'The body is not valid JSON.');
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new ApiError('invalid_request', error.message);
  }
  return new ApiError(
    'internal_error',
    'Something went wrong here. Try again; if it stays, report the request id.',
    {
      cause: error,
    },
  );
}

function invalidRequest(issues: [PropertyKey[], string][]): ApiError {
  const problems = issues.map(
    ([path, message]) => `${path.map(String).join('.') || 'the request'}: ${message}`,
  );
  return new ApiError('invalid_request', `Some values are not valid. ${problems.join('; ')}.`, {
    details: { problems },
  });
}
