/**
 * Puts text in the place of what is selected in a field, as typing would: the browser's own undo takes it back. Fields that the
 * browser cannot type into for us get it without that.
 */
export function insertText(field: HTMLTextAreaElement, text: string): void {
  field.focus({ preventScroll: true });
  // The one way to write into a field that undo knows of; nothing has taken its place.
  if (document.execCommand('insertText', false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new InputEvent('input', { inputType: 'insertText', data: text, bubbles: true }));
}

/** Puts the cursor at an offset of a field's text and brings it into view. */
export function showCursor(field: HTMLTextAreaElement, offset: number): void {
  // A field scrolls to its cursor when it gets the focus, and only then.
  field.blur();
  field.setSelectionRange(offset, offset);
  field.focus();
}
