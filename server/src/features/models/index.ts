/** Trained models of every kind: their files and manifests. */
export { listArtifacts } from './artifacts.ts';
export { checkManifest, checkModelFile, refusedModel } from './manifest.ts';
export { findJobOfKinds, intactModel, storeModel } from './model-file.ts';
