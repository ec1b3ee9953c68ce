export { saveImportedPairs, type ImportedPair, type SavedPair } from './imported.ts';
export { makePairs } from './make-pairs.ts';
export { insertPairing } from './pairing.ts';
export { pairHandlers } from './routes.ts';
