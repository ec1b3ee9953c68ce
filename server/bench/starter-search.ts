import { setTimeout as delay } from 'node:timers/promises';
import { jobs, projects } from '../src/db/schema/index.ts';
import { firstAdminLink } from '../src/features/accounts/index.ts';
import { startServerJobs } from '../src/jobs/index.ts';
import { starterQuestions } from '../src/starter/content.ts';
import { insertStarterProject, loadStarter } from '../src/starter/index.ts';
import { measureSearch, tellShare, type SearchShare } from '../test/starter.ts';
import { startApplication } from './application.ts';

/**
 * `npm run bench -- starter-search`: for each question of the starter project, is a page that answers it among the first five results?
 * Searched for by the question as it stands and by its main words. `--missed` names the rest.
 */
async function main(): Promise<void> {
  const application = await startApplication();
  const { deps } = application;
  const running = await startServerJobs(deps);
  try {
    const begun = performance.now();
    await firstAdminLink(deps, 'http://127.0.0.1', insertStarterProject);
    await loadStarter(deps);
    for (;;) {
      const open = (await deps.db.select({ state: jobs.state }).from(jobs)).filter(
        ({ state }) => state !== 'done',
      );
      if (open.some(({ state }) => state === 'failed' || state === 'cancelled'))
        throw new Error('An import failed.');
      if (open.length === 0) break;
      await delay(100);
    }
    console.log(`The starter project was loaded in ${((performance.now() - begun) / 1000).toFixed(1)} s.`);
    const [project] = await deps.db.select({ id: projects.id }).from(projects);
    const questions = await starterQuestions();
    const shares = await measureSearch(deps, { projectId: project!.id, questions });
    tell('the question as it stands', shares.asTyped);
    tell('its main words', shares.mainWords);
  } finally {
    await running.close();
    await application.close();
  }
}

function tell(what: string, share: SearchShare): void {
  console.log(`A reference page among the first five results of ${what}: ${tellShare(share)}`);
  if (!process.argv.includes('--missed')) return;
  for (const { id, query, first } of share.missed)
    console.log(`  ${id}: ${query}\n    ${first.join('\n    ')}`);
}

await main();
