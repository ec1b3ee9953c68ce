import { expect, test } from 'vitest';
import {
  formatBytes,
  formatClock,
  formatCountdown,
  formatDuration,
  formatPercent,
  formatScore,
  formatValue,
  formatWorked,
} from './format.ts';

test('a countdown shows minutes and seconds, hours when there are any, and nothing below zero', () => {
  expect(formatCountdown(17 * 60_000 + 20_000)).toBe('17:20');
  expect(formatCountdown(59_999)).toBe('0:59');
  expect(formatCountdown(1_200_900)).toBe('20:00');
  expect(formatCountdown(3_725_000)).toBe('1:02:05');
  expect(formatCountdown(-5)).toBe('0:00');
});

test('durations and sizes come in the unit that is read most easily', () => {
  expect([0, 40_000, 720_000, 3 * 3_600_000, 72 * 3_600_000].map(formatDuration)).toEqual([
    '0 s',
    '40 s',
    '12 min',
    '3 h',
    '3 days',
  ]);
  expect([0, 999, 12_500, 1_400_000, 2_000_000_000].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '12.5 kB',
    '1.4 MB',
    '2.0 GB',
  ]);
});

test('how long somebody worked comes with seconds below ten minutes, and rounded above', () => {
  expect([0, 59, 60, 245, 600, 690, 3599, 3600, 4380].map(formatWorked)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '4 min 5 s',
    '10 min',
    '12 min',
    '1 h',
    '1 h',
    '1 h 13 min',
  ]);
});

test('a time of today is told without the day', () => {
  const noon = new Date(2026, 0, 5, 12, 0);
  const at = (day: number): string =>
    formatClock(new Date(2026, 0, day, 14, 32).toISOString(), noon.getTime());
  expect(at(5)).toMatch(/^2:32\sPM$/);
  expect(at(6)).toMatch(/^Jan 6, 2026, 2:32\sPM$/);
});

test('shares are whole percents, and values of ratings have two decimals and a real minus', () => {
  expect(formatPercent(0.614)).toBe('61\u00A0%');
  expect(formatValue(-0.5)).toBe('−0.50');
  expect(formatValue(-0.001)).toBe('0.00');
  expect([0.002, 0.004].map((tick) => formatValue(tick, 0.002))).toEqual(['0.002', '0.004']);
  expect([1.234, -0.5, 0.05, -0.00341, 0].map((one) => formatScore(one))).toEqual([
    '1.23',
    '−0.50',
    '0.050',
    '−0.0034',
    '0.00',
  ]);
});
