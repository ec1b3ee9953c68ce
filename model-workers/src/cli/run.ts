import { acceptedStandings, projectRoles, reviewStandings } from '@rookery/shared/api';
import { Command, CommanderError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { between, collect, collectRoles, common, exitCodesHelp, ofProject } from './command-options.ts';
import { addAnswerCommands } from './answer-commands.ts';
import { addComparisonCommands } from './comparison-commands.ts';
import { exportDemonstrations, type ExportOptions } from './commands/demonstrations.ts';
import { verifyEpisodes } from './commands/episodes.ts';
import { importLibrary, type LibraryOptions } from './commands/imports.ts';
import { invite, type InviteOptions } from './commands/invite.ts';
import { login, type LoginOptions } from './commands/login.ts';
import { ping, type PingOptions } from './commands/ping.ts';
import type { ProjectOptions } from './connection.ts';
import { CliError, exitCodes, toCliError } from './errors.ts';
import type { Io } from './io.ts';
import { addPolicyCommands } from './policy-commands.ts';
import { addQuestionCommands } from './question-commands.ts';
import { addQueueCommands } from './queue-commands.ts';
import { addRewardCommands } from './reward-commands.ts';
import { addRewardModelCommands } from './reward-model-commands.ts';
import { addRoundCommands } from './round-commands.ts';
import { addSamplingCommands } from './sampling-commands.ts';
import { addSimulateCommands } from './simulate-commands.ts';

/** What a command comes to: for people, or with --json for programs. */
export interface Outcome {
  json: Record<string, unknown>;
  text: string;
  /** Default: 0. */
  exitCode?: number;
}

/**
 * Runs a command line; `args` are what follows the program's name.
 * @returns the exit code (see `exitCodes`); nothing is thrown.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const isJson = args.includes('--json');
  let exitCode: number = exitCodes.ok;
  const tell = (outcome: Outcome): void => {
    io.out(isJson ? `${JSON.stringify(outcome.json)}\n` : outcome.text);
    exitCode = outcome.exitCode ?? exitCodes.ok;
  };
  try {
    await buildProgram(io, { isJson, tell }).parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.ok;
      // Commander has told people already.
      if (isJson) tellError(new CliError('usage', error.message.replace(/^error: /, '')));
      return exitCodes.usage;
    }
    const told =
      io.signal.aborted && !(error instanceof CliError)
        ? new CliError('interrupted', 'Stopped.')
        : toCliError(error);
    tellError(told);
    return told.exitCode;
  }

  function tellError(error: CliError): void {
    if (isJson) io.out(`${JSON.stringify({ error: { code: error.code, message: error.message } })}\n`);
    else io.err(`${error.message}\n`);
  }
}

function buildProgram(io: Io, output: { isJson: boolean; tell: (outcome: Outcome) => void }): Command {
  const { isJson, tell } = output;
  const program = new Command('rookery')
    .description(
      'The command line of Rookery: import questions, pages, answers and comparisons, train policies and sample from them, make pairs, train reward models, run rounds, invite people, export demonstrations.',
    )
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => isJson || io.err(text) })
    .showHelpAfterError('(--help says more)')
    .helpCommand(false)
    .addHelpText(
      'after',
      `
Begin with:
  rookery login --url http://127.0.0.1:3000 --email you@example.org
  rookery questions import questions.jsonl
  rookery library import ./pages --base-url https://docs.example.org/
${exitCodesHelp}`,
    );
  const group = (name: string, description: string): Command =>
    program.commands.find((command) => command.name() === name) ??
    program.command(name).description(description);

  common(program.command('login'), [
    'rookery login --url http://127.0.0.1:3000 --email you@example.org',
    'rookery login --link "http://127.0.0.1:3000/sign-in#link=…"',
    'ROOKERY_TOKEN=… rookery login --url https://rookery.example.org',
  ])
    .description(
      'Sign in to a server. The server and an API token are kept in ~/.config/rookery/config.json, for you alone.',
    )
    .option(
      '--email <address>',
      'sign in with e-mail and password; asks for it, unless ROOKERY_PASSWORD is set',
    )
    .option('--link <link>', 'sign in with a personal link; a link that works only once is used up')
    .option('--token <token>', 'keep this API token; ROOKERY_TOKEN keeps it out of the list of processes')
    .action(async (options: LoginOptions) => tell(await login(io, options)));

  addQuestionCommands(io, { tell, group });

  addAnswerCommands(io, { tell, group });

  ofProject(group('library', 'The pages demonstrators search').command('import'), [
    'rookery library import /usr/share/doc/python3/html --base-url https://docs.python.org/3/ --exclude "_sources/**"',
  ])
    .description(
      'Import a folder of HTML or text pages, or of JSONL rows of url, title and html or text. Run it again after an ' +
        'interruption, and it goes on where it was.',
    )
    .argument('<folder>', 'folder of pages')
    .requiredOption('--base-url <address>', "address of the folder: a page's address is this and its path")
    .option('--exclude <glob>', 'leave out files that match; give it again for more', collect)
    .action(async (folder: string, options: LibraryOptions) =>
      tell(await importLibrary(io, folder, options)),
    );

  ofProject(program.command('invite'), [
    'rookery invite --role demonstrator --uses 20 --expires 14',
    'rookery invite --role lead --role rater',
    'rookery invite --role demonstrator --people names.txt --out links.csv',
  ])
    .description(
      'Make an invitation and print its link; or with --people add everybody in a file, each with a personal link. Links ' +
        'are shown only this once.',
    )
    .addOption(
      new Option('--role <role>', 'what they are to be; give it again for more roles')
        .choices(projectRoles)
        .argParser(collectRoles)
        .makeOptionMandatory(),
    )
    .option('--uses <n>', 'how many people may use it', between('--uses', 1, 10_000), 1)
    .option(
      '--expires <days>',
      'after how many days it ends (default: 7 for an invitation, never for personal links)',
      between('--expires', 1, 3650),
    )
    .option('--note <text>', 'a note for yourself, shown in the list of invitations', '')
    .option('--people <file>', 'names, one a line, or CSV with the columns name and roles')
    .option('--out <file>', 'write the personal links there as CSV, readable by you alone')
    .action(async (options: InviteOptions) => tell(await invite(io, options)));

  ofProject(group('demonstrations', 'What demonstrators recorded').command('export'), [
    'rookery demonstrations export --out steps.jsonl',
    'rookery demonstrations export --format episodes --out episodes.jsonl',
  ])
    .description('Export demonstrations as JSONL, and check what arrived by its SHA-256.')
    .requiredOption('--out <file>', 'file to write')
    .addOption(
      new Option('--format <format>', 'rows of prompt and completion, or whole episodes')
        .choices(['steps', 'episodes'])
        .default('steps'),
    )
    .option('--include-invalid-steps', 'keep actions that were not valid (format steps)')
    .addOption(
      new Option('--review-state <state...>', 'which demonstrations, by where they stand in the review')
        .choices(reviewStandings)
        .default(acceptedStandings),
    )
    .action(async (options: ExportOptions) => tell(await exportDemonstrations(io, options)));

  ofProject(group('episodes', 'Recorded episodes').command('verify'), ['rookery episodes verify'])
    .description(
      'Replay every episode from its commands and stored pages, and compare each observation with the SHA-256 stored ' +
        'when it was shown. Exits with 1 if any differs.',
    )
    .action(async (options: ProjectOptions) => tell(await verifyEpisodes(io, options)));

  addComparisonCommands(io, { tell, group });

  addPolicyCommands(io, { tell, group });

  addSamplingCommands(io, { tell, group });

  addRewardCommands(io, { tell, group });
  addRewardModelCommands(io, { tell, group });

  addRoundCommands(io, { tell, group });

  addQueueCommands(io, { tell, group });

  addSimulateCommands(io, { tell, group });

  ofProject(program.command('ping'), ['rookery ping', 'rookery ping --timeout 5'])
    .description('Ask any model worker for a sign of life, through the queue.')
    .option('--timeout <seconds>', 'how long to wait', between('--timeout', 1, 3600), 30)
    .action(async (options: PingOptions) => tell(await ping(io, options)));

  return program;
}
