/** Says that an attempt could not be worked on now: the queue delivers it again, to whoever is free then. */
export class DeliverAgain extends Error {
  override name = 'DeliverAgain';
}
