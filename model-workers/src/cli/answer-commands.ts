import { maxOverlap, maxPriority, questionUses } from '@rookery/shared/api';
import { formNames } from '@rookery/shared/comparisons';
import { Option, type Command } from 'commander';
import { between, collect, ofProject } from './command-options.ts';
import {
  importAnswers,
  importComparisons,
  type AnswersOptions,
  type ComparisonsOptions,
} from './commands/imports.ts';
import { makePairs, type PairsOptions } from './commands/pairs.ts';
import type { Io } from './io.ts';
import type { Outcome } from './run.ts';

const ofNewQuestions = () =>
  new Option('--use <use>', 'use of new questions').choices(questionUses).default('rm');
const dataset = [
  '--dataset <name>',
  'data set of questions whose rows do not say (default: imported)',
] as const;
const form = () => new Option('--form <form>', 'form of the pairs').choices(formNames).default('webgpt-five');

/** Commands for answers and what is made of them: pairs, and comparisons. */
export function addAnswerCommands(
  io: Io,
  program: {
    tell: (outcome: Outcome) => void;
    group: (name: string, description: string) => Command;
  },
): void {
  const { tell, group } = program;

  ofProject(group('answers', 'Answers that are compared').command('import'), [
    'rookery answers import reddit.jsonl --source reddit',
    'rookery answers import samples.jsonl more.jsonl --use evaluation --project "Pilot study"',
  ])
    .description(
      'Import answers from JSONL: rows of question (an object of dataset, id and full_text, or its text alone), answer, ' +
        'quotes (if there are any) and source. Questions that are not there are added, with no demonstrations wanted. The ' +
        'same answer from the same source again changes nothing.',
    )
    .argument('<files...>', 'files of answers')
    .option('--source <name>', 'where answers come from whose rows do not say')
    .option(...dataset)
    .addOption(ofNewQuestions())
    .action(async (files: string[], options: AnswersOptions) =>
      tell(await importAnswers(io, files, options)),
    );

  ofProject(group('comparisons', 'Judgements of pairs of answers').command('import'), [
    'rookery comparisons import comparisons.jsonl --name webgpt',
    'rookery comparisons import comparisons.jsonl --name webgpt --wanted 3 --use evaluation',
  ])
    .description(
      'Import comparisons from JSONL in either shape of openai/webgpt_comparisons, with their questions, answers and pairs. ' +
        'They are kept under a name, apart from what raters do. The same file under the same name again changes nothing.',
    )
    .argument('<files...>', 'files of comparisons')
    .requiredOption('--name <name>', 'name under which they are kept')
    .option(
      '--wanted <n>',
      'raters that are to compare each new pair again',
      between('--wanted', 0, maxOverlap),
      0,
    )
    .addOption(form())
    .option(...dataset)
    .addOption(ofNewQuestions())
    .action(async (files: string[], options: ComparisonsOptions) =>
      tell(await importComparisons(io, files, options)),
    );

  ofProject(group('pairs', 'Two answers each, to be compared').command('make'), [
    'rookery pairs make --dry-run',
    'rookery pairs make --per-question 2 --across-sources --overlap 3 --rerated 10',
    'rookery pairs make --use evaluation --per-question 1 --calibration --seed calibration-1',
  ])
    .description(
      'Make pairs of the answers to each question: all of them, or so many drawn by lot. Answers of the same text are never ' +
        'a pair, and no pair is made twice. The same seed again draws the same pairs.',
    )
    .option('--per-question <k>', 'pairs of each question (default: all)', between('--per-question', 1, 1000))
    .option('--across-sources', 'only answers from different sources')
    .option(
      '--overlap <n>',
      "raters of each pair (default: the project's setting)",
      between('--overlap', 1, maxOverlap),
    )
    .option(
      '--rerated <percent>',
      "share of pairs that one rater more compares (default: the project's setting)",
      between('--rerated', 0, 100),
    )
    .option('--calibration', 'everybody compares these pairs, outside the overlap')
    .option('--priority <n>', 'priority of the pairs', between('--priority', -maxPriority, maxPriority), 0)
    .addOption(form())
    .option('--seed <text>', 'every draw comes from it (default: a new one)')
    .addOption(new Option('--use <use...>', 'of questions for these uses alone').choices(questionUses))
    .option('--dataset <name>', 'of questions of this data set alone; give it again for more', collect)
    .option('--source <name>', 'of answers from this source alone; give it again for more', collect)
    .option('--dry-run', 'make nothing, and tell how many would be made')
    .action(async (options: PairsOptions) => tell(await makePairs(io, options)));
}
