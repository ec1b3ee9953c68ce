export { comparisonHandlers } from './routes.ts';
export { findOrAddComparisonImport, saveImportedComparisons, type ImportedComparison } from './imported.ts';
