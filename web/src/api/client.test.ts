import { answer, api } from "@/api/client";
import { serving } from "@/testing/network";

it("sends half of an emoji, as spreadsheets cut them, as the sign for what is unreadable", async () => {
  const seen = serving({ "POST /v1/drafts": () => ({}) });
  await answer(
    api.POST("/v1/drafts", { body: { name: "A \ud83d cat", rows: 1, content: { prompts: ["\ude00 🐈"] } } }),
  );
  expect(seen[0]?.body).toEqual({ name: "A \ufffd cat", rows: 1, content: { prompts: ["\ufffd 🐈"] } });
});
