import type {
  Client,
  ImportAnswersOptions,
  ImportComparisonsOptions,
  ImportPreview,
  ImportQuestionsOptions,
  Job,
} from '@rookery/shared/api';

/** Files that are sent at the same time. */
const lanes = 4;

export interface ChosenFile {
  file: File;
  /** Relative to the chosen folder, with forward slashes. */
  path: string;
}

/** The files of a chooser; of a folder, their paths within it. */
export function chosenFiles(list: FileList | null): ChosenFile[] {
  return [...(list ?? [])].map((file) => {
    const parts = file.webkitRelativePath.split('/');
    return { file, path: parts.length > 1 ? parts.slice(1).join('/') : file.name };
  });
}

export type ImportBody =
  | { kind: 'import-questions' }
  | { kind: 'import-library'; baseUrl: string }
  | { kind: 'import-answers'; options: ImportAnswersOptions }
  | { kind: 'import-comparisons'; options: ImportComparisonsOptions };
export type ImportKind = ImportBody['kind'];

/**
 * One import: files are sent, then the server works through them; `job` is where it stands. Between the two, `preview` is what comes out
 * of files of questions.
 */
export class Import {
  job = $state.raw<Job | null>(null);
  sent = $state(0);
  total = $state(0);
  isSending = $state(false);
  preview = $state.raw<ImportPreview | null>(null);
  isPreviewing = $state(false);
  error = $state.raw<unknown>(null);
  /** The server has all files, and waits to be told to start. */
  readonly isSent = $derived(this.job?.state === 'uploading' && !this.isSending);
  readonly #client: Client;
  readonly #projectId: string;
  #abort = new AbortController();
  #previewing: AbortController | null = null;

  constructor(options: { client: Client; projectId: string }) {
    this.#client = options.client;
    this.#projectId = options.projectId;
  }

  /** Sends files and starts. Never rejects: `error` says what went wrong. */
  async run(options: { body: ImportBody; files: ChosenFile[] }): Promise<void> {
    await this.send(options);
    if (this.isSent) await this.start();
  }

  /** Sends files, in place of those that were sent before; the import does not start yet. */
  async send(options: { body: ImportBody; files: ChosenFile[] }): Promise<void> {
    const { body, files } = options;
    const params = { projectId: this.#projectId };
    if (this.job?.state === 'uploading') await this.cancel();
    this.job = null;
    this.preview = null;
    this.error = null;
    this.sent = 0;
    this.total = files.length;
    this.isSending = true;
    const abort = new AbortController();
    this.#abort = abort;
    try {
      const job = await this.#client.createImport({ params, body });
      this.job = job;
      const waiting = [...files];
      const lane = async (): Promise<void> => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          await this.#client.addImportFile({
            params: { ...params, jobId: job.id },
            query: { path: next.path },
            body: next.file,
            signal: abort.signal,
          });
          this.sent += 1;
        }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
    } catch (error) {
      if (!abort.signal.aborted) {
        this.error = error;
        abort.abort();
        await this.#cancelJob();
      }
    } finally {
      if (this.#abort === abort) this.isSending = false;
    }
  }

  /** Sets how files of questions are read, and reads what comes out; the last one asked for counts. */
  async readPreview(options: ImportQuestionsOptions): Promise<void> {
    if (!this.job || !this.isSent) return;
    this.#previewing?.abort();
    const previewing = new AbortController();
    this.#previewing = previewing;
    this.isPreviewing = true;
    try {
      const params = { projectId: this.#projectId, jobId: this.job.id };
      const preview = await this.#client.previewImport({ params, body: options, signal: previewing.signal });
      if (previewing.signal.aborted) return;
      this.preview = preview;
      this.error = null;
    } catch (error) {
      if (previewing.signal.aborted) return;
      this.error = error;
    }
    this.isPreviewing = false;
  }

  /** Starts an import whose files are all sent. */
  async start(): Promise<void> {
    if (!this.job) return;
    try {
      this.error = null;
      this.job = await this.#client.startImport({
        params: { projectId: this.#projectId, jobId: this.job.id },
      });
    } catch (error) {
      this.error = error;
    }
  }

  /** Reads where the job stands. */
  async read(): Promise<void> {
    if (!this.job) return;
    try {
      this.job = await this.#client.getJob({ params: { projectId: this.#projectId, jobId: this.job.id } });
    } catch (error) {
      this.error = error;
    }
  }

  async cancel(): Promise<void> {
    this.#abort.abort();
    await this.#cancelJob();
  }

  async #cancelJob(): Promise<void> {
    if (!this.job) return;
    try {
      this.job = await this.#client.cancelJob({ params: { projectId: this.#projectId, jobId: this.job.id } });
    } catch {
      // It has ended meanwhile.
      await this.read();
    }
  }
}

export const hasEnded = (job: Pick<Job, 'state'>): boolean =>
  job.state === 'done' || job.state === 'failed' || job.state === 'cancelled';
