import { readStored, writeStored } from './storage.ts';

/** Whether a key belongs to what has the focus: a field being typed in, or a dialog on top. */
export function isKeyTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return true;
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  if (document.querySelector('dialog[open]')) return true;
  return isTyping(event.target);
}

/** Whether keys that go to `target` are text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
    return true;
  if (!(target instanceof HTMLInputElement)) return false;
  return !['button', 'checkbox', 'radio', 'submit', 'reset', 'file'].includes(target.type);
}

const settingName = 'rookery:keys';

/** Single keys can be turned off, for people whose voice or hands press them unwanted (WCAG 2.1.4). */
export function readKeysSetting(): boolean {
  return readStored(settingName) !== 'off';
}

export function storeKeysSetting(areOn: boolean): void {
  writeStored(settingName, areOn ? 'on' : 'off');
}

/** Keys by what they do. A key is an event's `key`, after `Shift+` for keys without a character of their own, and after `Ctrl+` (or the Mac's command key). */
export type KeyTable = Readonly<Record<string, readonly string[]>>;

/** What a key does by a table; null if nothing. */
export function actionIn<T extends KeyTable>(
  table: T,
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey'>,
): keyof T | null {
  const held =
    event.ctrlKey || event.metaKey ? 'Ctrl+' : event.shiftKey && event.key.length > 1 ? 'Shift+' : '';
  const key = held + event.key;
  for (const [action, keys] of Object.entries<readonly string[]>(table)) {
    if (keys.includes(key)) return action;
  }
  return null;
}

/** A key as it is printed on a keyboard, in the parts that are pressed together. */
export function shownKey(key: string): string[] {
  const arrows: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', ArrowRight: '→', ArrowLeft: '←' };
  return key.split('+').map((part) => arrows[part] ?? part);
}
