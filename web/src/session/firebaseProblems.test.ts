import { Problem } from "@/api/problems";
import { endsSession } from "@/session/firebaseProblems";

const refused = (code: string) => Object.assign(new Error(code), { code });
const answered = (status: number) => new Problem({ status, code: "test", title: "A problem", detail: "No." });

it.each([
  ["the API that restarts", answered(503)],
  ["too many requests", answered(429)],
  ["no network", new TypeError("Failed to fetch")],
  ["no network at Firebase", refused("auth/network-request-failed")],
])("a session outlives %s", (_, error) => {
  expect(endsSession(error)).toBe(false);
});

it.each([
  ["the API that knows nobody", answered(401)],
  ["an account that was disabled", refused("auth/user-disabled")],
  ["a token that was taken back", refused("auth/user-token-expired")],
])("a session ends by %s", (_, error) => {
  expect(endsSession(error)).toBe(true);
});
