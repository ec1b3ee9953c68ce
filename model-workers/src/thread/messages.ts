/** What goes to a thread and comes back; answers have the number of their request. */
export type Envelope<Request> = { number: number; request: Request } | typeof lastMessage;
export type Reply = { number: number } & ({ answer: unknown } | Refusal);

/** What went wrong in a thread; `isFinal`: it was a FinalFailure. */
interface Refusal {
  error: string;
  isFinal: boolean;
}

/** What the process of a thread warns of, for the process that started it. */
export interface Warning {
  warning: string;
}

/** Tells a thread to come to its end. */
export const lastMessage = 'end';
