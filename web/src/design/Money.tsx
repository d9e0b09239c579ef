import { money } from "@/design/formats";

/** An amount, from micros of US dollars. */
export function Money({ micros }: { micros: number }) {
  return <span data-figures>{money(micros)}</span>;
}
