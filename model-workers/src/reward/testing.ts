import type { RewardAnswer, RewardJobPair } from '@rookery/shared/api';

const extract = (number: number): string =>
  `Crow number ${number} lives in a tall pine near the river. It eats beetles, and hides ${number} nuts every autumn.`;

/** Answers and pairs of made questions: the one that says what the quote says is preferred, and every fifth pair is a tie. */
export function madeComparisons(questions: number): { answers: RewardAnswer[]; pairs: RewardJobPair[] } {
  const answers: RewardAnswer[] = [];
  const pairs: RewardJobPair[] = [];
  for (let number = 0; number < questions; number += 1) {
    const isHeldOut = number % 4 === 0;
    const texts = [
      `It eats beetles, and hides ${number} nuts every autumn.`,
      `Somebody in Oslo painted ${number + 1000} boats for the queen.`,
    ];
    const ids = texts.map((answer, index) => {
      const answerId = `${number}-${index}`;
      answers.push({
        answerId,
        questionId: `q${number}`,
        question: `What does crow number ${number} eat?`,
        quotes: [{ title: 'Crows', extract: extract(number) }],
        answer,
        origin: 'import',
        isHeldOut,
        isZero: false,
      });
      return answerId;
    });
    const isSwapped = number % 2 === 1;
    const overall = number % 5 === 4 ? 0 : isSwapped ? -1 : 1;
    pairs.push({
      pairId: `p${number}`,
      questionId: `q${number}`,
      firstAnswerId: ids[isSwapped ? 1 : 0]!,
      secondAnswerId: ids[isSwapped ? 0 : 1]!,
      isHeldOut,
      ratings: [
        { comparisonId: `c${number}`, revision: 1, source: 'people', values: { overall, accuracy: overall } },
      ],
    });
  }
  return { answers, pairs };
}
