import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { FinalFailure } from '../../final-failure.ts';
import { readGraph, type EncoderGraph } from './read-graph.ts';

/** How the vectors of the tokens become that of the text. */
export type Pooling = 'mean' | 'cls';

/** An encoder as its folder has it, before it is loaded. */
export interface ReadFolder {
  model: Uint8Array;
  graph: EncoderGraph;
  tokenizer: object;
  tokenizerConfig: object;
  pooling: Pooling;
  dimensions: number;
  /** Most tokens that it reads of a text. */
  longestText: number;
  /** Of model, tokenizer, pooling and longest text. */
  sha256: string;
}

/** Beyond these, vectors say little of a sentence or an answer, and cost much. */
const mostTokens = 256;

const configSchema = z.object({
  hidden_size: z.number().int().positive(),
  max_position_embeddings: z.number().int().positive().default(mostTokens),
  pad_token_id: z.number().int().nullish(),
  model_type: z.string().default(''),
});
const tokenizerConfigSchema = z.looseObject({ model_max_length: z.number().positive().optional() });
const poolingSchema = z.object({
  pooling_mode: z.string().optional(),
  pooling_mode_cls_token: z.boolean().default(false),
  pooling_mode_mean_tokens: z.boolean().default(false),
});
const modulesSchema = z.array(z.object({ type: z.string() }));

/**
 * Reads an encoder in Hugging Face's layout: `config.json`, `tokenizer.json` and `onnx/model.onnx` or `model.onnx`; where they are
 * there also `tokenizer_config.json`, `1_Pooling/config.json` and `modules.json`.
 * @throws FinalFailure that names the file that is missing or wrong, and says what to do
 */
export async function readFolder(folder: string): Promise<ReadFolder> {
  const config = await readJson(folder, 'config.json', configSchema);
  const tokenizer = await readJson(folder, 'tokenizer.json', z.looseObject({ model: z.looseObject({}) }));
  const tokenizerConfig = (await readOptional(folder, 'tokenizer_config.json', tokenizerConfigSchema)) ?? {};
  const pooling = poolingOf(
    await readOptional(folder, '1_Pooling/config.json', poolingSchema),
    path.join(folder, '1_Pooling/config.json'),
  );
  refuseModules((await readOptional(folder, 'modules.json', modulesSchema)) ?? [], folder);
  const { model, file } = await readModel(folder);
  // RoBERTa and its kin count positions from behind the padding's.
  const offset = /roberta|mpnet|camembert|xlm/.test(config.model_type) ? (config.pad_token_id ?? 1) + 1 : 0;
  const longestText = Math.min(
    mostTokens,
    config.max_position_embeddings - offset,
    Math.floor(tokenizerConfig.model_max_length ?? mostTokens),
  );
  if (longestText < 8)
    throw new FinalFailure(`The encoder in ${folder} reads at most ${longestText} tokens: too few.`);
  const hash = createHash('sha256').update('rookery encoder 1\n');
  for (const part of [model, JSON.stringify([tokenizer, pooling, longestText])])
    hash.update(createHash('sha256').update(part).digest());
  return {
    model,
    graph: readGraph(model, file),
    tokenizer,
    tokenizerConfig,
    pooling,
    dimensions: config.hidden_size,
    longestText,
    sha256: hash.digest('hex'),
  };
}

function poolingOf(config: z.output<typeof poolingSchema> | null, file: string): Pooling {
  if (config === null) return 'mean';
  const { pooling_mode, pooling_mode_cls_token, pooling_mode_mean_tokens } = config;
  const isCls = pooling_mode === 'cls' || pooling_mode_cls_token;
  const isMean = pooling_mode === 'mean' || pooling_mode_mean_tokens;
  if (isCls !== isMean) return isCls ? 'cls' : 'mean';
  throw new FinalFailure(
    `${file} asks for a pooling that is not known here. It has to be mean or cls; use another encoder.`,
  );
}

function refuseModules(modules: z.output<typeof modulesSchema>, folder: string): void {
  const unknown = modules
    .map(({ type }) => type.split('.').at(-1)!)
    .filter((type) => !['Transformer', 'Pooling', 'Normalize'].includes(type));
  if (unknown.length > 0)
    throw new FinalFailure(
      `The encoder in ${folder} has a further layer (${unknown.join(', ')} in modules.json) that its ONNX file does not have. Use one ` +
        'without it.',
    );
}

async function readModel(folder: string): Promise<{ model: Uint8Array; file: string }> {
  for (const name of ['onnx/model.onnx', 'model.onnx']) {
    const file = path.join(folder, name);
    const model = await readBytes(file);
    if (model !== null) return { model, file };
  }
  throw new FinalFailure(
    `The encoder folder ${folder} lacks onnx/model.onnx (or model.onnx). Copy the whole folder of a model that has one, or ` +
      'export it (optimum-cli export onnx --task feature-extraction).',
  );
}

async function readJson<S extends z.ZodType>(folder: string, name: string, schema: S): Promise<z.output<S>> {
  const read = await readOptional(folder, name, schema);
  if (read !== null) return read;
  throw new FinalFailure(
    `The encoder folder ${folder} lacks ${name}. Copy the whole folder of the model, in Hugging Face's layout.`,
  );
}

async function readOptional<S extends z.ZodType>(
  folder: string,
  name: string,
  schema: S,
): Promise<z.output<S> | null> {
  const file = path.join(folder, name);
  const bytes = await readBytes(file);
  if (bytes === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new FinalFailure(`${file} is damaged: it is no JSON. Get it again.`, { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new FinalFailure(`${file} is not understood: ${issue!.path.join('.')} ${issue!.message}.`);
}

/** Null where there is no such file. */
async function readBytes(file: string): Promise<Uint8Array | null> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new FinalFailure(`${file} cannot be read: ${message}.`, { cause: error });
  }
}
