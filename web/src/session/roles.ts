import type { UserView } from "@/api/schema";

export type Role = UserView["role"];

const RANK: Record<Role, number> = { viewer: 0, evaluator: 1, editor: 2, admin: 3 };

/** What people do, and the lowest role that may: the API says the same at each of its routes. */
const NEEDED = {
  look: "viewer",
  rate: "evaluator",
  pick: "evaluator",
  make: "editor",
  steer: "editor",
  tag: "editor",
  upload: "editor",
  delete: "admin",
  administer: "admin",
} as const satisfies Record<string, Role>;

export type Verb = keyof typeof NEEDED;

export function can(role: Role, verb: Verb): boolean {
  return RANK[role] >= RANK[NEEDED[verb]];
}

export const ROLE_WORDS: Record<Role, { name: string; may: string }> = {
  viewer: { name: "Viewer", may: "sees batches, images and costs" },
  evaluator: { name: "Evaluator", may: "sees everything, rates images and picks winners" },
  editor: { name: "Editor", may: "makes batches, steers them and tags images" },
  admin: { name: "Admin", may: "does everything, with members, keys, limits and deletes" },
};
