export interface ProgressReports {
  /** What has been done; `total` is null while it is not known. What comes while a report waits or is on its way replaces it. */
  set(done: number, total: number | null): void;
  /** Sends what is new still, waits for what is on its way, and then sends nothing more. */
  close(): Promise<void>;
}

/** The server takes an attempt for dead after a minute without a sign of life; in milliseconds. */
const heartbeat = 10_000;
/** Between two reports at least, in milliseconds. */
const pause = 500;

/**
 * Reports how far an attempt is, and the last numbers again every ten seconds, so that a long step does not look dead.
 * @param send never rejects.
 */
export function openProgressReports(
  send: (done: number, total: number | null) => Promise<void>,
): ProgressReports {
  let numbers: [number, number | null] = [0, null];
  let isClosed = false;
  let isNew = false;
  /** From the sending of a report until the pause after it. */
  let isResting = false;
  let onItsWay = Promise.resolve();
  let timer = setTimeout(report, heartbeat);

  function report(): void {
    isNew = false;
    isResting = true;
    clearTimeout(timer);
    onItsWay = send(...numbers).then(() => {
      if (!isClosed) timer = setTimeout(rested, pause);
    });
  }
  function rested(): void {
    isResting = false;
    if (isNew) report();
    else timer = setTimeout(report, heartbeat - pause);
  }

  return {
    set(done, total) {
      numbers = [done, total];
      isNew = true;
      if (!isResting && !isClosed) report();
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await onItsWay;
      if (isNew) await send(...numbers);
    },
  };
}
