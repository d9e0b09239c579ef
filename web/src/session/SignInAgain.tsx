import { Button, Modal, Stack, Text } from "@mantine/core";
import { SignInForm } from "@/session/SignInForm";
import { useSessionStore } from "@/session/useSession";

/** Asks for the sign-in over the page as it stands: what was typed stays, and what was refused is sent again. */
export function SignInAgain({ email }: { email: string }) {
  const store = useSessionStore();
  return (
    <Modal opened onClose={() => {}} withCloseButton={false} closeOnEscape={false} title="Sign in again" size="sm">
      <Stack>
        <Text size="sm" c="dimmed">
          Your sign-in has ended. Nothing on this page is lost: it goes on as soon as you are back.
        </Text>
        <SignInForm email={email} />
        <Button variant="subtle" color="gray" onClick={() => void store.leave()}>
          Sign out instead
        </Button>
      </Stack>
    </Modal>
  );
}
