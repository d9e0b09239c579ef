import { Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { type FreeColumn, type FreeKind, freeKey, freeName } from "./columns";
import type { Batch } from "./sheets";

interface NewColumnDialogProps {
  batch: Batch;
  onAdd(column: FreeColumn): void;
  onClose(): void;
}

/** A column of one's own: it fills a place of the prompts, or is kept with the images. */
export function NewColumnDialog({ batch, onAdd, onClose }: NewColumnDialogProps) {
  const [written, setWritten] = useState("");
  const [kind, setKind] = useState<FreeKind>("variable");
  const name = freeName(written);
  const taken = batch.free.some((column) => freeKey(column) === freeKey({ kind, name }));
  return (
    <Modal opened onClose={onClose} title="Add a column" closeButtonProps={{ "aria-label": "Close" }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name && !taken) onAdd({ kind, name });
        }}
      >
        <Stack gap="md">
          <TextInput
            label="Name"
            data-autofocus
            value={written}
            onChange={(event) => setWritten(event.currentTarget.value)}
            error={taken && "There is a column of this name."}
          />
          <SegmentedControl
            aria-label="What the column is for"
            value={kind}
            onChange={(value) => setKind(value as FreeKind)}
            data={[
              { value: "variable", label: "Fills the prompts" },
              { value: "metadata", label: "Kept with the images" },
            ]}
          />
          <Text size="sm" c="dimmed">
            {kind === "variable"
              ? `Write {{${name || "name"}}} in a prompt; each row puts its own value there.`
              : "To find and sort the images by, such as a product number."}
          </Text>
          <Group justify="flex-end">
            <Button type="submit" disabled={!name || taken}>
              Add the column
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
