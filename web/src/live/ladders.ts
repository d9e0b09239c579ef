import { asProblem, type Problem } from "@/api/problems";
import type { Gone } from "@/live/revisions";
import type { Thing, Topic } from "@/live/things";
import type { Line, Reader, Transport, TransportName } from "@/live/transports";

export type LiveState = "connecting" | "live" | "reconnecting" | "polling" | "offline" | "failed";

/** How long is waited for what. */
export interface Pace {
  /** A line that is not up after this long gets help from the next transport. */
  patienceMs: number;
  firstRetryMs: number;
  longestRetryMs: number;
  /** A number from 0 to 1, so that those who lost one server do not come back to it together. */
  chance(): number;
}

export const PACE: Pace = { patienceMs: 4_000, firstRetryMs: 500, longestRetryMs: 30_000, chance: Math.random };

const HELPED_AFTER = 2;

/** Where a ladder stands. */
export interface Standing {
  readonly state: LiveState;
  readonly transport: TransportName | null;
  readonly problem: Problem | null;
  /** Nothing changes by itself any more: nothing is open. */
  readonly isOver: boolean;
}

interface Listener {
  known(): ReadonlyMap<string, Thing>;
  take(changes: readonly Thing[], gone: readonly Gone[]): void;
  stands(standing: Standing): void;
}

type Phase = "closed" | "opening" | "up" | "down" | "waiting" | "refused";

class Rung {
  phase: Phase = "closed";
  line: Line | null = null;
  failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly transport: Transport) {}

  after(milliseconds: number, act: () => void) {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, milliseconds);
  }

  stopWaiting() {
    clearTimeout(this.timer);
  }

  close(phase: Phase = "closed") {
    clearTimeout(this.timer);
    this.phase = phase;
    const line = this.line;
    this.line = null;
    line?.close();
  }
}

/** Follows one topic by the best transport that works: falls back to the next one, and comes back to the better one.
 *
 * A better line is tried while a worse one goes on, and the worse one is closed once the better one is up: so nothing is
 * missed between them, and what both tell is told apart by its revision.
 */
export class Ladder {
  private readonly rungs: Rung[];
  private isOver = false;
  /** What had ended is looked at once more: nothing is wrong before that fails. */
  private isLookingAgain = false;
  private isOnline = true;
  /** The transport that was up last. */
  private last: TransportName | null = null;
  private problem: Problem | null = null;
  private told: Standing | null = null;

  constructor(
    transports: readonly Transport[],
    private readonly topic: Topic,
    private readonly listener: Listener,
    private readonly pace: Pace = PACE,
  ) {
    this.rungs = transports.filter((one) => one.follows(topic)).map((one) => new Rung(one));
  }

  start(isOnline = true) {
    this.isOnline = isOnline;
    if (isOnline) this.open(0);
    this.tell();
  }

  /** Begin anew with the best transport, whatever failed before. */
  retry() {
    this.isOver = false;
    this.problem = null;
    for (const rung of this.rungs) {
      rung.close();
      rung.failures = 0;
    }
    this.start(this.isOnline);
  }

  /** Something may be different now: look again at what has ended, and try at once what waits. */
  wake() {
    if (!this.isOnline) return;
    if (this.isOver) {
      this.isLookingAgain = true;
      this.retry();
    }
    this.rungs.forEach((rung, at) => {
      if (rung.phase === "waiting") this.open(at);
    });
  }

  /** The network is gone, or back. */
  online(isOnline: boolean) {
    if (isOnline === this.isOnline) return;
    this.isOnline = isOnline;
    if (isOnline && this.rungs.every((rung) => rung.line === null)) this.resume();
    if (isOnline) this.wake();
    this.tell();
  }

  /** Follow nothing for a while; what is known stays. */
  rest() {
    for (const rung of this.rungs) rung.close(rung.phase === "refused" ? "refused" : "closed");
  }

  resume() {
    if (this.isOver || this.rungs.some((rung) => rung.line !== null)) return;
    this.open(0);
    this.tell();
  }

  close() {
    for (const rung of this.rungs) rung.close();
  }

