import { asProblem } from "@/api/problems";
import type { Batch } from "../sheets";
import { type DraftRecord, type Opening, opening, type Remote } from "./records";
import { isRemoteId, type RemoteDraft, readRemote, removeRemote, sendRemote } from "./remotes";
import { keepDraft, markDraft, readDraft, removeDraft } from "./store";
import { type Announced, announce, hearing, oneTabAtATime } from "./tabs";
import type { DraftState, DraftView } from "./views";

const STILL_MS = 300;
const SEND_MS = 2_500;
const SEND_AGAIN_MS = 20_000;

/** Keeps one draft: at once in this browser, soon after at the API; and never over what another tab or device has saved. */
export class DraftKeeper {
  readonly id: string;
  readonly #owner: string;
  readonly #readers = new Set<() => void>();
  #view: DraftView | null = null;
  #known = { version: 0, remote: null as Remote | null, synced: false };
  /** What is to be kept next, and what was kept last. */
  #waiting: Batch | null = null;
  #kept: Batch | null = null;
  /** Where the API keeps it, when the next save changes that. */
  #relinked: Remote | null | undefined;
  #writing: Promise<void> = Promise.resolve();
  #sending: Promise<void> = Promise.resolve();
  #keepTimer: ReturnType<typeof setTimeout> | undefined;
  #sendTimer: ReturnType<typeof setTimeout> | undefined;
  #openings = 0;
  #isLeft = false;
  #isAbandoned = false;

  readonly #sendMs: number;

  /** `sendMs`: how long after a change it is sent to the API. */
  constructor(id: string, owner: string, sendMs: number = SEND_MS) {
    this.id = id;
    this.#owner = owner;
    this.#sendMs = sendMs;
  }

