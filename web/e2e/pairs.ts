import type { Client } from '@rookery/shared/api';
import type { FormName } from '@rookery/shared/comparisons';
import { finishJob } from './world.ts';

export interface AnswerToCompare {
  question: string;
  text: string;
  quotes?: { title: string; domain: string; extract: string }[];
}

const remembers = {
  title: 'Crows remember faces',
  domain: 'birds.example.org',
  extract:
    'Crows were caught by people who wore a mask. Years later they still scolded anybody in that mask. Other people were left alone.',
};
const gifts = {
  title: 'Gifts From Crows',
  domain: 'www.outside.example',
  extract:
    'Many animals give gifts to members of their own species. Some people who feed crows find keys, beads or a paper clip in their place.',
};

/** Two answers with citations: three sentences each, the first of which cites. */
export const crowAnswers = (question: string): AnswerToCompare[] => [
  {
    question,
    text: 'Crows remember the faces of people who feed them [1]. They leave gifts such as beads [2]. Nobody can train them to.',
    quotes: [remembers, gifts],
  },
  {
    question,
    text: 'Crows are fond of shiny things [1]. They leave gifts such as beads [1]. Every crow does so once a week.',
    quotes: [gifts],
  },
];

/** Brings answers in and makes every pair of them, over the API. */
export async function pairAnswers(options: {
  client: Client;
  projectId: string;
  answers: AnswerToCompare[];
  form?: FormName;
}): Promise<void> {
  const { client, projectId, answers, form = 'webgpt-five' } = options;
  const rows = answers.map(({ question, text, quotes = [] }, index) => ({
    question: { dataset: 'crows', id: question.slice(0, 100), full_text: question },
    answer: text,
    quotes,
    source: `model-${index}`,
  }));
  const params = { projectId };
  const job = await client.createImport({ params, body: { kind: 'import-answers' } });
  const file = { projectId, jobId: job.id };
  await client.addImportFile({
    params: file,
    query: { path: 'answers.jsonl' },
    body: new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join('\n')),
  });
  await client.startImport({ params: file });
  await finishJob(client, file);
  const pairing = await client.createPairing({ params, body: { form, reratedPercent: 0 } });
  await finishJob(client, { projectId, jobId: pairing.id });
}
