import type { ErrorKind } from "@/api/schema";

/** What went wrong, in a few words that fit a tile. */
const REASONS: Record<ErrorKind, string> = {
  busy: "The model was busy",
  unavailable: "The model was not reachable",
  timeout: "It took too long",
  refused: "Refused by safety rules",
  invalid: "The model cannot make this",
  unauthorised: "The provider's key was refused",
  quota: "The provider's limit is used up",
  no_image: "No image came back",
  wrong_shape: "It came back in the wrong shape",
  unknown: "Something unexpected happened",
};

/** Everything that can go wrong with an image. */
export const KINDS = Object.keys(REASONS) as ErrorKind[];

/** Why an image failed, in a few words. */
export function reasonOf(kind: string): string {
  return REASONS[kind as ErrorKind] ?? REASONS.unknown;
}
