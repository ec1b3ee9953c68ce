import iconv from 'iconv-lite';

/** What bytes say when read as text, and the encoding that was used. */
export interface Decoded {
  text: string;
  encoding: string;
  /** Whether nothing said so: neither a mark nor a declaration, nor that it could be read as UTF-8. */
  isGuessed: boolean;
}

const byteOrderMarks: [bytes: number[], encoding: string][] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/** Labels whose meaning on the web is a superset of what they name (https://encoding.spec.whatwg.org/#names-and-labels). */
const webEncodings: Record<string, string> = {
  ascii: 'windows-1252',
  'us-ascii': 'windows-1252',
  'iso-8859-1': 'windows-1252',
  iso8859_1: 'windows-1252',
  latin1: 'windows-1252',
  'iso-8859-9': 'windows-1254',
  gb2312: 'gb18030',
  gbk: 'gb18030',
  'ks_c_5601-1987': 'euc-kr',
  'x-sjis': 'shift_jis',
};

/** Markup in UTF-16 begins with a bracket beside a zero. */
const wideBrackets: [bytes: number[], encoding: string][] = [
  [[0x3c, 0], 'utf-16le'],
  [[0, 0x3c], 'utf-16be'],
];

const prescanBytes = 4096;

/**
 * The text of a page: by its byte order mark, else the charset of its Content-Type header, else that of its `<meta>`, else as UTF-8,
 * else, where it is not that, as windows-1252. Never fails; what an encoding has no character for becomes U+FFFD.
 */
export function decodePage(bytes: Uint8Array, contentType?: string): Decoded {
  const marked = [...byteOrderMarks, ...wideBrackets].find(([mark]) =>
    mark.every((byte, index) => bytes[index] === byte),
  );
  if (marked) return decodeAs(bytes, marked[1]);
  const declared =
    declaredEncoding(contentType?.match(/charset\s*=\s*["']?([^\s"';]+)/i)?.[1]) ?? metaEncoding(bytes);
  if (declared !== undefined) return decodeAs(bytes, declared);
  try {
    return {
      text: new TextDecoder('utf-8', { fatal: true }).decode(bytes),
      encoding: 'utf-8',
      isGuessed: false,
    };
  } catch {
    return { ...decodeAs(bytes, 'windows-1252'), isGuessed: true };
  }
}

function decodeAs(bytes: Uint8Array, encoding: string): Decoded {
  return { text: iconv.decode(bytes, encoding), encoding, isGuessed: false };
}

/** The charset that the first bytes declare in a `<meta>` or an XML declaration. */
function metaEncoding(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, prescanBytes)).toString('latin1');
  const label =
    head.match(/^\s*<\?xml[^>]*\sencoding\s*=\s*["']([^"']+)/i)?.[1] ??
    head.match(/<meta[^>]*\scharset\s*=\s*["']?\s*([^\s"'/>;]+)/i)?.[1] ??
    head.match(/<meta[^>]*\scontent\s*=\s*["'][^"']*charset\s*=\s*([^\s"'/>;]+)/i)?.[1];
  const encoding = declaredEncoding(label);
  // A declaration that could be read as ASCII is not in UTF-16, whatever it says.
  return encoding?.startsWith('utf-16') ? 'utf-8' : encoding;
}

function declaredEncoding(label: string | undefined): string | undefined {
  const name = label?.trim().toLowerCase();
  if (name === undefined || name === '') return undefined;
  const encoding = webEncodings[name] ?? name;
  return iconv.encodingExists(encoding) ? encoding : undefined;
}
