import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A mail that a person can open. The text is plain; headers take one line each. */
export interface MailFile {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly atMs: number;
  /** Stable: the same event has the same id, so that a second copy is recognised. */
  readonly messageId: string;
  /** Message id of the mail that began the episode. */
  readonly inReplyTo?: string;
  readonly text: string;
}

/** File names of mails, for pruning. */
export const MAIL_NAME = /^\d{15}-[\w.-]+\.eml$/;

/** Writes the mail as `.eml` into the folder, whole or not at all, and returns its path. Throws when the disk refuses. */
export function writeMailFile(folder: string, mail: MailFile): string {
  mkdirSync(folder, { recursive: true });
  const name = mail.messageId.replaceAll(/[^\w.-]/g, '_');
  const path = join(folder, `${String(Math.floor(mail.atMs)).padStart(15, '0')}-${name}.eml`);
  writeFileSync(`${path}.draft`, formatMail(mail), { mode: 0o600 });
  renameSync(`${path}.draft`, path);
  return path;
}

/** The mail in the wire format of RFC 5322, lines ended by CR LF. */
export function formatMail(mail: MailFile): string {
  const headers: (readonly [string, string])[] = [
    ['Date', new Date(mail.atMs).toUTCString().replace('GMT', '+0000')],
    ['From', mail.from],
    ['To', mail.to],
    ['Subject', encodeHeader(mail.subject)],
    ['Message-ID', `<${mail.messageId}>`],
    ...(mail.inReplyTo === undefined
      ? []
      : ([
          ['In-Reply-To', `<${mail.inReplyTo}>`],
          ['References', `<${mail.inReplyTo}>`],
        ] as const)),
    ['Auto-Submitted', 'auto-generated'],
    ['MIME-Version', '1.0'],
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Transfer-Encoding', '8bit'],
  ];
  const lines = headers.map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n]+/g, ' ')}`);
  return [...lines, '', ...mail.text.split(/\r?\n/), ''].join('\r\n');
}

/** A header may carry ASCII only: everything else travels as RFC 2047 says. */
function encodeHeader(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
}
