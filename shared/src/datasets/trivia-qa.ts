import { cellFields, cellText, cellTexts, cellValue } from './cells.ts';
import type { QuestionFormat } from './formats.ts';
import { readQuestionRow } from './questions.ts';

/** TriviaQA, one question a row: `Question`, `QuestionId` and `Answer` with `Value` and `Aliases`, in any case and with underscores. */
export const triviaQa: QuestionFormat = {
  recognises: (columns) =>
    cellText(columns['question']) !== null && 'value' in cellFields(cellValue(columns['answer'])),
  read(columns, options) {
    const question = cellText(columns['question']);
    if (question === null) return { problem: 'there is no "Question"' };
    const { value, aliases } = cellFields(cellValue(columns['answer']));
    const answers = [cellText(value) ?? '', ...cellTexts(aliases).map((alias) => alias.trim())];
    return readQuestionRow({
      dataset: options.dataset ?? 'triviaqa',
      id: cellText(columns['questionid']) ?? cellText(columns['question_id']) ?? options.idOf(question),
      full_text: question,
      // All of them are the answer, in different words.
      reference_answers:
        options.referenceAnswers === 0 ? [] : [...new Set(answers)].filter((answer) => answer !== ''),
    });
  },
};
