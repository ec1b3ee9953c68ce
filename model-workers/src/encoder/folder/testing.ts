import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildGraph } from '../../onnx/index.ts';

const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'crow', 'brings', 'gifts', 'moon', 'tides', '##s'];
export const dimensions = 4;

/** What tests may change of a folder; null: the file is not there. */
export interface FolderOptions {
  files?: Record<string, object | string | null>;
  /** A value of every vector. */
  first?: number;
  isQuantised?: boolean;
  hasTokenTypes?: boolean;
}

/**
 * A new folder with an encoder of a few words, in Hugging Face's layout: the vector of token i has `first`, then the i-th of a few
 * numbers. The caller removes it.
 */
export async function makeEncoderFolder(options: FolderOptions = {}): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rookery-encoder-folder-'));
  const files: Record<string, object | string | Uint8Array | null> = {
    'config.json': { hidden_size: dimensions, max_position_embeddings: 20, model_type: 'bert' },
    'tokenizer.json': tokenizer,
    'tokenizer_config.json': { model_max_length: 512 },
    'onnx/model.onnx': graphOf(options),
    ...options.files,
  };
  for (const [name, content] of Object.entries(files)) {
    if (content === null) continue;
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    const bytes =
      typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content);
    await writeFile(path.join(folder, name), bytes);
  }
  return folder;
}

function graphOf({ first = 1, isQuantised = false, hasTokenTypes = false }: FolderOptions): Uint8Array {
  const graph = buildGraph();
  const ids = graph.input('input_ids', 'int64', ['n', 'tokens']);
  graph.input('attention_mask', 'int64', ['n', 'tokens']);
  if (hasTokenTypes) graph.input('token_type_ids', 'int64', ['n', 'tokens']);
  const table = Float32Array.from({ length: words.length * dimensions }, (_, at) => {
    const [id, place] = [Math.floor(at / dimensions), at % dimensions];
    return place === 0 ? first : Math.sin(3 * id + place);
  });
  const vectors = graph.apply('Gather', [graph.constant(table, [words.length, dimensions]), ids]);
  if (isQuantised) graph.apply('DynamicQuantizeLinear', [vectors]);
  graph.output(vectors, { name: 'last_hidden_state', type: 'float', shape: ['n', 'tokens', dimensions] });
  return graph.encode('tiny');
}

const tokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: words.slice(0, 4).map((content, id) => ({ id, content, special: true })),
  normalizer: { type: 'Lowercase' },
  pre_tokenizer: { type: 'Whitespace' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
      '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
    },
  },
  decoder: null,
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(words.map((word, id) => [word, id])),
  },
};
