import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { buildGraph, openSession, wantedDevice } from './index.ts';

describe('an ONNX file', () => {
  it('is run as it was put together', async () => {
    const graph = buildGraph();
    const input = graph.input('x', 'float', ['rows', 2]);
    const kernel = graph.constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
    const sum = graph.apply(
      'ReduceSum',
      [graph.apply('MatMul', [input, kernel]), graph.constant(BigInt64Array.of(1n), [1])],
      { keepdims: 0 },
    );
    const leaky = graph.apply('LeakyRelu', [sum], { alpha: { float: 0.5 } });
    const turned = graph.apply(
      'Transpose',
      [graph.apply('Unsqueeze', [leaky, graph.constant(BigInt64Array.of(0n), [1])])],
      {
        perm: [1, 0],
      },
    );
    graph.output(turned, { name: 'y', type: 'float', shape: ['rows', 1] });
    const { session } = await openSession(graph.encode('test'), { device: 'cpu', threads: 1 });
    const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 1, -1, 0), [2, 2]) });
    expect(y!.dims).toEqual([2, 1]);
    expect([...(y!.data as Float32Array)]).toEqual([10, -1.5]);
    await session.release();
  });

  it('is refused where a constant does not fill its shape', () => {
    const graph = buildGraph();
    graph.constant(Float32Array.of(1), [2]);
    expect(() => graph.encode('test')).toThrow('has 1 values, not the 2 of its shape');
  });
});

describe('the device', () => {
  it('is the one that the environment asks for', () => {
    expect(wantedDevice({})).toBe('cpu');
    expect(wantedDevice({ ROOKERY_DEVICE: 'CUDA' })).toBe('cuda');
    expect(() => wantedDevice({ ROOKERY_DEVICE: 'abacus' })).toThrow('has to be cpu, cuda, webgpu');
  });

  it('is the CPU, with the reason, where another cannot be had', async () => {
    const graph = buildGraph();
    graph.output(graph.apply('Relu', [graph.input('x', 'float', [1])]), {
      name: 'y',
      type: 'float',
      shape: [1],
    });
    const model = graph.encode('test');
    // A name that no runtime has.
    const opened = await openSession(model, { device: 'abacus' as 'cuda', threads: 1 });
    expect(opened.device).toBe('cpu');
    expect(opened.fallback).toContain('The device abacus cannot be used');
    await opened.session.release();
  });
});
