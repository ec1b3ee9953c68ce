const name = 'rookery:window';
let id: string | null = null;

/**
 * What this window calls itself to the server: the same after a reload, another in every other window. While a page is
 * open the name is in its memory alone, so that a window that is made as a copy of it gets a name of its own.
 */
export function windowId(): string {
  if (id !== null) return id;
  id =
    take() ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
  addEventListener('pagehide', () => put(id));
  addEventListener('pageshow', () => take());
  return id;
}

function take(): string | null {
  try {
    const kept = sessionStorage.getItem(name);
    sessionStorage.removeItem(name);
    return kept;
  } catch {
    return null;
  }
}

function put(value: string | null): void {
  try {
    if (value !== null) sessionStorage.setItem(name, value);
  } catch {
    // Storage is closed by the browser's settings: after a reload it is another window.
  }
}
