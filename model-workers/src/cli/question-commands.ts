import { maxPriority, maxWanted, questionUses } from '@rookery/shared/api';
import { questionFormatNames } from '@rookery/shared/datasets';
import { Option, type Command } from 'commander';
import { between, collect, ofProject } from './command-options.ts';
import { importQuestions } from './commands/imports.ts';
import type { QuestionsOptions } from './commands/question-options.ts';
import { changeQuestions, type ChangeQuestionsOptions } from './commands/questions.ts';
import type { Io } from './io.ts';
import type { Outcome } from './run.ts';

/** Commands for questions: files of them, and what is wanted of them. */
export function addQuestionCommands(
  io: Io,
  program: {
    tell: (outcome: Outcome) => void;
    group: (name: string, description: string) => Command;
  },
): void {
  const { tell, group } = program;
  const questions = group('questions', 'Questions of a project');

  ofProject(questions.command('import'), [
    'rookery questions import eli5.jsonl',
    'rookery questions import ELI5_train.jsonl --use bc=60 --use rm=30 --use evaluation=10 --preview',
    'rookery questions import ARC-Challenge-Test.csv more.jsonl --format arc --use evaluation --project "Pilot study"',
  ])
    .description(
      'Import questions from JSONL or CSV: our own columns (dataset, id, full_text, reference_answers, reference_pages, ' +
        'use), posts of ELI5, questions of ARC or TriviaQA, or answers to fact-check. Rows that cannot be used are listed ' +
        'with the reason; the rest is imported. Questions that are there already keep their use, places and priority.',
    )
    .argument('<files...>', 'files of questions')
    .addOption(
      new Option('--format <format>', 'what the rows are; auto goes by the columns of each file')
        .choices(['auto', ...questionFormatNames])
        .default('auto'),
    )
    .option(
      '--use <use>',
      'use of new questions whose rows do not say (default: bc), or shares of uses in percent, such as bc=60; give it again for more',
      collect,
    )
    .option('--dataset <name>', 'data set of rows of published formats (default: the name of the format)')
    .option('--wanted <n>', 'demonstrations wanted of each new question', between('--wanted', 0, maxWanted))
    .option(
      '--priority <n>',
      'priority of new questions',
      between('--priority', -maxPriority, maxPriority),
      0,
    )
    .option(
      '--answers <n>',
      'answers of a post that become reference answers',
      between('--answers', 0, 10),
      1,
    )
    .option('--preview', 'import nothing, and show what would come out')
    .action(async (files: string[], options: QuestionsOptions) =>
      tell(await importQuestions(io, files, options)),
    );

  ofProject(questions.command('change'), [
    'rookery questions change --use bc --wanted 3 --priority 10',
    'rookery questions change --dataset eli5 --contains "why do" --wanted 0',
  ])
    .description('Set how many demonstrations are wanted, and the priority, of all questions that match.')
    .addOption(new Option('--use <use>', 'questions for this use').choices(questionUses))
    .option('--dataset <name>', 'questions of this data set')
    .option('--contains <text>', 'questions that have this in their text or id, in any case')
    .option('--wanted <n>', 'demonstrations wanted of each', between('--wanted', 0, maxWanted))
    .option(
      '--priority <n>',
      'questions of a higher one are given out first',
      between('--priority', -maxPriority, maxPriority),
    )
    .action(async (options: ChangeQuestionsOptions) => tell(await changeQuestions(io, options)));
}
