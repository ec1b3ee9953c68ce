/** Gives a text to the person as a file that their browser saves. */
export function saveText(content: string, file: { name: string; type: string }): void {
  const address = URL.createObjectURL(new Blob([content], { type: `${file.type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = address;
  link.download = file.name;
  link.click();
  URL.revokeObjectURL(address);
}
