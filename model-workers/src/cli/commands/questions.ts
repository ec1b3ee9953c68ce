import type { QuestionFilter, QuestionUse } from '@rookery/shared/api';
import { connect, findProject, type ProjectOptions } from '../connection.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { Outcome } from '../run.ts';

export interface ChangeQuestionsOptions extends ProjectOptions {
  use?: QuestionUse;
  dataset?: string;
  contains?: string;
  wanted?: number;
  priority?: number;
}

/** Sets what is wanted of all questions that match, at once. */
export async function changeQuestions(io: Io, options: ChangeQuestionsOptions): Promise<Outcome> {
  const { use, dataset, contains, wanted, priority } = options;
  if (wanted === undefined && priority === undefined) {
    throw new CliError('usage', 'Say what is to change: --wanted, --priority, or both.');
  }
  const matching: QuestionFilter = {
    ...(use !== undefined && { use }),
    ...(dataset !== undefined && { dataset }),
    ...(contains !== undefined && { contains }),
  };
  if (Object.keys(matching).length === 0) {
    throw new CliError('usage', 'Say of which questions: --use, --dataset, --contains, or several of them.');
  }
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const counts = await client.updateQuestions({
    params: { projectId },
    body: {
      which: { matching },
      change: { ...(wanted !== undefined && { wanted }), ...(priority !== undefined && { priority }) },
    },
  });
  const { changed, unchanged, refused } = counts;
  return {
    json: counts,
    text: `${changed} questions changed, ${unchanged} were like that already${refused > 0 ? `, ${refused} were left as they are` : ''}.\n`,
  };
}
