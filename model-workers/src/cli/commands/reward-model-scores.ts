import { mostRankedAnswers, type AnswerOrigin } from '@rookery/shared/api';
import { connect, findProject, type ProjectOptions } from '../connection.ts';
import { CliError } from '../errors.ts';
import { signed, withInterval } from '../figures.ts';
import type { Io } from '../io.ts';
import { describeRest, readList } from '../paging.ts';
import { readAnswers, type AnswerLine } from '../reward-files.ts';
import type { Outcome } from '../run.ts';
import { oneLine, orDash, percent, tableOf } from '../table.ts';
import { findVersions } from './policies.ts';
import { findRewardModel } from './reward-models.ts';
import { findPlan } from './sampling.ts';

export interface ScoredOptions extends ProjectOptions {
  order: 'best' | 'worst';
  origin?: AnswerOrigin;
  plan?: string;
  question?: string;
  limit: number;
}

/** Answers by their score. */
export async function listScored(io: Io, name: string | undefined, options: ScoredOptions): Promise<Outcome> {
  const { order, origin, plan, question, limit } = options;
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const key = { client, projectId };
  const { id: modelId, version } = await findRewardModel(key, name);
  const filter = {
    order,
    ...(origin !== undefined && { origin }),
    ...(plan !== undefined && { planId: (await findPlan(key, plan)).id }),
    ...(question !== undefined && { questionId: question }),
  };
  const { items, total } = await readList(limit, (query) =>
    client.listScoredAnswers({ params: { projectId, modelId }, query: { ...query, ...filter } }),
  );
  const columns = [
    { head: 'Score', isNumber: true },
    { head: '±', isNumber: true },
    { head: 'Source' },
    { head: 'Words', isNumber: true },
    { head: 'Question' },
    { head: 'Answer' },
  ];
  const rows = items.map((one) => [
    signed(one.score),
    one.uncertainty.toFixed(2),
    one.source,
    String(one.words),
    oneLine(one.question.fullText, 40),
    oneLine(one.text, 60),
  ]);
  return {
    json: { version, items, total },
    text:
      total === 0
        ? `Version ${version} has scored no such answers. "rookery rewards score" scores what there is.\n`
        : tableOf(columns, rows) + describeRest(items.length, total),
  };
}

export interface LearntOptions extends ProjectOptions {
  heldOut?: 'yes' | 'no';
  limit: number;
}

/** Pairs that a version learnt from or was tested on; where it and people differ most first. */
export async function listLearnt(io: Io, name: string | undefined, options: LearntOptions): Promise<Outcome> {
  const { heldOut, limit } = options;
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const { id: modelId, version } = await findRewardModel({ client, projectId }, name);
  const { items, total } = await readList(limit, (query) =>
    client.listRewardPairs({
      params: { projectId, modelId },
      query: { ...query, ...(heldOut !== undefined && { heldOut }) },
    }),
  );
  const columns = [
    { head: 'People', isNumber: true },
    { head: 'Model', isNumber: true },
    { head: 'Held out' },
    { head: 'Source' },
    { head: 'First' },
    { head: 'Second' },
    { head: 'Question' },
    { head: 'Pair' },
  ];
  const rows = items.map((one) => [
    percent(one.label),
    orDash(one.predicted, percent),
    one.isHeldOut ? 'yes' : 'no',
    one.source,
    one.first.source,
    one.second.source,
    oneLine(one.question.fullText, 50),
    one.pairId,
  ]);
  return {
    json: { version, items, total },
    text:
      total === 0
        ? 'There are no such pairs.\n'
        : `${tableOf(columns, rows)}People, Model: how far the first is preferred.\n${describeRest(items.length, total)}`,
  };
}

export interface BestOfOptions extends ProjectOptions {
  plan?: string;
  policy?: string;
}

/** What the best of n samples is worth, over n. */
export async function bestOf(io: Io, name: string | undefined, options: BestOfOptions): Promise<Outcome> {
  const { plan, policy } = options;
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const key = { client, projectId };
  const { id: modelId, version } = await findRewardModel(key, name);
  const curve = await client.getBestOf({
    params: { projectId, modelId },
    query: {
      ...(plan !== undefined && { planId: (await findPlan(key, plan)).id }),
      ...(policy !== undefined && { versionId: (await findVersions(key, [policy]))[0]!.id }),
    },
  });
  const columns = [
    'n',
    'Questions',
    'Score',
    'By the half that chose',
    'By the other half',
    'Citing a reference',
  ].map((head) => ({ head, isNumber: true }));
  const rows = curve.points.map((point) => [
    String(point.n),
    String(point.questions),
    withInterval(point.score, 2),
    orDash(point.chosen, (one) => withInterval(one, 2)),
    orDash(point.judged, (one) => withInterval(one, 2)),
    orDash(point.citing, ({ value }) => percent(value)),
  ]);
  const zeroOf = curve.zero.of === 'demonstrations' ? 'accepted demonstrations' : 'training answers';
  return {
    json: { version, ...curve },
    text:
      curve.points.length === 0
        ? `Version ${version} has scored too few samples. "rookery rewards score" scores what there is.\n`
        : `${tableOf(columns, rows)}${curve.samples} samples of ${curve.questions} questions; 0 is the mean of ${zeroOf}. ${curve.waiting} samples are not scored.\n`,
  };
}

export interface RankOptions extends ProjectOptions {
  model?: string;
  question?: string;
  timeout: number;
}

/** Ranks the answers of a file; a model worker does it while the request waits. */
export async function rankFile(io: Io, file: string, options: RankOptions): Promise<Outcome> {
  const { question, answers } = await readOneQuestion(file, { question: options.question });
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const { model: name } = options;
  const modelId = name === undefined ? 'current' : (await findRewardModel({ client, projectId }, name)).id;
  const { model, ranking } = await client.rankAnswers({
    params: { projectId, modelId },
    body: { question, answers, wait: options.timeout },
  });
  const columns = [
    { head: 'Score', isNumber: true },
    { head: '±', isNumber: true },
    { head: 'Row', isNumber: true },
    { head: 'Answer' },
  ];
  const rows = ranking.map(({ score, uncertainty, index }) => [
    signed(score),
    uncertainty.toFixed(2),
    String(index + 1),
    oneLine(answers[index]!.answer, 80),
  ]);
  return {
    json: { model, ranking },
    text: `${tableOf(columns, rows)}By version ${model.version}.\n`,
  };
}

/** Reads the answers to one question. @throws CliError that names the line of what is no answer, or is one to another question */
async function readOneQuestion(
  file: string,
  named: { question: string | undefined },
): Promise<{ question: string; answers: Omit<AnswerLine['input'], 'question'>[] }> {
  const lines = await readAnswers(file, named);
  if (lines.length > mostRankedAnswers)
    throw new CliError(
      'usage',
      `${file} has ${lines.length} rows: at most ${mostRankedAnswers} can be ranked.`,
    );
  const question = named.question?.trim() ?? lines[0]!.input.question;
  const answers = lines.map(({ line, input: { question: own, ...answer } }) => {
    if (own === question) return answer;
    throw new CliError(
      'usage',
      `${file}:${line}: this is an answer to another question; rank the answers of one question at a time`,
    );
  });
  return { question, answers };
}
