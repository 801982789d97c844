import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ExchangeTruth, truthShape } from './exchange-truth.ts';

const RUN = fileURLToPath(new URL('../../src/exchange/run.ts', import.meta.url));

/** The exchange as PM2 has it: a process of its own with a channel to its parent. */
export class ExchangeProcess {
  readonly #child: ChildProcess;
  /** REST and control; `undefined`: it ended before it listened. */
  readonly #ports: Promise<readonly [number, number] | undefined>;
  readonly exit: Promise<number | null>;
  #output = '';

  /** `args` as `overnight exchange` takes them. */
  constructor(args: Readonly<Record<string, unknown>>) {
    const script = `import { runExchange } from ${JSON.stringify(RUN)}; await runExchange(${JSON.stringify(args)});`;
    this.#child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.exit = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#ports = new Promise((resolve) => {
      this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        const [port, control] = [...this.#output.matchAll(/127\.0\.0\.1:([0-9]+)/g)];
        if (port && control) resolve([Number(port[1]), Number(control[1])]);
      });
      this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
      void this.exit.then(() => resolve(undefined));
    });
  }

  /** The REST port, once it listens; throws what it said when it ended before. */
  async port(): Promise<number> {
    return (await this.#listening())[0];
  }
  async controlPort(): Promise<number> {
    return (await this.#listening())[1];
  }
  get output(): string {
    return this.#output;
  }

  async truth(): Promise<ExchangeTruth> {
    const response = await fetch(`http://127.0.0.1:${await this.controlPort()}/truth`);
    return truthShape.parse(await response.json());
  }

  /** Ends it as a power cut would, and returns once the system has it cleared away. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exit;
  }

  async #listening(): Promise<readonly [number, number]> {
    const ports = await this.#ports;
    if (ports === undefined) throw new Error(`ended with ${await this.exit}: ${this.#output}`);
    return ports;
  }

  /** Asks it to stop; its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return await this.exit;
  }
}
