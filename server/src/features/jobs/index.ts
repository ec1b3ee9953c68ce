export {
  beginAttempt,
  completeAttempt,
  endRun,
  enqueueNext,
  failAttempt,
  maxFailures,
  writeAttempt,
  type AttemptFailure,
  type AttemptKey,
  type AttemptWrite,
  type Conclusion,
  type Beginning,
} from './attempts.ts';
export { createJobContext, maxStoredProblems, type JobContext, type JobProcessor } from './context.ts';
export { AttemptEnded, JobError, type AttemptEnd } from './errors.ts';
export { followJobs, followUp, type JobFollower } from './followers.ts';
export { announceJobs, changeJobs, createJobs, enqueueJobs } from './many.ts';
export { addProblemOnce } from './problems.ts';
export { attemptSuperseded, findModelJob, lockRunningAttempt, modelJobNotFound } from './model-jobs.ts';
export { jobAnswer, type JobRow } from './presenter.ts';
export { findJob, lockJob, readJob, type JobKey } from './queries.ts';
export { jobHandlers } from './routes.ts';
export {
  cancelJob,
  changeJob,
  createJob,
  enqueueJob,
  openStates,
  queueUploadedJob,
  retryJob,
} from './service.ts';
