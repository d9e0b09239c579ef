import { Stack, Text, UnstyledButton } from "@mantine/core";
import { IconPhotoPlus } from "@tabler/icons-react";
import { useState } from "react";
import classes from "./References.module.css";
import { ReferenceThumbnail } from "./ReferenceThumbnail";
import type { Reference } from "./references";

const INVITATION = "Drop pictures or choose";

interface ReferenceStripProps {
  label: string;
  names: readonly string[];
  references: ReadonlyMap<string, Reference>;
  error: string | undefined;
  onOpen(): void;
  onDrop(data: DataTransfer): void;
}

/** References in a line: a place to drop pictures, and a button that opens the gallery. */
export function ReferenceStrip({ label, names, references, error, onOpen, onDrop }: ReferenceStripProps) {
  const [aimed, setAimed] = useState(false);
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <UnstyledButton
        className={classes.strip}
        aria-label={names.length ? `${label}: ${names.length}. Choose pictures` : `${label}: ${INVITATION}`}
        data-aimed={aimed || undefined}
        onClick={onOpen}
        onDragOver={(event) => {
          event.preventDefault();
          setAimed(true);
        }}
        onDragLeave={() => setAimed(false)}
        onDrop={(event) => {
          event.preventDefault();
          event.stopPropagation();
          setAimed(false);
          onDrop(event.dataTransfer);
        }}
      >
        {names.map((name) => (
          <ReferenceThumbnail key={name} name={name} reference={references.get(name)} size={44} />
        ))}
        <span className={classes.invitation}>
          <IconPhotoPlus size={18} stroke={1.6} aria-hidden />
          {names.length === 0 && INVITATION}
        </span>
      </UnstyledButton>
      {error && (
        <Text size="xs" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
    </Stack>
  );
}
