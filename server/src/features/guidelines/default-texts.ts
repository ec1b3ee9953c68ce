import type { GuidelinesKind } from '@rookery/shared/api';
import { demonstrationGuidelines } from './default-text.ts';
import { minimalGuidelines } from './minimal-text.ts';
import { webgptFiveGuidelines } from './webgpt-five-text.ts';

/** The guidelines that Rookery brings, by whom they are for. */
export const defaultGuidelines: Readonly<Record<GuidelinesKind, string>> = {
  demonstrations: demonstrationGuidelines,
  'webgpt-five': webgptFiveGuidelines,
  minimal: minimalGuidelines,
};
