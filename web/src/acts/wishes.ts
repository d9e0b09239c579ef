import { type MutationMeta, type MutationStatus, useMutation, useMutationState } from "@tanstack/react-query";
import { useMemo } from "react";
import { Problem } from "@/api/problems";
import { tellProblem } from "@/design/toasts";

/** Longer than an answer takes: what is asked next does not wait for one that never comes. */
const ANSWER_MS = 60_000;

/** What an act is about: the same words wherever it is asked for and wherever it shows. */
export type Of = readonly string[];

/** One act of this person: how what it is about looks with it, and when what is told has it in it already. */
export interface Wish<T, V = unknown, A = unknown> {
  readonly status: MutationStatus;
  readonly said: V;
  readonly answer: A | undefined;
  readonly show: (thing: T, said: V, answer: A | undefined) => T;
  readonly isMet: (thing: T, answer: A) => boolean;
}

/** A thing as it is told, with all that was asked of it and is not in it yet.
 *
 * What is on its way shows over everything that is told meanwhile; what was answered shows until it is told; what was refused
 * does not show. So nothing flickers back, and nothing that others did is lost.
 */
export function wished<T>(thing: T, wishes: readonly Wish<T>[]): T {
  return wishes.reduce((shown, wish) => (isDue(wish, thing) ? wish.show(shown, wish.said, wish.answer) : shown), thing);
}

function isDue<T>({ status, answer, isMet }: Wish<T>, told: T): boolean {
  if (status === "pending") return true;
  return status === "success" && !isMet(told, answer);
}

interface Wished<T, V, A> extends Pick<Wish<T, V, A>, "show" | "isMet"> {
  of: Of;
  act: (said: V) => Promise<A>;
  /** What to say above the problem when it is refused. */
  failed: string;
  onAnswer?: (answer: A, said: V) => unknown;
  onSettled?: () => unknown;
}

/** An act that shows at once in everything that is read by `useWished`, and goes back with the problem told when it is refused.
 *
 * Acts on one thing are sent one after the other, in the order in which they were asked for.
 */
export function useWish<T, V, A>({ of, act, show, isMet, failed, onAnswer, onSettled }: Wished<T, V, A>) {
  return useMutation({
    mutationKey: keyOf(of),
    scope: { id: keyOf(of).join(" ") },
    mutationFn: (said: V) => inTime(act(said)),
    meta: { show, isMet },
    onError: (error) => tellProblem(error, failed),
    onSuccess: (answer, said) => {
      onAnswer?.(answer, said);
    },
    // Not waited for: what is read again afterwards is what ends the wish.
    onSettled: () => {
      onSettled?.();
    },
  });
}

/** Everything that was asked of things of one kind, by what it is about; a list that only changes with it. */
export function useWishes(of: Of): readonly { of: Of; wish: Wish<never> }[] {
  return useMutationState({
    filters: { mutationKey: keyOf(of) },
    select: ({ state: { status, variables, data }, options }) => ({
      of: (options.mutationKey ?? []).slice(1) as string[],
      wish: { ...(options.meta as Look), status, said: variables, answer: data },
    }),
  });
}

/** One thing as it is told, with what was asked of it; undefined before it was told. */
export function useWished<T>(of: Of, thing: T | undefined): T | undefined {
  const asked = useWishes(of);
  return useMemo(() => {
    const wishes = asked.map(({ wish }) => wish) as unknown as Wish<T>[];
    return thing === undefined ? undefined : wished(thing, wishes);
  }, [thing, asked]);
}

async function inTime<A>(asked: Promise<A>): Promise<A> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new Problem({ ...UNANSWERED, status: 0 })), ANSWER_MS);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

const UNANSWERED = {
  code: "unanswered",
  title: "No answer came",
  detail: "It may have been done all the same: what you see now is what is known.",
};

type Look = MutationMeta & Pick<Wish<never>, "show" | "isMet">;

const keyOf = (of: Of) => ["wish", ...of];
