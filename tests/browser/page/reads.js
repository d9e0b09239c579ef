// Before the app begins: notes every document that Firestore sends to a listener, as it comes over the wire, and each
// listener of items that is asked for: from which index on, whether it goes on from what was read before, whether it has ended.
(() => {
  const reads = [];
  const known = new Set();
  const asked = [];
  window.fanfoldAsked = asked;
  window.fanfoldReads = reads;

  // A channel's answer is a row of chunks, each its length, a line's end, and that many characters of JSON.
  function taken(text) {
    let rest = text;
    for (;;) {
      const head = /^\s*(\d+)\n/.exec(rest);
      if (head === null) return rest;
      const end = head[0].length + Number(head[1]);
      if (rest.length < end) return rest;
      for (const [, messages] of JSON.parse(rest.slice(head[0].length, end))) {
        for (const message of Array.isArray(messages) ? messages : []) note(message ?? {});
      }
      rest = rest.slice(end);
    }
  }

  function note({ documentChange: read, targetChange: target }) {
    for (const id of read?.targetIds ?? []) {
      const { name, updateTime } = read.document;
      // For each change the emulator begins a query with a limit anew, and sends all that it has sent already; Firestore bills
      // what was added or changed. Whoever listens anew has another target.
      const version = `${id} ${name} ${updateTime}`;
      if (!known.has(version)) reads.push(name.split("/documents/")[1]);
      known.add(version);
    }
    if (target?.targetChangeType !== "REMOVE") return;
    for (const one of asked) if (target.targetIds.includes(one.target)) one.isEnded = true;
  }

  async function follow(body) {
    const decoder = new TextDecoder();
    let rest = "";
    for (const reader = body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      rest = taken(rest + decoder.decode(value, { stream: true }));
    }
  }

  // What is sent is a form whose fields ending in "data__" are JSON.
  function sent(body) {
    for (const [name, value] of new URLSearchParams(body)) {
      const target = name.endsWith("data__") ? JSON.parse(value).addTarget : undefined;
      const places = target?.query?.structuredQuery.where?.compositeFilter?.filters ?? [];
      const from = places.find(({ fieldFilter }) => fieldFilter?.field.fieldPath === "index" && fieldFilter.op.startsWith("GREATER"));
      if (from === undefined) continue;
      const first = Number(from.fieldFilter.value.integerValue);
      asked.push({ target: target.targetId, first, isResumed: "resumeToken" in target, isEnded: false });
    }
  }

  const isListening = (url) => url.includes("/Listen/channel");

  const ask = window.fetch;
  window.fetch = async (...request) => {
    const sending = new Request(...request);
    if (isListening(sending.url) && sending.method === "POST") sent(await sending.clone().text());
    const answer = await ask(sending);
    // A channel that is closed ends its answer in the middle.
    if (isListening(answer.url) && answer.body !== null) follow(answer.clone().body).catch(() => {});
    return answer;
  };
})();
