/** What files begin with that are no text, whatever they are called. */
const signatures: [start: string, what: string][] = [
  ['%PDF-', 'it is a PDF file'],
  ['PK\u0003\u0004', 'it is a ZIP archive, or an office document'],
  ['\u00d0\u00cf\u0011\u00e0', 'it is an office document'],
  ['\u0089PNG', 'it is a picture'],
  ['\u00ff\u00d8\u00ff', 'it is a picture'],
  ['GIF8', 'it is a picture'],
  ['RIFF', 'it is a picture, a sound or a film'],
  ['\u001f\u008b', 'it is a compressed file'],
  ['\u0028\u00b5\u002f\u00fd', 'it is a compressed file'],
  ['7z\u00bc\u00af', 'it is an archive'],
  ['\u007fELF', 'it is a program'],
  ['bplist', 'it is a web archive: save the page as HTML'],
  ['SQLite format', 'it is a database'],
];

/** Says of bytes by how they begin that they are no text, and what they are; else null. */
export function binaryKind(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  return signatures.find(([start]) => head.startsWith(start))?.[1] ?? null;
}

const samples = 64;
const sampleLength = 1024;

/**
 * Whether text is binary data that was read as text: it has control characters all over, which text has now and then, or, where its
 * encoding had to be guessed, characters that no text has. Looks at samples from all of it.
 */
export function isBinary(text: string, isGuessed: boolean): boolean {
  const step = Math.max(sampleLength, Math.ceil(text.length / samples));
  let looked = 0;
  let controls = 0;
  let unknown = 0;
  for (let at = 0; at < text.length; at += step) {
    const sample = text.slice(at, at + sampleLength);
    looked += sample.length;
    // oxlint-disable-next-line no-control-regex
    controls += sample.match(/[\0-\x08\x0e-\x1a\x1c-\x1f]/g)?.length ?? 0;
    if (isGuessed) unknown += sample.match(/[\ufffd\x80-\x9f]/g)?.length ?? 0;
  }
  return controls > looked / 50 || unknown > looked / 200;
}
