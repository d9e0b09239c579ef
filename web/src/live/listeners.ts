import { asProblem } from "@/api/problems";
import type { Documents } from "@/live/firestore";
import type { Topic } from "@/live/things";
import type { Line, Reader, Transport } from "@/live/transports";

/** Firestore's listeners; their SDK is loaded with the first line that is opened. */
export class FirestoreTransport implements Transport {
  readonly name = "firestore";

  constructor(private readonly documents: () => Promise<Documents>) {}

  follows(): boolean {
    return true;
  }

  open(topic: Topic, reader: Reader): Line {
    let close: (() => void) | null = null;
    let isClosed = false;
    Promise.all([import("@/live/firestore"), this.documents()])
      .then(([{ listen }, documents]) => {
        if (!isClosed) close = listen(documents, topic, reader).close;
      })
      .catch((error: unknown) => reader.lost(asProblem(error)));
    return {
      close: () => {
        isClosed = true;
        close?.();
      },
    };
  }

  close() {}
}
