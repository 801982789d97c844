/** Past this size a log file moves to `<file>.1` and starts again empty. */
export const BYTES_MAX: number;
/** Cuts a log another process appends to; says whether it was too long. */
export function boundLog(path: string, bytesMax?: number): boolean;
