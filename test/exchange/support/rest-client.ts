import { createHmac } from 'node:crypto';

/** What a REST call came back with. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export type Params = Readonly<Record<string, string | number>>;

/** The plainest client there is: it signs what it is told to and hides nothing. */
export class RestClient {
  readonly #base: string;
  readonly apiKey: string;
  readonly secret: string;
  /** Added to the client's clock in timestamps. */
  clockShiftMs = 0;

  constructor(port: number, apiKey = 'demo', secret = 'demo') {
    this.#base = `http://127.0.0.1:${port}`;
    this.apiKey = apiKey;
    this.secret = secret;
  }

  /** Unsigned, with exactly this query. */
  async call(
    method: string,
    path: string,
    query = '',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RestAnswer> {
    const url = `${this.#base}${path}${query === '' ? '' : `?${query}`}`;
    const response = await fetch(url, { method, headers });
    return read(response);
  }

  get(path: string, params: Params = {}): Promise<RestAnswer> {
    return this.call('GET', `/api/v3/${path}`, encode(params));
  }

  /** Signed, parameters in the query. */
  signed(method: string, path: string, params: Params = {}): Promise<RestAnswer> {
    const query = this.sign({ ...params, timestamp: Date.now() + this.clockShiftMs });
    return this.call(method, `/api/v3/${path}`, query, { 'x-mbx-apikey': this.apiKey });
  }

  /** Signed, parameters in the body. */
  async signedBody(method: string, path: string, params: Params): Promise<RestAnswer> {
    const body = this.sign({ ...params, timestamp: Date.now() });
    const response = await fetch(`${this.#base}/api/v3/${path}`, {
      method,
      body,
      headers: {
        'x-mbx-apikey': this.apiKey,
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    return read(response);
  }

  sign(params: Params): string {
    const payload = encode(params);
    const signature = createHmac('sha256', this.secret).update(payload).digest('hex');
    return `${payload}&signature=${signature}`;
  }
}

function encode(params: Params): string {
  return new URLSearchParams(
    Object.entries(params).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
}

async function read(response: Response): Promise<RestAnswer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
