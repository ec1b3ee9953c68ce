import type { RewardEvaluation, RewardManifest } from '@rookery/shared/api';
import { shareAlone, shareWithInterval, withInterval } from '../figures.ts';
import { orDash, percent, tableOf } from '../table.ts';

/** What is written beside a reward model, for people: where it comes from, and how good it is. */
export function describeRewardManifest(manifest: RewardManifest): string {
  const { model, encoder, features, snapshot, code, zero, heldOut, training, halves, previous, seconds } =
    manifest;
  const sources = snapshot.bySource.map(({ source, comparisons }) => `${comparisons} of ${source}`);
  const zeroOf = zero.of === 'demonstrations' ? 'accepted demonstrations' : 'training answers';
  return [
    `Model: ${model.size} bytes, SHA-256 ${model.sha256}`,
    `Encoder: ${encoder.name} ${encoder.version}, ${encoder.dimensions} dimensions; features ${features.version}, ${features.names.length} of them; ${manifest.head.members} heads`,
    `Learnt from: ${snapshot.comparisons} comparisons of ${snapshot.pairs} pairs (${snapshot.ties} ties) on ${snapshot.questions} questions; ${sources.join(', ')}; SHA-256 ${snapshot.sha256}`,
    `Made by: rookery ${code.rookery}, onnxruntime ${code.onnxruntime}, node ${code.node}, on ${manifest.device}, in ${Math.round(seconds.reading + seconds.encoding + seconds.training)} s`,
    ...(manifest.deviceFallback === null ? [] : [manifest.deviceFallback]),
    `Scores: a difference is a logit (temperature ${manifest.temperature.toFixed(2)}); 0 is the mean of ${zero.answers} ${zeroOf}`,
    ...(halves === null
      ? []
      : [`Two models of half the questions each: ${halves.first} and ${halves.second}`]),
    '',
    `Training: right ${shareWithInterval(training.accuracy)}, log loss ${training.logLoss.toFixed(3)}, ${training.pairs} pairs of ${training.questions} questions`,
    `Held out: ${heldOut.pairs} pairs (${heldOut.ties} ties) of ${heldOut.questions} questions`,
    `Log loss ${withInterval(heldOut.logLoss)}; a coin has 0.693. Calibration error ${withInterval(heldOut.calibration.error)}. Correlation of score and length ${orDash(heldOut.lengthCorrelation, (one) => withInterval(one, 2))}`,
    ...(previous === null
      ? []
      : [
          `Version ${previous.version} on the same pairs: ${shareAlone(previous.accuracy)}; difference ${withInterval(previous.difference)}`,
        ]),
    '',
    accuracyTable(heldOut),
    calibrationTable(heldOut),
    tableOf(
      ['Questions', 'Pairs', 'Right, held out', 'Log loss'].map((head) => ({ head, isNumber: true })),
      manifest.learningCurve.map((part) => [
        String(part.questions),
        String(part.pairs),
        shareWithInterval(part.accuracy),
        withInterval(part.logLoss),
      ]),
    ),
  ].join('\n');
}

function accuracyTable(heldOut: RewardEvaluation): string {
  const { longer, first, cosine } = heldOut.baselines;
  const decided = String(heldOut.pairs - heldOut.ties);
  const rows = [
    ['Reward model', decided, shareWithInterval(heldOut.accuracy)],
    ['Longer wins', decided, shareWithInterval(longer)],
    ['First wins', decided, shareWithInterval(first)],
    ['Nearer to the question wins', decided, shareWithInterval(cosine)],
    ['People among themselves', '', orDash(heldOut.human, shareWithInterval)],
    ...heldOut.bySource.map((one) => [
      `By source: ${one.source}`,
      String(one.pairs),
      shareWithInterval(one.accuracy),
    ]),
    ...heldOut.byCriterion.map((one) => [
      `By criterion: ${one.criterion}`,
      String(one.pairs),
      shareWithInterval(one.accuracy),
    ]),
  ];
  return tableOf(
    [{ head: 'Who says it' }, { head: 'Pairs', isNumber: true }, { head: 'Right, held out', isNumber: true }],
    rows,
  );
}

const calibrationTable = (heldOut: RewardEvaluation): string =>
  tableOf(
    ['Said', 'Was so', 'Pairs'].map((head) => ({ head, isNumber: true })),
    heldOut.calibration.bins.map(({ predicted, observed, pairs }) => [
      percent(predicted),
      percent(observed),
      String(pairs),
    ]),
  );
