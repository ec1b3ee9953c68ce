import type { QuestionFlag, Relevance, Side, Span, Support, Trust } from '@rookery/shared/comparisons';

const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many);
const number = (value: number): string => new Intl.NumberFormat('en').format(value);
const list = (items: readonly string[]): string =>
  new Intl.ListFormat('en', { type: 'conjunction' }).format(items);
const sideName = (side: Side): string => side.toUpperCase();

const supports: Readonly<Record<Support, string>> = {
  strong: 'Strong support',
  weak: 'Weak support',
  none: 'No support',
  'citation-error': 'Citation error',
};
const relevances: Readonly<Record<Relevance, string>> = {
  core: 'Core',
  side: 'Side',
  irrelevant: 'Irrelevant',
};
const trusts: Readonly<Record<Trust, string>> = {
  trustworthy: 'Trustworthy',
  neutral: 'Neutral',
  suspicious: 'Suspicious',
};
const questionFlags: Readonly<Record<QuestionFlag, string>> = {
  'makes-no-sense': 'This question does not make sense',
  'should-not-be-answered': 'This question should not be answered',
};
const claimInWords = ({ support, relevance, quote }: Pick<Span, 'support' | 'relevance' | 'quote'>): string =>
  [
    supports[support],
    ...(relevance === null ? [] : [relevances[relevance]]),
    ...(quote === null ? [] : [`by quote [${quote}]`]),
  ].join(', ');

