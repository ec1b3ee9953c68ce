import type { LiveMessage } from '@rookery/shared/live';
import type { Resource } from '../../resource.svelte.ts';

/** How often at most a plan is read again while samples come in, in milliseconds. */
export const planEveryMs = 1000;

const paceEveryMs = 15_000;

/** Whether a message is about a sampling plan of a project: about this one, where one is named. */
export const isAboutPlan = (message: LiveMessage, projectId: string, planId?: string): boolean =>
  message.type === 'sampling-plan' &&
  message.projectId === projectId &&
  (planId === undefined || message.planId === planId);

/** Pace and time left change even while nothing happens, which nobody tells: they are read now and then while a plan runs. */
export function keepPaceFresh(resource: Resource<unknown>, isRunning: () => boolean): void {
  $effect(() => {
    if (!isRunning()) return undefined;
    const timer = setInterval(() => resource.reloadSoon(), paceEveryMs);
    return () => clearInterval(timer);
  });
}
