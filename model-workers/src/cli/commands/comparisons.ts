import type {
  Client,
  ComparisonSelection,
  CriterionAgreement,
  ExportComparisonsOptions,
} from '@rookery/shared/api';
import type { FormName } from '@rookery/shared/comparisons';
import { z } from 'zod';
import { connect, findProject, type ProjectOptions } from '../connection.ts';
import { downloadJobFile } from '../download.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { waitForJob } from '../jobs.ts';
import type { Outcome } from '../run.ts';
import { orDash, percent, tableOf } from '../table.ts';

export interface ComparisonExportOptions extends ProjectOptions {
  out: string;
  format: ExportComparisonsOptions['format'];
  combine: ExportComparisonsOptions['combine'];
  form: FormName;
  people: boolean;
  programs?: boolean;
  /** Names of imports, or `all`. */
  imports?: string[];
  surplus?: boolean;
  calibration: boolean;
  excluded?: boolean;
}

const count = z.number().int().min(0);
const resultSchema = z.object({ rows: count, leftOut: z.record(z.string(), count) });

/** Exports the project's comparisons into a file of JSONL, and checks that all of it arrived. */
export async function exportComparisons(io: Io, options: ComparisonExportOptions): Promise<Outcome> {
  const { format, combine, form, people, programs = false, imports: names, json, out } = options;
  if (!people && !programs && names === undefined)
    throw new CliError('usage', '--no-people leaves nobody: add --programs or --imports.');
  const connection = await connect(io, options);
  const { client } = connection;
  const { id: projectId } = await findProject(client, options.project);
  const created = await client.createComparisonExport({
    params: { projectId },
    body: {
      format,
      combine,
      form,
      people,
      programs,
      imports: await importsOf(client, { projectId, names }),
      includeSurplus: options.surplus ?? false,
      includeCalibration: options.calibration,
      includeExcluded: options.excluded ?? false,
    },
  });
  const job = await waitForJob(io, { client, projectId, jobId: created.id, label: 'Exporting', json });
  const { size, sha256 } = await downloadJobFile(io, { connection, projectId, job, target: out, json });
  const { rows, leftOut } = resultSchema.parse(job.result);
  const lines = `${rows} ${rows === 1 ? 'line' : 'lines'}`;
  return {
    json: { jobId: job.id, file: out, size, sha256, result: job.result },
    text: `Wrote ${out}: ${lines}, ${size} bytes, SHA-256 ${sha256}.\n${describeLeftOut(leftOut)}`,
  };
}

async function importsOf(
  client: Client,
  { projectId, names }: { projectId: string; names: string[] | undefined },
): Promise<ExportComparisonsOptions['imports']> {
  if (names === undefined) return 'none';
  if (names.length === 1 && names[0] === 'all') return 'all';
  return findImports(client, { projectId, names });
}

/** The ids of imports by their names. @throws CliError for a name that there is not */
async function findImports(
  client: Client,
  { projectId, names }: { projectId: string; names: readonly string[] },
): Promise<string[]> {
  const imports = await client.listComparisonImports({ params: { projectId } });
  return names.map((name) => {
    const found = imports.find((one) => one.name === name || one.id === name);
    if (found) return found.id;
    const known = imports.map((one) => `"${one.name}"`).join(', ');
    throw new CliError(
      'failed',
      `There is no import "${name}" of comparisons in this project${known && `: ${known}`}.`,
      { code: 'not_found' },
    );
  });
}

const leftOutWords: Readonly<Record<string, string>> = {
  others: 'by others than were asked for',
  unfinished: 'not submitted',
  excluded: 'excluded',
  surplus: 'surplus',
  calibration: 'of calibration pairs',
  unrated: 'without an overall rating',
};

function describeLeftOut(leftOut: Readonly<Record<string, number>>): string {
  const parts = Object.entries(leftOut)
    .filter(([, left]) => left > 0)
    .map(([reason, left]) => `${left} ${leftOutWords[reason] ?? reason}`);
  return parts.length === 0 ? '' : `Left out: ${parts.join(', ')}.\n`;
}

export interface AgreementOptions extends ProjectOptions {
  by: ComparisonSelection['by'];
  import?: string;
  form: FormName;
}

/** How far raters agree, as a table. */
export async function showAgreement(io: Io, options: AgreementOptions): Promise<Outcome> {
  const { by, form, import: name } = options;
  if (name !== undefined && by !== 'import') throw new CliError('usage', '--import goes with --by import.');
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const [importId] = name === undefined ? [] : await findImports(client, { projectId, names: [name] });
  const answer = await client.getAgreement({
    params: { projectId },
    query: { form, by, ...(importId !== undefined && { importId }) },
  });
  return { json: { form, by, ...answer }, text: describeAgreement(answer.criteria) };
}

/** Agreement in percent, alpha as a number; a dash where something is not defined. */
function describeAgreement(criteria: readonly CriterionAgreement[]): string {
  const number = (value: number): string => value.toFixed(3).replace('-', '−');
  const columns = ['Pairs', 'Agreement', '95 %', 'Alpha', '95 %'].map((head) => ({ head, isNumber: true }));
  const rows = criteria.map((one) => [
    one.criterion,
    String(one.pairs),
    orDash(one.agreement, percent),
    orDash(one.agreementInterval, ({ low, high }) => `${percent(low)} – ${percent(high)}`),
    orDash(one.alpha, number),
    orDash(one.alphaInterval, ({ low, high }) => `${number(low)} – ${number(high)}`),
  ]);
  return tableOf([{ head: 'Criterion' }, ...columns], rows);
}
