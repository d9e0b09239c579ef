import { Popover, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconX } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import styles from "@/filters/FilterChip.module.css";

interface FilterChipProps {
  label: string;
  /** What it narrows to, in words; null while it does not. */
  value: string | null;
  onClear: () => void;
  children: (close: () => void) => ReactNode;
}

/** One filter: a button that opens what can be chosen, with what was chosen on it. */
export function FilterChip({ label, value, onClear, children }: FilterChipProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <span className={styles.chip} data-active={value !== null || undefined}>
      <Popover opened={isOpen} onChange={setOpen} position="bottom-start" shadow="md" trapFocus returnFocus>
        <Popover.Target>
          <UnstyledButton className={styles.name} onClick={() => setOpen(!isOpen)}>
            {label}
            {value !== null && <strong>{value}</strong>}
            {value === null && <IconChevronDown size={14} stroke={2} aria-hidden />}
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown p="xs" miw={220} maw={340} aria-label={label}>
          {children(() => setOpen(false))}
        </Popover.Dropdown>
      </Popover>
      {value !== null && (
        <UnstyledButton className={styles.clear} onClick={onClear} aria-label={`Clear the filter ${label}`}>
          <IconX size={14} stroke={2} aria-hidden />
        </UnstyledButton>
      )}
    </span>
  );
}

interface ChoicesProps<T extends string> {
  label: string;
  choices: readonly { value: T; label: string }[];
  chosen: T | null;
  onChoose: (value: T | null) => void;
}

/** A few things of which one is chosen; choosing it again takes it back. */
export function Choices<T extends string>({ label, choices, chosen, onChoose }: ChoicesProps<T>) {
  return (
    <div className={styles.choices} role="group" aria-label={label}>
      {choices.map((choice) => (
        <UnstyledButton
          key={choice.value}
          className={styles.choice}
          aria-pressed={choice.value === chosen}
          onClick={() => onChoose(choice.value === chosen ? null : choice.value)}
        >
          {choice.label}
        </UnstyledButton>
      ))}
    </div>
  );
}
