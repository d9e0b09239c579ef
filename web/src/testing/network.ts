/** A request as the API would see it. */
export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}

type Told = Response | object | null;
type Handler = (request: Seen) => Told | Promise<Told>;

/** Stands in for the network: `{"GET /v1/batches/:id": (request) => ({…})}`; a path that is not named is a failure.
 *
 * Gives the requests in the order in which they came. Ends with the test.
 */
export function serving(handlers: Record<string, Handler>): Seen[] {
  const seen: Seen[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    const text = await request.text();
    const body: unknown = text === "" ? null : JSON.parse(text);
    const one = { method: request.method, path: url.pathname, query: url.searchParams, headers: request.headers, body };
    seen.push(one);
    const handler = Object.entries(handlers).find(([name]) => matches(name, one))?.[1];
    if (handler === undefined) throw new Error(`The test serves no ${one.method} ${one.path}.`);
    const told = await handler(one);
    return told instanceof Response ? told : Response.json(told);
  });
  return seen;
}

/** An answer that tells a problem, as the API tells it. */
export function problem(
  status: number,
  detail: string,
  errors: { pointer: string; detail: string }[] = [],
  more: object = {},
): Response {
  const body = {
    type: "urn:fanfold:problem:test",
    title: "A problem",
    status,
    detail,
    instance: "/",
    code: "test",
    request_id: "req_test",
    errors,
    ...more,
  };
  return Response.json(body, { status, headers: { "Content-Type": "application/problem+json" } });
}

function matches(name: string, { method, path }: Seen): boolean {
  const [wanted, pattern] = name.split(" ");
  const expression = (pattern ?? "").replace(/\/:[a-z]+/g, "/[^/:]+");
  return wanted === method && new RegExp(`^${expression}$`).test(path);
}
