import { describe, expect, test } from 'vitest';
import { readEndpoints } from './endpoints.ts';
import { readTakes } from './takes.ts';

describe('what a worker takes', () => {
  test('is everything, with a few samples at once, if nothing is said', () => {
    expect(readTakes(undefined, undefined)).toEqual([
      { kind: 'ping', concurrency: 1 },
      { kind: 'train-ranker', concurrency: 1 },
      { kind: 'sample', concurrency: 4 },
      { kind: 'train-reward', concurrency: 1 },
      { kind: 'score-answers', concurrency: 1 },
      { kind: 'score', concurrency: 2 },
    ]);
  });

  test('is what is named, a plain number being meant for sampling', () => {
    expect(readTakes('sample', '64')).toEqual([{ kind: 'sample', concurrency: 64 }]);
    expect(readTakes('sample, train-ranker', 'train-ranker=2,sample=8')).toEqual([
      { kind: 'sample', concurrency: 8 },
      { kind: 'train-ranker', concurrency: 2 },
    ]);
  });

  test.each([
    ['sample,dance', undefined, /"dance" is no kind of job/],
    ['ping,ping', undefined, /twice/],
    ['ping', '4', /number for sample, which this worker does not take/],
    [undefined, 'sample=0', /"0" is neither/],
    [undefined, 'many', /"many" is neither/],
    [undefined, 'sample=1,sample=2', /two numbers for sample/],
  ])('is refused with what is wrong: --kinds %s --concurrency %s', (kinds, concurrency, sentence) => {
    expect(() => readTakes(kinds, concurrency)).toThrow(sentence);
  });
});

describe('endpoints of the environment', () => {
  test('are those whose address is given, with or without a key', () => {
    const env = {
      ROOKERY_ENDPOINT_LOCAL_URL: 'http://127.0.0.1:8000/v1',
      ROOKERY_ENDPOINT_BIG_ONE_URL: 'https://models.example.org',
      ROOKERY_ENDPOINT_BIG_ONE_KEY: ' secret-key\n',
      ROOKERY_URL: 'http://127.0.0.1:3000',
    };
    const endpoints = readEndpoints(env);
    expect([...endpoints.keys()]).toEqual(['BIG_ONE', 'LOCAL']);
    expect(endpoints.get('BIG_ONE')!.key).toBe('secret-key');
    expect(endpoints.get('LOCAL')!.key).toBeNull();
  });

  test.each([
    [{ ROOKERY_ENDPOINT_A_KEY: 'the-secret' }, /ROOKERY_ENDPOINT_A_URL is not/],
    [{ ROOKERY_ENDPOINT_A_URL: 'ftp://a.example' }, /ROOKERY_ENDPOINT_A_URL has to be the address/],
    [{ ROOKERY_ENDPOINT_A_URL: 'https://me:the-secret@a.example' }, /without a password/],
    [
      { ROOKERY_ENDPOINT_A_URL: 'https://a.example', ROOKERY_ENDPOINT_A_KEY: 'the-secret of two' },
      /ROOKERY_ENDPOINT_A_KEY has characters/,
    ],
  ])('are refused without telling a secret: %#', (env, sentence) => {
    const read = () => readEndpoints(env);
    expect(read).toThrow(sentence);
    expect(read).not.toThrow(/the-secret/);
  });
});
