import { contradictsCriteria, fastestSecondsOf, sides, type Judgement } from '@rookery/shared/comparisons';

/**
 * What a comparison's row keeps of its newest revision, for leads to list and sort by. `texts` are both answers as they were shown;
 * less active time than `fastBelowMs` is too little to have read them, and whoever flags the question need not have.
 */
export function figuresOfJudgement(judgement: Judgement, texts: readonly string[]) {
  const options = sides.map((side) => judgement.options[side]);
  return {
    spans: options.reduce((sum, { spans }) => sum + spans.length, 0),
    isNoted: options.some(({ notes }) => notes.trim() !== ''),
    contradicts: judgement.questionFlag === null && contradictsCriteria(judgement),
    fastBelowMs: judgement.questionFlag === null ? Math.round(fastestSecondsOf(texts) * 1000) : 0,
  };
}
