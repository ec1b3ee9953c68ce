import { formNameSchema, type ComparisonSelection, type Pair } from '@rookery/shared/api';
import type { LiveMessage } from '@rookery/shared/live';

/** How often at most figures are read again while raters work, in milliseconds. */
export const figuresEveryMs = 2000;

/** Whether a message is about the comparisons of a project, or something they are made of. */
export const isAboutComparisons = (message: LiveMessage, projectId: string): boolean =>
  (message.type === 'overview' || message.type === 'comparison') && message.projectId === projectId;

const bys = ['people', 'programs', 'raters', 'import'] as const;

/** Whose figures an address asks for: a form, and whose comparisons. */
export function readSelection(
  query: Pick<URLSearchParams, 'get'>,
  { form: usual = 'webgpt-five' }: { form: Pair['form'] | undefined },
): ComparisonSelection {
  const form = formNameSchema.safeParse(query.get('form'));
  const by = bys.find((one) => one === query.get('by')) ?? 'people';
  const importId = query.get('import');
  return {
    form: form.success ? form.data : usual,
    by,
    ...(by === 'import' && importId !== null && { importId }),
  };
}
