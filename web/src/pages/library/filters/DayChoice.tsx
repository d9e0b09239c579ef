import { Button, Group, TextInput } from "@mantine/core";
import { day } from "@/design/formats";

interface DayChoiceProps {
  from: string | null;
  to: string | null;
  onChoose: (days: { from: string | null; to: string | null }) => void;
}

const SPANS = [
  { label: "Today", days: 1 },
  { label: "7 days", days: 7 },
  { label: "30 days", days: 30 },
];

/** From one day to another, both of them whole. */
export function DayChoice({ from, to, onChoose }: DayChoiceProps) {
  return (
    <>
      <Group gap={6} mb="xs" wrap="nowrap">
        {SPANS.map(({ label, days }) => (
          <Button
            key={label}
            size="compact-sm"
            variant="default"
            onClick={() => onChoose({ from: dayBefore(days - 1), to: null })}
          >
            {label}
          </Button>
        ))}
      </Group>
      <Group gap="xs" grow wrap="nowrap">
        <TextInput
          type="date"
          label="From"
          size="sm"
          max={to ?? undefined}
          value={from ?? ""}
          onChange={(event) => onChoose({ from: event.currentTarget.value || null, to })}
        />
        <TextInput
          type="date"
          label="To"
          size="sm"
          min={from ?? undefined}
          value={to ?? ""}
          onChange={(event) => onChoose({ from, to: event.currentTarget.value || null })}
        />
      </Group>
    </>
  );
}

export function daysWord(from: string | null, to: string | null): string | null {
  if (from !== null && to !== null) return from === to ? day(from) : `${day(from)} – ${day(to)}`;
  if (from !== null) return `since ${day(from)}`;
  return to === null ? null : `until ${day(to)}`;
}

/** A day so many days ago, where the reader is. */
function dayBefore(days: number): string {
  const now = new Date();
  const then = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
}
