import { Modal } from "@mantine/core";
import type { Scope } from "@/pages/dead-letters/bulk";
import { DiscardFields } from "@/pages/dead-letters/DiscardFields";
import { RequeueFields } from "@/pages/dead-letters/RequeueFields";

/** What is to be done with which letters. */
export interface Wanted {
  verb: "requeue" | "discard";
  scope: Scope;
}

interface ActFormProps {
  wanted: Wanted | null;
  onClose: () => void;
  onDone: () => void;
}

/** Asks what an act needs, does it to the end, and says what became of it. */
export function ActForm({ wanted, onClose, onDone }: ActFormProps) {
  const title = wanted?.verb === "discard" ? "Discard failed images" : "Try failed images again";
  return (
    <Modal opened={wanted !== null} onClose={onClose} title={title} closeOnClickOutside={false}>
      {wanted?.verb === "requeue" && <RequeueFields scope={wanted.scope} onClose={onClose} onDone={onDone} />}
      {wanted?.verb === "discard" && <DiscardFields scope={wanted.scope} onClose={onClose} onDone={onDone} />}
    </Modal>
  );
}
