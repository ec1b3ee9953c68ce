import { jobStates } from '@rookery/shared/api';
import { jobKinds } from '@rookery/shared/queues';
import { Option, type Command } from 'commander';
import { between, ofProject } from './command-options.ts';
import { cancelJob, listJobs, retryJob, type JobsOptions } from './commands/jobs.ts';
import { listWorkers } from './commands/workers.ts';
import type { ProjectOptions } from './connection.ts';
import type { Io } from './io.ts';
import type { Outcome } from './run.ts';

/** Commands for what is behind the scenes: jobs, and the workers that do them. */
export function addQueueCommands(
  io: Io,
  program: {
    tell: (outcome: Outcome) => void;
    group: (name: string, description: string) => Command;
  },
): void {
  const { tell, group } = program;
  const jobs = group('jobs', 'What is done in the background');

  ofProject(jobs.command('list'), ['rookery jobs list', 'rookery jobs list --kind sample --state failed'])
    .description('Jobs of the project, newest first, with why they failed.')
    .addOption(new Option('--state <state>', 'in this state').choices(jobStates))
    .addOption(new Option('--kind <kind>', 'of this kind').choices(jobKinds))
    .option('--limit <n>', 'most to show', between('--limit', 1, 1_000_000), 50)
    .action(async (options: JobsOptions) => tell(await listJobs(io, options)));

  ofProject(jobs.command('retry'), ['rookery jobs retry 0190a000-0000-7000-8000-000000000002'])
    .description('Try a failed job again. What it had done is kept.')
    .argument('<id>', 'id of the job')
    .action(async (jobId: string, options: ProjectOptions) => tell(await retryJob(io, jobId, options)));

  ofProject(jobs.command('cancel'), ['rookery jobs cancel 0190a000-0000-7000-8000-000000000002'])
    .description('Cancel a job that has not ended. What it has done so far stays.')
    .argument('<id>', 'id of the job')
    .action(async (jobId: string, options: ProjectOptions) => tell(await cancelJob(io, jobId, options)));

  ofProject(group('workers', 'Programs that train policies and sample from them').command('list'), [
    'rookery workers list',
  ])
    .description(
      'The model workers of the last day: what they take, on what device, and whether they are there.',
    )
    .action(async (options: ProjectOptions) => tell(await listWorkers(io, options)));
}
