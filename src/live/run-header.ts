import type { RunHeader } from '../store/capture-header.ts';
import { tagOf } from './account-tag.ts';
import { readStrategyHashes } from './build-id.ts';
import type { LoadedSettings } from './load-settings.ts';

/** What the capture of a run says about it: enough to decide it again. */
export function makeRunHeader(
  { settings, configHash, source, accountKey }: Extract<LoadedSettings, { type: 'valid' }>,
  run: { readonly root: string; readonly buildId: string; readonly epoch: number },
): RunHeader {
  const kinds = settings.signal.strategies.map(({ kind }) => kind);
  return {
    buildId: run.buildId,
    configHash,
    epoch: run.epoch,
    settings: source,
    accountTag: tagOf(accountKey?.apiKey.reveal()),
    environment: settings.venue.setup,
    strategies: readStrategyHashes(run.root, kinds),
  };
}
