/** What goes to a thread and comes back; answers have the number of their request. */
export type Envelope<Request> = { number: number; request: Request } | typeof lastMessage;
export type Reply = { number: number } & ({ answer: unknown } | Refusal);

/** What went wrong in a thread; `isFinal`: it was a FinalFailure. */
interface Refusal {
  error: string;
  isFinal: boolean;
}

/** Tells a thread to come to its end. */
export const lastMessage = 'end';
