/** The lead's words about policies: their versions, how they are trained, and how good they are. */

const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many);
const number = (value: number): string => new Intl.NumberFormat('en').format(value);
const counted = (count: number, one: string, many: string): string =>
  `${number(count)} ${plural(count, one, many)}`;

export const policiesText = {
  title: 'Policies',
  help: 'A policy acts in the text browser as people do. Each version is fixed: what it samples names it.',
  train: 'Train a ranker…',
  addEndpoint: 'Add an endpoint…',
  back: 'All policies',
  versionName: (name: string, version: number) => `${name} ${version}`,
  kinds: { ranker: 'Ranker', endpoint: 'Endpoint' },
  untrained: 'Untrained',

  list: {
    empty: 'No policies yet',
    emptyHelp:
      'Train a ranker on the demonstrations that you have accepted, or add a server with OpenAI’s completions API. Then sample answers from it, and make pairs of them.',
    name: 'Version',
    learnt: 'Learnt from',
    demonstrations: (count: number) => counted(count, 'demonstration', 'demonstrations'),
    ofQuestions: (count: number) => `of ${counted(count, 'question', 'questions')}`,
    accuracy: 'Held-out accuracy',
    samples: 'Samples',
    cites: 'Cites a reference',
    made: 'Made',
    by: (name: string) => `by ${name}`,
    byToken: 'by a program',
    answered: (count: number) => `${number(count)} answered`,
    noSamples: 'none',
    citing: (citing: number, of: number) => `${number(citing)} of ${number(of)}`,
  },

  accuracy: {
    title: 'Next command',
    help: 'How often it would have done what the person did next, on questions that were kept out of training. The two rules of thumb are judged on the same decisions; intervals (95 %) come from resampling whole questions.',
    policy: 'This policy',
    mostFrequent: 'Most frequent command',
    lexical: 'Best lexical match',
    mostFrequentHelp: 'the command that people gave most often in training, word for word',
    lexicalHelp: 'the possible command that shares most words with the question',
    interval: (low: string, high: string) => `${low}–${high}`,
    of: (right: number, of: number) => `${number(right)} of ${number(of)}`,
    all: 'All commands',
    byKind: 'By kind of command',
    byKindHelp:
      'The bars are 95 % intervals. Kinds with few decisions have wide ones: compare the numbers with their counts.',
    command: 'Command',
    decisions: 'Decisions',
    kindRight: (share: string) => `The kind of the command was right in ${share}.`,
    outside: (count: number, of: number) =>
      `${number(count)} of ${counted(of, 'decision was', 'decisions were')} none of the commands that it can choose among: wrong by all three.`,
    loss: (loss: string, uniform: string) =>
      `Mean held-out loss ${loss} nats; ${uniform} if every possible command were as likely.`,
    beats: 'Better than both rules of thumb',
    notBetter: 'Not better than both rules of thumb',
    file: 'accuracy-by-command.csv',
    chosen: 'What is shown',
    names: {
      search: 'Search',
      click: 'Open a link',
      find: 'Find in page',
      quote: 'Quote',
      scroll: 'Scroll',
      top: 'Top',
      back: 'Back',
      end: 'End',
    } as Record<string, string>,
  },

  curves: {
    loss: 'Loss by epoch',
    lossHelp: (best: number) =>
      `Mean cross-entropy in nats, on what it learns from and on what was kept out. The network of epoch ${number(best)} was kept, where the held-out loss was lowest.`,
    epoch: 'Epoch',
    train: 'Training',
    heldOut: 'Held out',
    best: (epoch: number) => `kept: ${number(epoch)}`,
    lossFile: 'loss-by-epoch.csv',
    learning: 'Would more demonstrations help?',
    learningHelp:
      'Trained on parts of the demonstrations, and tested on the same held-out decisions. While the line still rises, more of them are worth their price.',
    demonstrations: 'Demonstrations',
    decisions: 'Decisions',
    accuracy: 'Held-out accuracy',
    heldOutLoss: 'Held-out loss',
    learningFile: 'learning-curve.csv',
  },

  version: {
    sample: 'Sample from this version',
    samples: 'Samples',
    seeSamples: (count: number) => `See ${counted(count, 'sample', 'samples')}`,
    download: 'Download the model',
    job: 'Its training job',
    note: 'Note',
    about: 'Where it comes from',
    learntFrom: 'Learnt from',
    learntFromWords: (options: { demonstrations: number; questions: number; decisions: number }) =>
      `${counted(options.demonstrations, 'demonstration', 'demonstrations')} of ${counted(options.questions, 'question', 'questions')}: ${counted(options.decisions, 'decision', 'decisions')}`,
    invalid: (count: number) => `${counted(count, 'step', 'steps')} not carried out, left out`,
    keptOut: 'Kept out',
    keptOutWords: (questions: number, decisions: number) =>
      `${counted(questions, 'question', 'questions')}, ${counted(decisions, 'decision', 'decisions')}`,
    data: 'SHA-256 of the data',
    model: 'SHA-256 of the model',
    size: 'Model file',
    encoder: 'Encoder',
    encoderWords: (options: { name: string; version: string; dimensions: number }) =>
      `${options.name} ${options.version}, ${number(options.dimensions)} dimensions`,
    encoderHash: 'SHA-256 of the encoder',
    features: 'Features',
    featuresWords: (options: { version: string; count: number }) =>
      `${number(options.count)}, version ${options.version}`,
    settings: 'Settings',
    code: 'Code',
    codeWords: (options: { rookery: string; node: string; onnxruntime: string }) =>
      `Rookery ${options.rookery}, Node ${options.node}, onnxruntime ${options.onnxruntime}`,
    device: 'Device',
    seconds: 'Took',
    secondsWords: (options: { reading: string; encoding: string; training: string }) =>
      `${options.training} to train, ${options.encoding} to encode, ${options.reading} to read`,
    made: 'Made',
    endpoint: 'Endpoint',
    endpointHelp:
      'Address and key are no part of the version: every worker that samples from it has them in its environment.',
    maxEpochsZero: 'Untrained: the network as it is drawn at first, to compare trained ones with.',
    noCurve: 'An untrained network has no loss by epoch.',
  },

  settings: {
    seed: 'Seed',
    seedHelp: 'The same demonstrations, settings and seed give the same network.',
    hiddenUnits: 'Hidden units',
    hiddenUnitsHelp: 'Size of the network. More can learn more, and learn by heart more easily.',
    learningRate: 'Learning rate',
    learningRateHelp: 'Length of a step of training.',
    batchSize: 'Decisions of a step',
    batchSizeHelp: 'So many decisions are looked at before each step.',
    maxEpochs: 'Epochs at most',
    maxEpochsHelp: 'Passes over the demonstrations. 0: untrained, to compare trained ones with.',
    patience: 'Patience, in epochs',
    patienceHelp: 'Training ends after so many without a lower held-out loss; the best one is kept.',
    heldOutPercent: 'Kept out, percent of the questions',
    heldOutPercentHelp: 'It is tested on them, and never learns from them.',
    model: 'Model',
    maxCommandTokens: 'Tokens of a command at most',
    maxAnswerTokens: 'Tokens of an answer at most',
    timeoutSeconds: 'Time-out of a request, in seconds',
    maxTries: 'Tries of a request at most',
  },

  training: {
    title: 'Train a ranker',
    help: 'It learns to choose the next command as people did, from the accepted demonstrations of questions for behaviour cloning (bc).',
    reading: 'Counting the demonstrations…',
    from: (demonstrations: number, questions: number) =>
      `${counted(demonstrations, 'demonstration', 'demonstrations')} of ${counted(questions, 'question', 'questions')} to learn from`,
    simulated: (count: number) => `${number(count)} of them by simulated people`,
    leftOut: (count: number) =>
      `${number(count)} left out: not accepted, or excluded. See them under Demonstrations.`,
    none: 'There is nothing to learn from yet',
    noneHelp:
      'Demonstrations of bc questions have to be submitted, and accepted where the settings ask for a review.',
    few: 'That is very few. Expect little of it: some 50 demonstrations or more give a usable ranker.',
    seeDemonstrations: 'See demonstrations',
    noWorker: 'No model worker that trains is online: the job waits until one comes.',
    howToStart: 'How to start one',
    name: 'Name',
    nameHelp: 'The next version of this name is made.',
    nameRule: 'Letters, digits, spaces, dots, - and _',
    note: 'Note (optional)',
    settings: 'Settings of the training',
    untrained: 'Untrained: the network as it is drawn at first. Its samples show what training is worth.',
    start: 'Train',
    startUntrained: 'Make it untrained',
    queued: 'Waiting for a model worker…',
    progress: (done: number, total: number | null) =>
      total === null ? 'Training…' : `Training: step ${number(done)} of ${number(total)}`,
    stays: 'You can close this: it goes on, and the list shows it.',
    done: 'Trained.',
    see: 'See the version',
    failed: 'Training failed',
    cancelled: 'Training was cancelled.',
    cancel: 'Cancel the training',
    underWay: 'Training under way',
  },

  endpoint: {
    title: 'Add an endpoint',
    help: 'A server with OpenAI’s completions API (vLLM, llama.cpp and others). It is given the exact observation as its prompt.',
    endpoint: 'Name of the endpoint',
    endpointHelp: 'Capital letters, digits and _, as in the workers’ environment.',
    offered: (names: string) => `Online workers have: ${names}`,
    noneOffered: 'No worker that is online has an endpoint in its environment.',
    notOffered: (name: string) =>
      `No worker that is online has ${name} yet. Its samples wait until one does.`,
    environment:
      'Address and key never come here. Whoever runs the model worker sets them in its environment, and starts it again:',
    urlVariable: (name: string) => `ROOKERY_ENDPOINT_${name || '<NAME>'}_URL=https://…`,
    keyVariable: (name: string) => `ROOKERY_ENDPOINT_${name || '<NAME>'}_KEY=…`,
    keyOptional: 'The key can be left out where the server asks for none.',
    name: 'Name of the policy',
    model: 'Model, as the server calls it',
    more: 'Limits of its requests',
    action: 'Add it',
  },
};
