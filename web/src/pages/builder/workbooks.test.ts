import { strToU8, zipSync } from "fflate";
import { expect, it } from "vitest";
import { readWorkbook } from "./workbooks";

const RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

function workbook(cells: readonly (readonly [place: string, text: string])[]): ArrayBuffer {
  const sheet = cells.map(([at, text]) => {
    const cell = text ? `<c r="${at}" t="inlineStr"><is><t>${text}</t></is></c>` : `<c r="${at}" s="1"/>`;
    return `<row r="${at.replace(/\D/g, "")}">${cell}</row>`;
  });
  const part = (type: string, at: string) => `<Relationship Id="r1" Type="${RELATIONS}/${type}" Target="${at}"/>`;
  const parts = {
    "_rels/.rels": `<Relationships>${part("officeDocument", "xl/workbook.xml")}</Relationships>`,
    "xl/_rels/workbook.xml.rels": `<Relationships>${part("worksheet", "worksheets/sheet1.xml")}</Relationships>`,
    "xl/workbook.xml": `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`,
    "xl/worksheets/sheet1.xml": `<worksheet xmlns="${MAIN}"><sheetData>${sheet.join("")}</sheetData></worksheet>`,
  };
  return zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)]))).buffer;
}

it("says where a sheet reaches to that would fill the memory with empty cells", async () => {
  const far = workbook([
    ["A1", "prompt"],
    ["XFD1048576", "x"],
  ]);
  await expect(readWorkbook(far)).rejects.toThrow("The sheet reaches to XFD1048576");
});

it("does not mind cells far out that hold nothing but a colour", async () => {
  const coloured = workbook([
    ["A1", "prompt"],
    ["A2", "A tent"],
    ["XFD3", ""],
    ["A100000", ""],
  ]);
  expect(await readWorkbook(coloured)).toEqual([["prompt"], ["A tent"]]);
});

it("says of what is no workbook that it cannot be read", async () => {
  await expect(readWorkbook(strToU8("PK\u0003\u0004 no").buffer)).rejects.toThrow("The workbook is damaged or locked");
});
