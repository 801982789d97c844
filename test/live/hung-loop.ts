// A process whose loop works for a moment and then hangs for ever, under the watchdog.
import process from 'node:process';
import { LoopWatchdog } from '../../src/live/loop-watchdog.ts';

const [logPath = '', hangs = ''] = process.argv.slice(2);
const watchdog = new LoopWatchdog({
  limitMs: 1500,
  logPath,
  onError: (error) => {
    process.stderr.write(String(error));
    process.exit(3);
  },
});

setTimeout(() => {
  process.stdout.write('working\n');
  if (hangs === 'hang') for (;;);
  setTimeout(() => void watchdog.stop().then(() => process.stdout.write('stopped\n')), 4000);
}, 1000);
