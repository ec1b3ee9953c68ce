export { authorize, type Caller } from './authorize.ts';
export type {
  Identity,
  Person,
  PersonCaller,
  ProjectCaller,
  SamplingCaller,
  WorkerCaller,
} from './identity.ts';
export { createApiToken, createLinkToken, hashToken } from './secrets.ts';
