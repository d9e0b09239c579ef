import { Button, Group, Switch } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { KEYS, revokeKey, useKeys } from "@/api/keys";
import { useNames } from "@/api/names";
import type { KeyView } from "@/api/schema";
import { confirm } from "@/design/confirm";
import { EmptyState } from "@/design/EmptyState";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { RowsSkeleton } from "@/design/Skeletons";
import { tell, tellProblem } from "@/design/toasts";
import { KeyForm } from "@/pages/keys/KeyForm";
import { KeyTable } from "@/pages/keys/KeyTable";
import { AdminsOnly } from "@/session/AdminsOnly";

/** Keys with which machines call the API. */
export function KeysPage() {
  return (
    <AdminsOnly title="Keys">
      <Keys />
    </AdminsOnly>
  );
}

function Keys() {
  const [search, setSearch] = useSearchParams();
  const [isMaking, setMaking] = useState(false);
  const keys = useKeys();
  const revoke = useRevoke();
  const withRevoked = search.get("revoked") === "true";
  const all = keys.data?.keys ?? [];
  const names = useNames(all.map((key) => key.created_by));
  const shown = withRevoked ? all : all.filter((key) => key.revoked_at === null);
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>
      Create key
    </Button>
  );
  return (
    <>
      <PageHeader title="Keys" description="With a key, a machine calls the API: a sheet, a script, the command line.">
        {create}
      </PageHeader>
      {keys.isPending && <RowsSkeleton rows={5} columns={5} />}
      {keys.isError && <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />}
      {keys.data !== undefined && all.length === 0 && (
        <EmptyState icon={IconKey} title="No keys yet" action={create}>
          Create one for each machine that is to make images, so that you can revoke it alone.
        </EmptyState>
      )}
      {keys.data !== undefined && all.length > 0 && (
        <>
          <Group mb="sm">
            <Switch
              label="Show revoked keys"
              checked={withRevoked}
              onChange={(event) => setSearch(event.currentTarget.checked ? { revoked: "true" } : {}, { replace: true })}
            />
          </Group>
          <KeyTable keys={shown} names={names} onRevoke={(key) => void revoke(key)} />
        </>
      )}
      <KeyForm opened={isMaking} onClose={() => setMaking(false)} />
    </>
  );
}

function useRevoke() {
  const queries = useQueryClient();
  const { mutateAsync } = useMutation({
    mutationFn: (key: KeyView) => revokeKey(key.id),
    onSuccess: (_, key) => tell(`The key ${key.name} is revoked.`),
    onError: (error) => tellProblem(error, "The key could not be revoked"),
    onSettled: () => queries.invalidateQueries({ queryKey: KEYS }),
  });
  return async (key: KeyView) => {
    const body = `What calls with ${key.hint}… is refused from now on. This cannot be taken back.`;
    const isWanted = await confirm({ title: `Revoke ${key.name}?`, body, verb: "Revoke key", danger: true });
    if (isWanted) await mutateAsync(key).catch(() => undefined);
  };
}
