/** How much faster than it happened. */
export const speeds = [1, 4, 16] as const;
export type Speed = (typeof speeds)[number];

const shortestMs = 400;
const longestMs = 6000;

/** How long a step stays while it is played, in milliseconds, by the time in which its person was active. */
export const pauseAfter = (activeSeconds: number, speed: Speed): number =>
  Math.min(longestMs, Math.max(shortestMs, (activeSeconds * 1000) / speed));

/** The place in a replay, and its playing; stop it when it goes out of sight. */
export class Player {
  index = $state(0);
  isPlaying = $state(false);
  speed = $state<Speed>(4);
  readonly last: number;
  readonly #activeSeconds: (index: number) => number;
  readonly #onMove: (index: number) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: {
    steps: number;
    index: number;
    activeSeconds: (index: number) => number;
    /** Told of every move. */
    onMove: (index: number) => void;
  }) {
    this.last = Math.max(0, options.steps - 1);
    this.#activeSeconds = options.activeSeconds;
    this.#onMove = options.onMove;
    this.index = this.#clamp(options.index);
  }

  #clamp(index: number): number {
    return Number.isInteger(index) ? Math.min(Math.max(0, index), this.last) : 0;
  }

  /** Goes to a step by hand: playing ends. */
  show(index: number): void {
    this.pause();
    this.#move(index);
  }

  #move(index: number): void {
    const next = this.#clamp(index);
    if (next === this.index) return;
    this.index = next;
    this.#onMove(next);
  }

  /** Plays on; from the beginning once the end is reached. */
  play(): void {
    if (this.index === this.last) this.#move(0);
    this.isPlaying = true;
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#move(this.index + 1);
        if (this.index < this.last) this.#wait();
        else this.isPlaying = false;
      },
      pauseAfter(this.#activeSeconds(this.index), this.speed),
    );
  }

  pause(): void {
    clearTimeout(this.#timer);
    this.isPlaying = false;
  }

  toggle(): void {
    if (this.isPlaying) this.pause();
    else this.play();
  }
}
