import type { RankerManifest, ShareOf } from '@rookery/shared/api';
import { orDash, percent, tableOf } from '../table.ts';

/** What is written beside a trained model, for people: where it comes from, and how good it is. */
export function describeManifest(manifest: RankerManifest): string {
  const { model, encoder, snapshot, code, heldOut, learningCurve, seconds } = manifest;
  const nats = (value: number | null): string => orDash(value, (loss) => loss.toFixed(3));
  return [
    `Model: ${model.size} bytes, SHA-256 ${model.sha256}`,
    `Encoder: ${encoder.name} ${encoder.version}, ${encoder.dimensions} dimensions`,
    `Learnt from: ${snapshot.demonstrations} demonstrations of ${snapshot.questions} questions, ${snapshot.decisions} decisions; ${snapshot.invalidSteps} invalid ones were left out`,
    `Made by: rookery ${code.rookery}, onnxruntime ${code.onnxruntime}, node ${code.node}, on ${manifest.device}, in ${Math.round(seconds.reading + seconds.encoding + seconds.training)} s`,
    `Held out: ${heldOut.questions} questions, ${heldOut.decisions} decisions, ${heldOut.outside} of them outside the candidates`,
    `Loss, held out: ${nats(heldOut.loss)}; ${nats(heldOut.uniformLoss)} with all candidates alike; best epoch ${manifest.bestEpoch}`,
    '',
    accuracyTable(heldOut),
    tableOf(
      ['Demonstrations', 'Decisions', 'Loss', 'Right'].map((head) => ({ head, isNumber: true })),
      learningCurve.map((part) => [
        String(part.demonstrations),
        String(part.decisions),
        nats(part.loss),
        shareOf(part.accuracy),
      ]),
    ),
  ].join('\n');
}

function accuracyTable(heldOut: RankerManifest['heldOut']): string {
  const columns = ['Decisions', 'Right', '95 %', 'Most frequent', 'Lexical match'].map((head) => ({
    head,
    isNumber: true,
  }));
  const rows = [{ command: 'All', decisions: heldOut.decisions, ...heldOut.accuracy }, ...heldOut.byKind].map(
    (one) => [
      one.command,
      String(one.decisions),
      shareOf(one.policy),
      `${percent(one.policy.low)} – ${percent(one.policy.high)}`,
      shareOf(one.mostFrequent),
      shareOf(one.lexical),
    ],
  );
  return tableOf([{ head: 'Command' }, ...columns], rows);
}

const shareOf = (share: ShareOf): string => (share.of === 0 ? '–' : percent(share.right / share.of));
