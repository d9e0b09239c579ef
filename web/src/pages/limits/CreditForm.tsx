import { Alert, Button, Checkbox, Group, Modal, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { newIdempotencyKey } from "@/api/client";
import { grantCredits, LIMITS } from "@/api/limits";
import { useAllMembers } from "@/api/members";
import { showAtFields } from "@/design/fieldProblems";
import { tell } from "@/design/toasts";
import { type Grant, grantOf } from "@/pages/limits/grants";
import { ORGANISATION_HOLDER } from "@/pages/limits/words";

const FIELDS = ["amount_micros", "member", "renewal.amount_micros", "renewal.on"];

/** Grants credits on top of what is left, and says when they are renewed. */
export function CreditForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Grant credits">
      {opened && <Fields onClose={onClose} />}
    </Modal>
  );
}

function Fields({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const members = useAllMembers(true);
  const [once] = useState(newIdempotencyKey);
  const [refusal, setRefusal] = useState<string | null>(null);
  const form = useForm<Grant>({
    initialValues: {
      member: ORGANISATION_HOLDER,
      amount_micros: "",
      renews: false,
      renewal: { amount_micros: "", on: "", monthly: true },
    },
    validate: {
      amount_micros: (typed) => (typed === "" ? "Enter an amount." : null),
      renewal: {
        amount_micros: (typed, { renews }) => (renews && typed === "" ? "Enter an amount." : null),
        on: (on, { renews }) => (renews && on === "" ? "Choose the first day." : null),
      },
    },
  });
  const granting = useMutation({
    mutationFn: (grant: Grant) => grantCredits(grantOf(grant), once),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: LIMITS });
      tell("The credits are granted.");
      onClose();
    },
    onError: (error) => setRefusal(showAtFields(form, error, FIELDS)),
  });
  const holders = [
    { value: ORGANISATION_HOLDER, label: "The organisation" },
    ...(members.data ?? []).map((member) => ({ value: member.id, label: member.name })),
  ];
  return (
    <form onSubmit={form.onSubmit((values) => granting.mutate(values))} noValidate>
      <Stack>
        {refusal !== null && (
          <Alert color="red" role="alert">
            {refusal}
          </Alert>
        )}
        <Select label="For" data={holders} searchable allowDeselect={false} {...form.getInputProps("member")} />
        <NumberInput
          label="Amount"
          description="On top of what is left"
          prefix="$"
          decimalScale={6}
          thousandSeparator=","
          allowNegative={false}
          data-autofocus
          {...form.getInputProps("amount_micros")}
        />
        <Checkbox label="Renew them" {...form.getInputProps("renews", { type: "checkbox" })} />
        {form.values.renews && (
          <>
            <NumberInput
              label="Renewed to"
              description="What is left then is not kept"
              prefix="$"
              decimalScale={6}
              thousandSeparator=","
              allowNegative={false}
              {...form.getInputProps("renewal.amount_micros")}
            />
            <TextInput type="date" label="First on" {...form.getInputProps("renewal.on")} />
            <Checkbox label="Each month on that day" {...form.getInputProps("renewal.monthly", { type: "checkbox" })} />
          </>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={granting.isPending}>
            Grant credits
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
