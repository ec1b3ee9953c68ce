/**
 * What a form asks beside its criteria:
 * - `trust`: how far each reference that the answer cites can be trusted.
 * - `claims`: the claims of both answers, marked with their support and relevance.
 */
export const annotationFields = ['trust', 'claims'] as const;
export type AnnotationField = (typeof annotationFields)[number];

/** Every criterion of every form; `overall` is the last of each. A form's own list gives their order. */
export const criterionIds = [
  'unsupported',
  'core',
  'additional',
  'coherence',
  'irrelevant',
  'accuracy',
  'overall',
] as const;
export type CriterionId = (typeof criterionIds)[number];

/** What a task can require: criteria and annotations. */
export const formFields = [...criterionIds, ...annotationFields] as const;
export type FormField = (typeof formFields)[number];

export interface FormCriterion {
  readonly id: CriterionId;
  /** What is compared, as a heading. */
  readonly label: string;
  /** The question that the five points answer. */
  readonly question: string;
}

/**
 * A comparison form, one version of it. A version never changes once work was done under it: what would change it is a
 * new version beside the old one.
 */
export interface ComparisonForm {
  readonly name: FormName;
  readonly version: number;
  readonly title: string;
  /** Whether raters see the references and citations; without, citations are taken out of the texts. */
  readonly showsReferences: boolean;
  /** Annotations that the form has at all. */
  readonly annotations: readonly AnnotationField[];
  /** In the order of the form, which is their order of priority for the overall rating; `overall` is the last. */
  readonly criteria: readonly FormCriterion[];
  /** What is always required; everything is in the share of tasks that the project sets. */
  readonly alwaysRequired: readonly FormField[];
  /** Stands beside the overall rating. */
  readonly advice: readonly string[];
}

export const formNames = ['webgpt-five', 'minimal'] as const;
export type FormName = (typeof formNames)[number];

const fiveVersion1: ComparisonForm = {
  name: 'webgpt-five',
  version: 1,
  title: 'Five criteria with references',
  showsReferences: true,
  annotations: annotationFields,
  criteria: [
    {
      id: 'unsupported',
      label: 'Unsupported information',
      question: 'Which answer is better in having less information that is not supported?',
    },
    {
      id: 'core',
      label: 'Core question answered',
      question: 'Which answer is better at answering the core question?',
    },
    {
      id: 'additional',
      label: 'Additional helpful information',
      question: 'Which answer is better in what it adds beyond the core question that helps?',
    },
    {
      id: 'coherence',
      label: 'Coherence and citation errors',
      question: 'Which answer is better to follow, and in having fewer errors of citation?',
    },
    {
      id: 'irrelevant',
      label: 'Irrelevant information',
      question: 'Which answer is better in having less information that is beside the question?',
    },
    {
      id: 'overall',
      label: 'Overall usefulness',
      question: 'All in all, which answer is more useful to the person who asked?',
    },
  ],
  alwaysRequired: ['unsupported', 'coherence', 'overall'],
  advice: [
    'The criteria stand in their order of priority: what comes first weighs most.',
    'Supported means: a reliable reference backs it, or it is common knowledge. Do no research of your own.',
  ],
};

const minimalVersion1: ComparisonForm = {
  name: 'minimal',
  version: 1,
  title: 'Minimal, without references',
  showsReferences: false,
  annotations: [],
  criteria: [
    { id: 'accuracy', label: 'Accuracy', question: 'Which answer is more accurate?' },
    { id: 'coherence', label: 'Coherence', question: 'Which answer is easier to follow?' },
    {
      id: 'overall',
      label: 'Overall usefulness',
      question: 'All in all, which answer is more useful to the person who asked?',
    },
  ],
  alwaysRequired: ['accuracy', 'coherence', 'overall'],
  advice: ['Check facts that you are not sure of with a search engine.'],
};

/** Every version of every form, the newest of each last. */
const forms: Readonly<Record<FormName, readonly ComparisonForm[]>> = {
  'webgpt-five': [fiveVersion1],
  minimal: [minimalVersion1],
};

/** The version of a form that new tasks are given under. */
export const currentForm = (name: FormName): ComparisonForm => forms[name].at(-1)!;

/** @throws RangeError for a version that there is not */
export function getForm(name: FormName, version: number): ComparisonForm {
  const form = forms[name].find((one) => one.version === version);
  if (!form) throw new RangeError(`There is no version ${version} of the form ${name}.`);
  return form;
}

/** The form's fields in its order: criteria without the overall rating, annotations, overall. */
export const fieldsOfForm = (form: ComparisonForm): FormField[] =>
  formFields.filter(
    (field) =>
      form.criteria.some(({ id }) => id === field) ||
      (form.annotations as readonly FormField[]).includes(field),
  );

/**
 * What one task requires, as WebGPT sampled it: everything in a share of the tasks, else what the form always requires.
 * @param lot drawn from [0, 1)
 * @param everythingPercent share of tasks that require everything, from 0 to 100
 */
export function sampleRequiredFields(
  form: ComparisonForm,
  { lot, everythingPercent }: { lot: number; everythingPercent: number },
): FormField[] {
  if (lot * 100 < everythingPercent) return fieldsOfForm(form);
  return fieldsOfForm(form).filter((field) => form.alwaysRequired.includes(field));
}
