import type { Dependencies } from '../src/dependencies.ts';

/** Dependencies under which a job is told to stop once its first batch is committed: `dying` is the signal's controller. */
export function interruptAfterFirstBatch(deps: Dependencies, dying: AbortController): Dependencies {
  const { db } = deps;
  let transactions = 0;
  const transaction: typeof db.transaction = async (work, config) => {
    const result = await db.transaction(work, config);
    transactions += 1;
    // The first is the beginning of the attempt.
    if (transactions === 2) dying.abort();
    return result;
  };
  const watched = new Proxy(db, {
    get: (target, name) => (name === 'transaction' ? transaction : Reflect.get(target, name, target)),
  });
  return { ...deps, db: watched };
}
