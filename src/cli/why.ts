import { DecisionReader } from '../store/decision-reader.ts';
import { findFiles } from './files.ts';
import { renderChain } from './render-chain.ts';
import { EXIT, toStdout, type VerbOptions, type Write } from './tell.ts';

/**
 * `overnight why REF`: the whole chain that REF belongs to, with every stage's inputs, limits and
 * times. Reads the decision file itself, so it answers whether or not a daemon runs.
 */
export async function whyCommand(
  ref: string,
  { json, config }: VerbOptions,
  write: Write = toStdout,
): Promise<number> {
  const files = findFiles(config);
  const reader = DecisionReader.open(files.decisions);
  if (reader === undefined) {
    write(json ? '[]\n' : `${files.decisions} does not exist: no daemon has decided here yet\n`);
    return EXIT.finding;
  }
  try {
    const chain = reader.chain(ref);
    if (json) write(`${JSON.stringify(chain)}\n`);
    else if (chain.length > 0) write(renderChain(chain));
    else
      write(
        `nothing is known about ${ref}: a decision, client order or venue order id, or last-fill\n`,
      );
    return chain.length > 0 ? EXIT.fine : EXIT.finding;
  } finally {
    reader.close();
  }
}
