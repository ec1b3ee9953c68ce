/** By how much of the learning rate parameters shrink at every step: they stay small where little is learnt. */
const weightDecay = 0.1;

/**
 * Adam (Kingma and Ba, 2015) with the usual decay rates, and decay of the parameters apart from the gradient (AdamW,
 * Loshchilov and Hutter, 2019): moves the parameters against the gradient.
 */
export function createAdam(size: number, { learningRate }: { learningRate: number }) {
  const mean = new Float64Array(size);
  const square = new Float64Array(size);
  let step = 0;
  return {
    move(parameters: Float32Array, gradient: Float64Array): void {
      step += 1;
      const rate = (learningRate * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
      for (let index = 0; index < size; index += 1) {
        const slope = gradient[index]!;
        mean[index]! += 0.1 * (slope - mean[index]!);
        square[index]! += 0.001 * (slope * slope - square[index]!);
        parameters[index]! -=
          (rate * mean[index]!) / (Math.sqrt(square[index]!) + 1e-8) +
          learningRate * weightDecay * parameters[index]!;
      }
    },
  };
}
