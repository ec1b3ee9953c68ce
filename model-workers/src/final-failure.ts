/** Says that another attempt would fail in the same way; the message is for a lead. */
export class FinalFailure extends Error {
  override name = 'FinalFailure';
}
