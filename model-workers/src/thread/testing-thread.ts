import { setImmediate } from 'node:timers/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { FinalFailure } from '../final-failure.ts';
import { buildGraph } from '../onnx/index.ts';
import { serveThread } from './index.ts';

/** The thread of the tests: it runs a model that takes some hundredths of a second, again and again until it is to end. */

export type TestingRequest =
  | { type: 'run' }
  | { type: 'fail'; isFinal: boolean }
  | { type: 'warn' }
  | { type: 'die' };
export type TestingAnswers = Record<TestingRequest['type'], null>;

const rows = 2000;
const size = 256;
const sessions: InferenceSession[] = [];

const { send, signal } = serveThread<TestingRequest, TestingAnswers>({
  carryOut,
  async close() {
    for (const session of sessions) await session.release();
    send({ said: `released ${sessions.length}` });
  },
});

async function carryOut(request: TestingRequest): Promise<null> {
  if (request.type === 'fail') throw new (request.isFinal ? FinalFailure : Error)('It cannot be done.');
  if (request.type === 'warn') {
    process.emitWarning('The cache folder cannot be used.');
    return null;
  }
  if (request.type === 'die') {
    process.nextTick(() => {
      throw new Error('It died.');
    });
    return new Promise(() => {});
  }
  const graph = buildGraph();
  let value = graph.input('x', 'float', ['rows', size]);
  const kernel = graph.constant(new Float32Array(size * size).fill(0.001), [size, size]);
  for (let layer = 0; layer < 10; layer += 1) value = graph.apply('MatMul', [value, kernel]);
  graph.output(value, { name: 'y', type: 'float', shape: ['rows', size] });
  const session = await InferenceSession.create(graph.encode('test'), { intraOpNumThreads: 1 });
  sessions.push(session);
  const x = new Tensor('float32', new Float32Array(rows * size).fill(1), [rows, size]);
  for (;;) {
    send({ said: 'running' });
    await session.run({ x });
    await setImmediate();
    signal.throwIfAborted();
  }
}
