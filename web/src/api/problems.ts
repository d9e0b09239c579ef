import type { Problem as ProblemBody } from "@/api/schema";

export interface FieldError {
  /** A JSON pointer into the body, or `/query/…` or `/headers/…`. */
  pointer: string;
  detail: string;
}

/** An error as the API tells it (RFC 9457), or as told here when no answer came. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string | null;
  readonly errors: readonly FieldError[];
  readonly retryAfterSeconds: number | null;
  /** What the first request with this idempotency key made, where it came again with another request. */
  readonly existingId: string | null;

  constructor(said: {
    status: number;
    code: string;
    title: string;
    detail: string;
    requestId?: string | null;
    errors?: readonly FieldError[];
    retryAfterSeconds?: number | null;
    existingId?: string | null;
  }) {
    super(said.detail);
    this.status = said.status;
    this.code = said.code;
    this.title = said.title;
    this.detail = said.detail;
    this.requestId = said.requestId ?? null;
    this.errors = said.errors ?? [];
    this.retryAfterSeconds = said.retryAfterSeconds ?? null;
    this.existingId = said.existingId ?? null;
  }

  /** What is wrong at a place of the body, or null. */
  at(pointer: string): string | null {
    return this.errors.find((error) => error.pointer === pointer)?.detail ?? null;
  }

  /** Whether asking again, unchanged, may succeed. */
  get passes(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The problem that an answer tells; answers of proxies, which tell none, get words of our own. */
export function problemOf(response: Response, body: unknown): Problem {
  const requestId = response.headers.get("X-Request-Id");
  const seconds = Number(response.headers.get("Retry-After"));
  const retryAfterSeconds = Number.isFinite(seconds) && seconds > 0 ? seconds : null;
  if (isProblem(body)) {
    return new Problem({
      status: body.status,
      code: body.code,
      title: body.title,
      detail: body.detail,
      requestId: body.request_id,
      errors: body.errors ?? [],
      retryAfterSeconds,
      existingId: body.existing_id ?? null,
    });
  }
  const detail =
    response.status >= 500
      ? "The service did not answer as it should. Nothing was lost; try again in a moment."
      : "The service did not understand this request. Reload the page and try again.";
  return new Problem({
    status: response.status,
    code: "unreadable",
    title: response.status >= 500 ? "Fanfold is not available" : "The request was refused",
    detail,
    requestId,
    retryAfterSeconds,
  });
}

/** The problem that stands for whatever was thrown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) {
    return new Problem({
      status: 0,
      code: "offline",
      title: "No connection",
      detail: "Fanfold could not be reached. Check the connection; this page goes on by itself.",
    });
  }
  return new Problem({
    status: -1,
    code: "broken-page",
    title: "Something went wrong on this page",
    detail: "Reload the page. If it happens again, tell whoever runs Fanfold what you did.",
  });
}

function isProblem(body: unknown): body is ProblemBody {
  const known = body as Partial<ProblemBody> | null;
  return typeof known === "object" && known !== null && typeof known.detail === "string" && "request_id" in known;
}
