/** Markdown with every paragraph and item in one line, as people write them in a text field. */
export const unwrapped = (wrapped: string): string =>
  `${wrapped.trim().replaceAll(/(?<=\S)\n(?![\n#|-]|\d+\. ) */g, ' ')}\n`;
