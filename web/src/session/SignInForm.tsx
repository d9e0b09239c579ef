import { Alert, Button, Divider, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconAlertCircle, IconBrandGoogleFilled } from "@tabler/icons-react";
import { useState } from "react";
import { showAtFields } from "@/design/fieldProblems";
import { useSessionStore } from "@/session/useSession";

const FIELDS = ["email", "password"] as const;

interface SignInFormProps {
  /** Whose session ended: only they come back to it. */
  email?: string;
}

/** Who somebody is, by e-mail address and password, or by their Google account where that is set up. */
export function SignInForm({ email }: SignInFormProps) {
  const store = useSessionStore();
  const [busy, setBusy] = useState<"password" | "google" | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: email ?? "", password: "" },
    validate: {
      email: (value) => (/^\S+@\S+$/.test(value.trim()) ? null : "Enter your e-mail address."),
      password: (value) => (value === "" ? "Enter your password." : null),
    },
  });

  const attempt = async (way: "password" | "google", sign: () => Promise<unknown>) => {
    setBusy(way);
    setRefusal(null);
    try {
      await sign();
    } catch (error) {
      setRefusal(showAtFields(form, error, FIELDS));
      form.setFieldValue("password", "");
      form.getInputNode("password")?.focus();
    } finally {
      setBusy(null);
    }
  };
  const submit = form.onSubmit(({ email: address, password }) =>
    attempt("password", () => store.withPassword(address.trim(), password)),
  );

  return (
    <form onSubmit={submit} noValidate aria-label="Sign in">
      <Stack gap="md">
        {refusal !== null && (
          <Alert variant="light" color="red" icon={<IconAlertCircle aria-hidden />} role="alert">
            {refusal}
          </Alert>
        )}
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          data-autofocus={email === undefined || undefined}
          key={form.key("email")}
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          data-autofocus={email !== undefined || undefined}
          key={form.key("password")}
          {...form.getInputProps("password")}
        />
        <Button type="submit" size="md" loading={busy === "password"} disabled={busy === "google"} fullWidth>
          Sign in
        </Button>
        {store.hasGoogle && (
          <>
            <Divider label="or" />
            <Button
              variant="default"
              size="md"
              fullWidth
              leftSection={<IconBrandGoogleFilled size={16} aria-hidden />}
              loading={busy === "google"}
              onClick={() => attempt("google", () => store.withGoogle())}
            >
              Continue with Google
            </Button>
          </>
        )}
      </Stack>
    </form>
  );
}
