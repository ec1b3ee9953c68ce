/** Longest name of a domain (RFC 1035, 2.3.4). */
export const maxDomainLength = 253;

/** What WebGPT removes from results and links. */
export const defaultBlockedDomains: readonly string[] = ['reddit.com', 'quora.com'];

const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const domainName = new RegExp(`^${label}(?:\\.${label})+$`);

/**
 * A domain as it is compared: lower case, international names in their ASCII form, without a leading `www.` or a dot at the end. An
 * address is read as its host. Null where there is no domain of at least two parts.
 */
export function normaliseDomain(text: string): string | null {
  const trimmed = text.trim();
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  if (!URL.canParse(address)) return null;
  const host = new URL(address).hostname
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^www\./, '');
  const isNumeric = /^[0-9.]+$/.test(host);
  return host.length <= maxDomainLength && domainName.test(host) && !isNumeric ? host : null;
}

/** The blocked domain that an address belongs to, itself or by a subdomain of it; null if it may be shown. */
export function blockedDomainOf(url: string, blocked: readonly string[]): string | null {
  if (blocked.length === 0 || !URL.canParse(url)) return null;
  const host = new URL(url).hostname.toLowerCase().replace(/\.$/, '');
  return blocked.find((domain) => host === domain || host.endsWith(`.${domain}`)) ?? null;
}
