import { unwrapped } from './unwrapped.ts';

const wrapped = `# How to compare two answers

You get a question and two answers to it, A and B, each with the references it was written from. You say which answer is
better, in which respects and by how much. A program learns from your judgement what a good answer is. So judge as the
person who asked would, if they had the time to check.

Allow about ten minutes. Reading with care is the work; the buttons take one minute of it.

## In this order

1. **Read the question.** What does the person want to know? That is the *core question*. Some projects let you say that
   a question does not make sense or should not be answered; then nothing else is needed.
2. **Read answer A and its references.** Say how far you trust each reference it relies on.
3. **Mark the claims of A**: how well each is supported, and how relevant it is.
4. **Do the same for B.**
5. **Rate the criteria**, one after the other, then **overall usefulness**, last.

Above the answers stands what is needed in this comparison. Often that is only some of the ratings; the rest may be left
out, though marking claims makes the ratings easier and better.

## Supported or not

A claim is **supported** if a reliable reference backs it, **or** if it is common knowledge: what nearly everybody knows
and nobody would dispute (“water is wet”, “Paris is in France”).

**Do no research of your own.** You judge what the answer shows its reader. A claim that is true, but has no reference and
is not common knowledge, is not supported.

### Trust in a reference

| Trust | When |
| --- | --- |
| **Trustworthy** | You would rely on it: an encyclopedia, a university or public body, a newspaper with editors, a textbook, an expert writing about their subject. |
| **Neutral** | It may be right; you cannot tell: a hobbyist's page, a forum answer that gives reasons, a company about its own product where it has little to gain. |
| **Suspicious** | You would not rely on it: it sells what it praises, has an axe to grind, contradicts itself, or says what cannot be. |

Go by what you see: title, domain and extract. You need not open anything.

### Marks of claims

Choose a sentence, or the words of a claim, and say how well it is supported:

- **Strong support**: a reference you trust says just that, or it is common knowledge.
  *“Crows can recognise human faces [1]”*, and [1] is a university page that reports the experiment.
- **Weak support**: the reference says something near it, says it less surely, or is one you do not quite trust.
  The answer: *“Crows never forget a face [1]”*; the reference: *“remembered the mask for at least five years”*.
- **No support**: nothing backs it, and it is not common knowledge. *“Most crows in cities know their mail carrier.”*
- **Citation error**: it cites a reference that says nothing about it, or says the opposite, or the number is wrong.
  *“They live for 60 years [2]”*, and [2] is about what they eat.

Then say how relevant it is:

- **Core**: it answers the core question, or the answer would fall without it.
- **Side**: it helps, and is not what was asked.
- **Irrelevant**: the answer would lose nothing without it.

You may also name the quote that supports a claim. Mark what matters: every claim that carries the answer, and every one
that is not supported. Introductions and transitions need no mark.

## The five criteria

For each, compare the answers in this respect only. An answer can win one and lose the next.

1. **Unsupported information.** Which has less that is not supported? Weigh a claim by what hangs on it: a wrong dose of a
   medicine is worse than a wrong year of birth. A long answer is not worse because it says more, only if more of it is
   unsupported. *A: five claims, all with good references. B: five claims, and the main one has none: A much better.*
2. **Core question answered.** Which answers what was asked? *The question is “Why do crows bring gifts?”. A explains why;
   B describes what they bring: A better.* An unsupported core answer is worth less than a supported one.
3. **Additional helpful information.** What does it add beyond the core that the person would be glad of: an example, a
   limit, a warning, a reason? More is not better if it does not help.
4. **Coherence and citation errors.** Which is easier to follow: in order, in plain words, without contradicting itself?
   Citation errors count here too.
5. **Irrelevant information.** Which has less that is beside the question, repeats itself or pads?

### The five points

- **A much better** / **B much better**: anybody would see it; the difference matters to the person who asked.
- **A better** / **B better**: you have to look, but there is a difference.
- **Equally good**: you would not know which to take. Also where both are equally bad, or neither has anything of the kind.

Do not flee to the middle because it is hard: decide when you can. And do not spread your ratings: if A wins every
criterion, say so.

## Overall usefulness, last

All in all, which answer is more useful to the person who asked? The criteria stand **in their order of priority**:
unsupported information weighs most, then whether the core question is answered, then what is added that helps, then coherence
and citation errors, then what is irrelevant. So a plain answer that is supported beats a brilliant one that is not. A small difference in one that comes
first does not outweigh a great one in the next.

If your overall rating goes against all your criteria, you are asked once whether A and B have changed places. That is no
reproach: submit it, if that is what you mean.

## What not to go by

- **Length.** Say which helps, not which is more.
- **Your own view.** An answer you disagree with, and that is well supported, is well supported.
- **Style alone.** A sure tone is no support. Spelling counts only where it makes the answer hard to follow.
- **Who may have written it.** You are not told, and it does not matter. Which is called A is drawn by lot.

## Skip and flag

- **Skip** what you cannot judge: it is about something you do not understand at all, or you would rather not read. Somebody
  else gets it, and nobody minds.
- **Flag** what a lead has to look at: an answer in another language or cut off, something unlawful or hateful,
  private data of a person. Say what is wrong. Do not flag a question because it is hard or silly, nor an answer because it is bad: rate
  that.

## Time and pay

- Take the time that it needs. Nobody is paid less for being careful, and nothing is rejected by a machine.
- Everything is saved as you go. Close the page, and go on later or elsewhere. Your time for a comparison is pushed on while you work; *Extend* does so at
  once.
- After submitting you can revise for a while. You do not see how others judged, and they do not see yours.

## Privacy

- Write nothing about yourself in notes or reasons. Your judgements are kept under a made-up name.
- Judge yourself. Do not give the answers to another program and ask it: this work is to show what people find useful.
`;

/** What the guidelines of raters with the form `webgpt-five` are until the lead of a project writes others, in Markdown. */
export const webgptFiveGuidelines = unwrapped(wrapped);
