import { unwrapped } from './unwrapped.ts';

const wrapped = `# How to compare two answers

You get a question and two answers to it, A and B. You say which answer is better, in which respects and by how much. You
need not know anything about the subject, nor where the answers come from.

Allow about ten minutes, most of it for reading and checking.

## In this order

1. **Read the question.** What does the person want to know?
2. **Read both answers** to their ends before you judge either.
3. **Check facts** that you are not sure of with a search engine, in another tab. Two or three checks are enough: begin with what the answer
   stands on, and with what surprises you. Where the two answers contradict one another, find out who is right.
4. **Rate accuracy and coherence**, then **overall usefulness**, last.

## The three ratings

1. **Accuracy.** Which answer is more accurate? Weigh an error by what hangs on it: a wrong dose of a medicine is worse
   than a wrong year of birth. Something vague is not wrong, and not right either. *A says that honey never spoils; B says that it keeps
   for years if it is closed: you look it up, and B is more careful: B better.*
2. **Coherence.** Which answer is easier to follow: in order, in plain words, without contradicting or repeating itself?
   Judge how it is written, not whether it is right. *A explains step by step; B begins in the middle and comes back to it
   twice: A better.*
3. **Overall usefulness.** All in all, which answer is more useful to the person who asked? An answer that is
   inaccurate where it matters is of little use, however well it reads. One that is right and does not answer what was asked is of little use too.

### The five points

- **A much better** / **B much better**: anybody would see it; the difference matters to the person who asked.
- **A better** / **B better**: you have to look, but there is a difference.
- **Equally good**: you would not know which to take. Also where both are equally bad.

Do not flee to the middle because it is hard: decide when you can.

## What not to go by

- **Length.** Say which helps, not which is more.
- **Your own view.** Where you disagree, check.
- **Style alone.** A sure tone makes nothing true; a joke makes nothing false.
- **Who may have written it.** You are not told, and it does not matter. Which is called A is drawn by lot.

## Skip and flag

- **Skip** what you cannot judge: you cannot find out who is right, or would rather not read it. Somebody else gets it, and nobody
  minds.
- **Flag** what a lead has to look at: an answer in another language or cut off, something unlawful or hateful,
  private data of a person. Say what is wrong. Do not flag a question because it is hard or silly, nor an answer because it is bad: rate
  that.

## Time and pay

- Take the time that it needs, checking included. Nobody is paid less for being careful, and nothing is rejected by a machine.
- Everything is saved as you go. Close the page, and go on later or elsewhere. Your time for a comparison is pushed on while you work; *Extend* does so at once:
  press it before you search for long.
- After submitting you can revise for a while. You do not see how others judged, and they do not see yours.

## Privacy

- Write nothing about yourself in notes or reasons. Your judgements are kept under a made-up name.
- Judge yourself. Do not give the answers to another program and ask it: this work is to show what people find useful.
`;

/** What the guidelines of raters with the form `minimal` are until the lead of a project writes others, in Markdown. */
export const minimalGuidelines = unwrapped(wrapped);
