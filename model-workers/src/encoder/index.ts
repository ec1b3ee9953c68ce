/** The encoder that turns texts into vectors. */
export { openEncoder, type Encoder } from './encoder.ts';
export { encoderIdentity } from './identity.ts';
