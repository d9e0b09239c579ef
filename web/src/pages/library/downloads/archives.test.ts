import { anAsset } from "@/testing/assets";
import { MOST_AT_ONCE, packed } from "./archives";
import { type Filed, manifestOf } from "./manifests";

const filesOf = (count: number): Filed[] =>
  Array.from({ length: count }, (_, at) => ({ asset: anAsset({ id: `ast_${at}` }), name: `${at}.png`, problem: null }));

function packing(files: Filed[], fetchOne: (file: Filed) => Promise<Blob>, abort = new AbortController()) {
  const progress: number[] = [];
  const reasonOf = (error: unknown) => (error instanceof Error ? error.message : "");
  const { signal } = abort;
  return { progress, files: packed({ files, fetchOne, reasonOf, signal, onProgress: (done) => progress.push(done) }) };
}

async function namesOf(files: AsyncIterable<{ name: string }>): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of files) names.push(name);
  return names;
}

describe("an archive's files", () => {
  it("come in their order, a few of them at a time", async () => {
    let open = 0;
    let most = 0;
    const fetchOne = async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 0));
      open -= 1;
      return new Blob(["x"]);
    };
    const { progress, files } = packing(filesOf(11), fetchOne);
    expect(await namesOf(files)).toEqual(Array.from({ length: 11 }, (_, at) => `${at}.png`));
    expect(most).toBe(MOST_AT_ONCE);
    expect(progress.at(-1)).toBe(11);
  });

  it("lack those that could not be fetched, with the reason told", async () => {
    const all = filesOf(3);
    const fetchOne = async ({ name }: Filed) => {
      if (name === "1.png") throw new Error("It is gone.");
      return new Blob(["x"]);
    };
    expect(await namesOf(packing(all, fetchOne).files)).toEqual(["0.png", "2.png"]);
    expect(all.map((file) => file.problem)).toEqual([null, "It is gone.", null]);
  });

  it("end when they are not wanted any more", async () => {
    const abort = new AbortController();
    const asked: string[] = [];
    const fetchOne = async ({ name }: Filed) => {
      asked.push(name);
      if (name === "2.png") abort.abort();
      return new Blob(["x"]);
    };
    await expect(namesOf(packing(filesOf(40), fetchOne, abort).files)).rejects.toThrow();
    expect(asked.length).toBeLessThanOrEqual(MOST_AT_ONCE + 2);
  });
});

describe("an archive's manifest", () => {
  it("tells each file with what made it, and why one is missing", async () => {
    const [one, other] = filesOf(2) as [Filed, Filed];
    const tagged = { ...one, asset: { ...one.asset, tags: ["hero", "spring"], rating: 0, cost_micros: 39_000 } };
    const csv = await manifestOf(
      [tagged, { ...other, problem: "It is gone." }],
      new Map([[one.asset.batch, "Autumn"]]),
    );
    const [head = "", first = "", second = ""] = csv.split("\r\n");
    expect(head.startsWith("\uFEFFfile,problem,asset,batch,batch_name")).toBe(true);
    expect(first).toContain("0.png,,ast_0,bat_aaaaaaaaaaaaaaaaaaaa,Autumn");
    expect(first).toContain('"hero, spring",0,,0.039');
    expect(second.startsWith(",It is gone.,ast_1")).toBe(true);
  });

  it("holds no cell that a sheet would run", async () => {
    const [file] = filesOf(1) as [Filed];
    const asset = { ...file.asset, recipe: { ...file.asset.recipe, prompt: '=HYPERLINK("x")' } };
    expect(await manifestOf([{ ...file, asset }], new Map())).toContain("'=HYPERLINK");
  });
});
