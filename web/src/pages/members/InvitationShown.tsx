import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { SecretOnce } from "@/design/SecretOnce";
import { When } from "@/design/When";
import type { Invited } from "@/pages/members/memberActs";

interface InvitationShownProps {
  invited: Invited | null;
  onClose: () => void;
}

/** The link with which somebody comes in, shown this once. */
export function InvitationShown({ invited, onClose }: InvitationShownProps) {
  return (
    <Modal
      opened={invited !== null}
      onClose={onClose}
      title={`An invitation for ${invited?.name ?? ""}`}
      closeOnClickOutside={false}
    >
      {invited !== null && (
        <Stack>
          {invited.invitation === null ? (
            <Alert color="yellow">
              They were invited by an earlier try, and the link was not shown. Choose “Make a new invitation” in their
              menu.
            </Alert>
          ) : (
            <>
              <SecretOnce
                name="link"
                // Behind the #, so that no server and no log sees it.
                secret={`${globalThis.location.origin}/invitation#${invited.invitation.token}`}
                warning="Fanfold sends no mail: copy this link and give it to them yourself. It is not shown again."
              />
              <Text size="sm" c="dimmed">
                Whoever has the link sets the password. It ends <When at={invited.invitation.expires_at} />.
              </Text>
            </>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Done
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
