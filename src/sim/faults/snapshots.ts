import type { VenueAnswer } from '../../domain/venue.ts';
import type { SimFault } from '../fault.ts';
import type { AnswerFate } from '../trouble.ts';
import { lasting } from './drawn.ts';

/** Each book is asked for in vain: what comes is older than any event of the stream. */
export const snapshotOutdated: SimFault = {
  name: 'snapshot.outdated',
  family: 'rest',
  about:
    'market sockets end; every snapshot of a book is the first one again, older than the stream',
  moments: ['recovering'],
  draw: (random) => ({ durationMs: lasting(random, 8_000, 120_000), parameters: {} }),
  begin: ({ lines }) => {
    lines?.drop('market');
    const first = new Map<string, VenueAnswer>();
    return {
      trouble: {
        answer: (request, answer): AnswerFate | undefined => {
          if (request.kind !== 'ask' || request.question.type !== 'depth') return undefined;
          const { venueSymbol } = request.question.instrument;
          const old = first.get(venueSymbol) ?? behind(answer);
          first.set(venueSymbol, old);
          return { type: 'replaced', answer: old };
        },
      },
    };
  },
};

/** A book of long ago, by its number. */
function behind(answer: VenueAnswer): VenueAnswer {
  if (answer.type !== 'http') return answer;
  const body = answer.body.replace(/"lastUpdateId":\d+/, '"lastUpdateId":1');
  return { ...answer, body };
}
