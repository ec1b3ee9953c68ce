/** What a button begins, one at a time: whether it is under way, and what went wrong the last time. */
export class Action {
  isWorking = $state(false);
  error = $state.raw<unknown>(null);

  /** Begins it, unless it is under way. Never rejects. */
  async begin(work: () => Promise<unknown>): Promise<void> {
    if (this.isWorking) return;
    this.isWorking = true;
    this.error = null;
    try {
      await work();
    } catch (thrown) {
      this.error = thrown;
    } finally {
      this.isWorking = false;
    }
  }
}
