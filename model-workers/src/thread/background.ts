import { constants, setPriority } from 'node:os';

/**
 * Lets other threads and processes have the processor before the calling thread and those it starts, so that a training does not slow
 * the server beside it. Only Linux has priorities of single threads: elsewhere it does nothing.
 */
export function stayInBackground(): void {
  if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);
}
