/**
 * The log-probability of a text, in nats: the sum over the tokens that make it up. Tokens after it, such as the one that ended it, are left
 * out. Null when the server gives none, or not for each, and for an empty text.
 * @param text what was kept of the completion, from its beginning.
 */
export function logProbabilityOf(
  text: string,
  given:
    | { tokens?: string[] | null | undefined; token_logprobs?: (number | null)[] | null | undefined }
    | null
    | undefined,
): number | null {
  const { tokens, token_logprobs: all } = given ?? {};
  if (text === '' || !all || all.length === 0) return null;
  const kept = tokens && tokens.length === all.length ? all.slice(0, tokensOf(text, tokens)) : all;
  let sum = 0;
  for (const value of kept) {
    if (value === null) return null;
    sum += value;
  }
  // Rounding may leave a hair above certainty.
  return Math.min(sum, 0);
}

/** How many tokens a text takes. */
function tokensOf(text: string, tokens: readonly string[]): number {
  if (!tokens.join('').startsWith(text)) {
    // Parts of characters are written in each server's own way; only the end is told from the rest then.
    const end = tokens.findIndex((token) => token.startsWith('\n'));
    return end === -1 ? tokens.length : end;
  }
  let length = 0;
  let count = 0;
  while (length < text.length) length += tokens[count++]!.length;
  return count;
}
