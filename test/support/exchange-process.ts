import { fileURLToPath } from 'node:url';
import { Child } from '../../src/cli/rehearse/child.ts';
import { type ExchangeTruth, truthShape } from '../../src/cli/rehearse/exchange-truth.ts';

const RUN = fileURLToPath(new URL('../../src/exchange/run.ts', import.meta.url));

/** The exchange as PM2 has it: a process of its own with a channel to its parent. */
export class ExchangeProcess {
  readonly #child: Child;
  /** REST and control; `undefined`: it ended before it listened. */
  readonly #ports: Promise<readonly [number, number] | undefined>;

  /** `args` as `overnight exchange` takes them. */
  constructor(args: Readonly<Record<string, unknown>>) {
    const script = `import { runExchange } from ${JSON.stringify(RUN)}; await runExchange(${JSON.stringify(args)});`;
    let listens: (ports: readonly [number, number] | undefined) => void = () => undefined;
    this.#ports = new Promise((resolve) => {
      listens = resolve;
    });
    this.#child = new Child({
      command: process.execPath,
      args: ['--input-type=module-typescript', '--eval', script],
      cwd: process.cwd(),
      env: process.env,
      withChannel: true,
      onLine: (line) => {
        const [port, control] = [...line.matchAll(/127\.0\.0\.1:([0-9]+)/g)];
        if (port && control) listens([Number(port[1]), Number(control[1])]);
      },
    });
    void this.#child.ended.then(() => listens(undefined));
  }

  /** Its exit code, once it has ended. */
  get exit(): Promise<number | null> {
    return this.#child.ended.then(({ code }) => code);
  }

  /** The REST port, once it listens; throws what it said when it ended before. */
  async port(): Promise<number> {
    return (await this.#listening())[0];
  }
  async controlPort(): Promise<number> {
    return (await this.#listening())[1];
  }
  get output(): string {
    return this.#child.output;
  }

  async truth(): Promise<ExchangeTruth> {
    const response = await fetch(`http://127.0.0.1:${await this.controlPort()}/truth`);
    return truthShape.parse(await response.json());
  }

  /** Ends it as a power cut would, and returns once the system has it cleared away. */
  async kill(): Promise<void> {
    await this.#child.kill();
  }

  async #listening(): Promise<readonly [number, number]> {
    const ports = await this.#ports;
    if (ports === undefined) throw new Error(`ended with ${await this.exit}: ${this.output}`);
    return ports;
  }

  /** Asks it to stop; its exit code. */
  async stop(): Promise<number | null> {
    return (await this.#child.stop()).code;
  }
}
