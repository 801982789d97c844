import type { z } from 'zod';
import { composeSettings } from './compose.ts';
import { deepFreeze, hashSettings } from './config-hash.ts';
import { addCrossProblems } from './cross-checks.ts';
import { applyEnvironment, type Environment } from './environment.ts';
import { addIssues, ProblemList } from './file-problems.ts';
import { type Problem, type SettingPath, showValue } from './problem.ts';
import { type BlockName, FILE_SHAPE, type FileBlocks } from './schema.ts';
import type { Settings } from './settings.ts';
import { addSetupProblems } from './setup-checks.ts';
import { readSource } from './source.ts';

/** All that is right, or all that is wrong. */
export type ParsedSettings =
  | {
      readonly type: 'valid';
      readonly settings: Settings;
      readonly configHash: string;
      /** The file with what the environment changed in it, as JSON: parsed alone it gives the same settings. */
      readonly source: string;
    }
  | { readonly type: 'invalid'; readonly problems: readonly Problem[] };

/**
 * Settings from the text of a YAML file and the environment variables that may change them. Pure:
 * reads nothing. Reports every problem at once; never throws on any text. Secrets are not in it:
 * they are read by the world, from files.
 */
export function parseSettings(text: string, environment: Environment): ParsedSettings {
  const source = readSource(text);
  if (source.root === undefined) return { type: 'invalid', problems: describeUnreadable(source) };
  const { root, findVariable } = applyEnvironment(source.root, environment);
  const problems = new ProblemList((path) => findVariable(path) ?? source.locate(path));
  for (const fault of source.faults) problems.add([], fault.text, 'plain YAML');
  for (const key of Object.keys(root)) {
    if (!Object.hasOwn(FILE_SHAPE, key)) {
      problems.addUnknownKey([key], root[key], Object.keys(FILE_SHAPE));
    }
  }
  const file = readBlocks(root, problems);
  addCrossProblems(file, problems);
  addSetupProblems(file, new Set(Object.keys(root)), problems);
  const settings = problems.found.length === 0 ? composeSettings(file) : undefined;
  if (settings === undefined) return { type: 'invalid', problems: problems.found };
  const configHash = hashSettings(settings);
  return {
    type: 'valid',
    settings: deepFreeze(settings),
    configHash,
    source: JSON.stringify(root),
  };
}

function readBlocks(root: Readonly<Record<string, unknown>>, problems: ProblemList): FileBlocks {
  const read = <Name extends BlockName>(
    name: Name,
    schema: z.ZodType<z.output<(typeof FILE_SHAPE)[Name]>>,
  ): z.output<(typeof FILE_SHAPE)[Name]> | undefined => {
    const raw = Object.hasOwn(root, name) ? root[name] : undefined;
    const result = schema.safeParse(raw);
    if (result.success) return result.data;
    addIssues(problems, result.error.issues, raw, [name]);
    return undefined;
  };
  return {
    venue: read('venue', FILE_SHAPE.venue),
    startMode: read('startMode', FILE_SHAPE.startMode),
    symbols: read('symbols', FILE_SHAPE.symbols),
    account: read('account', FILE_SHAPE.account),
    feed: read('feed', FILE_SHAPE.feed),
    signal: read('signal', FILE_SHAPE.signal),
    strategies: read('strategies', FILE_SHAPE.strategies),
    sizing: read('sizing', FILE_SHAPE.sizing),
    risk: read('risk', FILE_SHAPE.risk),
    exits: read('exits', FILE_SHAPE.exits),
    execution: read('execution', FILE_SHAPE.execution),
    recovery: read('recovery', FILE_SHAPE.recovery),
    data: read('data', FILE_SHAPE.data),
    http: read('http', FILE_SHAPE.http),
    log: read('log', FILE_SHAPE.log),
    capture: read('capture', FILE_SHAPE.capture),
    retention: read('retention', FILE_SHAPE.retention),
    mail: read('mail', FILE_SHAPE.mail),
    exchange: read('exchange', FILE_SHAPE.exchange),
    live: read('live', FILE_SHAPE.live),
  };
}

type Source = ReturnType<typeof readSource>;

function describeUnreadable(source: Source): readonly Problem[] {
  const whole: SettingPath = [];
  const nothing = { path: '', nearest: undefined };
  if (source.faults.length > 0) {
    return source.faults.map(({ text, where }) => ({
      ...nothing,
      value: showValue(whole, text).replace(/^'|'$/g, ''),
      expected: 'valid YAML',
      where,
    }));
  }
  const { kind: value } = source;
  return [{ ...nothing, value, expected: 'a YAML mapping of settings', where: undefined }];
}
