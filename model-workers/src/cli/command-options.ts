import { projectRoles, type ProjectRole } from '@rookery/shared/api';
import { InvalidArgumentError, type Command } from 'commander';

export const exitCodesHelp = `
Exit codes: 0 done; 1 failed, or episodes differ; 2 the command was not given rightly; 3 not signed in;
4 the server cannot be reached; 130 stopped by Ctrl-C.`;

/** Options of every command, and its examples. */
export function common(command: Command, examples: readonly string[]): Command {
  return command
    .option('--url <address>', 'server to talk to (default: the one you signed in to, or ROOKERY_URL)')
    .option('--json', 'print one JSON object on stdout and nothing else')
    .addHelpText(
      'after',
      `\nExamples:\n${examples.map((example) => `  ${example}\n`).join('')}${exitCodesHelp}`,
    );
}

export function ofProject(command: Command, examples: readonly string[]): Command {
  return common(command, examples).option(
    '--project <name or id>',
    'project to work on (default: yours, if there is only one)',
  );
}

export function collectRoles(value: string, previous: ProjectRole[] | undefined): ProjectRole[] {
  const role = projectRoles.find((known) => known === value);
  if (role === undefined) throw new InvalidArgumentError(`It is one of ${projectRoles.join(', ')}.`);
  return [...(previous ?? []), role];
}

export function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

export function share(name: string): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() !== '' && number >= 0 && number <= 1) return number;
    throw new InvalidArgumentError(`${name} is a number from 0 to 1.`);
  };
}

export function atLeastZero(name: string): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() !== '' && number >= 0 && Number.isFinite(number)) return number;
    throw new InvalidArgumentError(`${name} is a number from 0.`);
  };
}

export function between(name: string, min: number, max: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^-?\d+$/.test(value) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`${name} is a whole number from ${min} to ${max}.`);
  };
}
