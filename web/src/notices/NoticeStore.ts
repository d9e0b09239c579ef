import type { Batch } from "@/live/things";
import { allRead, type Looker, looked, NOTHING_NOTICED, type Notice, type Noticed, opened } from "@/notices/notices";

/** What one person was told of, kept in this browser until they sign out. */
export class NoticeStore {
  private noticed: Noticed;
  private readonly readers = new Set<() => void>();

  constructor(
    private readonly name: string,
    private readonly storage: Storage = localStorage,
  ) {
    this.noticed = { ...NOTHING_NOTICED, ...read(storage.getItem(name)) };
  }

  readonly snapshot = (): Noticed => this.noticed;

  readonly subscribe = (reader: () => void): (() => void) => {
    this.readers.add(reader);
    return () => this.readers.delete(reader);
  };

  /** Look at the batches as they are now; what is new. */
  look(batches: readonly Batch[], looker: Looker): Notice[] {
    const { after, news } = looked(this.noticed, batches, looker);
    this.keep(after);
    return news;
  }

  open(batch: string) {
    this.keep(opened(this.noticed, batch));
  }

  readAll() {
    if (this.noticed.notices.some((notice) => !notice.isRead)) this.keep(allRead(this.noticed));
  }

  private keep(noticed: Noticed) {
    this.noticed = noticed;
    try {
      this.storage.setItem(this.name, JSON.stringify(noticed));
    } catch {
      // A browser that keeps nothing still tells of what happens while one is here.
    }
    for (const reader of this.readers) reader();
  }
}

function read(kept: string | null): Partial<Noticed> {
  try {
    return kept === null ? {} : (JSON.parse(kept) as Partial<Noticed>);
  } catch {
    return {};
  }
}
