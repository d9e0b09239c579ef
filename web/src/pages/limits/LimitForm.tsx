import { Alert, Button, Group, List, Modal, NumberInput, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { LIMITS } from "@/api/limits";
import { showAtFields } from "@/design/fieldProblems";
import { tell } from "@/design/toasts";
import { changes, FIELD_WORDS, type Field, type Limits, limitsOf, typedOf } from "@/pages/limits/settings";

/** Whose limits are set, and how. */
export interface Setting {
  title: string;
  note: string;
  fields: readonly Field[];
  limits: Limits;
  /** Only the organisation says from which share on people are warned. */
  warnPercent?: number;
  save: (limits: Limits, warnPercent: number) => Promise<unknown>;
}

/** Sets and lifts limits; says what changes before it does. */
export function LimitForm({ setting, onClose }: { setting: Setting | null; onClose: () => void }) {
  return (
    <Modal opened={setting !== null} onClose={onClose} title={setting?.title}>
      {setting !== null && <Fields setting={setting} onClose={onClose} />}
    </Modal>
  );
}

function Fields({ setting, onClose }: { setting: Setting; onClose: () => void }) {
  const queries = useQueryClient();
  const [refusal, setRefusal] = useState<string | null>(null);
  const { fields, limits, warnPercent } = setting;
  const form = useForm({ initialValues: { ...typedOf(limits), warn_percent: (warnPercent ?? 80) as number | string } });
  const saving = useMutation({
    mutationFn: (values: typeof form.values) => setting.save(limitsOf(values), Number(values.warn_percent)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: LIMITS });
      tell("The limits are in force.");
      onClose();
    },
    onError: (error) => setRefusal(showAtFields(form, error, [...fields, "warn_percent"])),
  });
  const told = changes(limits, limitsOf(form.values), fields);
  const isWarnChanged = warnPercent !== undefined && Number(form.values.warn_percent) !== warnPercent;
  if (isWarnChanged) told.push(`People are warned: ${warnPercent} % → ${form.values.warn_percent} %`);
  return (
    <form onSubmit={form.onSubmit((values) => saving.mutate(values))} noValidate>
      <Stack>
        <Text size="sm" c="dimmed">
          {setting.note} An empty field sets no limit.
        </Text>
        {refusal !== null && (
          <Alert color="red" role="alert">
            {refusal}
          </Alert>
        )}
        {fields.map((field) => (
          <NumberInput
            key={field}
            label={FIELD_WORDS[field].label}
            placeholder="No limit"
            min={0}
            allowNegative={false}
            thousandSeparator=","
            {...(field === "month_images" ? { allowDecimal: false } : { prefix: "$", decimalScale: 6 })}
            {...form.getInputProps(field)}
          />
        ))}
        {warnPercent !== undefined && (
          <NumberInput
            label="Warn people when this much is spent"
            suffix=" %"
            min={1}
            max={100}
            allowDecimal={false}
            {...form.getInputProps("warn_percent")}
          />
        )}
        <div aria-live="polite">
          {told.length > 0 && (
            <Alert color="gray" title="This changes at once">
              <List size="sm">
                {told.map((one) => (
                  <List.Item key={one}>{one}</List.Item>
                ))}
              </List>
            </Alert>
          )}
        </div>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={told.length === 0} loading={saving.isPending}>
            Set limits
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
