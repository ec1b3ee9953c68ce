import { currentForm, emptyJudgement, fieldsOfForm, getForm, type Side } from '@rookery/shared/comparisons';
import { comparisonFormat, type FullComparisonRow } from '@rookery/shared/datasets';
import { inCodePoints } from '@rookery/shared/text';
import type { ExportedAnswer, ExportedDetail, ExportedPair } from './comparison-rows.ts';

const iso = (time: Date | null): string | null => time?.toISOString() ?? null;

/** The row of the format `full`. */
export function fullComparisonRow(pair: ExportedPair, detail: ExportedDetail): FullComparisonRow {
  const { comparison, rater, isSimulated, importName, newest } = detail;
  const { question, answers } = pair;
  const judgement = newest?.judgement ?? emptyJudgement();
  const isByRater = comparison.origin === 'rater';
  const firstSide = comparison.firstSide ?? 'a';
  const answerRow = (answer: ExportedAnswer, side: Side): FullComparisonRow['answers'][0] => {
    const { id, origin, source, text, quotes, prefixTokens, completionTokens } = answer;
    const { spans, trust, notes } = judgement.options[side];
    return {
      id,
      origin,
      source,
      text,
      quotes: quotes.map(({ title, domain, extract }) => ({ title, domain, extract })),
      tokens: { prefix: prefixTokens, completion: completionTokens },
      spans: spans.map(({ start, end, support, relevance, quote }) =>
        Object.assign(inCodePoints(text, { start, end }), { support, relevance, quote }),
      ),
      trust,
      notes,
    };
  };
  return {
    format: comparisonFormat,
    comparison_id: comparison.id,
    question: { dataset: question.dataset, id: question.id, full_text: question.fullText },
    use: question.use,
    form: { name: comparison.form, version: comparison.formVersion },
    rater,
    simulated: isSimulated,
    import: importName,
    state: comparison.state,
    excluded_reason: comparison.excludedReason,
    calibration: comparison.isCalibration,
    answers: [answerRow(answers[0], firstSide), answerRow(answers[1], firstSide === 'a' ? 'b' : 'a')],
    first_side: comparison.firstSide,
    ...inOrderOfForm(detail, judgement),
    question_flag: comparison.questionFlag,
    required_fields: comparison.requiredFields,
    soft_prompts: comparison.softPrompts,
    settings_version: comparison.settingsVersion,
    guidelines_version: comparison.guidelinesVersion,
    revisions: comparison.revision,
    claimed_at: isByRater ? comparison.createdAt.toISOString() : null,
    submitted_at: isByRater ? iso(comparison.submittedAt) : null,
    revised_at: comparison.revision > 1 ? iso(newest?.submittedAt ?? null) : null,
    active_seconds: comparison.activeMs === null ? null : comparison.activeMs / 1000,
    pair: pairRow(pair),
  };
}

/** Values and choices by criterion, in the order of the form. */
function inOrderOfForm(
  { comparison, ratings }: ExportedDetail,
  judgement: ReturnType<typeof emptyJudgement>,
): Pick<FullComparisonRow, 'ratings' | 'choices'> {
  const values = new Map(ratings.map(({ criterion, value }) => [criterion as string, value]));
  const choices = new Map(Object.entries(judgement.ratings));
  const { form: name, formVersion } = comparison;
  const fields = fieldsOfForm(formVersion === null ? currentForm(name) : getForm(name, formVersion));
  const inOrder = <T>(of: ReadonlyMap<string, T>) =>
    Object.fromEntries(fields.filter((field) => of.has(field)).map((field) => [field, of.get(field)!]));
  return { ratings: inOrder(values), choices: comparison.questionFlag === null ? inOrder(choices) : {} };
}

function pairRow({ pair, pairing }: ExportedPair): FullComparisonRow['pair'] {
  return {
    id: pair.id,
    created_at: pair.createdAt.toISOString(),
    pairing_id: pairing.id,
    method: pairing.method,
    options: pairing.options as FullComparisonRow['pair']['options'],
    seed: pairing.seed,
    probability: pair.probability,
    wanted: pair.wanted,
    calibration: pair.isCalibration,
    excluded_at: iso(pair.excludedAt),
    excluded_reason: pair.excludedReason,
  };
}
