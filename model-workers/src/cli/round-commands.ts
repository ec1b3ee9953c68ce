import { pairRules, roundStates } from '@rookery/shared/api';
import { formNames } from '@rookery/shared/comparisons';
import { Option, type Command } from 'commander';
import { between, ofProject } from './command-options.ts';
import {
  changeRound,
  listRoundEvents,
  listRounds,
  openRound,
  showRound,
  watchRound,
  type OpenRoundOptions,
  type WatchOptions,
} from './commands/rounds.ts';
import type { ProjectOptions } from './connection.ts';
import type { Io } from './io.ts';
import { withRewardSettings } from './reward-settings.ts';
import type { Outcome } from './run.ts';
import { ofSampling } from './sampling-commands.ts';

const round = ['[round]', 'number, name or id of a round (default: the newest)'] as const;

/** Commands for rounds: sample, compare, learn, and again. */
export function addRoundCommands(
  io: Io,
  program: {
    tell: (outcome: Outcome) => void;
    group: (name: string, description: string) => Command;
  },
): void {
  const { tell, group } = program;
  const rounds = group(
    'rounds',
    'Rounds: samples, comparisons of them, and the reward model that learns from them',
  );

  withRewardSettings(
    ofSampling(rounds.command('open'), [
      'rookery rounds open --policy ranker --comparisons 300',
      'rookery rounds open "Second" --policy ranker --per-question 6 --comparisons 300 --rule closest --random 30 --watch',
    ]),
  )
    .description(
      'Open a round: it samples at once, chooses pairs within the budget, waits for raters, and trains the next reward model ' +
        'when the budget is used up. The reward model in use is what it starts from.',
    )
    .argument('[name]', 'name of the round (default: "Round" and its number)')
    .addOption(
      new Option('--comparisons <n>', 'budget of comparisons')
        .argParser(between('--comparisons', 1, 1_000_000))
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--rule <rule>',
        'how pairs are chosen: random, those with the closest scores, or the best by score against another (default: random)',
      ).choices(pairRules),
    )
    .option(
      '--random <percent>',
      'share of the pairs that is random whatever the rule (default: 25)',
      between('--random', 0, 100),
    )
    .option('--overlap <n>', 'raters of each pair (default: the setting)', between('--overlap', 1, 100))
    .addOption(new Option('--form <form>', 'form of the pairs (default: webgpt-five)').choices(formNames))
    .option('--no-train', 'do not train when the budget is used up: "rookery rounds train" does')
    .option('--watch', 'watch it until there is nothing left to do but close it')
    .action(async (name: string | undefined, options: OpenRoundOptions) =>
      tell(await openRound(io, name, options)),
    );

  ofProject(rounds.command('list'), ['rookery rounds list', 'rookery rounds list --json'])
    .description('Rounds, the newest first, with what each came to.')
    .action(async (options: ProjectOptions) => tell(await listRounds(io, options)));

  ofProject(rounds.command('show'), ['rookery rounds show', 'rookery rounds show 2 --json'])
    .description('How a round stands, and what it waits for.')
    .argument(...round)
    .action(async (name: string | undefined, options: ProjectOptions) =>
      tell(await showRound(io, name, options)),
    );

  ofProject(rounds.command('events'), ['rookery rounds events 2'])
    .description('Every transition of a round, with the fact that moved it.')
    .argument(...round)
    .action(async (name: string | undefined, options: ProjectOptions) =>
      tell(await listRoundEvents(io, name, options)),
    );

  for (const [how, description] of [
    ['train', 'Have a round that compares train now, with the comparisons that there are.'],
    ['close', 'Close a round that is ready; the next one starts from its reward model.'],
    ['cancel', 'End a round that is under way. Samples, pairs and comparisons so far stay.'],
  ] as const) {
    ofProject(rounds.command(how), [`rookery rounds ${how}`, `rookery rounds ${how} 2`])
      .description(description)
      .argument(...round)
      .action(async (name: string | undefined, options: ProjectOptions) =>
        tell(await changeRound(io, { name, how }, options)),
      );
  }

  ofProject(rounds.command('watch'), ['rookery rounds watch', 'rookery rounds watch 2 --until comparing'])
    .description(
      'Go along with a round until it is at a state, or has ended. Ctrl-C ends watching, not the round.',
    )
    .argument(...round)
    .addOption(
      new Option('--until <state>', 'state to wait for')
        .choices(roundStates.filter((state) => state !== 'cancelled'))
        .default('ready'),
    )
    .action(async (name: string | undefined, options: WatchOptions) =>
      tell(await watchRound(io, name, options)),
    );
}
