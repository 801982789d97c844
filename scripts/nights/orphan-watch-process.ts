// A thread beside a night: ends the whole process when the runner that began it is gone, however busy the night is.

import process from 'node:process';
import { workerData } from 'node:worker_threads';

const LOOKS_EVERY_MS = 500;

setInterval(() => {
  // An orphan is given to somebody else.
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, LOOKS_EVERY_MS);