  readonly view = (): DraftView | null => this.#view;

  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  };

  /** Opens the draft and listens to other tabs; gives what ends it, with everything kept. */
  readonly begin = (): (() => void) => {
    this.#isLeft = false;
    const deafen = hearing((said) => this.#hear(said));
    const hide = () => document.visibilityState === "hidden" && void this.flush();
    const leave = () => void this.flush();
    document.addEventListener("visibilitychange", hide);
    globalThis.addEventListener("pagehide", leave);
    void this.#open();
    return () => {
      this.#isLeft = true;
      deafen();
      document.removeEventListener("visibilitychange", hide);
      globalThis.removeEventListener("pagehide", leave);
      clearTimeout(this.#sendTimer);
      void this.flush();
    };
  };

  /** Takes a change, to be kept when the typing rests. */
  readonly save = (batch: Batch): void => {
    this.#waiting = batch;
    this.#known.synced = false;
    if (!this.#isParted) this.#become("unsaved");
    clearTimeout(this.#keepTimer);
    this.#keepTimer = setTimeout(() => void this.flush(), STILL_MS);
  };

  /** Keeps at once what is about to be started. */
  readonly keepNow = (batch: Batch): Promise<void> => {
    this.save(batch);
    return this.flush();
  };

  /** Keeps in this browser what waits to be kept. */
  readonly flush = (): Promise<void> => {
    clearTimeout(this.#keepTimer);
    return this.#inTurn(() => this.#write());
  };

  /** Keeps this tab's version, whatever another tab or device has saved. */
  readonly overwrite = async (): Promise<void> => {
    const [record, remote] = [await readDraft(this.#owner, this.id), await this.#remote(this.#known.remote)];
    this.#known.version = record?.version ?? 0;
    this.#relink(remote ?? null);
    this.#known.synced = false;
    this.#waiting ??= this.#kept;
    await this.flush();
  };

  /** Takes the version of the other tab or device. */
  readonly reload = (): Promise<void> => this.#open({ isTheirs: true });

  /** Keeps nothing from now on: who wrote it has left. */
  readonly abandon = (): void => {
    clearTimeout(this.#keepTimer);
    clearTimeout(this.#sendTimer);
    this.#isLeft = true;
    this.#isAbandoned = true;
    this.#waiting = null;
    this.#kept = null;
  };

  /** Forgets the draft everywhere: it was submitted. */
  readonly remove = async (): Promise<void> => {
    clearTimeout(this.#keepTimer);
    clearTimeout(this.#sendTimer);
    this.#waiting = null;
    this.#kept = null;
    // What is on its way to the API would be a draft there once it has come.
    await this.#sending;
    await this.#writing;
    await removeDraft(this.#owner, this.id);
    // What the API cannot forget now stays in the list of drafts, where it can be deleted.
    if (this.#known.remote) await removeRemote(this.#known.remote.id).catch(() => {});
  };

  get #isParted(): boolean {
    return this.#view?.state === "changed" || this.#view?.state === "gone";
  }

  #remote(known: Remote | null) {
    const id = known?.id ?? (isRemoteId(this.id) ? this.id : null);
    return id ? readRemote(id) : Promise.resolve(undefined);
  }

  /** `isTheirs`: whatever is here, the API's is wanted; `isFollowing`: another tab has saved, sends it, and learns what is there. */
  async #open({ isTheirs = false, isFollowing = false } = {}): Promise<void> {
    this.#openings += 1;
    const opening = this.#openings;
    const record = (await readDraft(this.#owner, this.id).catch(() => undefined)) ?? null;
    const { version = 0, remote = null, synced = false } = record ?? {};
    const there = isFollowing ? undefined : await this.#remote(remote);
    await this.#writing;
    // What was read earlier and comes later is older.
    if (opening !== this.#openings) return;
    // What was typed while this was read is nobody else's to replace: the person chooses.
    if (this.#waiting && !isTheirs) return this.#become("changed");
    this.#known = { version, remote, synced };
    this.#waiting = null;
    this.#kept = record?.batch ?? null;
    const way = this.#way(record, there, isTheirs);
    if (there && way === "theirs") this.#take(there);
    const state = this.#stateAfter(way, record !== null);
    this.#view = { state, batch: this.#waiting ?? this.#kept, opened: (this.#view?.opened ?? 0) + 1 };
    this.#tell();
    if (this.#waiting) await this.flush();
    else if (record && state === "here" && !isFollowing) this.#sendSoon(this.#sendMs);
  }

  #take(theirs: RemoteDraft): void {
    this.#relink(theirs);
    this.#known.synced = true;
    this.#waiting = theirs.batch;
  }

  #relink(remote: Remote | null): void {
    this.#known.remote = remote && { id: remote.id, revision: remote.revision };
    this.#relinked = this.#known.remote;
  }

  /** What becomes of this browser's record and what the API has (null: no more; undefined: it cannot be asked). */
  #way(record: DraftRecord | null, there: RemoteDraft | null | undefined, isTheirs: boolean): Opening {
    if (there && (isTheirs || !record)) return "theirs";
    return record && there !== undefined ? opening(record, there?.revision ?? null) : "mine";
  }

  #stateAfter(way: Opening, isKept: boolean): DraftState {
    return way === "changed" || way === "gone" ? way : this.#restingState(isKept);
  }

  #restingState(isKept: boolean): DraftState {
    if (!isKept && !this.#waiting) return "new";
    return this.#known.synced ? "saved" : "here";
  }

  async #write(): Promise<void> {
    const batch = this.#waiting;
    if (!batch || this.#isAbandoned) return;
    this.#waiting = null;
    const { version, synced } = this.#known;
    const remote = this.#relinked === undefined ? {} : { remote: this.#relinked };
    try {
      const outcome = await keepDraft({
        id: this.id,
        owner: this.#owner,
        known: version,
        batch,
        synced,
        ...remote,
      });
      if ("conflict" in outcome) {
        this.#waiting = batch;
        this.#become(outcome.conflict ? "changed" : "gone");
        return;
      }
      this.#kept = batch;
      this.#relinked = undefined;
      this.#known.version = outcome.saved.version;
      this.#known.remote = outcome.saved.remote;
      this.#become(this.#waiting ? "unsaved" : this.#restingState(true));
      announce(outcome.saved);
      if (!synced) this.#sendSoon(this.#sendMs);
    } catch {
      this.#waiting = batch;
      this.#become("failed");
    }
  }

  #sendSoon(milliseconds: number): void {
    clearTimeout(this.#sendTimer);
    const send = () => {
      const inTurn = () => oneTabAtATime(this.#owner, this.id, () => this.#send());
      this.#sending = this.#sending.then(inTurn);
    };
    if (!this.#isLeft) this.#sendTimer = setTimeout(send, milliseconds);
  }

  async #send(): Promise<void> {
    // Another tab may have sent it while this one waited for its turn.
    await this.#inTurn(() => this.#learn());
    const [batch, version] = [this.#kept, this.#known.version];
    if (!batch || this.#isParted || this.#known.synced) return;
    try {
      const remote = await sendRemote(this.id, this.#known.remote, batch);
      await this.#inTurn(() => this.#mark(version, remote));
    } catch (error) {
      const { status, passes } = asProblem(error);
      if (status === 409) await this.#part();
      else if (status === 404) this.#become("gone");
      else if (passes) this.#sendSoon(SEND_AGAIN_MS);
    }
  }

  /** Does something with the record in this browser while this tab does nothing else with it. */
  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#writing = this.#writing.then(act).catch(() => this.#become("failed"));
    return this.#writing;
  }

  async #mark(version: number, remote: Remote): Promise<void> {
    this.#known.remote = remote;
    if (this.#isAbandoned) return;
    const record = await markDraft({ id: this.id, owner: this.#owner, version, remote });
    if (!record) return this.#become("gone");
    this.#adopt(record);
    announce(record);
  }

  /** Learns what another tab has noted of the version that is here. */
  async #learn(): Promise<void> {
    const record = await readDraft(this.#owner, this.id);
    if (record) this.#adopt(record);
  }

  #adopt({ version, remote, synced }: DraftRecord): void {
    if (this.#relinked === undefined) this.#known.remote = remote;
    if (version !== this.#known.version || this.#waiting || this.#isParted) return;
    this.#known.synced = synced;
    this.#become(this.#restingState(true));
  }

  /** Somebody else has sent this draft: another tab, whose version is here already, or another device. */
  async #part(): Promise<void> {
    const record = await readDraft(this.#owner, this.id);
    if ((record?.version ?? 0) > this.#known.version && !this.#waiting) await this.#open({ isFollowing: true });
    else this.#become("changed");
  }

  #hear({ id, owner, version }: Announced): void {
    if (id !== this.id || owner !== this.#owner || version < this.#known.version) return;
    if (version === this.#known.version) {
      void this.#inTurn(() => this.#learn());
      return;
    }
    // Nothing of this tab is lost by taking what the other one has, and whoever wrote it sends it.
    clearTimeout(this.#sendTimer);
    if (this.#waiting) this.#become("changed");
    else void this.#open({ isFollowing: true });
  }

  #become(state: DraftState): void {
    if (!this.#view || this.#view.state === state) return;
    this.#view = { ...this.#view, state };
    this.#tell();
  }

  #tell(): void {
    for (const reader of this.#readers) reader();
  }
}
