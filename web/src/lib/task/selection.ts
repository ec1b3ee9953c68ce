import type { TextRange } from '@rookery/shared/text';

/**
 * What is selected within `root`, as offsets in the text it shows; null if nothing is. `root` holds the shown text and no other; a
 * selection that reaches outside is cut at the text's ends.
 */
export function selectedRange(root: HTMLElement, selection: Selection | null): TextRange | null {
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(root)) return null;
  const start = root.contains(range.startContainer)
    ? offsetOf(root, range.startContainer, range.startOffset)
    : 0;
  const end = root.contains(range.endContainer)
    ? offsetOf(root, range.endContainer, range.endOffset)
    : (root.textContent?.length ?? 0);
  return start < end ? { start, end } : null;
}

/** Selects a stretch of the shown text and brings it into view within `pane`. */
export function selectRange(options: { root: HTMLElement; pane: HTMLElement; range: TextRange }): void {
  const { root, pane, range } = options;
  const from = placeOf(root, { offset: range.start, isStart: true });
  const to = placeOf(root, { offset: range.end, isStart: false });
  if (!from || !to) return;
  const selection = getSelection();
  selection?.setBaseAndExtent(from.node, from.offset, to.node, to.offset);
  const shown = selection?.getRangeAt(0).getBoundingClientRect();
  if (!shown) return;
  const box = pane.getBoundingClientRect();
  const margin = 24;
  if (scrollBoxOf(pane) === pane) {
    if (shown.bottom + margin > box.bottom) pane.scrollTop += shown.bottom + margin - box.bottom;
    if (shown.top - margin < box.top) pane.scrollTop -= box.top - shown.top + margin;
  } else if (shown.top < margin || shown.bottom > innerHeight - 4 * margin) {
    // On a small screen the whole page scrolls.
    scrollBy({ top: shown.top - innerHeight / 4 });
  }
}

/** All text in `root` is shown text, so the offset is the length of the text before the place. */
function offsetOf(root: HTMLElement, node: Node, offset: number): number {
  const before = document.createRange();
  before.setStart(root, 0);
  before.setEnd(node, offset);
  return before.toString().length;
}

/** Between two texts, a selection starts in the second and ends in the first. */
function placeOf(
  root: HTMLElement,
  place: { offset: number; isStart: boolean },
): { node: Text; offset: number } | null {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let left = place.offset;
  let last: Text | null = null;
  while (walker.nextNode()) {
    last = walker.currentNode as Text;
    if (left < last.length || (left === last.length && !place.isStart)) return { node: last, offset: left };
    left -= last.length;
  }
  return last ? { node: last, offset: last.length } : null;
}

/** What scrolls the page text: the pane, or on a small screen the whole document. */
export function scrollBoxOf(pane: HTMLElement): HTMLElement {
  return getComputedStyle(pane).overflowY === 'auto' ? pane : document.documentElement;
}

/** The offset of the first text that can be seen in `pane`; 0 if none can. */
export function firstVisible(root: HTMLElement, pane: HTMLElement): number {
  const top = Math.max(pane.getBoundingClientRect().top, 0);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let before = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    const within = firstBelow(node, top);
    if (within !== null) return before + within;
    before += node.length;
  }
  return 0;
}

/** The offset in `node` of the first character whose upper edge is not above `top`; null if there is none. */
function firstBelow(node: Text, top: number): number | null {
  const range = document.createRange();
  const topOf = (offset: number): number => {
    range.setStart(node, offset);
    range.setEnd(node, offset + 1);
    return range.getBoundingClientRect().top;
  };
  range.selectNodeContents(node);
  const box = range.getBoundingClientRect();
  if (box.height === 0 || box.bottom <= top) return null;
  // The lines of a text go down, so the first one that is seen is found by halving.
  let low = 0;
  let high = node.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (topOf(middle) < top) low = middle + 1;
    else high = middle;
  }
  return low < node.length ? low : null;
}

/** Where a small button goes beside a selection, in pixels within `frame`: below its end, else above its start, and always in sight. */
export function bubblePlace(options: { frame: HTMLElement; bubble: HTMLElement; range: Range }): {
  top: number;
  left: number;
} {
  const { frame, bubble, range } = options;
  const rects = [...range.getClientRects()].filter(({ width }) => width > 0);
  const box = frame.getBoundingClientRect();
  const { offsetHeight: height, offsetWidth: width } = bubble;
  const gap = 6;
  const first = rects[0] ?? box;
  const last = rects.at(-1) ?? box;
  const below = last.bottom - box.top + gap;
  const above = first.top - box.top - height - gap;
  const lowest = box.height - height - gap;
  const top = below <= lowest ? Math.max(gap, below) : above >= gap ? Math.min(above, lowest) : lowest;
  const left = Math.min(Math.max(gap, last.right - box.left - width / 2), box.width - width - 3 * gap);
  return { top, left };
}
