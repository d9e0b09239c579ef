import { IconLock } from "@tabler/icons-react";
import { Navigate, useParams, useSearchParams } from "react-router";
import { newIdempotencyKey } from "@/api/client";
import { useConfiguration } from "@/api/configuration";
import { useModels } from "@/api/models";
import { EmptyState } from "@/design/EmptyState";
import { ErrorState } from "@/design/ErrorState";
import { PageHeader } from "@/design/PageHeader";
import { useSession } from "@/session/useSession";
import { Builder } from "./Builder";
import { BuilderSkeleton } from "./BuilderSkeleton";
import { useDraft } from "./drafts/useDraft";
import { handedOver } from "./handover";
import { batchOf } from "./requests";
import { type Batch, keyed, newBatch } from "./sheets";

/** Rows become a batch here. Each batch that is made has an address of its own, so that a reload finds it again. */
export function BuilderPage() {
  const { draft } = useParams();
  const { can } = useSession();
  const [search] = useSearchParams();
  if (!can("make")) {
    return (
      <>
        <PageHeader title="New batch" />
        <EmptyState icon={IconLock} title="Batches are made by editors">
          Ask an admin of your organisation to become one.
        </EmptyState>
      </>
    );
  }
  if (!draft) {
    const rest = search.toString();
    return <Navigate replace to={`/batches/drafts/${newIdempotencyKey().slice(0, 16)}${rest && `?${rest}`}`} />;
  }
  return <OpenedDraft key={draft} id={draft} from={search.get("from")} />;
}

function OpenedDraft({ id, from }: { id: string; from: string | null }) {
  const draft = useDraft(id);
  const models = useModels();
  const configuration = useConfiguration();
  const failed = [models, configuration].find((query) => query.isLoadingError);
  if (failed) {
    return (
      <>
        <PageHeader title="New batch" />
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
      </>
    );
  }
  if (!models.data || !configuration.data || !draft) return <BuilderSkeleton />;
  return (
    <Builder
      key={draft.view.opened}
      draft={draft}
      // Every window in which the same new draft is opened gives it the same key.
      first={() => keyed(draft.view.batch ?? handed(from) ?? newBatch(), `start-${id}`)}
      models={models.data}
      limits={configuration.data.limits}
    />
  );
}

function handed(from: string | null): Batch | null {
  const handover = from ? handedOver(from) : null;
  return handover && batchOf(handover.rows, handover.name);
}
