import type { ReactNode } from "react";

export interface Question {
  title: string;
  /** What will happen, and whether it can be taken back. */
  body: ReactNode;
  /** The verb on the button that does it. */
  verb: string;
  /** On the button that leaves all as it is, where "Cancel" could be taken for the act. */
  keep?: string;
  /** It cannot be taken back. */
  danger?: boolean;
}

export interface Asked extends Question {
  answer: (wanted: boolean) => void;
}

let asked: Asked | null = null;
const readers = new Set<() => void>();

/** Asks before an act; true when it is wanted. One question stands at a time: a new one answers the old with no. */
export function confirm(question: Question): Promise<boolean> {
  asked?.answer(false);
  return new Promise((resolve) => {
    const answer = (wanted: boolean) => {
      become(null);
      resolve(wanted);
    };
    become({ ...question, answer });
  });
}

/** The question that stands, for who shows it. */
export const questions = {
  current: () => asked,
  subscribe: (reader: () => void) => {
    readers.add(reader);
    return () => readers.delete(reader);
  },
};

function become(question: Asked | null) {
  asked = question;
  for (const reader of readers) reader();
}
