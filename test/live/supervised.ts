// What main does with PM2, alone. Exit code 11 says that the stop came through the link, exactly once.
import process from 'node:process';
import { Pm2Link } from '../../src/live/pm2.ts';

const link = new Pm2Link();
let stops = 10;
link.onStop(() => {
  stops += 1;
  link.close();
  setTimeout(() => process.exit(stops), 200);
});
link.showGauges(() => ({ 'Open orders': { value: 2, unit: 'orders' }, Mode: { value: 'ACTIVE' } }));
link.announceReady();
