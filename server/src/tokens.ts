import type { TokenCounter } from '@rookery/shared/browser';
import { countTokens as count, encode } from 'gpt-tokenizer/encoding/r50k_base';

/** Names of special tokens in a text are text like any other. */
const plain = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };

/** Counts GPT-2's tokens (r50k): what quotes cost. */
export const countTokens: TokenCounter = (text) => count(text, plain);

/** What is stored with an answer: GPT-2's tokens (r50k) of the answer prompt and of the text, and their ids as JSON arrays. */
export function tokensOf({ prompt, text }: { prompt: string; text: string }) {
  const [prefix, completion] = [encode(prompt, plain), encode(text, plain)];
  return {
    prefixTokens: prefix.length,
    completionTokens: completion.length,
    prefixTokenIds: JSON.stringify(prefix),
    completionTokenIds: JSON.stringify(completion),
  };
}
