import type { Batch, Item } from "@/live/things";
import { aBatch, anItem } from "@/testing/batches";

type Asset = NonNullable<Item["asset"]>;

/** A batch that was just written. */
export function batch(fields: Partial<Batch> = {}): Batch {
  return aBatch({ name: "Spring", revision: 1, ...fields });
}

/** An item that waits and was just written. */
export function item(fields: Partial<Item> = {}): Item {
  return anItem({ status: "pending", asset: null, revision: 1, ...fields });
}

/** An item's image as streams and listeners tell it. */
export function image(fields: Partial<Asset> = {}): Asset {
  const none = { url: null, thumbnail_url: null, picked: null, rating: null };
  return { id: "ast_aaaaaaaaaaaaaaaaaaaa", width: 8, height: 8, media_type: "image/png", bytes: 1, ...none, ...fields };
}
