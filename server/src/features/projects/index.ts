export { findProject, lockProject, presentProject, type ProjectRow } from './queries.ts';
export { projectHandlers } from './routes.ts';
export { defaultSettings, insertProject, orNameTaken, readSettingsVersion } from './service.ts';
