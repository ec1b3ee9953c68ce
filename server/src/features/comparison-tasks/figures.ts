import { sides, softPromptsOf, type Judgement } from '@rookery/shared/comparisons';

/** What a comparison's row keeps of its newest revision, for leads to list and sort by. `texts` are both answers as they were shown. */
export function figuresOfJudgement(
  judgement: Judgement,
  seen: { texts: readonly string[]; activeMs: number },
) {
  const options = sides.map((side) => judgement.options[side]);
  return {
    spans: options.reduce((sum, { spans }) => sum + spans.length, 0),
    isNoted: options.some(({ notes }) => notes.trim() !== ''),
    softPrompts: softPromptsOf(judgement, { texts: seen.texts, activeSeconds: seen.activeMs / 1000 }),
  };
}
