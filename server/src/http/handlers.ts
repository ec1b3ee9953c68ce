import type { Access, Route, Routes } from '@rookery/shared/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Identity, PersonCaller, ProjectCaller, SamplingCaller, WorkerCaller } from '../access/index.ts';

type Parsed<T> = T extends z.ZodType ? z.output<T> : undefined;
type CallerOf<A extends Access> = A extends 'public'
  ? Identity
  : A extends 'signed-in' | 'session' | 'admin'
    ? PersonCaller
    : A extends 'worker'
      ? WorkerCaller
      : A extends { orWorker: true }
        ? ProjectCaller | SamplingCaller
        : ProjectCaller;

/** What a handler is given: validated input and a caller whose access was checked. */
export interface Call<R extends Route> {
  params: Parsed<R['params']>;
  query: Parsed<R['query']>;
  body: R['body'] extends 'binary' ? Readable : Parsed<R['body']>;
  caller: CallerOf<R['access']>;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** A file as an answer: a blob, under the name it is downloaded as. */
export interface FileAnswer {
  blobHash: string;
  fileName: string;
  mediaType: string;
}

type Answer<R extends Route> = R['answer'] extends 'binary'
  ? FileAnswer
  : R['answer'] extends z.ZodType
    ? z.input<R['answer']>
    : void;

export type Handler<R extends Route> = (call: Call<R>) => Promise<Answer<R>> | Answer<R>;

/** The handlers of a part of the route table; a feature's `routes.ts` makes those of its part. */
export type Handlers<T extends Record<string, Route>> = { [Id in keyof T]: Handler<T[Id]> };

/** A handler for every route of the table: leaving one out does not compile. */
export type AllHandlers = Handlers<Routes>;
