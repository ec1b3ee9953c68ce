import { formNames, type FormName } from '@rookery/shared/comparisons';
import { useResource, type Resource } from '../../resource.svelte.ts';
import { getSession } from '../../session.svelte.ts';

/** What there is to choose figures of. */
export interface SelectionContext {
  /** Forms that there are pairs of. */
  forms: FormName[];
  /** The form that figures are of where the address does not say. */
  form: FormName;
  imports: { id: string; name: string; comparisons: number }[];
}

/** Reads which forms there are pairs of, and which imports of comparisons. */
export function useSelectionContext(projectId: () => string): Resource<SelectionContext> {
  const session = getSession();
  return useResource({
    inputs: projectId,
    read: async (projectId, signal) => {
      const params = { projectId };
      const [imports, ...pages] = await Promise.all([
        session.api.listComparisonImports({ params, signal }),
        ...formNames.map((form) => session.api.listPairs({ params, query: { form, limit: 1 }, signal })),
      ]);
      const forms = formNames.filter((_, index) => (pages[index]?.total ?? 0) > 0);
      return { forms, form: forms[0] ?? formNames[0], imports };
    },
    changedBy: (message) => message.type === 'overview' && message.projectId === projectId(),
    everyMs: 5000,
  });
}
