import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { loadSettings } from './live/load-settings.ts';
import { RotatingFile, rotationOf } from './live/rotating-file.ts';
import { type Episode, WatchJudge, type WatchMail } from './live/watch-judge.ts';
import { lookAtDaemon } from './live/watch-look.ts';
import { MAIL_NAME, writeMailFile } from './store/mail-file.ts';
import { pruneFolder } from './store/prune.ts';

// The second PM2 app. It knows no key and places no order: it looks at the daemon from outside and
// writes a mail when nobody is there any more. Its own code path, so that what kills the daemon does
// not silence it.

const LOOK_EVERY_MS = 5000;
const EXIT_BAD_SETTINGS = 78;
const MAIL_AGE_MS_MAX = 90 * 86_400_000;
const MAIL_BYTES_MAX = 50_000_000;

/** What wants a person to look; all else is a change of state. */
const BAD_NEWS: ReadonlySet<string> = new Set(['daemon.hung', 'mail.written', 'watcher.failed']);

function main(): void {
  // All modules are loaded by now, which is what scripts/warm-start.mjs wanted.
  if (process.argv.includes('--load-only')) return;
  const loaded = loadSettings();
  if (loaded.type === 'invalid') {
    process.stderr.write(`${loaded.file} is not valid: npx overnight check tells why\n`);
    process.exitCode = EXIT_BAD_SETTINGS;
    return;
  }
  const { settings } = loaded;
  const statePath = join(settings.data.dir, 'watcher.json');
  const mailFolder = join(settings.data.dir, 'mail');
  const log = new RotatingFile(
    join(settings.log.dir, 'watcher.jsonl'),
    rotationOf(settings.log),
    Date.now,
  );
  const judge = new WatchJudge(readEpisode(statePath));
  const say = (event: string, detail: Readonly<Record<string, unknown>>): void => {
    const level = BAD_NEWS.has(event) ? 'error' : 'info';
    const line = `${JSON.stringify({ level, atMs: Date.now(), event, ...detail })}\n`;
    log.write(line);
    process.stdout.write(line);
  };
  const send = (mail: WatchMail): void => {
    const path = writeMailFile(mailFolder, {
      from: `overnight@${hostname()}`,
      to: settings.mail.recipient ?? `operator@${hostname()}`,
      ...mail,
    });
    say('mail.written', { path, subject: mail.subject });
  };

  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      const sight = await lookAtDaemon({
        heartbeatPath: join(settings.data.dir, 'heartbeat.json'),
        portWithoutHeartbeat: settings.http.port,
        nowMs: Date.now(),
      });
      const verdict = judge.judge(sight, Date.now());
      for (const change of verdict.changes) say(change.event, change.detail);
      for (const mail of verdict.mails) send(mail);
      // After the mail: a crash between the two mails twice, never not at all.
      if (verdict.mails.length > 0) {
        writeEpisode(statePath, judge.episode);
        await pruneFolder({
          folder: mailFolder,
          name: MAIL_NAME,
          nowMs: Date.now(),
          ageMsMax: MAIL_AGE_MS_MAX,
          bytesMax: MAIL_BYTES_MAX,
        });
      }
    } catch (error) {
      say('watcher.failed', { text: String(error) });
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  void look();

  const stop = (cause: string): void => {
    clearInterval(timer);
    say('watcher.stopped', { cause });
    log.close();
    process.exit(0);
  };
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('message', (message) => {
    if (message === 'shutdown') stop('pm2 shutdown message');
  });
  process.on('disconnect', () => stop('the supervisor is gone'));
  say('watcher.started', { pid: process.pid });
  process.send?.('ready');
}

function readEpisode(path: string): Episode | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const fits =
      'id' in value &&
      typeof value.id === 'string' &&
      'sinceMs' in value &&
      typeof value.sinceMs === 'number';
    return fits ? { id: String(value.id), sinceMs: Number(value.sinceMs) } : undefined;
  } catch {
    // A broken file is no reason not to watch: the worst is one more mail.
    return undefined;
  }
}

function writeEpisode(path: string, episode: Episode | undefined): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.draft`, JSON.stringify(episode ?? {}));
  renameSync(`${path}.draft`, path);
}

main();
