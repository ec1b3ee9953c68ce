import { formNames } from '@rookery/shared/comparisons';
import { Option, type Command } from 'commander';
import { ofProject } from './command-options.ts';
import {
  exportComparisons,
  showAgreement,
  type AgreementOptions,
  type ComparisonExportOptions,
} from './commands/comparisons.ts';
import type { Io } from './io.ts';
import type { Outcome } from './run.ts';

const form = () =>
  new Option('--form <form>', 'form they were made with').choices(formNames).default('webgpt-five');

/** Commands for what came of comparing: files of comparisons, and how far raters agree. */
export function addComparisonCommands(
  io: Io,
  program: {
    tell: (outcome: Outcome) => void;
    group: (name: string, description: string) => Command;
  },
): void {
  const { tell, group } = program;
  const comparisons = group('comparisons', 'Judgements of pairs of answers');

  ofProject(comparisons.command('export'), [
    'rookery comparisons export --out comparisons.jsonl',
    'rookery comparisons export --format webgpt-flat --combine mean --out means.jsonl',
    'rookery comparisons export --format full --programs --surplus --excluded --out everything.jsonl',
    'rookery comparisons export --no-people --imports webgpt --out again.jsonl',
  ])
    .description(
      "Export people's comparisons as JSONL in a shape of openai/webgpt_comparisons, or with everything that is known of " +
        'them, and check what arrived by its SHA-256.',
    )
    .requiredOption('--out <file>', 'file to write')
    .addOption(
      new Option(
        '--format <format>',
        'lines as in openai/webgpt_comparisons, as its Hugging Face loader gives them, or everything',
      )
        .choices(['webgpt', 'webgpt-flat', 'full'])
        .default('webgpt'),
    )
    .addOption(
      new Option(
        '--combine <how>',
        'a line for each comparison, or for each pair with the mean over its raters',
      )
        .choices(['each', 'mean'])
        .default('each'),
    )
    .addOption(form())
    .option('--programs', "simulated raters' comparisons too")
    .option('--imports <name...>', 'imported comparisons too: those of these imports, or all')
    .option('--no-people', "without people's comparisons")
    .option('--surplus', 'also what came after its place was taken')
    .option('--no-calibration', 'without comparisons of calibration pairs')
    .option('--excluded', 'also what was taken out, marked so (format full)')
    .action(async (options: ComparisonExportOptions) => tell(await exportComparisons(io, options)));

  ofProject(comparisons.command('agreement'), [
    'rookery comparisons agreement',
    'rookery comparisons agreement --by programs --json',
    'rookery comparisons agreement --by import --import webgpt',
  ])
    .description(
      "How far raters agree about the same pairs, by criterion and overall: the paper's agreement, in which neutral against " +
        "a preference counts half, and Krippendorff's alpha, with 95 % intervals.",
    )
    .addOption(
      new Option('--by <whom>', "people's comparisons, programs', both, or imported ones")
        .choices(['people', 'programs', 'raters', 'import'])
        .default('people'),
    )
    .option('--import <name>', 'with --by import: of this import alone')
    .addOption(form())
    .action(async (options: AgreementOptions) => tell(await showAgreement(io, options)));
}
