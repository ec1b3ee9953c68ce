/** Addresses of the screens. The app is served at the root of its origin. */
export const paths = {
  home: '/',
  signIn: (next?: string) =>
    next && next !== '/' ? `/sign-in?next=${encodeURIComponent(next)}` : '/sign-in',
  account: '/account',
  project: (projectId: string) => `/projects/${projectId}`,
  questions: (projectId: string) => `/projects/${projectId}/questions`,
  question: (projectId: string, questionId: string) => `/projects/${projectId}/questions/${questionId}`,
  library: (projectId: string) => `/projects/${projectId}/library`,
  libraryPage: (projectId: string, pageId: string) => `/projects/${projectId}/library/${pageId}`,
  people: (projectId: string) => `/projects/${projectId}/people`,
  person: (projectId: string, memberId: string) => `/projects/${projectId}/people/${memberId}`,
  invitations: (projectId: string) => `/projects/${projectId}/people/invitations`,
  demonstrations: (projectId: string) => `/projects/${projectId}/demonstrations`,
  demonstration: (projectId: string, episodeId: string) =>
    `/projects/${projectId}/demonstrations/${episodeId}`,
  comparisons: (projectId: string) => `/projects/${projectId}/comparisons`,
  comparisonList: (projectId: string) => `/projects/${projectId}/comparisons/list`,
  comparison: (projectId: string, comparisonId: string) =>
    `/projects/${projectId}/comparisons/${comparisonId}`,
  pairs: (projectId: string) => `/projects/${projectId}/comparisons/pairs`,
  pair: (projectId: string, pairId: string) => `/projects/${projectId}/comparisons/pairs/${pairId}`,
  pairings: (projectId: string) => `/projects/${projectId}/comparisons/pairings`,
  answers: (projectId: string) => `/projects/${projectId}/comparisons/answers`,
  agreement: (projectId: string) => `/projects/${projectId}/comparisons/agreement`,
  raters: (projectId: string) => `/projects/${projectId}/comparisons/raters`,
  policies: (projectId: string) => `/projects/${projectId}/policies`,
  policy: (projectId: string, versionId: string) => `/projects/${projectId}/policies/${versionId}`,
  plans: (projectId: string) => `/projects/${projectId}/sampling`,
  newPlan: (projectId: string, versionId?: string) =>
    `/projects/${projectId}/sampling/new${versionId === undefined ? '' : `?version=${versionId}`}`,
  plan: (projectId: string, planId: string) => `/projects/${projectId}/sampling/plans/${planId}`,
  samples: (projectId: string) => `/projects/${projectId}/sampling/samples`,
  sample: (projectId: string, sampleId: string) => `/projects/${projectId}/sampling/samples/${sampleId}`,
  rewardModels: (projectId: string) => `/projects/${projectId}/reward-models`,
  rewardModel: (projectId: string, modelId: string) => `/projects/${projectId}/reward-models/${modelId}`,
  scoredAnswers: (projectId: string, modelId: string) =>
    `/projects/${projectId}/reward-models/${modelId}/answers`,
  rewardPairs: (projectId: string, modelId: string) =>
    `/projects/${projectId}/reward-models/${modelId}/pairs`,
  bestOfN: (projectId: string, modelId: string) =>
    `/projects/${projectId}/reward-models/${modelId}/best-of-n`,
  tryReward: (projectId: string, modelId: string) => `/projects/${projectId}/reward-models/${modelId}/try`,
  rounds: (projectId: string) => `/projects/${projectId}/rounds`,
  newRound: (projectId: string) => `/projects/${projectId}/rounds/new`,
  round: (projectId: string, roundId: string) => `/projects/${projectId}/rounds/${roundId}`,
  queue: (projectId: string) => `/projects/${projectId}/queue`,
  job: (projectId: string, jobId: string) => `/projects/${projectId}/queue/${jobId}`,
  queueBoard: '/admin/queues',
  artifacts: '/artifacts',
  exports: (projectId: string) => `/projects/${projectId}/exports`,
  guidelines: (projectId: string) => `/projects/${projectId}/guidelines`,
  practice: (projectId: string) => `/projects/${projectId}/practice`,
  settings: (projectId: string) => `/projects/${projectId}/settings`,
  compare: (projectId: string, comparisonId: string) => `/projects/${projectId}/compare/${comparisonId}`,
  comparePractice: (projectId: string) => `/projects/${projectId}/compare/practice`,
  task: (projectId: string, assignmentId: string) => `/projects/${projectId}/tasks/${assignmentId}`,
};

/** Where to go after signing in: only to a place of this app. */
export function safeNext(next: string | null): string {
  return next && next.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\') ? next : '/';
}
