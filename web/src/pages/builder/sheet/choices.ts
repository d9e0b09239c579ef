import { money } from "@/design/formats";
import { MAX_VARIANTS, MODES, SIZES } from "../cells";
import type { Model } from "../checks";
import type { ColumnKey } from "../columns";
import { modeTitle } from "../words";
import type { Choice } from "./CellEditor";

/** What a cell of a column may hold, where that is a list. */
export function choicesOf(column: ColumnKey, models: readonly Model[]): readonly Choice[] {
  const usable = models.filter((model) => model.status === "available");
  switch (column) {
    case "model":
      return usable.map(modelChoice);
    case "aspect_ratio":
      return all(usable, (model) => model.capabilities.aspect_ratios);
    case "size":
      return all(usable, (model) => model.capabilities.sizes).filter(({ value }) =>
        SIZES.some((size) => size === value),
      );
    case "reference_mode":
      return MODES.map((value) => ({ value, title: modeTitle(value) }));
    case "variants":
      return Array.from({ length: MAX_VARIANTS }, (_, number) => ({ value: String(number + 1) }));
    default:
      return [];
  }
}

function modelChoice(model: Model): Choice {
  const prices = Object.values(model.price.estimated_micros);
  return { value: model.id, title: model.title, note: prices.length ? `from ${money(Math.min(...prices))}` : "" };
}

function all(models: readonly Model[], of: (model: Model) => readonly string[]): Choice[] {
  return [...new Set(models.flatMap(of))].map((value) => ({ value }));
}
