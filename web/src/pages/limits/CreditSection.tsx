import { Button, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { endCredits, LIMITS, useCredits } from "@/api/limits";
import { useNames } from "@/api/names";
import type { CreditsView } from "@/api/schema";
import { confirm } from "@/design/confirm";
import { ErrorState } from "@/design/ErrorState";
import { RowsSkeleton } from "@/design/Skeletons";
import { tell, tellProblem } from "@/design/toasts";
import { CreditForm } from "@/pages/limits/CreditForm";
import { LimitMeter } from "@/pages/limits/LimitMeter";
import { ORGANISATION_HOLDER, renewalWords } from "@/pages/limits/words";

/** Credits: amounts that are granted, spent down and renewed. */
export function CreditSection({ isAdmin }: { isAdmin: boolean }) {
  const credits = useCredits();
  const [isGranting, setGranting] = useState(false);
  const end = useEnd();
  const accounts = credits.data?.credits ?? [];
  const names = useNames(accounts.map((one) => one.holder).filter((holder) => holder !== ORGANISATION_HOLDER));
  const nameOf = (holder: string) =>
    holder === ORGANISATION_HOLDER ? "The organisation" : (names.get(holder) ?? holder);
  if (credits.isSuccess && accounts.length === 0 && !isAdmin) return null;
  return (
    <Stack gap="sm" component="section" aria-labelledby="credits">
      <Group justify="space-between">
        <div>
          <Title order={2} size="h3" id="credits">
            Credits
          </Title>
          <Text size="sm" c="dimmed">
            From the first grant on, nothing is spent beyond them.
          </Text>
        </div>
        {isAdmin && (
          <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setGranting(true)}>
            Grant credits
          </Button>
        )}
      </Group>
      {credits.isPending && <RowsSkeleton rows={2} columns={3} />}
      {credits.isError && <ErrorState compact error={credits.error} onRetry={() => void credits.refetch()} />}
      {credits.isSuccess && accounts.length === 0 && (
        <Text size="sm" c="dimmed">
          Nobody has credits: what is spent is bound by limits alone.
        </Text>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="sm">
        {accounts.map((account) => (
          <LimitMeter key={account.holder} standing={standingOf(account, nameOf(account.holder))}>
            <Text size="xs" c="dimmed">
              {renewalWords(account)}
            </Text>
            {isAdmin && (
              <Group>
                <Button
                  size="compact-sm"
                  variant="default"
                  onClick={() => void end(account.holder, nameOf(account.holder))}
                  aria-label={`End credits: ${nameOf(account.holder)}`}
                >
                  End credits
                </Button>
              </Group>
            )}
          </LimitMeter>
        ))}
      </SimpleGrid>
      <CreditForm opened={isGranting} onClose={() => setGranting(false)} />
    </Stack>
  );
}

function standingOf(account: CreditsView, name: string) {
  return {
    name,
    unit: "micros" as const,
    limit: account.amount_micros,
    spent: account.spent_micros,
    reserved: account.reserved_micros,
    left: account.left_micros,
    resets_at: account.resets_at,
    warned: account.left_micros < account.amount_micros * 0.2,
  };
}

function useEnd() {
  const queries = useQueryClient();
  const { mutateAsync } = useMutation({
    mutationFn: endCredits,
    onSuccess: () => tell("The credits have ended."),
    onError: (error) => tellProblem(error, "The credits could not be ended"),
    onSettled: () => queries.invalidateQueries({ queryKey: LIMITS }),
  });
  return async (holder: string, name: string) => {
    const body = "What is left of them is given up. From now on what is spent is bound by limits alone.";
    const isWanted = await confirm({ title: `End the credits: ${name}?`, body, verb: "End credits", danger: true });
    if (isWanted) await mutateAsync(holder).catch(() => undefined);
  };
}
