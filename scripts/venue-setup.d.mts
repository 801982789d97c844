/** `venue.setup` of the settings in effect; `rehearsal` where it is not said, `undefined` where there is no file. */
export function readVenueSetup(file?: string, root?: string): string | undefined;
