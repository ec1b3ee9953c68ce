import { Lexer, type Token, type Tokens } from 'marked';

/** Markdown as plain data: what is shown of it is made element by element, so that nothing in a text can be more than text. */
export type Block =
  | { kind: 'heading'; depth: number; content: Inline[] }
  | { kind: 'paragraph'; content: Inline[] }
  | {
      kind: 'list';
      isOrdered: boolean;
      start: number;
      items: { isChecked: boolean | null; content: Block[] }[];
    }
  | { kind: 'quote'; content: Block[] }
  | { kind: 'code'; text: string }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] }
  | { kind: 'line' };

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'strong' | 'emphasis' | 'deleted'; content: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'link'; href: string; content: Inline[] }
  | { kind: 'break' };

/** Reads Markdown (GFM). HTML in it is text, images are their descriptions, and links lead to the web or to an e-mail address. */
export function parseMarkdown(text: string): Block[] {
  return blocksOf(new Lexer({ gfm: true }).lex(text));
}

function blocksOf(tokens: readonly Token[]): Block[] {
  return tokens.flatMap((token): Block[] => {
    switch (token.type) {
      case 'heading':
        return [{ kind: 'heading', depth: (token as Tokens.Heading).depth, content: inlinesOf(token) }];
      case 'list':
        return [listOf(token as Tokens.List)];
      case 'blockquote':
        return [{ kind: 'quote', content: blocksOf(token.tokens ?? []) }];
      case 'code':
        return [{ kind: 'code', text: (token as Tokens.Code).text }];
      case 'table':
        return [tableOf(token as Tokens.Table)];
      case 'hr':
        return [{ kind: 'line' }];
      case 'space':
      case 'def':
        return [];
      case 'html':
        return token.raw.trim() === ''
          ? []
          : [{ kind: 'paragraph', content: [{ kind: 'text', text: token.raw.trim() }] }];
      default:
        return [{ kind: 'paragraph', content: inlinesOf(token) }];
    }
  });
}

function listOf({ ordered, start, items }: Tokens.List): Block {
  return {
    kind: 'list',
    isOrdered: ordered,
    start: start === '' ? 1 : start,
    items: items.map((item) => ({
      isChecked: item.task ? (item.checked ?? false) : null,
      content: blocksOf(item.tokens.filter(({ type }) => type !== 'checkbox')),
    })),
  };
}

function tableOf({ header, rows }: Tokens.Table): Block {
  const cell = ({ tokens }: Tokens.TableCell): Inline[] => tokens.flatMap((token) => inlineOf(token));
  return { kind: 'table', head: header.map(cell), rows: rows.map((row) => row.map(cell)) };
}

/** What a token holds; its own text where it holds nothing. */
function inlinesOf(token: Token): Inline[] {
  const inner = 'tokens' in token ? token.tokens : undefined;
  if (inner && inner.length > 0) return inner.flatMap((one) => inlineOf(one));
  return [{ kind: 'text', text: plain('text' in token ? String(token.text) : token.raw) }];
}

function inlineOf(token: Token): Inline[] {
  switch (token.type) {
    case 'strong':
      return [{ kind: 'strong', content: inlinesOf(token) }];
    case 'em':
      return [{ kind: 'emphasis', content: inlinesOf(token) }];
    case 'del':
      return [{ kind: 'deleted', content: inlinesOf(token) }];
    case 'codespan':
      return [{ kind: 'code', text: plain((token as Tokens.Codespan).text) }];
    case 'br':
      return [{ kind: 'break' }];
    case 'link': {
      const href = safeAddress((token as Tokens.Link).href);
      return href === null ? inlinesOf(token) : [{ kind: 'link', href, content: inlinesOf(token) }];
    }
    case 'image':
      return [{ kind: 'text', text: `[${plain((token as Tokens.Image).text)}]` }];
    case 'html':
      return [{ kind: 'text', text: token.raw }];
    default:
      return inlinesOf(token);
  }
}

/** Addresses that lead to a page elsewhere or to an e-mail program; null for all others. */
function safeAddress(href: string): string | null {
  try {
    const { protocol } = new URL(href);
    return protocol === 'https:' || protocol === 'http:' || protocol === 'mailto:' ? href : null;
  } catch {
    return null;
  }
}

const characters: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Text with the few character references that people type resolved. */
const plain = (text: string): string =>
  text.replaceAll(/&(amp|lt|gt|quot|apos|nbsp|#(\d{1,6}));/g, (whole, name: string, code?: string) => {
    if (code === undefined) return characters[name] ?? whole;
    const point = Number(code);
    return point > 0 && point <= 0x10_ff_ff && !(point >= 0xd8_00 && point <= 0xdf_ff)
      ? String.fromCodePoint(point)
      : whole;
  });
