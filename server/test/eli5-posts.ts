/** What one line of a made-up file of posts should come to. `refused`: part of the reason that is given for it. */
export type ExpectedPost =
  | { kind: 'question'; id: string; text: string; bestAnswer: string | null }
  | { kind: 'dropped' }
  | { kind: 'refused'; reason: string };

export interface MadePost {
  line: string;
  expected: ExpectedPost;
}

/** None of these asks anything, although some hold words that do. */
const statements = [
  'The island of Willow Cove',
  'Whatever became of canopy beds',
  'Showing area codes to Mayor Hawkins',
  'Candy, canned: a history',
  'Quantum tunnelling — in 100 words',
  'Wherever bees sleep',
  'Domain names, explained badly',
  'Whoops_why_not',
  'Über das Wetter',
  'كيفية عمل المحركات',
  '🧠 memory of smells',
  'Doable diets; wasteful ones',
  'Isotopes',
  'Somewhat hotter sauces',
];

/** Each asks, by a word of the list or by a question mark. */
const questions = [
  'Explain inflation',
  'ELI5: the stock market',
  'eli5 - gravity',
  'Why the sky is blue',
  "What's in a cloud",
  'What’s inside a star',
  'Whys and wherefores of tides',
  "It isn't clear to me: vaccines",
  'Bees: HOW',
  'The moon, as big as my thumb?',
  '(may) contain nuts',
  'Hadn’t seen: Could-have-beens of history',
  'Tell me (who) invented zero',
  'does/doesnt matter',
  'Roads WONT heal',
  'Must-see: eclipses',
];

const addresses = [
  'https://en.wikipedia.org/wiki/Rook_(bird)',
  'http://i.imgur.com/aB3.png',
  'https://example.org/a%20b#part-2',
  'https://example.org/$&$1$$',
  'http://www.youtube.com/watch',
  'https://example.com/_URL_7_/archive',
];
/** With it, the text has a question mark. */
const askingAddress = 'https://example.org/search?q=rooks';

/** A repeatable stream of numbers from 0 up to, not including, 1 (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Posts as the files of ELI5 and KILT have them, with everything that is odd about them, and what each should become: put together from
 * parts of which is known what they are, so that nothing of the reader's rules is repeated here.
 */
export function makeEli5Posts(count: number, seed = 1): MadePost[] {
  const random = randomNumbers(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const chance = (share: number): boolean => random() < share;
  return Array.from({ length: count }, (_, index) => makePost(`p${index}x`, { pick, chance }));
}

interface Dice {
  pick: <T>(list: readonly T[]) => T;
  chance: (share: number) => boolean;
}

function makePost(id: string, dice: Dice): MadePost {
  const { pick, chance } = dice;
  const titleAsks = chance(0.5);
  const title = addAddresses(titleAsks ? pick(questions) : pick(statements), { dice, share: 0.15 });
  const bodyAsks = chance(0.4);
  const body = chance(0.5)
    ? addAddresses(
        `${bodyAsks ? pick(questions) : pick(statements)}${pick([', and so on.', '\n\nThanks', '\r\n* one\r\n* two'])}`,
        { dice, share: 0.4 },
      )
    : null;
  const selftext = body?.tokens ?? pick(['', '[deleted]', '[removed]', '  \n', null, undefined]);
  const answers = makeAnswers(dice);
  const post: Record<string, unknown> = {
    [pick(['q_id', 'id'])]: id,
    title: title.tokens,
    ...(selftext !== undefined && { selftext }),
    document: '',
    subreddit: 'explainlikeimfive',
    title_urls: shapeOf(title.addresses, dice),
    selftext_urls: shapeOf(body?.addresses ?? [], dice),
    answers: answers.cell,
    answers_urls: shapeOf(answers.addresses, dice),
  };
  const asks = titleAsks || title.asks || (body !== null && (bodyAsks || body.asks));
  const text = body === null ? title.filled : `${title.filled}\n\n${body.filled}`;
  const expected: ExpectedPost = {
    kind: 'question',
    id,
    text: asks ? text : `Explain: ${text}`,
    bestAnswer: answers.best,
  };
  return chance(0.12) ? spoil(post, { expected, dice }) : { line: JSON.stringify(post), expected };
}

/** Text with tokens in the place of addresses, and what it is with them put back. */
function addAddresses(text: string, { dice, share }: { dice: Dice; share: number }) {
  const { pick, chance } = dice;
  const listed: string[] = [];
  let [tokens, filled, asks] = [text, text, false];
  while (chance(share) && listed.length < 15) {
    const address = chance(0.1) ? askingAddress : pick(addresses);
    tokens += ` (_URL_${listed.length}_)`;
    filled += ` (${address})`;
    asks ||= address === askingAddress;
    listed.push(address);
  }
  if (chance(0.02)) {
    // Two digits, and a token that comes twice.
    while (listed.length < 12) listed.push(`https://example.org/${listed.length}`);
    tokens += ' _URL_11_ and again _URL_11_ and _URL_1_';
    filled += ` ${listed[11]} and again ${listed[11]} and ${listed[1]}`;
  }
  return { tokens, filled, asks: asks || filled.includes(askingAddress), addresses: listed };
}

/** A list of addresses as the files of several loaders have it. */
function shapeOf(list: string[], { pick }: Dice): unknown {
  return pick([
    () => ({ url: list }),
    () => list,
    () => JSON.stringify({ url: list }),
    () => ({ url: [...list, 'https://example.org/more'] }),
  ])();
}

function makeAnswers({ pick, chance }: Dice) {
  const count = pick([0, 1, 2, 5]);
  const scores = Array.from({ length: count }, (_, index) => pick([-3, 2, 40, 40, 900]) + index / 1000);
  const list = scores.map((score, index) => ({
    a_id: `a${index}`,
    text: chance(0.3) ? `Answer ${index}, see _URL_0_ .` : `Answer ${index}: it depends.`,
    score,
  }));
  const top = list.toSorted((one, other) => other.score - one.score)[0];
  const address = 'https://example.org/answers';
  const cell = pick([
    () => list,
    () => ({
      a_id: list.map((one) => one.a_id),
      text: list.map((one) => one.text),
      score: list.map((one) => one.score),
    }),
  ])();
  return { cell, addresses: [address], best: top?.text.replace('_URL_0_', address) ?? null };
}

/** What is left out, and what cannot be read. */
function spoil(
  post: Record<string, unknown>,
  { expected, dice }: { expected: ExpectedPost; dice: Dice },
): MadePost {
  return dice.pick<() => MadePost>([
    () => ({ line: JSON.stringify({ ...post, title: '[deleted by user]' }), expected: { kind: 'dropped' } }),
    () => ({
      line: JSON.stringify({ ...post, title: ' [deleted by user] ' }),
      expected: { kind: 'dropped' },
    }),
    () => ({
      line: JSON.stringify({ ...post, title: undefined }),
      expected: { kind: 'refused', reason: 'the post has no "title"' },
    }),
    () => ({
      line: JSON.stringify({ ...post, title: '' }),
      expected: { kind: 'refused', reason: 'the post has no "title"' },
    }),
    () => ({
      line: JSON.stringify({ ...post, title: 'See _URL_99_' }),
      expected: { kind: 'refused', reason: 'mentions _URL_99_' },
    }),
    () => ({
      line: JSON.stringify(post).slice(0, -3),
      expected: { kind: 'refused', reason: 'not valid JSON' },
    }),
    () => ({ line: `${JSON.stringify(post)}\r`, expected }),
  ])();
}
