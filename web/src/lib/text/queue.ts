/** The lead's words about jobs and the workers that do them. */

const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many);
const number = (value: number): string => new Intl.NumberFormat('en').format(value);
const fine = (value: number): string =>
  new Intl.NumberFormat('en', { maximumFractionDigits: 1 }).format(value);

export const queueText = {
  title: 'Jobs and workers',
  board: 'Queue board',
  boardHelp: 'For engineers: what is in the queues themselves.',
  ping: 'Ping a worker',
  pingHelp: 'Asks any model worker for a sign of life, through the queue.',
  pingSent: 'Asked. The ping is at the top of the jobs.',

  /** What is done with jobs of the kind, where a worker says it takes them. */
  kinds: {
    ping: 'Ping',
    'train-ranker': 'Training rankers',
    sample: 'Sampling',
    'train-reward': 'Training reward models',
    'score-answers': 'Scoring',
    score: 'Scoring on request',
  },

  figures: {
    title: 'By kind',
    empty: 'No jobs yet',
    emptyHelp: 'Imports, exports, making pairs, training and sampling are jobs. Their figures are here.',
    kind: 'Kind',
    queued: 'Waiting',
    running: 'Running',
    held: 'Held',
    perMinute: 'Done a minute',
    perMinuteHelp:
      'Done a minute is over the last ten minutes; median time is of what was done in the last hour, begun to ended; held jobs wait until their sampling plan is resumed.',
    done: 'Done in the last hour',
    failed: 'Failed in the last hour',
    median: 'Median time',
    rate: (value: number) => fine(value),
  },

  jobs: {
    title: 'Jobs',
    job: 'Job',
    state: 'State',
    progress: 'Progress',
    attempt: 'Attempt',
    worker: 'Worker',
    created: 'Made',
    actions: 'Actions',
    took: (time: string) => `took ${time}`,
    empty: 'No jobs yet',
    emptyHelp: 'Import questions, train a ranker or sample from a policy: each is a job, and is listed here.',
    noneMatch: 'No job matches',
    kind: 'Kind',
    ofPlan: 'Of one sampling plan',
    byServer: 'the server',
    of: (done: number, total: number | null) =>
      total === null ? number(done) : `${number(done)} of ${number(total)}`,
    seeVersion: 'See the policy',
  },

  /** One job on its own page. */
  job: {
    back: 'All jobs',
    see: 'See its job',
    change: 'Change the settings',
    failed: 'It failed',
    lastError: 'What went wrong at its last attempt',
    held: 'It waits until its sampling plan is resumed.',
    noWorker: 'No model worker that takes such jobs is online: it waits until one comes.',
    begun: 'Begun',
    ended: 'Ended',
    id: 'Id',
  },

  workers: {
    title: 'Model workers',
    help: 'They train and sample. A worker is a client of the API with a key of its own, on this machine or another.',
    empty: 'No model worker was seen in the last day',
    emptyHelp: 'Training and sampling wait until one comes. Start one as it says below.',
    name: 'Worker',
    online: 'Online',
    offline: 'Not online',
    seen: (ago: string) => `seen ${ago} ago`,
    takes: 'Takes',
    take: (kind: string, concurrency: number) => `${kind}, ${number(concurrency)} at once`,
    takesNothing: 'nothing',
    device: 'Device',
    version: 'Version',
    versionOf: (version: string) => `version ${version}`,
    startedAt: (time: string) => `started ${time}`,
    models: 'Model files',
    noModels: 'none loaded',
    endpoints: 'Endpoints',
    noEndpoints: 'none',
    inHand: 'In hand',
    jobs: (count: number) => `${number(count)} ${plural(count, 'job', 'jobs')}`,
    offlineCount: (count: number) =>
      `${number(count)} more ${plural(count, 'was', 'were')} seen in the last day`,
  },

  start: {
    title: 'Start another worker',
    here: 'On the machine of the server, in the folder of Rookery:',
    hereCommand: 'npm run worker -- --concurrency 8',
    hereHelp:
      'It finds the server and the queue by itself. It takes all kinds; --kinds sample takes only sampling, and --concurrency says how many samples it draws at once.',
    elsewhere: 'On another machine',
    elsewhereHelp:
      'Install Rookery there. The queue has to be reachable from it: the server runs with DATABASE_URL or REDIS_URL (the embedded database is for its own machine alone).',
    elsewhereCommand: (url: string) =>
      `ROOKERY_URL=${url} ROOKERY_WORKER_KEY=… ROOKERY_QUEUE_URL=postgres://… npm run worker`,
    key: 'The key is an API token for model workers. It can be bound to one project, and revoked at any time.',
    makeKey: 'Make a key under Account',
    askKey: 'An admin makes the key under Account.',
    command: 'Command',
  },
};
