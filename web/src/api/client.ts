import createClient, { type Middleware } from "openapi-fetch";
import { credentials } from "@/api/credentials";
import { asProblem, Problem, problemOf } from "@/api/problems";
import type { paths } from "@/api/schema";

const FIRST_STEP = "/v1/auth/";

const carry: Middleware = {
  async onRequest({ request }) {
    const token = await credentials().token();
    if (token !== null && !request.headers.has("Authorization"))
      request.headers.set("Authorization", `Bearer ${token}`);
    return request;
  },
  onResponse({ request, response }) {
    const isSignIn = new URL(request.url).pathname.startsWith(FIRST_STEP);
    if (response.status === 401 && !isSignIn) credentials().refused();
    return undefined;
  },
};

/** The one client of the API; use it through `answer`, which turns every failure into a `Problem`. */
export const api = createClient<paths>({
  baseUrl: globalThis.location.origin,
  // Asked for at each call, so that a test may stand in for the network.
  fetch: (request: Request) => globalThis.fetch(request),
});
api.use(carry);

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of an answer; raises a `Problem` for every other outcome.
 *
 * `const batch = await answer(api.GET("/v1/batches/{batch_id}", { params: { path: { batch_id }}, signal }))`
 */
export async function answer<T>(asked: Promise<Answered<T>>): Promise<T> {
  let answered: Answered<T>;
  try {
    answered = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw error instanceof Problem ? error : asProblem(error);
  }
  if (!answered.response.ok) throw problemOf(answered.response, answered.error);
  return answered.data as T;
}

/** A key that makes a create happen once, however often it is sent: make one when the form opens, not when it is sent. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
