/** Every key of the comparison screen, by where it acts; the handler and the help are made from it. What they mean is said in `text.compare.keys`. */
export const compareKeys = {
  everywhere: {
    toA: ['a'],
    toB: ['b'],
    toRatings: ['r'],
    difference: ['d'],
    undo: ['u', 'Ctrl+z'],
    redo: ['U', 'Ctrl+Z', 'Ctrl+y'],
    skip: ['x'],
    flag: ['f'],
    extend: ['e'],
    guidelines: ['g'],
    submit: ['Ctrl+Enter'],
    help: ['?'],
  },
  answer: {
    next: ['ArrowDown'],
    previous: ['ArrowUp'],
    more: ['Shift+ArrowDown'],
    fewer: ['Shift+ArrowUp'],
    strong: ['1'],
    weak: ['2'],
    none: ['3'],
    citationError: ['4'],
    core: ['c'],
    side: ['s'],
    irrelevant: ['i'],
    nextQuote: [']'],
    previousQuote: ['['],
    chooseQuote: ['Enter'],
    remove: ['0', 'Delete', 'Backspace'],
    trust: ['t'],
  },
  ratings: {
    choose: ['1', '2', '3', '4', '5'],
    next: ['ArrowDown', 'Enter'],
    previous: ['ArrowUp'],
  },
  done: {
    next: ['n'],
    revise: ['r'],
  },
} as const;

export type ComparePlace = keyof typeof compareKeys;
