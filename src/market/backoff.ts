/** Wait before try number `attempt` (from 0): exponential with full jitter, so that many clients do not return at once. */
export function backoffMs(
  attempt: number,
  limits: { readonly backoffMsMin: number; readonly backoffMsMax: number },
  random: () => number,
): number {
  const ceiling = Math.min(limits.backoffMsMax, limits.backoffMsMin * 2 ** Math.min(attempt, 30));
  return random() * ceiling;
}
