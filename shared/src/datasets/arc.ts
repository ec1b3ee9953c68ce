import { cellFields, cellText, cellTexts, cellValue } from './cells.ts';
import type { Columns, FormatOptions, QuestionFormat } from './formats.ts';
import { readQuestionRow, type ReadQuestionRow } from './questions.ts';

interface Option {
  /** A, B, C, … */
  label: string;
  text: string;
}

/**
 * Questions of the AI2 Reasoning Challenge, in its three shapes: `question: {stem, choices: [{label, text}]}` (AI2's JSONL), `question`
 * and `choices: {text: [...], label: [...]}` (Hugging Face), and a `question` that ends in `(A) … (B) …` (AI2's CSV).
 */
export const arc: QuestionFormat = {
  recognises: (columns) =>
    'answerkey' in columns || 'choices' in columns || 'stem' in cellFields(cellValue(columns['question'])),
  read: readArc,
};

function readArc(columns: Columns, options: FormatOptions): ReadQuestionRow {
  const whole = cellValue(columns['question']);
  const fields = cellFields(whole);
  const given = optionsOf(fields['choices'] ?? columns['choices']);
  const { stem, choices } =
    given.length > 0
      ? { stem: cellText(fields['stem'] ?? whole), choices: given }
      : cutInline(cellText(fields['stem'] ?? whole));
  if (stem === null) return { problem: 'there is no question' };
  if (choices.length < 2) return { problem: 'there are fewer than two options' };
  const key = cellText(columns['answerkey'] ?? fields['answerkey']);
  const right = key === null ? null : choices.find((option) => option.label === letter(key));
  if (right === undefined) return { problem: `no option has the label "${key}" of the answer` };
  const text = [stem, ...choices.map((option) => `${option.label}. ${option.text}`)].join('\n');
  return readQuestionRow({
    dataset: options.dataset ?? 'arc',
    id: cellText(columns['id']) ?? cellText(columns['questionid']) ?? options.idOf(text),
    full_text: text,
    reference_answers: right === null || options.referenceAnswers === 0 ? [] : [right.text],
  });
}

/** Some of the exams number their options; 1 is A then, as evaluations of this data set read them. */
const letter = (label: string): string =>
  /^[1-9]$/.test(label) ? String.fromCharCode(64 + Number(label)) : label.toUpperCase();

function optionsOf(cell: unknown): Option[] {
  const value = cellValue(cell);
  const fields = cellFields(value);
  const labels = cellTexts(cellValue(fields['label']));
  const pairs = Array.isArray(value)
    ? value.map(cellFields).map(({ label, text }) => [cellText(label), cellText(text)] as const)
    : cellTexts(cellValue(fields['text'])).map(
        (text, index) => [labels[index] ?? null, cellText(text)] as const,
      );
  return pairs.flatMap(([label, text], index) =>
    text === null ? [] : [{ label: letter(label ?? String(index + 1)), text }],
  );
}

/** Cuts `… (A) one (B) two` into the question and its options. */
function cutInline(text: string | null): { stem: string | null; choices: Option[] } {
  if (text === null) return { stem: null, choices: [] };
  for (const labels of ['ABCDEFGH', '12345678']) {
    let end = text.lastIndexOf(`(${labels[0]})`);
    if (end < 0) continue;
    const stem = text.slice(0, end).trim();
    const choices: Option[] = [];
    for (let index = 0; end >= 0; index += 1) {
      const begin = end + 3;
      end = index + 1 < labels.length ? text.indexOf(`(${labels[index + 1]})`, begin) : -1;
      const option = text.slice(begin, end < 0 ? undefined : end).trim();
      choices.push({ label: letter(labels[index] ?? ''), text: option });
    }
    return { stem: stem === '' ? null : stem, choices: choices.filter((option) => option.text !== '') };
  }
  return { stem: text, choices: [] };
}
