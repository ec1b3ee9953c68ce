/** What an observation tells of the actions before it. */
export type PastAction =
  | { kind: 'search'; query: string }
  /** `target`: the link's text and domain, as the observation has them. */
  | { kind: 'click'; target: string }
  | { kind: 'find'; text: string; found: boolean }
  | { kind: 'quote' | 'top' | 'back' }
  | { kind: 'scroll'; direction: 'down' | 'up'; steps: number };

const heading = '\n♦Past actions\n';
const nextHeading = '\n♦Title\n';
const notFound = ' (not found)';

/**
 * Reads the past actions of an observation, the first one first. No text of a page or a person can hold a heading's ♦.
 * @throws Error if it is not an observation of the text browser, or a line is not one of its actions
 */
export function readPastActions(observation: string): PastAction[] {
  const start = observation.indexOf(heading);
  const end = observation.indexOf(nextHeading, start + heading.length - 1);
  if (start < 0 || end < 0)
    throw new Error('This is no observation of the text browser: it has no past actions.');
  return observation
    .slice(start + heading.length, end)
    .split('\n')
    .filter((line) => line !== '')
    .map(readLine);
}

function readLine(line: string): PastAction {
  const space = line.indexOf(' ');
  const word = space < 0 ? line : line.slice(0, space);
  const rest = space < 0 ? '' : line.slice(space + 1);
  switch (word) {
    case 'Search':
      return { kind: 'search', query: rest };
    case 'Click':
      return { kind: 'click', target: rest };
    case 'Find':
      return rest.endsWith(notFound)
        ? { kind: 'find', text: rest.slice(0, -notFound.length), found: false }
        : { kind: 'find', text: rest, found: true };
    case 'Quote':
      return { kind: 'quote' };
    case 'Top':
      return { kind: 'top' };
    case 'Back':
      return { kind: 'back' };
    case 'Scroll':
      return readScroll(line, rest);
    default:
      throw new Error(noAction(line));
  }
}

function readScroll(line: string, rest: string): PastAction {
  const scroll = /^(down|up) (\d+)$/.exec(rest);
  if (!scroll) throw new Error(noAction(line));
  return { kind: 'scroll', direction: scroll[1] as 'down' | 'up', steps: Number(scroll[2]) };
}

const noAction = (line: string): string => `"${line.slice(0, 100)}" is no past action of the text browser.`;
