import { ActionIcon, Group, Stack, Text } from "@mantine/core";
import { IconArrowLeft, IconArrowRight, IconX } from "@tabler/icons-react";
import type { DragEvent } from "react";
import { ReferenceThumbnail } from "./ReferenceThumbnail";
import { movedTo, type Reference } from "./references";

interface ChosenReferencesProps {
  /** Whom the pictures are chosen for, in words. */
  target: string;
  names: readonly string[];
  references: ReadonlyMap<string, Reference>;
  onChoose(names: readonly string[]): void;
}

/** How a chosen picture is carried to another place among the chosen ones. */
const PLACE = "application/x-fanfold-place";

/** The pictures that are chosen, in their order, which is changed by dragging or by buttons. */
export function ChosenReferences({ target, names, references, onChoose }: ChosenReferencesProps) {
  const titleOf = (name: string) => references.get(name)?.filename ?? name;
  const move = (from: number, to: number) => onChoose(movedTo(names, from, to));
  const dropped = (event: DragEvent, to: number) => {
    if (!event.dataTransfer.types.includes(PLACE)) return;
    event.preventDefault();
    event.stopPropagation();
    move(Number(event.dataTransfer.getData(PLACE)), to);
  };
  return (
    <Stack gap={6} component="section" aria-label={`References of ${target}`}>
      <Text size="sm" fw={600}>
        {target}
      </Text>
      {names.length === 0 && (
        <Text size="xs" c="dimmed">
          Click pictures below to use them here, or drag them onto other rows.
        </Text>
      )}
      {names.map((name, place) => (
        <Group
          key={name}
          gap="xs"
          wrap="nowrap"
          draggable
          style={{ cursor: "grab" }}
          onDragStart={(event) => event.dataTransfer.setData(PLACE, String(place))}
          onDragOver={(event) => event.dataTransfer.types.includes(PLACE) && event.preventDefault()}
          onDrop={(event) => dropped(event, place)}
        >
          <ReferenceThumbnail name={name} reference={references.get(name)} size={32} />
          <Text size="xs" truncate style={{ flex: 1 }}>
            {titleOf(name)}
          </Text>
          <ActionIcon
            size="sm"
            aria-label={`Move ${titleOf(name)} forward`}
            disabled={place === 0}
            onClick={() => move(place, place - 1)}
          >
            <IconArrowLeft size={14} />
          </ActionIcon>
          <ActionIcon
            size="sm"
            aria-label={`Move ${titleOf(name)} back`}
            disabled={place === names.length - 1}
            onClick={() => move(place, place + 1)}
          >
            <IconArrowRight size={14} />
          </ActionIcon>
          <ActionIcon
            size="sm"
            aria-label={`Take ${titleOf(name)} out`}
            onClick={() => onChoose(names.filter((one) => one !== name))}
          >
            <IconX size={14} />
          </ActionIcon>
        </Group>
      ))}
    </Stack>
  );
}
