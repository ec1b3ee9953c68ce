// A server of its own process that does the first attempt of an import of pages, to be killed in the midst of it.
import { runDelivered } from '../../jobs/runner.ts';
import { openJobServer, processAll } from '../../jobs/testing.ts';
import { importLibrary } from './import-library.ts';

const [databaseUrl, folder, jobId] = process.argv.slice(2);
const { deps } = await openJobServer({ databaseUrl: databaseUrl!, folder: folder!, redisUrl: undefined });
const delivered = {
  kind: 'import-library',
  jobId: jobId!,
  attempt: 1,
  signal: new AbortController().signal,
} as const;
await runDelivered(deps, delivered, processAll(importLibrary));
