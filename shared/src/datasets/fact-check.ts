import { cellText } from './cells.ts';
import type { QuestionFormat } from './formats.ts';
import { readQuestionRow } from './questions.ts';

/** Answers whose claims are to be checked: rows of `question` and `answer`. */
export const factCheck: QuestionFormat = {
  recognises: (columns) => cellText(columns['question']) !== null && cellText(columns['answer']) !== null,
  read(columns, options) {
    const [question, answer] = [cellText(columns['question']), cellText(columns['answer'])];
    if (question === null) return { problem: 'there is no "question"' };
    if (answer === null) return { problem: 'there is no "answer" to check' };
    const text = `Fact-check each of the claims in the following answer.\n\nQuestion: ${question}\n\nAnswer: ${answer}`;
    return readQuestionRow({
      dataset: options.dataset ?? 'fact-check',
      id: cellText(columns['id']) ?? options.idOf(text),
      full_text: text,
    });
  },
};
