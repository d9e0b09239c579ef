import { Button, Group, Pill, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type AssetChange, retagged } from "@/api/assets";
import type { AssetView } from "@/api/schema";
import { figure } from "@/design/formats";
import { hasTag } from "@/pages/library/changes";

interface TagFormProps {
  assets: readonly AssetView[];
  onChange: (change: AssetChange & { kind: "tag" }) => void;
}

const MOST_SHOWN = 24;

/** Adds a tag to images, and takes away those that some of them have. */
export function TagForm({ assets, onChange }: TagFormProps) {
  const [words, setWords] = useState("");
  const tags = retagged(
    [],
    assets.flatMap((asset) => asset.tags),
    [],
  ).slice(0, MOST_SHOWN);
  const add = (event: FormEvent) => {
    event.preventDefault();
    const wanted = retagged(
      [],
      words
        .split(",")
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ""),
      [],
    );
    if (wanted.length === 0) return;
    onChange({ kind: "tag", add: wanted, remove: [] });
    setWords("");
  };
  return (
    <Stack gap="sm">
      <form onSubmit={add}>
        <Group gap="xs" wrap="nowrap" align="flex-end">
          <TextInput
            flex={1}
            size="sm"
            label="Add a tag"
            placeholder="hero, spring"
            maxLength={400}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
            data-autofocus
          />
          <Button type="submit" size="sm" disabled={words.trim() === ""}>
            Add
          </Button>
        </Group>
      </form>
      {tags.length > 0 && (
        <div>
          <Text size="xs" c="dimmed" mb={6}>
            On these images
          </Text>
          <Group gap={6}>
            {tags.map((tag) => {
              const many = assets.filter((asset) => hasTag(asset, tag)).length;
              return (
                <Pill
                  key={tag}
                  withRemoveButton
                  onRemove={() => onChange({ kind: "tag", add: [], remove: [tag] })}
                  removeButtonProps={{ "aria-label": `Take the tag ${tag} away`, tabIndex: 0, "aria-hidden": false }}
                >
                  {tag}
                  {many < assets.length && ` · ${figure(many)}`}
                </Pill>
              );
            })}
          </Group>
        </div>
      )}
    </Stack>
  );
}
