const functionWords = new Set(
  (
    'a about above after again against all also although am an and another any are as at be because been before being ' +
    'below between both but by can could did do does doing done down during each either else even ever every explain ' +
    'few for from get gets getting give given go goes got had has have having he her here hers him his how i if in into ' +
    'is it its itself just let like made make makes many may me might more most much must my no nor not now of off on ' +
    'once one only onto or other others our ours out over own people please really same she should since so some ' +
    'something still such than that the their theirs them then there these they thing things this those though through ' +
    'to too under until up upon us use used very was way we well were what when where whether which while who whom ' +
    'whose why will with within without would yes yet you your yours'
  ).split(' '),
);

/** The words of a text that say what it is about: lower case, each once, in order. */
export function contentWords(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words.filter((word) => word.length > 2 && !functionWords.has(word)))];
}

/** A crude stem, so that "tides" and "tidal" meet; good enough to tell what a sentence is about. */
export const stemOf = (word: string): string => word.slice(0, 5);

export const stemsOf = (text: string): Set<string> => new Set(contentWords(text).map(stemOf));
