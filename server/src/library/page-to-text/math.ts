import { elementsOf, isElement, type PageElement, type PageNode } from './dom.ts';

/**
 * A formula as text: its TeX, if the page brings it along, else what a person would type for it, such as `x = (a + b)/2`.
 */
export function mathText(math: PageElement): string {
  const annotation = math
    .getElementsByTagName('annotation')
    .find((each) => /tex/i.test(each.getAttribute('encoding') ?? ''));
  const tex = annotation?.textContent ?? math.getAttribute('alttext');
  if (tex !== null && tex.trim() !== '') return tidyTex(tex);
  return linear(math).replace(/\s+/g, ' ').trim();
}

/** TeX without what says only how it is set. */
export function tidyTex(tex: string): string {
  let text = tex.replace(/\s+/g, ' ').trim();
  const dollars = /^(\$\$?)([^$]+)\1$/.exec(text) ?? /^(\\\(|\\\[)(.+)\\[)\]]$/.exec(text);
  if (dollars) text = dollars[2]!.trim();
  const style = /^\{\s*\\(?:display|text)style\s+(.*)\}$/.exec(text) ?? /^\\displaystyle\s+(.*)$/.exec(text);
  return (style ? style[1]! : text).trim();
}

/** Whether an image stands for a formula, whose TeX is its description. */
export function isFormula(image: PageElement): boolean {
  const marks = `${image.className} ${image.getAttribute('src') ?? ''}`;
  if (/(^|[\s_/-])(tex|latex|math|mwe-math)([\s_/.-]|$)/i.test(marks)) return true;
  return /^(\{\\displaystyle|\$.*\$$|\\\(.*\\\)$|\\\[.*\\\]$)/s.test(image.getAttribute('alt')?.trim() ?? '');
}

/** Operators that stand between two things with spaces around them. */
const spaced = /^[=<>≠≤≥≈≡∼≃≅∝∈∉⊂⊆∪∩+−±∓×·÷∗→←↔⇒⇐⇔∧∨∣:]$/;
const unseen = new Set(['annotation', 'annotation-xml', 'mphantom', 'script', 'style']);
const applied = '\u2061';

function linear(node: PageNode): string {
  if (!isElement(node)) return node.textContent;
  if (unseen.has(node.localName)) return '';
  const [first, second, third] = elementsOf(node);
  const one = first ? linear(first).trim() : '';
  const two = second ? linear(second).trim() : '';
  const three = third ? linear(third).trim() : '';
  switch (node.localName) {
    case 'mfrac':
      return `${grouped(one)}/${grouped(two)}`;
    case 'msqrt':
      return `√${grouped(row(node).trim())}`;
    case 'mroot':
      return `${grouped(one)}^${grouped(`1/${two}`)}`;
    case 'msup':
    case 'mover':
      return `${one}^${grouped(two)}`;
    case 'msub':
    case 'munder':
      return `${one}_${grouped(two)}`;
    case 'msubsup':
    case 'munderover':
      return `${one}_${grouped(two)}^${grouped(three)}`;
    case 'mfenced':
      return fenced(node);
    case 'mtable':
      return matrix(node);
    case 'mtr':
      return elementsOf(node)
        .map((cell) => linear(cell).trim())
        .join(', ');
    case 'mspace':
      return ' ';
    case 'mo':
      return operator(node);
    default:
      return row(node);
  }
}

function operator(element: PageElement): string {
  const sign = element.textContent.trim();
  if (sign === applied) return '';
  const isBetween = element.previousElementSibling !== null && element.nextElementSibling !== null;
  if (isBetween && spaced.test(sign === '-' ? '−' : sign)) return ` ${sign} `;
  return /^[,;]$/.test(sign) ? `${sign} ` : sign;
}

/** The parts of a row; names of several letters, as of functions, stand apart from what follows. */
function row(element: PageElement): string {
  let text = '';
  let isNamed = false;
  const parts = elementsOf(element);
  if (parts.length === 0) return element.textContent;
  for (const part of parts) {
    const piece = linear(part);
    if (piece === '') continue;
    const begins = /^[\p{L}\p{N}√]/u.test(piece);
    if (begins && (isNamed || (part.localName === 'mi' && piece.length > 1 && /\p{L}$/u.test(text))))
      text += ' ';
    text += piece;
    isNamed = (part.localName === 'mi' && piece.trim().length > 1) || isLargeOperator(part);
  }
  return text;
}

/** A sum or an integral with its bounds, say. */
function isLargeOperator(element: PageElement): boolean {
  return /^m(?:under|over|sub|sup)/.test(element.localName) && element.firstElementChild?.localName === 'mo';
}

function matrix(table: PageElement): string {
  const rows = elementsOf(table).map(linear).join('; ');
  return table.previousElementSibling?.localName === 'mo' ? rows : `[${rows}]`;
}

function fenced(element: PageElement): string {
  const open = element.getAttribute('open') ?? '(';
  const close = element.getAttribute('close') ?? ')';
  const separator = (element.getAttribute('separators') ?? ',').trim().slice(0, 1);
  const inner = elementsOf(element).map((part) => linear(part).trim());
  return open + inner.join(separator === '' ? '' : `${separator} `) + close;
}

/** In brackets, where it is more than one name, number or bracket. */
function grouped(text: string): string {
  return /^(?:[\p{L}\p{M}]+|[\p{N}.,]+|.|\([^()]*\))$/u.test(text) ? text : `(${text})`;
}
