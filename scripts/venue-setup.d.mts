/** `venue.setup` of the settings in effect; `rehearsal` where it is not said, `undefined` where there is no file. */
export function readVenueSetup(file?: string, root?: string): string | undefined;
/** The folder of everything a night remembers, absolute: `OVERNIGHT_DATA_DIR`, else `data.dir` of the settings, else `data`. */
export function readDataDir(file?: string, root?: string): string;
