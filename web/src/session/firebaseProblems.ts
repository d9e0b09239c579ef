import { asProblem, Problem } from "@/api/problems";

const WORDS: Record<string, string> = {
  "auth/invalid-credential": "The e-mail address or the password is wrong.",
  "auth/invalid-email": "This is not an e-mail address.",
  "auth/user-not-found": "The e-mail address or the password is wrong.",
  "auth/wrong-password": "The e-mail address or the password is wrong.",
  "auth/user-disabled": "This account was disabled. Ask an admin of your organisation.",
  "auth/too-many-requests": "Too many attempts. Wait a minute and try again.",
  "auth/popup-blocked": "The browser blocked Google's window. Allow pop-ups for this page and try again.",
  "auth/operation-not-allowed": "This way to sign in is not set up here. Use your e-mail address and password.",
  "auth/account-exists-with-different-credential": "This address signs in with a password. Use the form.",
};
const CLOSED = new Set(["auth/popup-closed-by-user", "auth/cancelled-popup-request", "auth/user-cancelled"]);

/** Whether the person closed Google's window: nothing went wrong. */
export function wasClosed(error: unknown): boolean {
  return CLOSED.has(codeOf(error));
}

/** Whether whoever was signed in is not any more; what may pass, as an answer that did not come, ends no session. */
export function endsSession(error: unknown): boolean {
  return !firebaseProblem(error).passes;
}

/** What Firebase says, in Fanfold's words. */
export function firebaseProblem(error: unknown): Problem {
  const code = codeOf(error);
  if (code === "auth/network-request-failed") return asProblem(new TypeError());
  if (code === "") return asProblem(error);
  const detail =
    WORDS[code] ?? "Signing in did not work. Try again; if it goes on, tell an admin of your organisation.";
  return new Problem({ status: 401, code, title: "Not signed in", detail });
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && code.startsWith("auth/") ? code : "";
}
