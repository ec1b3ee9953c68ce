const functionWords = new Set(
  (
    'a about above after again against all also although am an and another any are as at be because been before being ' +
    'below between both but by can could did do does doing done down during each either else even ever every few for ' +
    'from further get gets getting give given go goes got had has have having he her here hers herself him himself his ' +
    'how i if in into is it its itself just may me might more most much must my myself no nor not now of off on once ' +
    'one only onto or other others our ours out over own same she should since so some such than that the their theirs ' +
    'them themselves then there these they this those though through to too under until up upon us very was we well ' +
    'were what when where whether which while who whom whose why will with within without would yes yet you your yours'
  ).split(' '),
);

/** A word of a text, in its order. */
export interface Word {
  /** Lower case, without accents; a number without commas between its digits. */
  form: string;
  /** What its inflections have in common, roughly. */
  stem: string;
  isContent: boolean;
  isNumber: boolean;
  /** It begins with a capital, wherever it stands. */
  isCapital: boolean;
}

/** Letters and digits, with an apostrophe or a comma or point of a number within. */
const pattern = /\p{N}+(?:[.,]\p{N}+)*\p{L}*|\p{L}[\p{L}\p{N}\p{M}]*(?:['’]\p{L}+)?/gu;

export function wordsOf(text: string): Word[] {
  return (text.normalize('NFKC').match(pattern) ?? []).map((found) => {
    const plain = found.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('’', "'");
    const isNumber = /^\p{N}/u.test(plain);
    const form = isNumber ? plain.replaceAll(',', '') : plain;
    return {
      form,
      stem: isNumber ? form : stemOf(form),
      isContent: isNumber || (form.length > 1 && !functionWords.has(form)),
      isNumber,
      isCapital: /^\p{Lu}/u.test(found),
    };
  });
}

/** A crude stem: possessive and common endings off, and no more than seven letters. */
function stemOf(form: string): string {
  const base = form.replace(/'.*$/, '');
  const cut = base.length > 4 ? base.replace(/(?:ies|ied|ing|ed|es|s|ly|y|e)$/, '') : base;
  return (cut.length < 3 ? base : cut).slice(0, 7);
}

/** Runs of n stems, joined. */
export function gramsOf(words: readonly { stem: string }[], n: number): string[] {
  const grams: string[] = [];
  for (let start = 0; start + n <= words.length; start += 1)
    grams.push(
      words
        .slice(start, start + n)
        .map(({ stem }) => stem)
        .join(' '),
    );
  return grams;
}
