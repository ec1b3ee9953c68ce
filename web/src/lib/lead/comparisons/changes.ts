import {
  choiceWords,
  currentForm,
  sides,
  type Choice,
  type FormName,
  type Judgement,
  type Span,
} from '@rookery/shared/comparisons';
import { text } from '../../text.ts';

/** What one revision of a judgement has changed of the one before it, a sentence each. */
export function changesOf(before: Judgement, after: Judgement, { form }: { form: FormName }): string[] {
  const words = text.comparisons.one;
  const changes: string[] = [];
  const change = (what: string, [old, now]: readonly [string, string]): void => {
    if (old !== now) changes.push(words.changed(what, old, now));
  };
  const flag = ({ questionFlag }: Judgement): string =>
    questionFlag === null ? words.none : words.questionFlags[questionFlag];
  change(words.questionFlag, [flag(before), flag(after)]);
  const said = (choice: Choice | undefined): string =>
    choice === undefined ? words.notRated : choiceWords[choice];
  for (const { id, label } of currentForm(form).criteria)
    change(label, [said(before.ratings[id]), said(after.ratings[id])]);
  for (const side of sides) {
    const name = side.toUpperCase();
    const [old, now] = [before.options[side], after.options[side]];
    const counts = {
      added: now.spans.filter((span) => !old.spans.some((other) => isSame(span, other))).length,
      removed: old.spans.filter((span) => !now.spans.some((other) => isSame(span, other))).length,
    };
    if (counts.added + counts.removed > 0) changes.push(words.claimsChanged(name, counts));
    for (const quote of new Set([...Object.keys(old.trust), ...Object.keys(now.trust)])) {
      const trust = (judgement: typeof old): string => {
        const value = judgement.trust[quote];
        return value === undefined ? words.none : words.trusts[value];
      };
      change(words.trustOf(name, quote), [trust(old), trust(now)]);
    }
    if (old.notes !== now.notes) changes.push(words.notesChanged(name));
  }
  return changes;
}

const isSame = (one: Span, other: Span): boolean =>
  one.start === other.start &&
  one.end === other.end &&
  one.support === other.support &&
  one.relevance === other.relevance &&
  one.quote === other.quote;
