import { Button, Group, SegmentedControl, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { day } from "@/design/formats";
import { type Period, type PeriodKind, periodOf, problemOfDays } from "@/pages/costs/periods";

const KINDS: { value: PeriodKind; label: string }[] = [
  { value: "month", label: "This month" },
  { value: "30d", label: "Last 30 days" },
  { value: "custom", label: "Other days" },
];

interface PeriodPickerProps {
  period: Period;
  today: string;
  onChange: (period: Period) => void;
}

/** Which days the page tells of. */
export function PeriodPicker({ period, today, onChange }: PeriodPickerProps) {
  const choose = (kind: PeriodKind) => {
    if (kind === "custom") onChange({ ...period, kind });
    else onChange(periodOf(new URLSearchParams({ period: kind }), today));
  };
  return (
    <Group gap="md" align="flex-start">
      <SegmentedControl
        aria-label="Period"
        data={KINDS}
        value={period.kind}
        onChange={(kind) => choose(kind as PeriodKind)}
      />
      {period.kind === "custom" ? (
        <DayForm key={`${period.from} ${period.to}`} period={period} today={today} onChange={onChange} />
      ) : (
        <Text size="sm" c="dimmed" py={7}>
          {day(period.from)} – {day(period.to)}
        </Text>
      )}
    </Group>
  );
}

function DayForm({ period, today, onChange }: PeriodPickerProps) {
  const [days, setDays] = useState({ from: period.from, to: period.to });
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong = problemOfDays(days);
    setProblem(wrong);
    if (wrong === null) onChange({ ...days, kind: "custom" });
  };
  return (
    <form onSubmit={submit} noValidate aria-label="Other days">
      <Group gap="xs" align="flex-start">
        <TextInput
          type="date"
          aria-label="First day"
          max={today}
          value={days.from}
          error={problem}
          onChange={(event) => setDays({ ...days, from: event.currentTarget.value })}
        />
        <TextInput
          type="date"
          aria-label="Last day"
          max={today}
          value={days.to}
          error={problem !== null}
          onChange={(event) => setDays({ ...days, to: event.currentTarget.value })}
        />
        <Button type="submit" variant="default">
          Show
        </Button>
      </Group>
    </form>
  );
}