/** The rater's words: comparing two answers, practice, history. */
export const compareText = {
  supports,
  relevances,
  trusts,
  questionFlags,
  claimInWords,
  answer: (side: Side) => `Answer ${sideName(side)}`,
  ofAnswer: (side: Side) => `of answer ${sideName(side)}`,
  ratings: 'Ratings',
  columns: 'Answers and ratings',
  question: 'Question',
  wholeQuestion: 'Whole question',
  lessQuestion: 'Less',
  emptyAnswer: 'This answer is empty.',

  doneToday: (count: number) => `${number(count)} done today`,
  status: {
    saved: (ago: string) => `Saved ${ago} ago`,
    allSaved: 'Everything saved',
    sending: 'Saving…',
    offline: 'Offline: kept here, will be sent',
  },
  undo: 'Undo',
  redo: 'Redo',
  undone: 'Taken back',
  redone: 'Done again',
  nothingToUndo: 'There is nothing to take back',
  difference: 'Differences',
  differenceLegend: 'Only in this answer',
  differenceRest: 'The other answer has it too, in these words',
  extend: 'Extend',
  timeLeft: (time: string) => `${time} left`,
  extendSoon: (time: string) => `Your time for this comparison ends in less than ${time}. Extend it.`,

  needsAll:
    'Needed here: everything, that is trust in the references cited, the claims of both answers, and every rating.',
  needs: (fields: readonly string[]) => `Needed here: ${list(fields)}.`,
  restIsOptional: 'The rest may be left out.',
  fields: { trust: 'trust in the references cited', claims: 'the claims of both answers' },
  required: 'needed',
  flagQuestion: 'About the question',
  flaggedTitle: 'You flagged the question',
  flaggedHelp: 'Nothing else is needed. Submit, or take it back.',
  takeBack: 'Take it back',

  references: 'References',
  referencesHelp: 'How far do you trust each reference that the answer relies on?',
  noReferences: 'This answer has no references.',
  citesNone: 'This answer cites none of its references.',
  uncited: (count: number) => `${number(count)} ${plural(count, 'reference', 'references')} not cited`,
  trustIn: (quote: number) => `Trust in reference [${quote}]`,
  citation: (quote: number, title: string) => `Reference ${quote}: ${title}`,
  sought: 'Closest to the sentence that cites it',
  untitled: 'Without a title',

  notes: 'Notes',
  notesHelp: 'For the leads, if something should be known.',
  notesOn: (side: Side) => `Notes on answer ${sideName(side)}`,

  claims: 'Claims',
  noClaims: 'Choose a sentence, or select words, and say how well it is supported.',
  support: 'Support',
  relevance: 'Relevance',
  quote: 'Supporting quote',
  noQuote: 'No quote',
  noRelevance: 'Not said',
  quoteNumber: (quote: number) => `[${quote}]`,
  remove: 'Remove the mark',
  removeClaim: (claim: string) => `Remove the mark of: ${claim.slice(0, 60)}`,
  showClaim: 'Show in the answer:',
  supportOf: (claim: string) => `Support of: ${claim.slice(0, 60)}`,
  relevanceOf: (claim: string) => `Relevance of: ${claim.slice(0, 60)}`,
  quoteOf: (claim: string) => `Supporting quote of: ${claim.slice(0, 60)}`,
  brushes: (side: Side) => `Mark a claim of answer ${sideName(side)}`,
  shortSupports: {
    strong: 'Strong',
    weak: 'Weak',
    none: 'None',
    'citation-error': 'Citation error',
  } satisfies Record<Support, string>,
  nothingChosen: 'Choose a sentence, or select words',
  sentence: (place: { index: number; count: number; words: string; marks: string }) =>
    `Sentence ${place.index} of ${place.count}: ${place.words}${place.marks && ` (${place.marks})`}`,
  marked: (words: string) => `Marked: ${words}`,
  unmarked: 'Mark removed',
  supportFirst: 'Now say how it is supported: 1 to 4',
  tooMany: 'There are as many claims in this answer as can be kept.',

  rated: (label: string, choice: string) => `${label}: ${choice}`,
  problemsTitle: 'Not submitted yet. What is missing:',
  submit: 'Submit',
  submitting: 'Submitting…',
  submitRevision: 'Submit the revision',
  skip: 'Skip…',
  flag: 'Flag…',
  skipTitle: 'Skip this comparison?',
  skipHelp: 'Somebody else gets it, and you get another. What you filled in is kept, and does not count.',
  skipReason: 'Reason (optional)',
  skipAction: 'Skip it',
  flagTitle: 'Flag this comparison for the leads?',
  flagHelp:
    'For what a lead has to look at: an answer in the wrong language or cut off, something unlawful, a private person. You get another comparison.',
  flagReason: 'What is wrong with it?',
  flagAction: 'Flag it',
  guidelines: 'Guidelines',
  keepSubmitted: 'Keep what I submitted',

  prompts: {
    title: 'Submit it like this?',
    contradicts:
      'Your overall rating prefers one answer, and every criterion you rated prefers the other. That can be right; look once more whether A and B have changed places.',
    fast: 'That was quick for answers of this length. If you have read both, submit.',
    submit: 'Submit all the same',
    back: 'Look again',
  },

  conflict: {
    title: 'This comparison was changed in another window',
    help: 'Choose which one to go on with. The other one is not kept.',
    here: 'In this window',
    elsewhere: (at: string | null) => (at === null ? 'Saved elsewhere' : `Saved elsewhere, ${at}`),
    nothing: 'Nothing filled in',
    useHere: 'Keep mine',
    useElsewhere: 'Take the other one',
  },

  lease: {
    over: 'Your time for this comparison has ended',
    overHelp: 'What you filled in is kept. Take it up again to go on, or submit it as it is.',
    surplus: 'If somebody else has got it by then, your work is still kept, as surplus.',
    revisionOver: 'The time to revise has ended. What you submitted counts.',
    lost: 'Somebody else has this comparison now',
    lostHelp: 'What you filled in is kept. You can still submit it: it is then kept as surplus.',
    takeUp: 'Take it up again',
  },

  revising: 'You are revising what you submitted. That counts until you submit again.',
  reviseLeft: (time: string) => `You can change it for another ${time}.`,
  revise: 'Revise',
  next: 'Next comparison',
  done: {
    submitted: { title: 'Submitted. Thank you', text: 'Your judgement is stored.' },
    surplus: {
      title: 'Submitted after your time had ended',
      text: 'Somebody else had taken it by then. Your judgement is stored and marked as surplus.',
    },
    released: { title: 'Skipped', text: 'Somebody else gets this comparison. What you filled in is kept.' },
    flagged: { title: 'Flagged', text: 'A lead will look at it. What you filled in is kept.' },
    excluded: {
      title: 'This comparison is not used',
      text: 'A lead has taken it out. Everything you did is stored.',
    },
  },
  gone: {
    title: 'This comparison is not there any more',
    text: 'It was removed, or it is not yours. Start another one from the home page.',
  },
  kept: 'What you filled in',

  home: {
    title: 'Comparing answers',
    demonstrating: 'Answering questions',
    next: 'A new comparison',
    nextOpen: 'Go on with your comparison',
    start: 'Start a comparison',
    startAnother: 'Start another comparison',
    startHelp:
      'You get a question with two answers. Read both, check what supports them, and say which is better and why.',
    noneLeft: 'There is nothing left to compare right now. More may come: look again later.',
    tooMany: 'You hold as many comparisons as you may. Finish one of those below, or skip one.',
    paused:
      'A lead has paused you in this project: you get no new comparisons. What you have begun you may finish.',
    active: 'Your other comparisons',
    resume: 'Go on',
    takeUp: 'Take up again',
    timeLeft: (time: string) => `${time} left`,
    expired: 'Time ended; you can go on if nobody else has taken it',
    history: 'Done lately',
    historyMore: 'Show more',
    historyEmpty: 'What you finish is listed here.',
    revise: (time: string) => `Revise (${time} left)`,
    figures: (count: number, time: string) =>
      `${number(count)} ${plural(count, 'comparison', 'comparisons')} · ${time} active`,
    revision: (revision: number) => `revision ${number(revision)}`,
  },
  states: {
    active: 'Under way',
    submitted: 'Submitted',
    surplus: 'Submitted late',
    expired: 'Time ended',
    released: 'Skipped',
    flagged: 'Flagged',
    excluded: 'Not used',
  },

  practice: {
    tag: 'Practice: nothing counts',
    offerTitle: 'New here? Compare a practice pair first',
    offer:
      'Two answers on the real screen, about ten minutes. Afterwards you see how we would have judged them, and why. Nothing of it counts.',
    start: 'Practise first',
    skip: 'No, thanks',
    repeat: 'Practise with two answers',
    leave: 'Leave practice',
    guide:
      'Read both answers and their references, rate trust, mark the claims, then rate. Nothing is sent; submit to see how we would have judged, and why.',
    guideMinimal:
      'Read both answers, then rate them. Nothing is sent; submit to see how we would have judged, and why.',
    doneTitle: 'How we would have judged it',
    doneText: (same: number, all: number) =>
      `You chose the same side as we did in ${number(same)} of ${number(all)} ratings. Judgements may differ by a point; what matters is the reason.`,
    you: 'You',
    we: 'We',
    notRated: 'Not rated',
    sameSide: 'Same side',
    otherSide: 'Other side',
    claims: (side: Side) => `The claims of answer ${sideName(side)}`,
    marked: 'The answer as we would have marked it',
    youMarked: (words: string) => `You: ${words}`,
    youMarkedNone: 'You: not marked',
    weMarked: (words: string) => `We: ${words}`,
    trust: (side: Side) => `The references of answer ${sideName(side)}`,
    first: 'Start your first real comparison',
    again: 'Practise again',
  },

  keys: {
    places: {
      everywhere: 'Always',
      answer: 'In an answer',
      ratings: 'In the ratings',
      done: 'After submitting',
    },
    /** What each key of `compareKeys` does. */
    meanings: {
      everywhere: {
        toA: 'Go to answer A',
        toB: 'Go to answer B',
        toRatings: 'Go to the ratings',
        difference: 'Show or hide differences',
        undo: 'Take back the last change',
        redo: 'Do it again',
        skip: 'Skip this comparison',
        flag: 'Flag it for the leads',
        extend: 'Extend your time',
        guidelines: 'Guidelines',
        submit: 'Submit',
        help: 'This list',
      },
      answer: {
        next: 'The next sentence',
        previous: 'The sentence before',
        more: 'One sentence more',
        fewer: 'One sentence less',
        strong: 'Strong support',
        weak: 'Weak support',
        none: 'No support',
        citationError: 'Citation error',
        core: 'Core',
        side: 'Side',
        irrelevant: 'Irrelevant',
        nextQuote: 'The next supporting quote',
        previousQuote: 'The quote before',
        chooseQuote: 'Choose the supporting quote from a list',
        remove: 'Remove the mark',
        trust: 'Trust in the references; then 1 to 3, and the arrows',
      },
      ratings: {
        choose: 'A much better … B much better',
        next: 'The next criterion',
        previous: 'The criterion before',
      },
      done: {
        next: 'The next comparison',
        revise: 'Revise',
      },
    },
    note: 'Keys never act while you type. Tab goes to every control in turn; Esc leaves a field.',
  },
};
