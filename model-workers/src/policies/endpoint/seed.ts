import { createHash } from 'node:crypto';

/**
 * The number a server is given as its seed: the first 31 bits of the SHA-256 of the seed text's UTF-8, so that it fits every server's
 * integer and is never one of the negative numbers that mean "any".
 */
export const seedNumber = (seed: string): number =>
  createHash('sha256').update(seed, 'utf8').digest().readUInt32BE(0) >>> 1;
