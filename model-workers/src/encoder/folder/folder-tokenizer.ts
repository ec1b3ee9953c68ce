import { Tokenizer } from '@huggingface/tokenizers';
import { FinalFailure } from '../../final-failure.ts';

/**
 * Makes the tokenizer of a `tokenizer.json`. What is too long is cut at its end; the marks that stand before and after a text stay.
 * @returns the ids of a text's tokens with their marks, at least one and at most `longestText`
 * @throws FinalFailure for one that is not understood
 */
export function folderTokenizer(options: {
  tokenizer: object;
  tokenizerConfig: object;
  longestText: number;
  folder: string;
}): (text: string) => number[] {
  const { longestText, folder } = options;
  try {
    const tokenizer = new Tokenizer(options.tokenizer, options.tokenizerConfig);
    const idsOf = (text: string, marks: boolean): number[] =>
      tokenizer.encode(text, { add_special_tokens: marks }).ids;
    // What stands before and after any text.
    const [plain, marked] = [idsOf('a', false), idsOf('a', true)];
    const before = marked.findIndex((_, place) => plain.every((id, index) => marked[place + index] === id));
    if (plain.length === 0 || before < 0) throw new Error('it gives a text no tokens');
    const after = marked.slice(before + plain.length);
    const most = longestText - before - after.length;
    return (text) => {
      const ids = idsOf(text.trim(), false);
      const all = [...marked.slice(0, before), ...ids.slice(0, most), ...after];
      return all.length > 0 ? all : plain.slice(0, 1);
    };
  } catch (error) {
    throw new FinalFailure(
      `The tokenizer.json in ${folder} is not understood (${error instanceof Error ? error.message : String(error)}). Use another encoder.`,
      { cause: error },
    );
  }
}
