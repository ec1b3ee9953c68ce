import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import pg from 'pg';

export interface TimeSpent {
  requests: number;
  /** Milliseconds from a request's arrival until its answer was handed over, over all of them. */
  inRequests: number;
  queries: number;
  /** Milliseconds from sending a statement until its result, over all of them. */
  inQueries: number;
}

type Query = (this: pg.Client, ...args: unknown[]) => unknown;

/** Counts what this process answers over HTTP and asks of the database from now on, until `stop`; what `except` asks is left out. */
export function countTimeSpent({ except }: { except: pg.Client }): { stop(): TimeSpent } {
  const spent: TimeSpent = { requests: 0, inRequests: 0, queries: 0, inQueries: 0 };
  const begun = new WeakMap<object, number>();
  const onStart = (message: unknown): void =>
    void begun.set((message as { request: object }).request, performance.now());
  const onFinish = (message: unknown): void => {
    const at = begun.get((message as { request: object }).request);
    if (at === undefined) return;
    spent.requests += 1;
    spent.inRequests += performance.now() - at;
  };
  subscribe('http.server.request.start', onStart);
  subscribe('http.server.response.finish', onFinish);

  const prototype = pg.Client.prototype as unknown as { query: Query };
  const { query } = prototype;
  const count = (at: number): void => {
    spent.queries += 1;
    spent.inQueries += performance.now() - at;
  };
  prototype.query = function (...args) {
    if (this === except) return query.call(this, ...args);
    const at = performance.now();
    const callback = args.at(-1);
    if (typeof callback === 'function') {
      const wrapped = (...results: unknown[]): unknown => {
        count(at);
        return (callback as (...results: unknown[]) => unknown)(...results);
      };
      return query.call(this, ...args.slice(0, -1), wrapped);
    }
    const result = query.call(this, ...args);
    if (result instanceof Promise) {
      result.then(
        () => count(at),
        () => count(at),
      );
    }
    return result;
  };
  return {
    stop() {
      unsubscribe('http.server.request.start', onStart);
      unsubscribe('http.server.response.finish', onFinish);
      prototype.query = query;
      return spent;
    },
  };
}