  private open(at: number) {
    const rung = this.rungs[at];
    if (rung === undefined || rung.line !== null || rung.phase === "refused" || !this.isOnline) return;
    rung.phase = "opening";
    rung.after(this.pace.patienceMs, () => this.help(at));
    // A line may tell something before `open` has returned it.
    const line: Line = { close: () => {} };
    rung.line = line;
    const opened = rung.transport.open(this.topic, this.reader(at, line));
    if (rung.line === line) line.close = () => opened.close();
    else opened.close();
  }

  private reader(at: number, line: Line): Reader {
    const rung = this.rungs[at] as Rung;
    const heard = (act: () => void) => () => {
      if (rung.line !== line) return;
      act();
      this.tell();
    };
    return {
      known: () => this.listener.known(),
      take: (changes, gone = []) => {
        if (rung.line === line) this.listener.take(changes, gone);
      },
      up: heard(() => this.up(at)),
      down: heard(() => {
        rung.phase = "down";
        rung.after(this.pace.patienceMs, () => this.help(at));
      }),
      lost: (problem) => heard(() => this.lost(at, problem))(),
      refused: (problem) => heard(() => this.refused(at, problem))(),
      over: heard(() => {
        this.up(at);
        this.isOver = true;
        for (const one of this.rungs) one.close();
      }),
    };
  }

  private up(at: number) {
    const rung = this.rungs[at] as Rung;
    rung.phase = "up";
    rung.failures = 0;
    this.isLookingAgain = false;
    rung.stopWaiting();
    this.last = rung.transport.name;
    this.problem = null;
    for (const lower of this.rungs.slice(at + 1)) lower.close(lower.phase === "refused" ? "refused" : "closed");
  }

  private lost(at: number, problem: Problem) {
    const rung = this.rungs[at] as Rung;
    rung.close("waiting");
    this.isLookingAgain = false;
    rung.failures += 1;
    this.problem = problem;
    rung.after(this.delay(rung.failures, problem), () => this.open(at));
    if (rung.failures >= HELPED_AFTER || problem.retryAfterSeconds !== null) this.help(at);
  }

  private refused(at: number, problem: Problem) {
    (this.rungs[at] as Rung).close("refused");
    this.isLookingAgain = false;
    this.problem = problem;
    if (at + 1 < this.rungs.length) this.help(at);
    else for (const rung of this.rungs) rung.close("refused");
  }

  /** Let the next transport follow too, for as long as no better one is up. */
  private help(at: number) {
    this.isLookingAgain = false;
    const isUp = this.rungs.slice(0, at + 1).some((rung) => rung.phase === "up");
    if (!isUp && this.rungs[at + 1]?.phase === "closed") this.open(at + 1);
    this.tell();
  }

  private delay(failures: number, problem: Problem): number {
    const longest = Math.min(this.pace.longestRetryMs, this.pace.firstRetryMs * 2 ** (failures - 1));
    const told = (asProblem(problem).retryAfterSeconds ?? 0) * 1_000;
    return Math.max(longest * (0.5 + this.pace.chance() / 2), told);
  }

  private tell() {
    const up = this.rungs.find((rung) => rung.phase === "up");
    const standing: Standing = {
      state: this.state(up),
      transport: up?.transport.name ?? (this.isOver || this.isLookingAgain ? this.last : null),
      problem: up === undefined && !this.isOver ? this.problem : null,
      isOver: this.isOver,
    };
    const told = this.told;
    this.told = standing;
    const isSame =
      told?.state === standing.state &&
      told.transport === standing.transport &&
      told.problem === standing.problem &&
      told.isOver === standing.isOver;
    if (!isSame) this.listener.stands(standing);
  }

  private state(up: Rung | undefined): LiveState {
    if (this.isOver) return "live";
    if (!this.isOnline) return "offline";
    if (up !== undefined) return up.transport.name === "polling" ? "polling" : "live";
    if (this.isLookingAgain) return "live";
    if (this.rungs.every((rung) => rung.phase === "refused")) return "failed";
    return this.last !== null ? "reconnecting" : "connecting";
  }
}
