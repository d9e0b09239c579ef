import { Button, Group, Modal, NumberInput, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { suggestedBudget } from "@/acts/budgets";
import { updateBatch } from "@/api/batches";
import { asProblem } from "@/api/problems";
import type { BatchView } from "@/api/schema";
import { money } from "@/design/formats";

interface DialogProps {
  batch: BatchView;
  opened: boolean;
  onClose: () => void;
}

/** Another budget for a batch; one that stood still for it goes on by itself. */
export function BudgetDialog({ batch, opened, onClose }: DialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Budget of this batch">
      <Form batch={batch} onClose={onClose} />
    </Modal>
  );
}

function Form({ batch, onClose }: Omit<DialogProps, "opened">) {
  const [dollars, setDollars] = useState<number | "">(suggestedBudget(batch) / 1_000_000);
  const save = useMutation({
    mutationFn: (amount: number) => updateBatch(batch.id, { budget_micros: Math.round(amount * 1_000_000) }),
    onSuccess: onClose,
  });
  const problem = save.error === null ? null : asProblem(save.error);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (dollars !== "") save.mutate(dollars);
      }}
    >
      <Stack gap="md">
        <Text size="sm">
          {money(batch.cost.spent_micros)} is spent; all images together are estimated at{" "}
          {money(batch.cost.estimated_micros)}.
        </Text>
        <NumberInput
          label="At most"
          description="The batch pauses before it costs more than this."
          prefix="$"
          min={0}
          decimalScale={4}
          value={dollars}
          data-autofocus
          error={problem === null ? null : (problem.at("/budget_micros") ?? problem.detail)}
          onChange={(value) => setDollars(typeof value === "number" ? value : "")}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={dollars === ""}>
            Set the budget
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
