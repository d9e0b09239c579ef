import type { UsageRow } from "@/api/schema";
import type { UsageGroup } from "@/api/usage";
import { day } from "@/design/formats";

const REST: Record<UsageGroup, string> = {
  day: "Other",
  model: "Models that are gone",
  member: "Members who are gone",
  batch: "Other batches",
};

/** What a row of usage is called. */
export function nameOf(group: UsageGroup, row: UsageRow): string {
  if (group === "day") return day(row.key);
  if (row.key === "other") return REST[group];
  return row.name === "" ? row.key : row.name;
}

export const GROUP_WORDS: Record<UsageGroup, string> = { day: "Day", model: "Model", member: "Member", batch: "Batch" };
