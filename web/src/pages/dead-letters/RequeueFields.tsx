import { Alert, Button, Checkbox, Group, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { requeueLetters } from "@/api/deadLetters";
import type { RetryChanges } from "@/api/schema";
import { showAtFields } from "@/design/fieldProblems";
import { BulkOutcome } from "@/pages/dead-letters/BulkOutcome";
import type { Scope } from "@/pages/dead-letters/bulk";
import { changesOf, EMPTY_CHANGES, SIZES } from "@/pages/dead-letters/changes";
import { useBulk } from "@/pages/dead-letters/useBulk";
import { scopeWords } from "@/pages/dead-letters/words";

export interface FieldsProps {
  scope: Scope;
  onClose: () => void;
  onDone: () => void;
}

const FIELDS = ["prompt", "model", "aspect_ratio", "size", "seed"] as const;

/** Tries images again, with changed settings where something is typed. */
export function RequeueFields({ scope, onClose, onDone }: FieldsProps) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const { act, progress, stop } = useBulk(onDone);
  const form = useForm({ initialValues: { changes: EMPTY_CHANGES } });
  const isOne = "items" in scope && scope.items.length === 1;
  const submit = form.onSubmit(({ changes }) => {
    setRefusal(null);
    const said: RetryChanges = changesOf(changes);
    act.mutate(
      { scope, send: (selection, key) => requeueLetters({ ...selection, changes: said }, key) },
      {
        onError: (error) => {
          const names = FIELDS.map((field) => `changes.${field}`);
          setRefusal(showAtFields(form, error, names));
        },
      },
    );
  });
  if (act.isPending || act.isSuccess) {
    const about = { scope, progress, verb: "queued again", isOver: act.isSuccess };
    return <BulkOutcome {...about} onStop={stop} onClose={onClose} />;
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">{scopeWords(scope)} What you leave empty stays as it was.</Text>
        {refusal !== null && (
          <Alert color="red" role="alert">
            {refusal}
          </Alert>
        )}
        <Textarea
          label="Another prompt"
          {...(!isOne && { description: "The same for all of them" })}
          placeholder="As it was"
          rows={3}
          {...form.getInputProps("changes.prompt")}
        />
        <TextInput label="Another model" placeholder="As it was" {...form.getInputProps("changes.model")} />
        <Group grow align="flex-start">
          <TextInput label="Aspect ratio" placeholder="As it was" {...form.getInputProps("changes.aspect_ratio")} />
          <Select label="Size" placeholder="As it was" clearable data={SIZES} {...form.getInputProps("changes.size")} />
          <TextInput
            label="Seed"
            placeholder={form.values.changes.noSeed ? "Any" : "As it was"}
            inputMode="numeric"
            disabled={form.values.changes.noSeed}
            {...form.getInputProps("changes.seed")}
          />
        </Group>
        <Checkbox
          label="Without a seed"
          description="The model takes one of its own for each image"
          {...form.getInputProps("changes.noSeed", { type: "checkbox" })}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" data-autofocus>
            Try again
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
