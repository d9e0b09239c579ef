import { Alert, Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { discardLetters } from "@/api/deadLetters";
import { showAtFields } from "@/design/fieldProblems";
import { BulkOutcome } from "@/pages/dead-letters/BulkOutcome";
import type { FieldsProps } from "@/pages/dead-letters/RequeueFields";
import { useBulk } from "@/pages/dead-letters/useBulk";
import { scopeWords } from "@/pages/dead-letters/words";

/** Gives images up, with a reason. */
export function DiscardFields({ scope, onClose, onDone }: FieldsProps) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const { act, progress, stop } = useBulk(onDone);
  const form = useForm({
    initialValues: { reason: "" },
    validate: { reason: (reason) => (reason.trim() === "" ? "Say why, for those who look here later." : null) },
  });
  const submit = form.onSubmit(({ reason }) => {
    setRefusal(null);
    act.mutate(
      { scope, send: (selection, key) => discardLetters({ ...selection, reason: reason.trim() }, key) },
      { onError: (error) => setRefusal(showAtFields(form, error, ["reason"])) },
    );
  });
  if (act.isPending || act.isSuccess) {
    const about = { scope, progress, verb: "discarded", isOver: act.isSuccess };
    return <BulkOutcome {...about} onStop={stop} onClose={onClose} />;
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">
          {scopeWords(scope)} They stay failed in their batches and leave this list. You find them under “Discarded”.
        </Text>
        {refusal !== null && (
          <Alert color="red" role="alert">
            {refusal}
          </Alert>
        )}
        <Textarea label="Reason" data-autofocus rows={3} maxLength={500} {...form.getInputProps("reason")} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red">
            Discard
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
