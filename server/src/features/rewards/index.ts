export { rewardHandlers, rewardJobHandlers } from './routes.ts';
