export { insertStarterProject, loadStarter, starterProjectName } from './load.ts';
export { starterHandlers } from './routes.ts';
