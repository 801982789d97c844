import { z } from 'zod';
import type { DaemonProcess } from './daemon-process.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const lineShape = z.object({
  atMs: z.number(),
  decisionId: z.string(),
  stage: z.string(),
  symbol: z.string(),
  strategy: z.string().optional(),
  outcome: z.string(),
  reason: z.looseObject({ code: z.string() }),
  checks: z.array(z.object({ code: z.string(), passed: z.boolean() })).optional(),
  clientOrderId: z.string().optional(),
  inputs: z.record(z.string(), scalar).optional(),
});

/** A decision as `/api/v1/decisions` tells it, of what nights compare. */
export type ToldDecision = z.infer<typeof lineShape>;

/** The newest decisions that fit, newest first. `query`: as in the address, `stage=risk&outcome=denied`. */
export async function askDecisions(
  daemon: DaemonProcess,
  query: string,
): Promise<readonly ToldDecision[]> {
  return await daemon.ask(`/api/v1/decisions?${query}&limit=1000`, z.array(lineShape));
}

/** Whether the gate said no for this reason, be it the first one or another. */
export function isDeniedBy({ reason, checks }: ToldDecision, code: string): boolean {
  return (
    reason.code === code || checks?.some((check) => check.code === code && !check.passed) === true
  );
}

const logShape = z.looseObject({ event: z.string(), atMs: z.number() });

/** What the daemon has written to stdout about one event, oldest first: warnings and changes of state. */
export function toldOf(daemon: DaemonProcess, event: string): readonly z.infer<typeof logShape>[] {
  return daemon.output.split('\n').flatMap((line) => {
    if (!line.startsWith('{') || !line.endsWith('}')) return [];
    const parsed = logShape.safeParse(JSON.parse(line));
    return parsed.success && parsed.data.event === event ? [parsed.data] : [];
  });
}
