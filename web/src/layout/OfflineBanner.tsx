import { Alert } from "@mantine/core";
import { useNetwork } from "@mantine/hooks";
import { IconPlugConnectedX } from "@tabler/icons-react";

/** Says that there is no connection, for as long as there is none. */
export function OfflineBanner() {
  const { online } = useNetwork();
  if (online) return null;
  return (
    <Alert variant="light" color="yellow" radius={0} icon={<IconPlugConnectedX aria-hidden />} role="status">
      No connection. What you see may be old; this page goes on by itself when the connection is back.
    </Alert>
  );
}
