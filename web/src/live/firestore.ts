import type { FirebaseError } from "firebase/app";
import {
  collection,
  type DocumentData,
  doc,
  type Firestore,
  limit,
  onSnapshot,
  orderBy,
  type Query,
  query,
  where,
} from "firebase/firestore";
import { Problem } from "@/api/problems";
import { batchOf, itemOf } from "@/live/documents";
import { left } from "@/live/revisions";
import { type BatchesTopic, type BatchTopic, type ItemsTopic, room, type Thing, type Topic } from "@/live/things";
import type { Line, Reader } from "@/live/transports";

/** Whose documents are read, and where. */
export interface Documents {
  readonly store: Firestore;
  readonly org: string;
}

const REFUSED: ReadonlySet<string> = new Set([
  "permission-denied",
  "unauthenticated",
  "failed-precondition",
  "not-found",
]);
const WITH_METADATA = { includeMetadataChanges: true };

/** Listens to what a topic names, as the rules of the store allow it; one read for each change of each document. */
export function listen(documents: Documents, topic: Topic, reader: Reader): Line {
  const close = topic.of === "batch" ? listenToBatch(documents, topic, reader) : listenToAll(documents, topic, reader);
  return { close };
}

function listenToBatch({ store, org }: Documents, topic: BatchTopic, reader: Reader) {
  const place = doc(store, `orgs/${org}/batches/${topic.batch}`);
  return onSnapshot(
    place,
    WITH_METADATA,
    (found) => {
      if (found.exists()) reader.take([batchOf(found.data())]);
      else if (!found.metadata.fromCache) reader.refused(new Problem(NO_BATCH));
      if (found.metadata.fromCache) reader.down();
      else reader.up();
    },
    (error) => fail(error, reader),
  );
}

function listenToAll(documents: Documents, topic: ItemsTopic | BatchesTopic, reader: Reader) {
  const read: (stored: DocumentData) => Thing = topic.of === "items" ? itemOf : batchOf;
  const wanted = topic.of === "items" ? itemsOf(documents, topic) : batchesOf(documents, topic);
  return onSnapshot(
    wanted,
    WITH_METADATA,
    (found) => {
      const [changes, removed]: [Thing[], Thing[]] = [[], []];
      for (const change of found.docChanges()) {
        (change.type === "removed" ? removed : changes).push(read(change.doc.data()));
      }
      const listed = removed.length === 0 ? [] : found.docs.map((one) => read(one.data()));
      if (changes.length + removed.length > 0) reader.take(changes, left(topic, removed, listed));
      if (found.metadata.fromCache) reader.down();
      else reader.up();
    },
    (error) => fail(error, reader),
  );
}

function itemsOf({ store, org }: Documents, topic: ItemsTopic): Query {
  const items = collection(store, `orgs/${org}/batches/${topic.batch}/items`);
  const places = [where("index", ">=", topic.from), where("index", "<", topic.to)];
  const states = topic.status === undefined ? [] : [where("status", "==", topic.status)];
  return query(items, ...states, ...places, orderBy("index"), limit(Math.max(1, room(topic))));
}

function batchesOf({ store, org }: Documents, topic: BatchesTopic): Query {
  const kept = [where("deleted_at", "==", null), where("archived", "==", false)];
  return query(collection(store, `orgs/${org}/batches`), ...kept, orderBy("created_at", "desc"), limit(topic.limit));
}

function fail(error: FirebaseError, reader: Reader) {
  if (REFUSED.has(error.code)) reader.refused(new Problem(DENIED));
  else reader.lost(new Problem({ ...LOST, code: error.code }));
}

const NO_BATCH = { status: 404, code: "not-found", title: "Not found", detail: "There is no such batch." };
const DENIED = {
  status: 403,
  code: "permission-denied",
  title: "Not allowed",
  detail: "This was deleted, or your role may not see it.",
};
const LOST = {
  status: 0,
  title: "The connection was lost",
  detail: "Changes do not arrive for now. This page connects again by itself.",
};
