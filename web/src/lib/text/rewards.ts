/** The lead's words about reward models, and the admin's about trained models of all projects. */

const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many);
const number = (value: number): string => new Intl.NumberFormat('en').format(value);
const counted = (count: number, one: string, many: string): string =>
  `${number(count)} ${plural(count, one, many)}`;

export const rewardsText = {
  title: 'Reward model',
  parts: 'Places of this version',
  help: 'It gives an answer a score: of two answers to a question, people should prefer the one that scores higher. Each version is fixed, and learnt from all comparisons there were.',
  /** How far apart scores have to be to mean something: the logistic function of 1 and 2. */
  apart:
    'An answer that scores 1 higher than another should be preferred in 73 of 100 comparisons, one that scores 2 higher in 88: a difference of scores is a logit.',
  back: 'All versions',
  versionName: (version: number) => `Version ${number(version)}`,
  current: 'In use',
  train: 'Train…',
  tabs: {
    figures: 'Figures',
    answers: 'Answers by score',
    pairs: 'Disagreements',
    bestOf: 'Best of n',
    trying: 'Try it',
  },
  picker: 'Version',
  pickerWords: (version: number, isCurrent: boolean) =>
    `Version ${number(version)}${isCurrent ? ', in use' : ''}`,
  /** What comparisons are called that do not come from an import. */
  sources: { people: 'People', simulated: 'Simulated raters' } as Record<string, string>,
  interval: (low: string, high: string) => `${low} to ${high}`,
  difference: (points: string) => `${points} points`,

  /** What is measured, and how it is read. */
  measures: {
    model: 'Reward model',
    human: 'People among themselves',
    longer: 'Longer wins',
    first: 'First wins',
    cosine: 'Nearer to the question wins',
    best: 'Best rule of thumb',
    logLoss: 'Log loss',
    calibrationError: 'Calibration error',
    lengthCorrelation: 'Correlation with length',
    logLossHelp: 'in nats; a coin has 0.69',
    calibrationErrorHelp:
      'root mean square distance of predicted from observed preference, less what chance adds',
    lengthNone: 'Not known: scores or lengths of the held-out answers do not vary.',
  },

  list: {
    empty: 'No reward model yet',
    emptyHelp:
      'A reward model learns from comparisons which answers people prefer. Then it scores answers, picks the best of n samples, and says which pairs people should compare next.',
    emptyComparisons:
      'There are no comparisons to learn from yet: have answers compared, or import comparisons.',
    goComparisons: 'Comparisons',
    version: 'Version',
    learnt: 'Learnt from',
    comparisons: (count: number) => counted(count, 'comparison', 'comparisons'),
    accuracy: 'Held-out accuracy',
    pairs: (count: number, questions: number) =>
      `${counted(count, 'pair', 'pairs')} of ${counted(questions, 'question', 'questions')}`,
    against: (version: number, difference: string) => `against version ${number(version)}: ${difference}`,
    beside: 'On the same pairs',
    loss: 'Log loss',
    calibration: 'Calibration error',
    length: 'Correlation with length',
    made: 'Made',
    by: (name: string) => `by ${name}`,
    round: (value: number) => `Round ${number(value)}`,
    help: 'Held out are questions that no version has learnt from. Ties are left out of accuracy. Intervals (95 %) come from resampling whole questions.',
  },

  byVersion: {
    title: 'Held-out accuracy by version',
    help: 'The held-out questions of each version are those of the versions before it, and of what came since.',
    file: 'accuracy-by-version.csv',
    version: 'Version',
  },

  version: {
    download: 'Model file',
    manifest: 'Manifest',
    manifestFile: (version: number) => `reward-model-${version}.json`,
    modelFile: (version: number) => `reward-model-${version}.onnx`,
    seeAnswers: (count: number) => `${counted(count, 'answer', 'answers')} scored`,
    seePairs: 'Its pairs',
    learntPairs: 'Pairs it learnt from',
    heldOutPairs: 'Pairs it was tested on',
    seeJob: 'Its training job',
    previous: (version: number) => `The version before: ${number(version)}`,
    ofRound: (value: number) => `Round ${number(value)}`,
    about: 'Where it comes from',
    zero: 'Zero of the scale',
    zeroDemonstrations: (count: number) =>
      `The mean score of ${counted(count, 'demonstration', 'demonstrations')}: above 0 is better than the average demonstration.`,
    zeroTraining: (count: number) =>
      `The mean score of ${counted(count, 'training answer', 'training answers')}, as there was no demonstration: above 0 is better than the average answer it learnt from, and says nothing about demonstrations.`,
    temperature: 'Temperature',
    temperatureWords: (value: string) =>
      `${value}: scores were divided by it, so that differences are calibrated. Far above 1 it was much too sure of itself on new questions, and its scores are close together.`,
    learntFrom: 'Learnt from',
    learntFromWords: (one: { comparisons: number; pairs: number; questions: number; answers: number }) =>
      `${counted(one.comparisons, 'comparison', 'comparisons')}: ${counted(one.pairs, 'pair', 'pairs')} of ${counted(one.answers, 'answer', 'answers')} to ${counted(one.questions, 'question', 'questions')}, held-out ones among them`,
    ties: (count: number) => `${counted(count, 'tie', 'ties')} among the pairs`,
    keptOut: 'Held out',
    keptOutWords: (questions: number, pairs: number) =>
      `${counted(questions, 'question', 'questions')}, ${counted(pairs, 'pair', 'pairs')}`,
    halves: 'Two halves',
    halvesWords: (first: number, second: number) =>
      `two more models learnt from ${number(first)} and ${number(second)} of the questions, so that one can judge what the other chooses`,
    noHalves: 'none: there were too few questions',
    snapshot: 'SHA-256 of the data',
    model: 'SHA-256 of the model file',
    size: 'Size',
    encoder: 'Encoder',
    encoderWords: (one: { name: string; version: string; dimensions: number }) =>
      `${one.name} ${one.version}, ${number(one.dimensions)} numbers a text`,
    encoderHash: 'SHA-256 of the encoder',
    features: 'Features',
    featuresWords: (one: { version: string; names: readonly string[] }) =>
      `version ${one.version}: ${number(one.names.length)}`,
    head: 'Head',
    headWords: (one: { inputs: number; members: number }) =>
      `${number(one.inputs)} inputs, ${counted(one.members, 'member', 'members')}`,
    code: 'Code',
    codeWords: (one: { rookery: string; node: string; onnxruntime: string }) =>
      `Rookery ${one.rookery}, Node ${one.node}, onnxruntime ${one.onnxruntime}`,
    device: 'Device',
    fellBack: 'not what was asked for',
    seconds: 'Time',
    secondsWords: (one: { reading: string; encoding: string; training: string }) =>
      `reading ${one.reading}, encoding ${one.encoding}, training ${one.training}`,
    made: 'Made',
    yes: 'yes',
    no: 'no',
  },

  accuracy: {
    title: 'Held-out accuracy',
    help: 'How often it agrees with people on held-out questions, ties left out, beside three rules of thumb and how often two people agree on the same pair.',
    file: 'accuracy.csv',
    who: 'Who judges',
    share: 'Accuracy',
    interval: '95 % interval',
    of: 'Pairs',
    right: 'Right',
    humanNone: 'How often people agree is not known: no held-out pair has two ratings that are no ties.',
    humanHelp: 'About what is possible: a rating of one person against that of another.',
    standing: {
      ahead: 'Better than each rule of thumb',
      maybeAhead: 'Better than each rule of thumb, which may be chance',
      notAhead: 'Not better than each rule of thumb',
    },
    before: (version: number) => `Version ${number(version)}, the one before`,
    beforeWords: (share: string, difference: string, interval: string) =>
      `on the same pairs: ${share}. Difference, pair by pair: ${difference}${interval === '' ? '' : ` (${interval})`}.`,
    zeroIn: 'The interval holds 0: which of them is better is not known.',
  },

  others: {
    title: 'Other figures',
    value: 'Value',
    measure: 'Measure',
    file: 'figures.csv',
  },
  /** What a correlation of score and number of words means, by its size. */
  lengthWords: {
    hardly: () => 'Of score and number of words: length hardly matters to it.',
    little: (isPositive: boolean) =>
      `Of score and number of words: ${isPositive ? 'longer' : 'shorter'} answers score a little higher.`,
    clearly: (isPositive: boolean) =>
      `Of score and number of words: ${isPositive ? 'longer' : 'shorter'} answers score clearly higher. Look whether people want that.`,
    strongly: (isPositive: boolean) =>
      `Of score and number of words: ${isPositive ? 'longer' : 'shorter'} answers score much higher. It may judge length more than content.`,
    unsure: 'The interval holds 0: it may be chance.',
  },

  against: {
    title: 'Training against held-out',
    help: 'Where it is much better on what it learnt from than on what it never saw, it has learnt single answers by heart.',
    file: 'training-against-held-out.csv',
    on: 'Tested on',
    training: 'What it learnt from',
    heldOut: 'Held-out questions',
    questions: 'Questions',
    pairs: 'Pairs',
  },

  calibration: {
    title: 'Calibration',
    help: 'Where it says 70 %, people should prefer that answer in 70 % of the pairs. Pairs are gathered into bins by its prediction; a tie counts half.',
    file: 'calibration.csv',
    predicted: 'Predicted preference',
    observed: 'Observed',
    perfect: 'As predicted',
    pairs: 'Pairs',
    error: (value: string, interval: string) =>
      `Calibration error: ${value}${interval === '' ? '' : ` (${interval})`}`,
  },

  learning: {
    title: 'Learning curve',
    help: 'Trained on parts of the training questions, tested on the same held-out ones. While it still climbs, more comparisons help.',
    file: 'learning-curve.csv',
    questions: 'Training questions',
    pairs: 'Pairs',
    share: 'Share',
    accuracy: 'Accuracy',
    logLoss: 'Log loss',
  },

  bySource: {
    title: 'Accuracy by source',
    help: 'On held-out pairs, by the ratings of each source alone. A pair that several sources rated counts in each of them.',
    file: 'accuracy-by-source.csv',
    name: 'Source',
  },
  byCriterion: {
    title: 'Accuracy by criterion',
    help: 'It learns from the overall rating. This is how often its preference is that of each criterion. Few ratings make wide intervals: the numbers say how many there are.',
    file: 'accuracy-by-criterion.csv',
    name: 'Criterion',
  },
  coin: 'coin',

  settings: {
    seed: 'Seed',
    seedHelp: 'The same comparisons, settings and seed give the same model on one device.',
    encoder: 'Encoder',
    encoderHelp:
      'The one that Rookery ships, or a folder that a worker which is online names (ROOKERY_ENCODER_<NAME>).',
    members: 'Members of the ensemble',
    membersHelp: 'How far they differ is the uncertainty of a score.',
    regularisation: 'Regularisation',
    regularisationHelp: 'How strongly weights are held to 0, in multiples of the usual.',
    muchBetter: '“Much better”',
    heldOutPercent: 'Held out, percent of questions',
    heldOutPercentHelp: 'A question is held out, or not, from when it is first met, for good.',
    imported: 'Imported comparisons',
    simulated: 'Simulated raters’ comparisons',
  },

  training: {
    title: 'Train the reward model',
    help: 'The next version learns from all comparisons so far, beginning anew. The version in use stays in use until it is done, and if it fails.',
    reading: 'Counting the comparisons…',
    from: (comparisons: number, questions: number) =>
      `${counted(comparisons, 'comparison', 'comparisons')} of ${counted(questions, 'question', 'questions')}`,
    pairs: (pairs: number, ties: number) =>
      `${counted(pairs, 'pair', 'pairs')}, ${number(ties)} of them ${plural(ties, 'a tie', 'ties')}`,
    heldOut: (questions: number) =>
      `${counted(questions, 'question is', 'questions are')} held out: it is tested on them, and never learns from them`,
    source: (name: string, count: number) => `${name}: ${number(count)}`,
    leftOutImported: (count: number) =>
      `${counted(count, 'imported comparison', 'imported comparisons')} left out by choice`,
    leftOutSimulated: (count: number) =>
      `${counted(count, 'comparison', 'comparisons')} by simulated raters left out by choice`,
    problem: 'It cannot be trained yet',
    seeComparisons: 'Comparisons',
    imported: 'Learn from imported comparisons too',
    simulated: 'Learn from simulated raters’ comparisons too',
    simulatedRefused: 'This project does not allow simulation.',
    muchBetter: {
      collapsed: 'is better, as in WebGPT',
      graded: 'counts more than better',
    },
    note: 'Note (optional)',
    settings: 'Advanced',
    noWorker: 'No model worker that trains reward models is online: the job waits until one comes.',
    howToStart: 'How to start one',
    start: 'Train',
    queued: 'Waiting for a model worker…',
    progress: (done: number, total: number | null) =>
      total === null ? 'Training…' : `Training: step ${number(done)} of ${number(total)}`,
    stays: 'You can close this: it goes on, and the list shows it.',
    done: 'Trained.',
    see: 'See the version',
    failed: 'Training failed',
    kept: 'The version in use stays in use.',
    cancelled: 'Training was cancelled.',
    cancel: 'Cancel the training',
    underWay: 'Training under way',
  },

  answers: {
    title: 'Answers by score',
    help: 'The best and the worst, as this version sees them.',
    order: 'Order',
    orders: { best: 'Best first', worst: 'Worst first' },
    origin: 'Kind of answer',
    plan: 'Sampling plan',
    empty: 'No answer has a score by this version yet',
    emptyHelp: 'Score the answers of the project: demonstrations, imported answers and samples.',
    noneMatch: 'No scored answer matches',
    score: 'Score',
    uncertainty: '±',
    uncertaintyHelp: '± says how far the members of the ensemble differ about it: their standard deviation.',
    standardised: 'Standardised',
    standardisedHelp:
      'Standardised: the mean over all samples subtracted, divided by their standard deviation. It is another scale: do not compare it with scores.',
    answer: 'Answer',
    source: 'Source',
    words: 'Words',
    origins: {
      demonstration: 'See the demonstration',
      sample: 'Play the sample again',
      import: 'See the answer',
    },
    noAnswers: 'There are no answers to score yet',
    noAnswersHelp:
      'Demonstrations, imported answers and samples are scored. Draw samples of a policy, for one.',
    waiting: (count: number) =>
      `${counted(count, 'answer of the project has', 'answers of the project have')} no score by this version yet.`,
    waitingOfPlan: (count: number) =>
      `${counted(count, 'sample of this plan has', 'samples of this plan have')} no score by this version yet.`,
    noneWaiting: 'Every answer of the project has a score by this version.',
    noneWaitingOfPlan: 'Every answer of this plan has a score by this version.',
    start: 'Score them',
    noWorker: 'No model worker that scores is online: the job waits until one comes.',
    underWay: 'Scoring under way',
    ofQuestion: 'Answers to one question',
  },

  pairs: {
    title: 'Where it and people disagree most',
    help: 'The pairs it learnt from or was tested on, as they were then: those first whose predicted preference is farthest from what people said.',
    held: 'Pairs',
    heldValues: { yes: 'Held out', no: 'Learnt from' } as Record<string, string>,
    sort: 'Order',
    sorts: { disagreement: 'Disagreement first', pair: 'As they were made' },
    empty: 'This version has no pairs',
    noneMatch: 'No pair matches',
    pair: 'Pair',
    first: 'First answer',
    second: 'Second answer',
    people: 'People',
    model: 'Reward model',
    notScored: 'not scored',
    unscored:
      'Some of these pairs have answers without a score by this version: what it predicts for them is not known yet.',
    preferFirst: 'the first',
    preferSecond: 'the second',
    tie: 'a tie',
    label: (value: string) => `${value} for the first`,
    apart: (points: string) => `${points} points apart`,
    comparisons: (count: number) => counted(count, 'comparison', 'comparisons'),
    rating: (value: string) => `Comparison: ${value}`,
    heldOut: 'Held out',
  },

  bestOf: {
    title: 'Best of n',
    help: 'What it is worth to draw n samples of a question and keep the one with the highest score. Each point is the mean over all ways to pick n of the samples that there are, so that it does not hang on the luck of one draw. A large n is of the questions alone that have so many samples: the numbers say how many.',
    from: (samples: number, questions: number) =>
      `${counted(samples, 'scored sample', 'scored samples')}; ${counted(questions, 'question has', 'questions have')} at least two`,
    waiting: (count: number) =>
      `${counted(count, 'sample with an answer has', 'samples with an answer have')} no score by this version, and ${plural(count, 'is', 'are')} not in it.`,
    scoreThem: 'Score answers',
    empty: 'No question has two scored samples yet',
    emptyHelp: 'Draw at least two samples of each question, then score them by this version.',
    goSampling: 'Sampling',
    plan: 'Sampling plan',
    policy: 'Policy version',
    scale: 'Scale',
    scales: { zero: 'Score', standardised: 'Standardised score' },
    scaleHelp: {
      standardised: (mean: string, deviation: string) =>
        `0 is the average of all these samples, whose score is ${mean}, and 1 is one standard deviation of their scores, ${deviation}, above it: how far the best of n stands out among samples. It is another scale than the score: do not compare the two. The halves have scales of their own, and are shown as scores only.`,
    },
    /** What stands at 0. */
    zeros: {
      demonstrations: 'the average demonstration',
      'training-answers': 'the average answer it learnt from',
      samples: 'the average sample',
    },
    axis: (scale: string, zero: string) => `${scale}; 0 is ${zero}`,
    n: 'n',
    nHelp: 'n: samples to choose from',
    score: 'Score by the reward model',
    scoreTitle: 'Score of the best of n',
    scoreFile: 'best-of-n-score.csv',
    scoreHelp:
      'As the reward model sees it, which chooses. It climbs wherever samples differ, and does not say that people would find them better.',
    halvesTitle: 'Chosen by one half, judged by the other',
    halvesHelp:
      'Whether the gain is real. Two models learnt from one half of the questions each; one chooses the best of n, the other is its judge, and the other way round: the mean of both ways is shown. Both lines begin at the same height, at the average sample. While the judge’s line climbs too, choosing finds better answers. What the half that chose sees beyond it are its own errors (over-optimisation); where the judge’s line falls, choosing among more samples makes answers worse. Each half has its own zero and its own spread: do not compare heights here with scores above.',
    halvesFile: 'best-of-n-halves.csv',
    halfScore: 'Score by a half',
    noHalves: 'There are no two halves: this version learnt from too few questions.',
    chosen: 'As the half that chose sees it',
    judged: 'As the judge sees it',
    citingTitle: 'How often the best one cites a reference page',
    citingHelp: 'A judge that is no model. Of questions that have reference pages.',
    citingFile: 'best-of-n-citing.csv',
    citing: 'Cites a reference page',
    questions: 'Questions',
    interval: '95 % interval',
  },

  trying: {
    title: 'Try it',
    help: 'Score answers of your own to a question. Nothing of it is kept.',
    question: 'Question',
    answer: (index: number) => `Answer ${number(index)}`,
    answerText: 'Answer',
    quotes: 'Its quotes',
    quote: (index: number) => `Quote [${number(index)}]`,
    quoteTitle: 'Page',
    extract: 'Text',
    addQuote: 'Add a quote',
    takeQuote: (index: number) => `Take off quote ${number(index)}`,
    addAnswer: 'Add an answer',
    takeAnswer: 'Take it off',
    start: 'Rank',
    waiting: 'Waiting for a model worker…',
    wait: 'Seconds to wait at most',
    noWorker: 'No model worker that scores on request is online.',
    unavailable: 'No model worker was done in time. Nothing is lost: try again, or let it wait longer.',
    result: (version: number) => `Ranked by version ${number(version)}`,
    score: 'Score',
    preference: 'Preferred to the next',
    stop: 'Stop waiting',
  },

  results: {
    trained: (version: string, share: string) => `${version}: ${share} right, held out`,
    scored: (count: number) => `${counted(count, 'answer', 'answers')} scored`,
    seeVersion: 'See the reward model',
  },

  artifacts: {
    title: 'Artifacts',
    help: 'Trained models of all projects, with what pins them. A file is intact if it is there and has the SHA-256 that was written down when it was trained.',
    empty: 'No model has been trained yet',
    emptyHelp: 'Rankers and reward models of all projects are listed here, with their hashes and manifests.',
    name: 'Model',
    kinds: { ranker: 'Ranker', reward: 'Reward model' },
    project: 'Project',
    file: 'File',
    intact: 'Intact',
    broken: 'Missing or changed',
    brokenHelp: 'It is refused where it would be used. Put the file back from a backup.',
    hashes: 'SHA-256',
    model: 'of the file',
    snapshot: 'of its data',
    code: 'Code',
    codeWords: (version: string) => `Rookery ${version}`,
    manifest: 'Manifest',
    save: 'Save as a file',
    created: 'Made',
  },
};
