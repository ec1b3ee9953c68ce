import { text } from './text.ts';

const numbers = new Intl.NumberFormat(text.locale);
const times = new Intl.DateTimeFormat(text.locale, { timeStyle: 'short' });
const dates = new Intl.DateTimeFormat(text.locale, { dateStyle: 'medium', timeStyle: 'short' });

const days = new Intl.DateTimeFormat(text.locale, { dateStyle: 'medium', timeZone: 'UTC' });

/** A day of the API (`2026-11-22`), which begins at midnight UTC. */
export const formatDay = (day: string): string => days.format(new Date(`${day}T00:00:00Z`));

export const formatNumber = (value: number): string => numbers.format(value);

/** `61 %` of a share from 0 to 1, on one line. */
export const formatPercent = (share: number): string =>
  text.units.percent(numbers.format(Math.round(share * 100)));

const decimalsOf = (digits: number): Intl.NumberFormat =>
  new Intl.NumberFormat(text.locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
/** By their number of digits after the point, from 0. */
const decimals = Array.from({ length: 7 }, (_, digits) => decimalsOf(digits));

/** `0.25`, `−0.50`: a value on a scale from −1 to 1. With more digits where values that are told apart are a smaller `step` apart. */
export function formatValue(value: number, step = 0.01): string {
  const digits = step > 0 ? Math.min(6, Math.max(2, Math.ceil(-Math.log10(step) - 1e-9))) : 2;
  const isZero = Math.round(Math.abs(value) * 10 ** digits) === 0;
  return decimals[digits]!.format(isZero ? 0 : value).replace('-', '−');
}

/** `1.25`, `0.0034`: a score, whose scale may be a small one: as `formatValue`, with two digits that count. */
export const formatScore = (value: number, step = Math.abs(value) / 10): string => formatValue(value, step);

/** A time of the API, in the reader's own zone. */
export const formatTime = (iso: string): string => dates.format(new Date(iso));

/** The time of the day, `2:32 PM`; with the day if that is not today. */
export function formatClock(iso: string, now: number = Date.now()): string {
  const time = new Date(iso);
  const isToday = time.toDateString() === new Date(now).toDateString();
  return isToday ? times.format(time) : dates.format(time);
}

/** `40 s`, `4 min 5 s`, from ten minutes on `12 min`, `1 h 5 min`: how long somebody worked, in seconds while they tell. */
export function formatWorked(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return text.units.seconds(whole);
  if (whole < 600) {
    const begun = text.units.minutes(Math.floor(whole / 60));
    return whole % 60 === 0 ? begun : `${begun} ${text.units.seconds(whole % 60)}`;
  }
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return text.units.minutes(minutes);
  const rest = minutes % 60;
  const hours = text.units.hours(Math.floor(minutes / 60));
  return rest === 0 ? hours : `${hours} ${text.units.minutes(rest)}`;
}

/** `17:20`, or `1:02:05` from an hour on: whole seconds, so that it never shows more than there is; never below zero. */
export function formatCountdown(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** `40 s`, `12 min`, `3 h`, `2 days`: how long something took or is ago. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return text.units.seconds(seconds);
  if (seconds < 3600) return text.units.minutes(Math.round(seconds / 60));
  if (seconds < 48 * 3600) return text.units.hours(Math.round(seconds / 3600));
  return text.units.days(Math.round(seconds / 86_400));
}

/** Time that was worked, which is paid: `40 s`, `12 min`, `12 h 20 min`, never days. */
export function formatWorkTime(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return text.units.seconds(Math.round(seconds));
  return minutes < 60
    ? text.units.minutes(minutes)
    : text.units.hoursAndMinutes(Math.floor(minutes / 60), minutes % 60);
}

/** `1.4 MB`, by powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
