import { type MantineColorScheme, Radio, Stack, useMantineColorScheme } from "@mantine/core";
import { Section } from "@/pages/settings/Section";

const SCHEMES: { value: MantineColorScheme; label: string; description: string }[] = [
  { value: "auto", label: "As the device", description: "Light by day and dark by night, where the device does so." },
  { value: "light", label: "Light", description: "Dark text on paper." },
  { value: "dark", label: "Dark", description: "Pictures stand out; easy on the eyes at night." },
];

/** Which colours this browser shows. */
export function ColoursSection() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Section title="Colours" description="For this browser.">
      <Radio.Group
        aria-label="Colours"
        value={colorScheme}
        onChange={(value) => setColorScheme(value as MantineColorScheme)}
      >
        <Stack gap="sm">
          {SCHEMES.map((scheme) => (
            <Radio key={scheme.value} {...scheme} />
          ))}
        </Stack>
      </Radio.Group>
    </Section>
  );
}
