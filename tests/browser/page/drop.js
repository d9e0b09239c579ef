// Drops files onto an element as a browser does when a person drags them from their desktop.
(target, told) => {
  const data = new DataTransfer();
  for (const { name, bytes } of JSON.parse(told)) {
    data.items.add(new File([new Uint8Array(bytes)], name, { type: "image/jpeg" }));
  }
  for (const kind of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}
