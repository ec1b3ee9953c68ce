import { Tokenizer } from '@huggingface/tokenizers';

/** Most tokens that the encoder reads of a text. */
export const longestText = 128;

/** Ids that the vocabulary keeps for marks which texts do not have. */
const reserved = 6;
const unknown = 0;
/** Stands for a space, and before the first word. */
const space = '\u2581';

export interface EncoderTokenizer {
  /** The ids of a text's tokens, at most 128 and at least one; white space of any length is one space. */
  encode(text: string): number[];
}

/**
 * Cuts text into the most probable pieces of a vocabulary (SentencePiece's unigram model, Kudo 2018), after
 * compatibility normalisation (NFKC). Characters in a row that no piece has are one unknown token.
 * @param vocabulary pieces with the logarithms of their probabilities; the first six are kept for marks
 */
export function createTokenizer(vocabulary: readonly (readonly [string, number])[]): EncoderTokenizer {
  // No text has a noncharacter, so that marks are never read out of a text.
  const pieces = vocabulary.map(([piece, score], id) =>
    id < reserved ? [`\uffff${id}`, score] : [piece, score],
  );
  const tokenizer = new Tokenizer(
    {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [],
      normalizer: { type: 'NFKC' },
      pre_tokenizer: { type: 'Metaspace', replacement: space, prepend_scheme: 'always', split: false },
      post_processor: null,
      decoder: null,
      model: { type: 'Unigram', unk_id: unknown, vocab: pieces },
    },
    {},
  );
  return {
    encode(text) {
      const plain = text.replaceAll(/[\s\uffff]+/g, ' ').trim();
      if (plain === '') return [unknown];
      const { ids }: { ids: number[] } = tokenizer.encode(plain, { add_special_tokens: false });
      return ids.filter((id, place) => id !== unknown || ids[place - 1] !== unknown).slice(0, longestText);
    },
  };
}
