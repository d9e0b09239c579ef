import createClient from "openapi-fetch";
import { credentials } from "@/api/credentials";
import { asProblem, Problem, problemOf } from "@/api/problems";
import type { paths } from "@/api/schema";

const SIGN_IN = "/v1/auth/";

/** The one client of the API; use it through `answer`, which turns every failure into a `Problem`. */
export const api = createClient<paths>({ baseUrl: globalThis.location.origin, fetch: send, bodySerializer: written });

/** Sends a request in the person's name. One that is refused waits until they have signed in again: nothing is lost. */
export async function send(request: Request): Promise<Response> {
  // Who signs in, or is just starting, says for themselves who they are, and is told at once.
  if (request.url.includes(SIGN_IN) || request.headers.has("Authorization")) return globalThis.fetch(request);
  const again = request.clone();
  const token = await credentials().token();
  const response = await globalThis.fetch(carrying(request, token));
  // What went in nobody's name, because its person had left, says nothing about who is here now.
  if (response.status !== 401 || token === null) return response;
  const renewed = await credentials().renewed();
  return renewed === null ? response : globalThis.fetch(carrying(again, renewed));
}

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of an answer; raises a `Problem` for every other outcome.
 *
 * `const batch = await answer(api.GET("/v1/batches/{batch_id}", { params: { path: { batch_id } }, signal }))`
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

/** JSON that every reader takes: half of an emoji, as spreadsheets cut them, becomes the sign for what is unreadable. */
function written(body: unknown): string {
  return JSON.stringify(body, (_, value: unknown) => (typeof value === "string" ? value.toWellFormed() : value));
}

function carrying(request: Request, token: string | null): Request {
  if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
  return request;
}
