import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMemo } from "react";
import { useUpdateOrganisation } from "@/api/me";
import type { OrganisationNowView } from "@/api/schema";
import { showAtFields } from "@/design/fieldProblems";
import { tell, tellProblem } from "@/design/toasts";
import { useSession } from "@/session/useSession";

const FIELDS = ["name", "time_zone"];

/** The organisation's name and time zone: for admins to change, for others to see. */
export function OrganisationSection({ organisation }: { organisation: OrganisationNowView }) {
  const { can } = useSession();
  const update = useUpdateOrganisation();
  const zones = useMemo(
    () => [...new Set(["UTC", organisation.time_zone, ...Intl.supportedValuesOf("timeZone")])],
    [organisation.time_zone],
  );
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: organisation.name, time_zone: organisation.time_zone },
    validate: { name: (value) => (value.trim() === "" ? "Enter a name." : null) },
  });
  const submit = form.onSubmit(({ name, time_zone }) =>
    update.mutate(
      { name: name.trim(), time_zone },
      {
        onSuccess: () => tell("The organisation is saved"),
        onError: (error) => {
          if (showAtFields(form, error, FIELDS) !== null) tellProblem(error, "The organisation was not saved");
        },
      },
    ),
  );
  const isFixed = !can("administer");
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput label="Name" readOnly={isFixed} key={form.key("name")} {...form.getInputProps("name")} />
        <Select
          label="Time zone"
          data={zones}
          searchable
          allowDeselect={false}
          readOnly={isFixed}
          limit={60}
          nothingFoundMessage="No time zone of this name."
          key={form.key("time_zone")}
          {...form.getInputProps("time_zone")}
        />
        {!isFixed && (
          <Group justify="flex-end">
            <Button type="submit" variant="default" loading={update.isPending}>
              Save
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
