/** The encoder that turns texts into vectors. */
export { openEncoder, type Encoder } from './encoder.ts';
export type { EncoderFolder } from './folder/open-folder.ts';
export { encoderIdentity, type EncoderIdentity } from './identity.ts';
