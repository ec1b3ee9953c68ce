/**
 * Arrow keys walk the rows of a table, in the column where the focus is; Home and End go to its first and last row.
 * Fields that use these keys themselves keep them.
 */
export function moveByKey(event: KeyboardEvent & { currentTarget: HTMLTableElement }): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (!['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) return;
  const { target } = event;
  if (!(target instanceof HTMLElement) || !isLeftAlone(target)) return;
  const cell = target.closest('td, th');
  const row = cell?.parentElement;
  if (!(cell instanceof HTMLTableCellElement) || !(row instanceof HTMLTableRowElement)) return;
  const rows = [...event.currentTarget.rows];
  const [first, last] = [event.currentTarget.tHead?.rows.length ?? 0, rows.length - 1];
  const now = rows.indexOf(row);
  const wanted = { ArrowDown: now + 1, ArrowUp: now - 1, Home: first, End: last }[event.key] ?? now;
  const next = rows[Math.min(Math.max(0, wanted), last)];
  const focus = focusable(next?.cells[cell.cellIndex]) ?? focusable(next);
  if (!focus) return;
  event.preventDefault();
  focus.focus();
}

const focusable = (within: Element | undefined): HTMLElement | null =>
  within?.querySelector<HTMLElement>('a[href], button, input, select') ?? null;

/** Links, buttons and boxes to tick do nothing of their own with these keys. */
function isLeftAlone(target: HTMLElement): boolean {
  if (target instanceof HTMLInputElement) return target.type === 'checkbox';
  return target instanceof HTMLAnchorElement || target instanceof HTMLButtonElement;
}
