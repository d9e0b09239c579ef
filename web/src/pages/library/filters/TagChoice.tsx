import { Button, Group, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { knownTags } from "@/api/assets";
import { Choices } from "@/filters/FilterChip";

interface TagChoiceProps {
  tag: string | null;
  onChoose: (tag: string | null) => void;
}

const MOST_OFFERED = 40;

/** A tag by its name, or one of those that were seen on images. */
export function TagChoice({ tag, onChoose }: TagChoiceProps) {
  const [words, setWords] = useState("");
  const seen = knownTags(useQueryClient());
  const fitting = seen.filter((one) => one.toLowerCase().includes(words.trim().toLowerCase())).slice(0, MOST_OFFERED);
  const show = (event: FormEvent) => {
    event.preventDefault();
    if (words.trim() !== "") onChoose(words.trim());
  };
  return (
    <form onSubmit={show}>
      <Group gap="xs" wrap="nowrap" mb={fitting.length > 0 ? "xs" : 0}>
        <TextInput
          size="sm"
          flex={1}
          aria-label="Tag"
          placeholder="Tag"
          maxLength={50}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          data-autofocus
        />
        <Button type="submit" size="sm" variant="default" disabled={words.trim() === ""}>
          Show
        </Button>
      </Group>
      <Choices
        label="Tags"
        choices={fitting.map((one) => ({ value: one, label: one }))}
        chosen={tag}
        onChoose={onChoose}
      />
    </form>
  );
}
