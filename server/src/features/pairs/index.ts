export { drawPair, pairKey } from './draws.ts';
export { saveImportedPairs, type ImportedPair, type SavedPair } from './imported.ts';
export { insertPairs } from './insert.ts';
export { makePairs } from './make-pairs.ts';
export { insertPairing } from './pairing.ts';
export { readExisting } from './planning.ts';
export { pairNotFound } from './queries.ts';
export { pairHandlers } from './routes.ts';
