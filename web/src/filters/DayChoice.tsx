import { Button, Group, Text, TextInput } from "@mantine/core";
import { useOrganisation } from "@/api/me";
import { day } from "@/design/formats";
import { type DaysWanted, dayBefore } from "@/filters/days";

interface DayChoiceProps extends DaysWanted {
  onChoose: (days: DaysWanted) => void;
}

const SPANS = [
  { label: "Today", days: 1 },
  { label: "7 days", days: 7 },
  { label: "30 days", days: 30 },
];

/** From one day to another, both of them whole by the organisation's clocks. */
export function DayChoice({ from, to, onChoose }: DayChoiceProps) {
  const organisation = useOrganisation().data;
  return (
    <>
      <Group gap={6} mb="xs" wrap="nowrap">
        {SPANS.map(({ label, days }) => (
          <Button
            key={label}
            size="compact-sm"
            variant="default"
            disabled={organisation === undefined}
            onClick={() => organisation && onChoose({ from: dayBefore(organisation.day, days - 1), to: null })}
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
      {organisation !== undefined && (
        <Text size="xs" c="dimmed" mt="xs">
          Days are those of {organisation.time_zone}.
        </Text>
      )}
    </>
  );
}

export function daysWord({ from, to }: DaysWanted): string | null {
  if (from !== null && to !== null) return from === to ? day(from) : `${day(from)} – ${day(to)}`;
  if (from !== null) return `since ${day(from)}`;
  return to === null ? null : `until ${day(to)}`;
}
